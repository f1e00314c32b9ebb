// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections between two network namespaces, all at once: each sends its bytes to the other end, which answers with one byte
 * when it has them all; then both close. Both ends are in this process, which is started in the connecting one's namespace.
 * A line a connection: LOCAL_PORT BYTES.
 * Usage: lossy -s NAMESPACE -c ADDRESS [-n CONNECTIONS] [-b BYTES]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct end {
	long to_send, to_receive;
	int shut;
};

static char buffer[65536];

static void enter(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

/* Sends and receives what goes. A connecting end sends first; an accepting one answers all of it with a byte. */
static void go_on(struct pollfd *p, struct end *e, int accepting)
{
	ssize_t n;

	if (p->revents & (POLLIN | POLLHUP | POLLERR)) {
		n = recv(p->fd, buffer, sizeof(buffer), 0);
		if (n < 0 && errno != EAGAIN)
			err(1, "recv");
		if (n > 0 && (e->to_receive -= n) == 0 && accepting)
			e->to_send = 1;
		if (n == 0) {
			close(p->fd);
			p->fd = -1;
			return;
		}
	}
	if (e->to_send && (p->revents & POLLOUT)) {
		n = send(p->fd, buffer, e->to_send < 8000 ? e->to_send : 8000, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			err(1, "send");
		if (n > 0)
			e->to_send -= n;
	}
	if (!e->to_send && e->to_receive <= 0 && !e->shut) {
		shutdown(p->fd, SHUT_WR);
		e->shut = 1;
	}
	p->events = POLLIN | (e->to_send ? POLLOUT : 0);
}

int main(int argc, char **argv)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(7300) };
	socklen_t len = sizeof(server);
	const char *namespace = NULL;
	long n = 10, bytes = 1000, open_ends;
	char path[64];
	int o, listener;

	while ((o = getopt(argc, argv, "s:c:n:b:")) != -1) {
		switch (o) {
		case 's': namespace = optarg; break;
		case 'c': inet_pton(AF_INET, optarg, &server.sin_addr); break;
		case 'n': n = atol(optarg); break;
		case 'b': bytes = atol(optarg); break;
		default: return 2;
		}
	}
	if (!namespace)
		errx(2, "-s NAMESPACE");

	int here = open("/proc/self/ns/net", O_RDONLY);

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	enter(path);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(listener, (void *)&server, len) || listen(listener, 1024))
		err(1, "listen");
	setns(here, CLONE_NEWNET);

	/* Connecting ends, accepting ends as they come, and the listener. */
	struct pollfd *p = calloc(2 * n + 1, sizeof(*p));
	struct end *ends = calloc(2 * n, sizeof(*ends));
	long accepted = 0;

	for (long i = 0; i < n; i++) {
		struct sockaddr_in local;

		p[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (!connect(p[i].fd, (void *)&server, sizeof(server)) || errno != EINPROGRESS)
			err(1, "connect");
		p[i].events = POLLOUT;
		p[n + i].fd = -1;
		ends[i] = (struct end){ .to_send = bytes + i, .to_receive = 1 };
		/* The peer is known by its port. */
		if (getsockname(p[i].fd, (void *)&local, &len))
			err(1, "getsockname");
		printf("%d %ld\n", ntohs(local.sin_port), bytes + i);
	}
	p[2 * n] = (struct pollfd){ .fd = listener, .events = POLLIN };
	for (open_ends = 2 * n; open_ends;) {
		if (poll(p, 2 * n + 1, 60000) < 1)
			errx(1, "%ld ends do not come to their end", open_ends);
		for (int fd; accepted < n && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0; accepted++) {
			struct sockaddr_in peer, local;
			long i;

			getpeername(fd, (void *)&peer, &len);
			for (i = 0; i < n; i++)
				if (p[i].fd >= 0 && !getsockname(p[i].fd, (void *)&local, &len) && local.sin_port == peer.sin_port)
					break;
			p[n + accepted] = (struct pollfd){ .fd = fd, .events = POLLIN };
			ends[n + accepted].to_receive = bytes + i;
		}
		open_ends = 2 * n;
		for (long i = 0; i < 2 * n; i++) {
			if (p[i].fd >= 0 && p[i].revents)
				go_on(&p[i], &ends[i], i >= n);
			if (p[i].fd < 0 && (i < n || i - n < accepted))
				open_ends--;
			p[i].revents = 0;
		}
	}
	return 0;
}
