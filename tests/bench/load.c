// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads for measurements in a guest whose clock counts instructions (guest.sh -i: a nanosecond is an instruction). What is printed is
 * the time in which the processor was not idle, an operation: the same load with and without something loaded tells what that costs.
 *
 *   load pingpong [options]    100 bytes there and back between two processes      an operation: one round trip
 *   load bulk [options]        writes of 64 KiB from one process to another        an operation: one MiB
 *   load conn [options]        connect, a byte, close, both ends in one process    an operation: one connection
 *   load many [options]        the ping-pong on 64 connections at once, each between two processes of its own, 200 ms a repeat
 *
 *   -n N  operations a repeat      -r N  repeats      -w N  repeats before these, which warm up
 *
 * Prints MEDIAN DECILE1 DECILE9 of the repeats, in instructions an operation; of `many` in round trips a second, of all processors
 * together. With -m the latter prints the round trips so far at each mark instead (count.c), which is one more than there are repeats.
 * A repeat should be shorter than a tick of the clock: the median is then
 * that of repeats without a tick, and the same to an instruction or two from one run to the next.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE 100
#define BULK 65536
#define REPEATS_MAX 1000

static long count = 20, repeats = 200, warm = 10;
static int marks;
static struct sockaddr_in server = { .sin_family = AF_INET };

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Time that the only processor has been idle, to the nanosecond; idle time passes without an instruction. */
static uint64_t idle(void)
{
	static char line[256];
	FILE *f = fopen("/proc/timer_list", "r");
	uint64_t ns;

	if (!f)
		err(1, "/proc/timer_list");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " .idle_sleeptime : %" SCNu64, &ns) == 1) {
			fclose(f);
			return ns;
		}
	}
	errx(1, "/proc/timer_list has no idle_sleeptime");
}

static int listener(void)
{
	socklen_t len = sizeof(server);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (void *)&server, len) || listen(fd, 128) || getsockname(fd, (void *)&server, &len))
		err(1, "cannot listen");
	return fd;
}

static int connected(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (void *)&server, sizeof(server)))
		err(1, "cannot connect");
	return fd;
}

static void write_all(int fd, const char *buf, size_t n)
{
	while (n) {
		ssize_t r = write(fd, buf, n);

		if (r <= 0)
			err(1, "write");
		buf += r;
		n -= r;
	}
}

static void read_all(int fd, char *buf, size_t n)
{
	while (n) {
		ssize_t r = read(fd, buf, n);

		if (r <= 0)
			err(1, "read");
		buf += r;
		n -= r;
	}
}

/* ---- the peer of the loads that have one: a child of this process ---- */

static int peer_fd;
static pid_t peer;

static void start_peer(void (*serve)(int fd))
{
	int l = listener(), one = 1;

	peer = fork();
	if (peer < 0)
		err(1, "fork");
	if (!peer) {
		int fd = accept(l, NULL, NULL);

		if (fd < 0)
			err(1, "accept");
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		serve(fd);
		_exit(0);
	}
	close(l);
	peer_fd = connected();
	setsockopt(peer_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void end_peer(void)
{
	int status;

	close(peer_fd);
	if (waitpid(peer, &status, 0) != peer || status)
		errx(1, "the peer failed");
}

static char buffer[BULK];

static void echo(int fd)
{
	ssize_t r;

	while ((r = read(fd, buffer, MESSAGE)) > 0)
		write_all(fd, buffer, r);
}

static void pingpong(void)
{
	long i;

	for (i = 0; i < count; i++) {
		write_all(peer_fd, buffer, MESSAGE);
		read_all(peer_fd, buffer, MESSAGE);
	}
}

/* Answers a byte for each MiB, so that the other end knows that it has come. */
static void sink(int fd)
{
	size_t got = 0;
	ssize_t r;

	while ((r = read(fd, buffer, BULK)) > 0)
		for (got += r; got >= 1 << 20; got -= 1 << 20)
			write_all(fd, "", 1);
}

static void bulk(void)
{
	long i;

	for (i = 0; i < count * (1 << 20) / BULK; i++)
		write_all(peer_fd, buffer, BULK);
	for (i = 0; i < count; i++)
		read_all(peer_fd, buffer, 1);
}

/* ---- connect, a byte, close ---- */

static int conn_listener;

static void conn(void)
{
	long i;

	for (i = 0; i < count; i++) {
		int c = connected();
		int s = accept(conn_listener, NULL, NULL);

		if (s < 0)
			err(1, "accept");
		write_all(c, "x", 1);
		read_all(s, buffer, 1);
		close(c);
		if (read(s, buffer, 1))
			errx(1, "no end of file");
		close(s);
	}
}

/* ---- many at once ---- */

#define MANY 64
#define MANY_MS 200

/* Round trips of each, on a cache line of its own. */
static struct { uint64_t trips, rest[7]; } *made;

static void start_many(void)
{
	long i;

	made = mmap(NULL, MANY * sizeof(*made), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (made == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < MANY; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		start_peer(echo);
		for (count = 1;;) {
			pingpong();
			__atomic_store_n(&made[i].trips, made[i].trips + 1, __ATOMIC_RELAXED);
		}
	}
}

static uint64_t trips(uint64_t *least)
{
	uint64_t sum = 0;
	long i;

	*least = ~0ULL;
	for (i = 0; i < MANY; i++) {
		uint64_t n = __atomic_load_n(&made[i].trips, __ATOMIC_RELAXED);

		sum += n;
		if (n < *least)
			*least = n;
	}
	return sum;
}

/* The emulator that counts instructions knows this one (count.c); everywhere else it does nothing. */
static void mark(void)
{
	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00, 0x6b, 0x72, 0x61, 0x6d" ::: "memory");
}

static int by_value(const void *a, const void *b);

static void mark_many(void)
{
	const struct timespec wait = { 0, MANY_MS * 1000000L };
	uint64_t least = 0;
	long i;

	for (i = -warm; i <= repeats; i++) {
		nanosleep(&wait, NULL);
		if (i < 0)
			continue;
		printf("%" PRIu64 "\n", trips(&least));
		mark();
	}
	if (!least)
		errx(1, "a connection has not moved");
}

static void measure_many(void)
{
	static double rate[REPEATS_MAX];
	const struct timespec wait = { 0, MANY_MS * 1000000L };
	uint64_t least = 0;
	long i;

	for (i = -warm; i < repeats; i++) {
		uint64_t before = trips(&least), at = now();

		nanosleep(&wait, NULL);
		if (i >= 0)
			rate[i] = (trips(&least) - before) * 1e9 / (now() - at);
	}
	if (!least)
		errx(1, "a connection has not moved");
	qsort(rate, repeats, sizeof(*rate), by_value);
	printf("%.0f %.0f %.0f\n", rate[repeats / 2], rate[repeats / 10], rate[repeats - 1 - repeats / 10]);
}

/* ---- */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void measure(void (*load)(void))
{
	static double cost[REPEATS_MAX];
	long i;

	for (i = -warm; i < repeats; i++) {
		uint64_t idle_before = idle(), before = now(), passed;

		load();
		passed = now() - before;
		if (i >= 0)
			cost[i] = (double)(passed - (idle() - idle_before)) / count;
	}
	qsort(cost, repeats, sizeof(*cost), by_value);
	printf("%.1f %.1f %.1f\n", cost[repeats / 2], cost[repeats / 10], cost[repeats - 1 - repeats / 10]);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	int o;

	optind = 2;
	while ((o = getopt(argc, argv, "n:r:w:m")) != -1) {
		switch (o) {
		case 'n': count = atol(optarg); break;
		case 'r': repeats = atol(optarg); break;
		case 'w': warm = atol(optarg); break;
		case 'm': marks = 1; break;
		default: return 2;
		}
	}
	if (count < 1 || repeats < 1 || repeats > REPEATS_MAX || warm < 0)
		errx(2, "a number is out of range");
	if (!strcmp(verb, "pingpong")) {
		start_peer(echo);
		measure(pingpong);
		end_peer();
	} else if (!strcmp(verb, "bulk")) {
		start_peer(sink);
		measure(bulk);
		end_peer();
	} else if (!strcmp(verb, "conn")) {
		conn_listener = listener();
		measure(conn);
	} else if (!strcmp(verb, "many")) {
		start_many();
		if (marks)
			mark_many();
		else
			measure_many();
	} else {
		errx(2, "usage: load pingpong | bulk | conn | many [-n N] [-r N] [-w N] [-m]");
	}
	return 0;
}
