// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it costs to read the table of connections: processor time, user and system, of the process that reads (getrusage), while
 * connections of this process are open. Both ends of each are here, so that a pair is two rows.
 *
 *   read ROWS=WHAT...      opens connections until there are ROWS rows, then reads; the next ROWS are more
 *
 * WHAT is one or more of
 *   b  /proc/coremon/connections.bin, all of it           t  /proc/coremon/connections
 *   c  connections.bin, what changed since: 0, 100 and 1,000 rows of them
 *   p  /proc/net/tcp          i  ss -tinHO          n  ss -tnH
 *   r  coremon-report 5, an interval of it, with 1,000 rows active every second
 *   m  no time but memory_bytes of /proc/coremon/stats
 *
 * Prints ROWS NAME NANOSECONDS (or BYTES) a line.
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../kmod/uapi/coremon.h"

#define PAIRS_MAX 600000
#define PAIRS_A_LISTENER 5000
#define ROUNDS 5

static int pair[PAIRS_MAX][2];
static long pairs;
static char buffer[1 << 18];

static uint64_t ns_of(const struct rusage *u)
{
	return (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000000ULL + (u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1000ULL;
}

static uint64_t cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return ns_of(&u);
}

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void grow(long rows)
{
	static struct sockaddr_in server = { .sin_family = AF_INET };
	static int listener;
	int one = 1;

	for (; pairs < rows / 2; pairs++) {
		if (pairs % PAIRS_A_LISTENER == 0) {
			socklen_t len = sizeof(server);

			server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
			server.sin_port = 0;
			listener = socket(AF_INET, SOCK_STREAM, 0);
			if (listener < 0 || bind(listener, (void *)&server, len) || listen(listener, 128) ||
			    getsockname(listener, (void *)&server, &len))
				err(1, "cannot listen");
		}
		pair[pairs][0] = socket(AF_INET, SOCK_STREAM, 0);
		if (pair[pairs][0] < 0 || connect(pair[pairs][0], (void *)&server, sizeof(server)))
			err(1, "cannot connect");
		pair[pairs][1] = accept(listener, NULL, NULL);
		if (pair[pairs][1] < 0)
			err(1, "cannot accept");
		setsockopt(pair[pairs][0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	}
	pause_ms(1000);
}

/* Something on both ends of so many rows, spread over all. */
static void use(long rows)
{
	long i, n = rows / 2;

	for (i = 0; i < n; i++) {
		int *p = pair[i * (pairs / n)];

		if (send(p[0], buffer, 100, 0) != 100 || recv(p[1], buffer, sizeof(buffer), 0) != 100)
			err(1, "a connection failed");
	}
}

static void print(const char *name, uint64_t value)
{
	printf("%ld %s %" PRIu64 "\n", pairs * 2, name, value);
	fflush(stdout);
}

/* One reading up to the end of file. Returns the records in it, if it is of records. */
static long drain(int fd)
{
	long bytes = 0;
	ssize_t r;

	while ((r = read(fd, buffer, sizeof(buffer))) > 0)
		bytes += r;
	if (r < 0)
		err(1, "read");
	return bytes / sizeof(struct coremon_row);
}

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void read_file(const char *name, const char *path)
{
	uint64_t least = ~0ULL;
	int i;

	for (i = 0; i < 2; i++) {
		uint64_t before = cpu();
		int fd = open_file(path);

		drain(fd);
		close(fd);
		if (cpu() - before < least)
			least = cpu() - before;
	}
	print(name, least);
}

static void read_changes(void)
{
	static const long active[] = { 0, 100, 1000 };
	int fd = open_file("/proc/coremon/connections.bin");
	size_t i;

	drain(fd);
	drain(fd);
	for (i = 0; i < sizeof(active) / sizeof(*active); i++) {
		uint64_t least = ~0ULL;
		char name[32];
		int round;

		if (active[i] > pairs * 2)
			break;
		for (round = 0; round < ROUNDS; round++) {
			uint64_t before, cost;
			long rows;

			use(active[i]);
			pause_ms(500);
			before = cpu();
			rows = drain(fd);
			cost = cpu() - before;
			/* What else runs in the guest has no connections. */
			if (rows != active[i])
				errx(1, "%ld connections changed, %ld were told of", active[i], rows);
			if (cost < least)
				least = cost;
		}
		snprintf(name, sizeof(name), "changed_%ld", active[i]);
		print(name, least);
	}
	close(fd);
}

/* Runs a program with its output thrown away, and uses so many rows every second meanwhile. Returns its processor time. */
static uint64_t run(long rows, char **argv)
{
	struct rusage u;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		execvp(*argv, argv);
		err(1, "%s", *argv);
	}
	while (wait4(pid, &status, rows ? WNOHANG : 0, &u) != pid) {
		use(rows);
		pause_ms(1000);
	}
	if (status)
		errx(1, "%s failed", *argv);
	return ns_of(&u);
}

static void run_ss(const char *name, const char *options)
{
	char *argv[] = { "ss", (char *)options, NULL };

	print(name, run(0, argv));
}

/* The first readings, of everything, are not alike to the last instruction: many intervals, so that it does not matter. */
static void run_report(void)
{
	char *few[] = { "/stage/coremon-report", "5", "2", NULL }, *more[] = { "/stage/coremon-report", "5", "42", NULL };
	uint64_t a = run(1000, few), b = run(1000, more);

	print("report_interval", (b - a) / 40);
}

static void memory(void)
{
	FILE *f = fopen("/proc/coremon/stats", "r");
	uint64_t bytes;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "memory_bytes %" SCNu64, &bytes) == 1)
			print("memory", bytes);
	if (f)
		fclose(f);
}

static void measure(int what)
{
	switch (what) {
	case 'b': read_file("bin", "/proc/coremon/connections.bin"); break;
	case 't': read_file("text", "/proc/coremon/connections"); break;
	case 'c': read_changes(); break;
	case 'p': read_file("proc_net_tcp", "/proc/net/tcp"); break;
	case 'i': run_ss("ss_tinHO", "-tinHO"); break;
	case 'n': run_ss("ss_tnH", "-tnH"); break;
	case 'r': run_report(); break;
	case 'm': memory(); break;
	default: errx(2, "no such reading: %c", what);
	}
}

int main(int argc, char **argv)
{
	struct rlimit files = { 2 * PAIRS_MAX, 2 * PAIRS_MAX };
	int i;

	if (setrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max = 1 << 20;
		if (setrlimit(RLIMIT_NOFILE, &files))
			err(1, "cannot raise the number of open files");
	}
	for (i = 1; i < argc; i++) {
		char *what;
		long rows = strtol(argv[i], &what, 10);

		if (*what != '=' || rows < 2 || rows / 2 < pairs || rows / 2 > PAIRS_MAX)
			errx(2, "usage: read ROWS=WHAT...");
		grow(rows);
		while (*++what)
			measure(*what);
	}
	return 0;
}
