// SPDX-License-Identifier: GPL-2.0-only
/*
 * One fault at a time, made by a program that does nothing else, until it is killed.
 *
 *   faults udp PORT RCVBUF               a UDP socket that nobody reads
 *   faults drain PORT                    a UDP socket that is read
 *   faults datagrams ADDR PORT RATE [FROM]   sends RATE datagrams a second, 0: as fast as it can
 *   faults flows ADDR RATE               each datagram from a socket and to a port of its own
 *   faults fds LIMIT OPEN [RATE]         has OPEN of LIMIT descriptors open, and RATE more each second
 *   faults listen PORT BACKLOG           accepts nothing
 *   faults serve PORT [MS]               reads all there is; accepts one connection each MS milliseconds
 *   faults slow PORT RATE                accepts, and reads RATE bytes a second of each
 *   faults connect ADDR PORT N [FROM]    N connections, kept open
 *   faults send ADDR PORT [SNDBUF [RATE]]    one connection, sends as fast as it goes, or RATE bytes a second; SNDBUF 0: as it is
 *   faults short ADDR PORT BYTES [RATE]  connections one after the other, RATE a second, of BYTES each
 *   faults trickle ADDR PORT             one connection, 10 bytes each 50 ms
 *   faults tun NAME MBITS                an interface that is a wire of so many Mbit/s with nobody at its far end
 *   faults syn ADDR PORT RATE            SYNs from made-up addresses in 198.18.0.0/16
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char bytes[65536];

static struct sockaddr_in at(const char *addr, const char *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };

	if (inet_pton(AF_INET, addr, &in.sin_addr) != 1)
		errx(2, "%s: not an address", addr);
	return in;
}

static int open_socket(int type, const char *from)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in in;

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (from) {
		in = at(from, "0");
		if (bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0)
			err(1, "bind to %s", from);
	}
	return fd;
}

static int listener(const char *port, int backlog)
{
	struct sockaddr_in in = at("0.0.0.0", port);
	int fd = open_socket(SOCK_STREAM, NULL);

	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0 || listen(fd, backlog) < 0)
		err(1, "listen on %s", port);
	return fd;
}

static int connected(const char *addr, const char *port, const char *from)
{
	struct sockaddr_in in = at(addr, port);
	int fd = open_socket(SOCK_STREAM, from);

	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0)
		err(1, "connect to %s:%s", addr, port);
	return fd;
}

/* So many a second, in steps of 10 ms. */
static long due(double rate)
{
	static double rest;
	long now;

	if (rate <= 0)
		return 1000;
	usleep(10000);
	rest += rate / 100;
	now = (long)rest;
	rest -= (double)now;
	return now;
}

static void udp(char **arg, int drain)
{
	struct sockaddr_in in = at("0.0.0.0", arg[0]);
	int fd = open_socket(SOCK_DGRAM, NULL), size = drain ? 0 : atoi(arg[1]);

	if (size && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0)
		err(1, "SO_RCVBUF");
	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0)
		err(1, "bind to port %s", arg[0]);
	if (!drain)
		pause();
	for (;;)
		recv(fd, bytes, sizeof(bytes), 0);
}

static void datagrams(char **arg)
{
	struct sockaddr_in in = at(arg[0], arg[1]);
	int fd = open_socket(SOCK_DGRAM, arg[3]);

	for (;;) {
		for (long n = due(atof(arg[2])); n > 0; n--)
			sendto(fd, bytes, 200, 0, (struct sockaddr *)&in, sizeof(in));
	}
}

static void flows(char **arg)
{
	uint16_t port = 10000;

	for (;;) {
		for (long n = due(atof(arg[1])); n > 0; n--) {
			struct sockaddr_in in = at(arg[0], "0");
			int fd = open_socket(SOCK_DGRAM, NULL);

			in.sin_port = htons(port++);
			sendto(fd, bytes, 20, 0, (struct sockaddr *)&in, sizeof(in));
			close(fd);
		}
	}
}

static void fds(char **arg)
{
	struct rlimit limit = { (rlim_t)atol(arg[0]), (rlim_t)atol(arg[0]) };
	long wanted = atol(arg[1]), most = 0;

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		err(1, "RLIMIT_NOFILE");
	for (;;) {
		/* The lowest that is free: when it is that high all below are open. */
		while (most < wanted - 1) {
			int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

			if (fd < 0)
				pause();
			most = fd;
		}
		if (!arg[2])
			pause();
		wanted += due(atof(arg[2]));
	}
}

static void serve(char **arg, long rate)
{
	static struct pollfd polled[4096];
	int nr = 1, accept_ms = arg[1] && !rate ? atoi(arg[1]) : 0;

	polled[0] = (struct pollfd){ listener(arg[0], 128), POLLIN, 0 };
	fcntl(polled[0].fd, F_SETFL, O_NONBLOCK);
	for (;;) {
		poll(polled, (nfds_t)nr, 100);
		for (int i = 1; i < nr; i++) {
			/* A connection that has ended stays, unread, in the list. */
			if (polled[i].revents && recv(polled[i].fd, bytes, rate ? (size_t)(rate / 20) : sizeof(bytes),
						      MSG_DONTWAIT) == 0) {
				close(polled[i].fd);
				polled[i--] = polled[--nr];
			}
		}
		if (polled[0].revents && nr < 4096) {
			int fd = accept4(polled[0].fd, NULL, NULL, SOCK_CLOEXEC);

			if (fd >= 0)
				polled[nr++] = (struct pollfd){ fd, POLLIN, 0 };
			usleep((useconds_t)accept_ms * 1000);
		}
		if (rate)
			usleep(50000);
	}
}

static void connections(char **arg)
{
	struct sockaddr_in in = at(arg[0], arg[1]);

	for (int n = atoi(arg[2]); n > 0; n--) {
		int fd = open_socket(SOCK_STREAM, arg[3]);

		fcntl(fd, F_SETFL, O_NONBLOCK);
		if (connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0 && errno != EINPROGRESS)
			err(1, "connect");
	}
	pause();
}

static void send_all(char **arg)
{
	struct sockaddr_in in = at(arg[0], arg[1]);
	int fd = open_socket(SOCK_STREAM, NULL), size = arg[2] ? atoi(arg[2]) : 0;
	unsigned int rate = arg[2] && arg[3] ? (unsigned int)atoi(arg[3]) : 0;

	if (size)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (rate)
		setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate));
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0)
		err(1, "connect to %s:%s", arg[0], arg[1]);
	while (send(fd, bytes, 16384, 0) >= 0)
		;
}

static void brief(char **arg)
{
	long size = atol(arg[2]);

	for (;;) {
		for (long n = arg[3] ? due(atof(arg[3])) : 1; n > 0; n--) {
			int fd = connected(arg[0], arg[1], NULL);

			for (long left = size; left > 0;) {
				ssize_t done = send(fd, bytes, left < 16384 ? (size_t)left : 16384, 0);

				if (done <= 0)
					break;
				left -= done;
			}
			/* The end of the far side tells that all arrived. */
			shutdown(fd, SHUT_WR);
			recv(fd, bytes, 1, 0);
			close(fd);
		}
	}
}

static void trickle(char **arg)
{
	int fd = connected(arg[0], arg[1], NULL);

	while (send(fd, bytes, 10, 0) >= 0)
		usleep(50000);
}

static void tun(char **arg)
{
	struct ethtool_cmd speed = { .cmd = ETHTOOL_SSET, .speed = (uint16_t)atoi(arg[1]), .duplex = DUPLEX_FULL };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC), ask = open_socket(SOCK_DGRAM, NULL);
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	strncpy(request.ifr_name, arg[0], sizeof(request.ifr_name) - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		err(1, "tun %s", arg[0]);
	request.ifr_data = (void *)&speed;
	if (ioctl(ask, SIOCETHTOOL, &request) < 0)
		err(1, "speed of %s", arg[0]);
	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

static uint16_t sum_of(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void syns(char **arg)
{
	struct sockaddr_in in = at(arg[0], arg[1]);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	struct { struct iphdr ip; struct tcphdr tcp; } packet;

	if (fd < 0)
		err(1, "raw socket");
	for (uint32_t nr = 1;; ) {
		for (long n = due(atof(arg[2])); n > 0; n--, nr++) {
			uint8_t pseudo[12] = { 0 };
			uint32_t sum = 0;

			memset(&packet, 0, sizeof(packet));
			packet.ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP, .tot_len =
						   htons(sizeof(packet)),
						    .saddr = htonl(0xc6120000 | (nr & 0xffff)), .daddr = in.sin_addr.s_addr };
			packet.tcp.source = htons((uint16_t)(1024 + nr % 60000));
			packet.tcp.dest = in.sin_port;
			packet.tcp.seq = htonl(nr * 7919);
			packet.tcp.doff = 5;
			packet.tcp.syn = 1;
			packet.tcp.window = htons(65535);
			memcpy(pseudo, &packet.ip.saddr, 8);
			pseudo[9] = IPPROTO_TCP;
			pseudo[11] = sizeof(packet.tcp);
			for (int i = 0; i < 12; i += 2)
				sum += (uint32_t)(pseudo[i] << 8 | pseudo[i + 1]);
			packet.tcp.check = sum_of(&packet.tcp, sizeof(packet.tcp), sum);
			sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&in, sizeof(in));
		}
	}
}

int main(int argc, char **argv)
{
	char **arg = argv + 2;
	const char *verb = argc > 2 ? argv[1] : "";

	signal(SIGPIPE, SIG_IGN);
	if (strcmp(verb, "udp") == 0)
		udp(arg, 0);
	else if (strcmp(verb, "drain") == 0)
		udp(arg, 1);
	else if (strcmp(verb, "datagrams") == 0)
		datagrams(arg);
	else if (strcmp(verb, "flows") == 0)
		flows(arg);
	else if (strcmp(verb, "fds") == 0)
		fds(arg);
	else if (strcmp(verb, "listen") == 0)
		listener(arg[0], atoi(arg[1])), pause();
	else if (strcmp(verb, "serve") == 0)
		serve(arg, 0);
	else if (strcmp(verb, "slow") == 0)
		serve(arg, atol(arg[1]));
	else if (strcmp(verb, "connect") == 0)
		connections(arg);
	else if (strcmp(verb, "send") == 0)
		send_all(arg);
	else if (strcmp(verb, "short") == 0)
		brief(arg);
	else if (strcmp(verb, "trickle") == 0)
		trickle(arg);
	else if (strcmp(verb, "tun") == 0)
		tun(arg);
	else if (strcmp(verb, "syn") == 0)
		syns(arg);
	else
		errx(2, "which fault?");
	return 0;
}
