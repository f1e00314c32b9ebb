// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP traffic of which everything is known: both ends of each connection are in this process, every send and receive
 * call is counted, and what a connection did is printed with its cookie, to be looked up in /proc/coremon/connections.
 *
 *   tcpload hold [options]    opens connections, transfers, prints a line an end, keeps all open until standard input ends
 *   tcpload churn [options]   opens, transfers and closes connections over and over, until -d seconds have passed
 *   tcpload pingpong [options] sends -u bytes there and back over one connection, over and over, until SIGTERM
 *   tcpload listen [options]  a listening socket with -n connections nobody accepts, until standard input ends
 *
 *   -a ADDR  address to listen on and connect to (127.0.0.1; ::1; ::ffff:127.0.0.1 for v4-mapped)    -p PORT (any)
 *   -n N     connections (hold, listen), or how many are open at a time (churn)
 *   -u BYTES from the connecting end to the accepting one      -d BYTES back      (churn: -d is seconds)
 *   -w SIZE  bytes a send call      -r SIZE  bytes a receive call asks for
 *   -k BYTES sent to the accepting end at last and left unread (hold)
 *   -f       at last the accepting end is sent more than both queues hold, with calls that do not wait (hold)
 *   -b N     backlog      -g MS  pause between two connections (churn), rounds (pingpong)      -P PATH  file to create when all is set up
 *   -e       where the kernel has no memory to connect, another is tried (churn)
 *
 * A line of hold:  ID ROLE SENT RECEIVED TX_CALLS RX_CALLS CA_STATE, the cookie in hex, ROLE c (connected) or s (accepted).
 * churn prints how many connections it made, with -e also how many could not be begun; pingpong how many rounds and the longest one in milliseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

struct end {
	int fd;
	uint64_t sent, received, tx_calls, rx_calls;
};

static const char *address = "127.0.0.1", *ready_file;
static long count = 1, up, down, write_size = 1000, read_size = 65536, keep, gap_ms, backlog = 128;
static int port, fill, try_again;
static long not_begun;
static char *buffer;
static struct sockaddr_storage server;
static socklen_t server_len;

static void parse_address(void)
{
	struct sockaddr_in *in = (void *)&server;
	struct sockaddr_in6 *in6 = (void *)&server;

	if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		server_len = sizeof(*in);
	} else if (inet_pton(AF_INET6, address, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		server_len = sizeof(*in6);
	} else {
		errx(2, "not an address: %s", address);
	}
}

static int listener(void)
{
	int one = 1, zero = 0, fd = socket(server.ss_family, SOCK_STREAM, 0);

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (server.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (bind(fd, (void *)&server, server_len) || listen(fd, backlog))
		err(1, "cannot listen on %s", address);
	if (getsockname(fd, (void *)&server, &server_len))
		err(1, "getsockname");
	return fd;
}

static int connected(void)
{
	int fd = socket(server.ss_family, SOCK_STREAM, 0);

	if (fd < 0)
		err(1, "socket");
	while (connect(fd, (void *)&server, server_len)) {
		if (!try_again || (errno != ENOMEM && errno != ENOBUFS && errno != EADDRNOTAVAIL))
			err(1, "connect");
		not_begun++;
		close(fd);
		fd = socket(server.ss_family, SOCK_STREAM, 0);
		if (fd < 0)
			err(1, "socket");
	}
	return fd;
}

static void send_some(struct end *e, size_t n)
{
	while (n) {
		ssize_t r = send(e->fd, buffer, n, MSG_NOSIGNAL);

		e->tx_calls++;
		if (r < 0)
			err(1, "send");
		e->sent += r;
		n -= r;
	}
}

static void receive_some(struct end *e, size_t n)
{
	while (n) {
		ssize_t r = recv(e->fd, buffer, n < (size_t)read_size ? n : (size_t)read_size, 0);

		e->rx_calls++;
		if (r < 0)
			err(1, "recv");
		if (!r)
			errx(1, "recv: the connection was closed");
		e->received += r;
		n -= r;
	}
}

/* One write at a time, read by the other end before the next: it never waits for itself while a write fits the queues. */
static void transfer(struct end *from, struct end *to, long n)
{
	while (n > 0) {
		long w = n < write_size ? n : write_size;

		send_some(from, w);
		receive_some(to, w);
		n -= w;
	}
}

static void fill_queues(struct end *e)
{
	for (;;) {
		ssize_t r = send(e->fd, buffer, write_size, MSG_NOSIGNAL | MSG_DONTWAIT);

		e->tx_calls++;
		if (r < 0 && errno == EAGAIN)
			return;
		if (r < 0)
			err(1, "send");
		e->sent += r;
	}
}

static uint64_t cookie(int fd)
{
	uint64_t c = 0;
	socklen_t len = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &c, &len))
		err(1, "SO_COOKIE");
	return c;
}

static void print_end(const struct end *e, char role)
{
	static const char *const ca[] = { "Open", "Disorder", "CWR", "Recovery", "Loss" };
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(e->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		err(1, "TCP_INFO");
	printf("%" PRIx64 " %c %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", cookie(e->fd), role,
	       e->sent, e->received, e->tx_calls, e->rx_calls, info.tcpi_ca_state < 5 ? ca[info.tcpi_ca_state] : "?");
}

static void ready(void)
{
	fflush(stdout);
	if (ready_file) {
		int fd = open(ready_file, O_CREAT | O_WRONLY, 0600);

		if (fd < 0)
			err(1, "%s", ready_file);
		close(fd);
	}
}

static void wait_for_end_of_input(void)
{
	char c;

	while (read(0, &c, 1) > 0)
		;
}

static void hold(void)
{
	int l = listener();
	struct end *c = calloc(count, sizeof(*c)), *s = calloc(count, sizeof(*s));

	if (!c || !s)
		errx(1, "no memory");
	for (long i = 0; i < count; i++) {
		c[i].fd = connected();
		s[i].fd = accept(l, NULL, NULL);
		if (s[i].fd < 0)
			err(1, "accept");
	}
	for (long i = 0; i < count; i++) {
		/* Each connection another amount, so that no row can pass for another. */
		transfer(&c[i], &s[i], up ? up + i : 0);
		transfer(&s[i], &c[i], down ? down + 2 * i : 0);
		send_some(&c[i], keep);
		if (fill)
			fill_queues(&c[i]);
	}
	/* Delayed acknowledgements are on their way for 40 ms, and more on a slow machine. */
	usleep(500000);
	for (long i = 0; i < count; i++) {
		print_end(&c[i], 'c');
		print_end(&s[i], 's');
	}
	ready();
	wait_for_end_of_input();
}

static void churn(long seconds)
{
	int l = listener();
	struct end *c = calloc(count, sizeof(*c)), *s = calloc(count, sizeof(*s));
	struct timespec t;
	time_t end;
	long made = 0;

	if (!c || !s)
		errx(1, "no memory");
	clock_gettime(CLOCK_MONOTONIC, &t);
	end = t.tv_sec + seconds;
	ready();
	for (long i = 0; t.tv_sec < end; i = (i + 1) % count, clock_gettime(CLOCK_MONOTONIC, &t)) {
		struct linger reset = { 1, 0 };

		if (c[i].fd) {
			/* Every third connection ends by a reset, the others orderly from either end. */
			if (made % 3 == 0)
				setsockopt(c[i].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
			close(made % 3 == 1 ? s[i].fd : c[i].fd);
			close(made % 3 == 1 ? c[i].fd : s[i].fd);
		}
		c[i].fd = connected();
		/* Where the kernel had no memory for the accepting end only data makes it try again. */
		if (try_again)
			send_some(&c[i], up);
		s[i].fd = accept(l, NULL, NULL);
		if (s[i].fd < 0)
			err(1, "accept");
		if (try_again)
			receive_some(&s[i], up);
		else
			transfer(&c[i], &s[i], up);
		transfer(&s[i], &c[i], up);
		made++;
		if (gap_ms)
			usleep(gap_ms * 1000);
	}
	if (try_again)
		printf("%ld %ld\n", made, not_begun);
	else
		printf("%ld\n", made);
}

static volatile sig_atomic_t ending;

static void end(int unused)
{
	(void)unused;
	ending = 1;
}

static void ping_pong(void)
{
	int l = listener();
	struct end c = { .fd = connected() }, s = { .fd = accept(l, NULL, NULL) };
	long rounds = 0, worst = 0;

	signal(SIGTERM, end);
	for (; !ending; rounds++) {
		struct timespec t, u;
		long ms;

		clock_gettime(CLOCK_MONOTONIC, &t);
		transfer(&c, &s, up);
		transfer(&s, &c, up);
		clock_gettime(CLOCK_MONOTONIC, &u);
		ms = (u.tv_sec - t.tv_sec) * 1000 + (u.tv_nsec - t.tv_nsec) / 1000000;
		if (ms > worst)
			worst = ms;
		usleep(gap_ms * 1000);
	}
	printf("%ld %ld\n", rounds, worst);
}

static void listen_only(void)
{
	int l = listener();

	for (long i = 0; i < count; i++)
		connected();
	printf("%" PRIx64 "\n", cookie(l));
	ready();
	wait_for_end_of_input();
}

int main(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };
	const char *verb = argc > 1 ? argv[1] : "";
	int o;

	optind = 2;
	while ((o = getopt(argc, argv, "a:p:n:u:d:w:r:k:feb:g:P:")) != -1) {
		switch (o) {
		case 'a': address = optarg; break;
		case 'p': port = atoi(optarg); break;
		case 'n': count = atol(optarg); break;
		case 'u': up = atol(optarg); break;
		case 'd': down = atol(optarg); break;
		case 'w': write_size = atol(optarg); break;
		case 'r': read_size = atol(optarg); break;
		case 'k': keep = atol(optarg); break;
		case 'f': fill = 1; break;
		case 'e': try_again = 1; break;
		case 'b': backlog = atol(optarg); break;
		case 'g': gap_ms = atol(optarg); break;
		case 'P': ready_file = optarg; break;
		default: return 2;
		}
	}
	setrlimit(RLIMIT_NOFILE, &files);
	buffer = calloc(1, (size_t)(keep > 1 << 20 ? keep : 1 << 20));
	if (!buffer || write_size < 1 || write_size > 1 << 20 || read_size < 1 || read_size > 1 << 20)
		errx(2, "bad size");
	parse_address();
	if (!strcmp(verb, "hold"))
		hold();
	else if (!strcmp(verb, "churn"))
		churn(down ? down : 5);
	else if (!strcmp(verb, "pingpong"))
		ping_pong();
	else if (!strcmp(verb, "listen"))
		listen_only();
	else
		errx(2, "hold, churn, pingpong or listen");
	return 0;
}
