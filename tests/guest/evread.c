// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers of /proc/coremon/events.bin, side by side. Each checks what always holds: numbers rise without gaps but for what it
 * was told it lost, and time never runs back. They read until standard input ends and nothing more comes; a line each then says
 *   NAME EVENTS LOST STATE CA RETRANS RST_SENT RST_RECEIVED ZERO_WND_IN ZERO_WND_OUT SAMPLE DROP
 * Usage: evread [-g] [-r FILE] NAME...      NAME is block (read() that waits), poll, or stopped (reads nothing until the end)
 *   -g  gaps in the numbers are right: there is a filter     -r FILE  is created when all are reading
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../kmod/uapi/coremon.h"

struct reader {
	pthread_t thread;
	const char *name;
	int fd;
	uint64_t events, lost, gap, last_seq, last_time, kinds[COREMON_EVENT_DROP + 1];
};

static int gaps_are_right;
static volatile int ending;

static void note(struct reader *r, const struct coremon_event *e)
{
	if (e->size < sizeof(*e) || e->version != COREMON_VERSION || !e->kind || e->kind > COREMON_EVENT_DROP)
		errx(1, "%s: not an event: size %u, kind %u", r->name, e->size, e->kind);
	if (e->kind == COREMON_EVENT_LOST) {
		r->lost += e->a;
		r->gap += e->a;
		return;
	}
	if (e->time_ns < r->last_time)
		errx(1, "%s: time runs back at %llu", r->name, e->seq);
	if (r->last_seq && (gaps_are_right ? e->seq <= r->last_seq : e->seq != r->last_seq + 1 + r->gap))
		errx(1, "%s: event %llu after %" PRIu64 " and %" PRIu64 " lost", r->name, e->seq, r->last_seq, r->gap);
	r->gap = 0;
	r->last_time = e->time_ns;
	r->last_seq = e->seq;
	r->events++;
	r->kinds[e->kind]++;
}

/* Whole records: the module hands out no others to a buffer of this size. Returns whether there was something. */
static int take(struct reader *r)
{
	static __thread char buffer[64 * sizeof(struct coremon_event)];
	ssize_t n = read(r->fd, buffer, sizeof(buffer));

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		err(1, "%s: read gives %zd", r->name, n);
	for (ssize_t at = 0; at < n;) {
		struct coremon_event e;

		memcpy(&e, buffer + at, sizeof(e));
		note(r, &e);
		at += e.size;
	}
	return 1;
}

static void *run(void *arg)
{
	struct reader *r = arg;

	if (!strcmp(r->name, "stopped"))
		while (!ending)
			usleep(50000);
	/* One that waits in read() would wait for ever: what wakes it is not asked for any more once it is ending. */
	while (!ending) {
		struct pollfd p = { .fd = r->fd, .events = POLLIN };

		if (!strcmp(r->name, "block"))
			take(r);
		else if (poll(&p, 1, 1000) > 0 && !take(r))
			errx(1, "poll() says that there is something, read() that there is nothing");
	}
	fcntl(r->fd, F_SETFL, O_NONBLOCK);
	while (take(r))
		;
	return NULL;
}

int main(int argc, char **argv)
{
	struct reader readers[8] = { 0 };
	const char *ready = NULL;
	int n = 0, o;
	char c;

	while ((o = getopt(argc, argv, "gr:")) != -1) {
		if (o == 'g')
			gaps_are_right = 1;
		else if (o == 'r')
			ready = optarg;
		else
			return 2;
	}
	for (; optind < argc && n < 8; optind++, n++) {
		struct reader *r = &readers[n];

		r->name = argv[optind];
		r->fd = open("/proc/coremon/events.bin", O_RDONLY | (strcmp(r->name, "block") ? O_NONBLOCK : 0));
		if (r->fd < 0)
			err(1, "events.bin");
	}
	for (int i = 0; i < n; i++)
		if (pthread_create(&readers[i].thread, NULL, run, &readers[i]))
			errx(1, "no thread");
	if (ready)
		close(open(ready, O_CREAT | O_WRONLY, 0600));
	while (read(0, &c, 1) > 0)
		;
	ending = 1;
	/* Whoever waits in read() waits for one event more: a socket that begins to listen is one. */
	for (int i = 0; i < n; i++) {
		if (system("tcpload listen -n 0 </dev/null >/dev/null"))
			errx(1, "tcpload");
		pthread_join(readers[i].thread, NULL);
	}
	for (int i = 0; i < n; i++) {
		struct reader *r = &readers[i];

		take(r);
		while (take(r))
			;
		printf("%s %" PRIu64 " %" PRIu64, r->name, r->events, r->lost);
		for (int k = COREMON_EVENT_STATE; k <= COREMON_EVENT_DROP; k++)
			if (k != COREMON_EVENT_LOST)
				printf(" %" PRIu64, r->kinds[k]);
		printf("\n");
	}
	return 0;
}
