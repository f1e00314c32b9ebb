// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many short connections, as fast as it goes: PROCESSES that connect and as many that accept share one listener, and each connection
 * carries one byte there and one back. A third is closed by the accepting end first, a third by whichever end is quicker, a third is
 * reset unless it is closed already; every 50th connect goes to a port where nobody listens. Prints what the applications on both ends did:
 *   connected N accepted N refused N sent N received N    (bytes, of both ends together)
 * Usage: brief PROCESSES CONNECTIONS     (each)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	atomic_long connected, accepted, refused, sent, received, taken;
} *done;

static struct sockaddr_in server = { .sin_family = AF_INET }, nobody = { .sin_family = AF_INET };
static int listener;
static long total;

static void send_byte(int fd)
{
	if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
		err(1, "send");
	done->sent++;
}

static void receive_byte(int fd)
{
	char c;

	if (recv(fd, &c, 1, 0) != 1)
		err(1, "recv");
	done->received++;
}

/* Until the peer has closed it, or reset it. */
static void await_end(int fd)
{
	char c;

	while (recv(fd, &c, 1, 0) > 0)
		;
}

static void connect_many(long n)
{
	struct linger reset = { 1, 0 };

	for (long i = 0; i < n; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (i % 50 == 49) {
			int other = socket(AF_INET, SOCK_STREAM, 0);

			if (!connect(other, (void *)&nobody, sizeof(nobody)) || errno != ECONNREFUSED)
				err(1, "a connect to nobody");
			done->refused++;
			close(other);
		}
		if (connect(fd, (void *)&server, sizeof(server)))
			err(1, "connect");
		done->connected++;
		send_byte(fd);
		receive_byte(fd);
		if (i % 3 == 0)
			await_end(fd);
		else if (i % 3 == 1)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
}

/* Takes a connection, if one more is to come. */
static int take_one(void)
{
	while (done->taken < total) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0) {
			done->taken++;
			return fd;
		}
		if (errno != EAGAIN)
			err(1, "accept");
		poll(&(struct pollfd){ .fd = listener, .events = POLLIN }, 1, 50);
	}
	return -1;
}

static void accept_many(void)
{
	int fd;

	for (long i = 0; (fd = take_one()) >= 0; i++) {
		done->accepted++;
		receive_byte(fd);
		send_byte(fd);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	long processes = argc == 3 ? atol(argv[1]) : 0, n = argc == 3 ? atol(argv[2]) : 0;
	socklen_t len = sizeof(server);
	int status, bad = 0, bound;

	if (!processes || !n)
		errx(2, "PROCESSES CONNECTIONS");
	total = processes * n;
	done = mmap(NULL, sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	server.sin_addr.s_addr = nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	/* A port that is taken, but by nobody who listens. */
	bound = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (void *)&server, len) || listen(listener, 1024) || getsockname(listener, (void *)&server, &len) ||
	    bind(bound, (void *)&nobody, len) || getsockname(bound, (void *)&nobody, &len))
		err(1, "listen");
	for (long i = 0; i < 2 * processes; i++)
		if (!fork()) {
			if (i < processes)
				connect_many(n);
			else
				accept_many();
			exit(0);
		}
	while (wait(&status) > 0)
		bad |= status;
	printf("connected %ld accepted %ld refused %ld sent %ld received %ld\n", done->connected, done->accepted, done->refused,
	       done->sent, done->received);
	return bad != 0;
}
