// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that are to be lost, and who does not take them.
 *
 *   lose send [options] ADDR PORT     sends -n datagrams, whatever becomes of them
 *   lose syn [options] ADDR PORT      -n connections that are begun and not waited for, until standard input ends
 *   lose sink [options] ADDR PORT     takes datagrams and never reads one, until standard input ends
 *   lose listen [options] ADDR PORT   listens and never accepts, until standard input ends
 *
 *   -n N      how many (1)                 -l LEN    bytes of a datagram (100)
 *   -s ADDR   source address               -m        another source port for each datagram
 *   -r BYTES  SO_RCVBUF                    -b N      backlog (1)
 *   -P PATH   file to create when all is set up
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_storage to, from;
static socklen_t to_len, from_len;
static const char *ready_file;
static int count = 1, length = 100, rcvbuf, backlog = 1, many;

static socklen_t address(struct sockaddr_storage *out, const char *text, int port)
{
	struct sockaddr_in *in = (void *)out;
	struct sockaddr_in6 *in6 = (void *)out;

	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		return sizeof(*in);
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		errx(2, "'%s' is not an address", text);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)port);
	return sizeof(*in6);
}

static int open_socket(int type)
{
	int fd = socket(to.ss_family, type, 0), one = 1;

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (rcvbuf && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf)) < 0)
		err(1, "SO_RCVBUF");
	if (from_len && bind(fd, (void *)&from, from_len) < 0)
		err(1, "bind");
	return fd;
}

static void wait_for_end(void)
{
	char c;

	if (ready_file && close(open(ready_file, O_CREAT | O_WRONLY, 0600)) < 0)
		err(1, "%s", ready_file);
	while (read(0, &c, 1) > 0)
		;
}

static void send_all(void)
{
	char *data = calloc(1, (size_t)length);
	int fd = open_socket(SOCK_DGRAM);

	for (int i = 0; i < count; i++) {
		if (many && i) {
			close(fd);
			fd = open_socket(SOCK_DGRAM);
		}
		sendto(fd, data, (size_t)length, 0, (void *)&to, to_len);
	}
}

static void connect_all(void)
{
	/* The listener forgets them. Without this they would wait for it for minutes when this program has ended. */
	const struct linger none = { .l_onoff = 1 };

	for (int i = 0; i < count; i++) {
		int fd = open_socket(SOCK_STREAM | SOCK_NONBLOCK);

		if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)) < 0)
			err(1, "SO_LINGER");
		connect(fd, (void *)&to, to_len);
	}
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	int opt, fd;

	while ((opt = getopt(argc - 1, argv + 1, "n:l:s:mr:b:P:")) != -1) {
		switch (opt) {
		case 'n': count = atoi(optarg); break;
		case 'l': length = atoi(optarg); break;
		case 's': from_len = address(&from, optarg, 0); break;
		case 'm': many = 1; break;
		case 'r': rcvbuf = atoi(optarg); break;
		case 'b': backlog = atoi(optarg); break;
		case 'P': ready_file = optarg; break;
		default: return 2;
		}
	}
	if (argc - 1 - optind != 2)
		errx(2, "usage: lose send|syn|sink|listen [options] ADDR PORT");
	to_len = address(&to, argv[1 + optind], atoi(argv[2 + optind]));
	if (!strcmp(verb, "send")) {
		send_all();
		return 0;
	}
	if (!strcmp(verb, "syn")) {
		connect_all();
	} else {
		fd = open_socket(!strcmp(verb, "sink") ? SOCK_DGRAM : SOCK_STREAM);
		if (bind(fd, (void *)&to, to_len) < 0 || (!strcmp(verb, "listen") && listen(fd, backlog) < 0))
			err(1, "%s", verb);
	}
	wait_for_end();
	return 0;
}
