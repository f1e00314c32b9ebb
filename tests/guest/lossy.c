// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections between two network namespaces, several at a time: each sends its bytes to the other end, which answers when it has
 * them all; then both close. Both ends are in this process, which is started in the connecting one's namespace.
 * A line a connection: LOCAL_PORT BYTES, its own number from 0 being added to 10000 and to the bytes of -b.
 * Usage: lossy -s NAMESPACE -c ADDRESS [-n CONNECTIONS] [-p AT_A_TIME] [-b BYTES] [-r BYTES] [-P FILE]
 *   -r BYTES  of the answer (1)      -P FILE  is created when it listens, which it then does until standard input ends
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7300
#define FIRST_PORT 10000L

struct end {
	int fd;				/* -1: it is over */
	int accepting, shut;
	long to_send, to_receive;
};

static char buffer[65536];
static struct sockaddr_in server = { .sin_family = AF_INET };
static socklen_t len = sizeof(server);
static long bytes = 1000, answer = 1;
static int epoll;

static void enter(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

/* Sends and receives what goes, until nothing does. A connecting end sends first; an accepting one answers all of it. */
static void go_on(struct end *e)
{
	ssize_t n;

	while ((n = recv(e->fd, buffer, sizeof(buffer), 0)) > 0)
		if ((e->to_receive -= n) == 0 && e->accepting)
			e->to_send = answer;
	if (n < 0 && errno != EAGAIN)
		err(1, "recv");
	if (n == 0) {
		close(e->fd);
		e->fd = -1;
		return;
	}
	while (e->to_send && (n = send(e->fd, buffer, e->to_send, MSG_NOSIGNAL)) > 0)
		e->to_send -= n;
	if (e->to_send && n < 0 && errno != EAGAIN)
		err(1, "send");
	if (!e->to_send && e->to_receive <= 0 && !e->shut) {
		shutdown(e->fd, SHUT_WR);
		e->shut = 1;
	}
}

static void look_after(struct end *e)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = e };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, e->fd, &event))
		err(1, "epoll_ctl");
}

static void begin(struct end *e, long number)
{
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(FIRST_PORT + number) };

	*e = (struct end){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .to_send = bytes + number, .to_receive = answer };
	if (bind(e->fd, (void *)&local, len) || !connect(e->fd, (void *)&server, len) || errno != EINPROGRESS)
		err(1, "connect");
	printf("%ld %ld\n", FIRST_PORT + number, bytes + number);
	look_after(e);
}

static int take(struct end *e, int listener)
{
	struct sockaddr_in peer;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

	if (fd < 0)
		return 0;
	if (getpeername(fd, (void *)&peer, &len))
		err(1, "getpeername");
	*e = (struct end){ .fd = fd, .to_receive = bytes + ntohs(peer.sin_port) - FIRST_PORT, .accepting = 1 };
	look_after(e);
	return 1;
}

int main(int argc, char **argv)
{
	const char *namespace = NULL, *ready_file = NULL;
	long n = 10, at_a_time = 0, begun = 0, ended = 0;
	char path[64];
	int o, listener, here;

	while ((o = getopt(argc, argv, "s:c:n:p:b:r:P:")) != -1) {
		switch (o) {
		case 's': namespace = optarg; break;
		case 'c': inet_pton(AF_INET, optarg, &server.sin_addr); break;
		case 'n': n = atol(optarg); break;
		case 'p': at_a_time = atol(optarg); break;
		case 'b': bytes = atol(optarg); break;
		case 'r': answer = atol(optarg); break;
		case 'P': ready_file = optarg; break;
		default: return 2;
		}
	}
	if (!namespace)
		errx(2, "-s NAMESPACE");
	if (!at_a_time || at_a_time > n)
		at_a_time = n;

	server.sin_port = htons(PORT);
	here = open("/proc/self/ns/net", O_RDONLY);
	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	enter(path);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(listener, (void *)&server, len) || listen(listener, 1024))
		err(1, "listen");
	setns(here, CLONE_NEWNET);
	if (ready_file)
		close(open(ready_file, O_CREAT | O_WRONLY, 0600));

	/* First the connecting ends, then the accepting ones. */
	struct end *ends = calloc(2 * n, sizeof(*ends));
	long connecting = 0, taken = 0;
	struct epoll_event events[64], listens = { .events = EPOLLIN };

	epoll = epoll_create1(0);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &listens);
	while (ended < 2 * n) {
		int ready;

		while (begun < n && connecting < at_a_time) {
			begin(&ends[begun], begun);
			begun++;
			connecting++;
		}
		ready = epoll_wait(epoll, events, 64, 60000);
		if (ready < 1)
			errx(1, "%ld ends of %ld came to their end", ended, 2 * n);
		for (int i = 0; i < ready; i++) {
			struct end *e = events[i].data.ptr;

			if (!e) {
				while (taken < n && take(&ends[n + taken], listener))
					taken++;
				continue;
			}
			go_on(e);
			if (e->fd < 0) {
				ended++;
				connecting -= !e->accepting;
			}
		}
	}
	while (ready_file && read(0, buffer, sizeof(buffer)) > 0)
		;
	return 0;
}
