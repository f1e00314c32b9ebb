// SPDX-License-Identifier: GPL-2.0-only
/*
 * How late who sleeps is woken: one thread of normal priority and one of SCHED_FIFO each sleep 10 ms over and over, until standard input
 * ends. A line each then says, in microseconds past the 10 ms, `normal BEATS WORST P99` and `fifo BEATS WORST P99`: 99 of 100 beats were
 * no later than P99.
 * Usage: heartbeat
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SLEEP_NS 10000000L
#define STEP_US 50
#define STEPS 200000	/* up to 10 s, what is later counts as that */

struct beats {
	pthread_t thread;
	int policy;
	long count, worst_us;
	unsigned int late[STEPS];
};

static struct beats normal = { .policy = SCHED_OTHER }, fifo = { .policy = SCHED_FIFO };
static volatile int ending;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *beat(void *arg)
{
	struct beats *b = arg;
	struct sched_param param = { .sched_priority = b->policy == SCHED_FIFO ? 50 : 0 };

	if (pthread_setschedparam(pthread_self(), b->policy, &param))
		errx(1, "no such priority");
	while (!ending) {
		struct timespec sleep = { .tv_nsec = SLEEP_NS };
		int64_t began = now_ns();
		long us;

		nanosleep(&sleep, NULL);
		us = (now_ns() - began - SLEEP_NS) / 1000;
		if (us < 0)
			us = 0;
		if (us > b->worst_us)
			b->worst_us = us;
		b->late[us / STEP_US < STEPS ? us / STEP_US : STEPS - 1]++;
		b->count++;
	}
	return NULL;
}

static void print(const char *name, const struct beats *b)
{
	long seen = 0;
	int i;

	for (i = 0; i < STEPS - 1 && (seen += b->late[i]) * 100 < b->count * 99; i++)
		;
	printf("%s %ld %ld %ld\n", name, b->count, b->worst_us, (i + 1L) * STEP_US);
}

int main(void)
{
	char c;

	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		err(1, "mlockall");
	if (pthread_create(&normal.thread, NULL, beat, &normal) || pthread_create(&fifo.thread, NULL, beat, &fifo))
		errx(1, "no thread");
	while (read(0, &c, 1) > 0)
		;
	ending = 1;
	pthread_join(normal.thread, NULL);
	pthread_join(fifo.thread, NULL);
	print("normal", &normal);
	print("fifo", &fifo);
	return 0;
}
