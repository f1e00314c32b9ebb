// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces that are made, used and gone: in each a connection over its loopback carries a byte there and back and is closed or
 * reset, and datagrams for a port that nobody has are dropped. Prints `namespaces N connections N drops N`.
 * Usage: shortlived NAMESPACES CONNECTIONS DROPS     (of each)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void up(const char *device)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(ifr.ifr_name, device);
	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &ifr))
		err(1, "%s", device);
	close(s);
}

static void connections(int n)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct linger reset = { 1, 0 };
	socklen_t len = sizeof(at);
	int l = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(l, (void *)&at, len) || listen(l, 16) || getsockname(l, (void *)&at, &len))
		err(1, "listen");
	for (int i = 0; i < n; i++) {
		int c = socket(AF_INET, SOCK_STREAM, 0), s;
		char b = 'x';

		if (connect(c, (void *)&at, len))
			err(1, "connect");
		s = accept(l, NULL, NULL);
		if (send(c, &b, 1, 0) != 1 || recv(s, &b, 1, 0) != 1 || send(s, &b, 1, 0) != 1 || recv(c, &b, 1, 0) != 1)
			err(1, "a byte");
		/* What is not reset is in TIME_WAIT when the namespace goes. */
		if (i % 2)
			setsockopt(c, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(c);
		close(s);
	}
	/* The last is open when the namespace goes. */
	if (n && connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&at, len))
		err(1, "connect");
}

static void drops(int n)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9) };

	for (int i = 0; i < n; i++) {
		int s = socket(AF_INET, SOCK_DGRAM, 0);

		if (sendto(s, "x", 1, 0, (void *)&at, sizeof(at)) != 1)
			err(1, "sendto");
		close(s);
	}
}

int main(int argc, char **argv)
{
	int status;

	if (argc != 4)
		errx(2, "NAMESPACES CONNECTIONS DROPS");
	for (int i = 0; i < atoi(argv[1]); i++) {
		if (!fork()) {
			if (unshare(CLONE_NEWNET))
				err(1, "unshare");
			up("lo");
			connections(atoi(argv[2]));
			drops(atoi(argv[3]));
			exit(0);
		}
		if (wait(&status) < 0 || status)
			errx(1, "namespace %d failed", i);
	}
	printf("namespaces %s connections %d drops %d\n", argv[1], atoi(argv[1]) * (atoi(argv[2]) + 1), atoi(argv[1]) * atoi(argv[3]));
	return 0;
}
