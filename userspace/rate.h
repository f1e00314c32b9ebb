/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From two readings of counters to what happened between them.
 *
 * A change is known only where both readings know the counter and it did not go back: a counter that wrapped or was reset,
 * and a device that was not there before, have no known change in that interval. A device's total is the sum over the
 * devices that were there at both readings; it is unknown where one of them is unknown, or where part of the file was.
 */
#ifndef COREMON_RATE_H
#define COREMON_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "host.h"

/** struct delta - a counter now, and how much it grew */
struct delta {
	uint64_t now;
	uint64_t grown;
	bool now_known;
	bool grown_known;
};

/** struct dev_delta - the changes of one device */
struct dev_delta {
	const char *name;
	struct delta col[DEV_NR];
};

/** struct devs_delta - the changes of all interfaces or disks */
struct devs_delta {
	struct dev_delta *dev;	/* sorted by name */
	unsigned int nr;
	struct delta total[DEV_NR];	/* only the grown half */
};

/** struct host_delta - the changes of the whole machine */
struct host_delta {
	struct delta col[H_NR];
	struct devs_delta net;	/* its total leaves out the loopback interface */
	struct devs_delta disk;
	bool udp6;			/* the kernel counts IPv6 datagrams */
};

/** delta_make() - the change of one counter. */
struct delta delta_make(bool before_known, uint64_t before, bool now_known, uint64_t now);

/** delta_sum() - the sum of two changes, of now and of growth; unknown where one of them is. */
struct delta delta_sum(struct delta a, struct delta b);

/** host_delta_make() - what happened between two readings. Names in @out live as long as @now. Return: 0 or -ENOMEM. */
int host_delta_make(struct host_delta *out, const struct host *before, const struct host *now);

/** host_delta_free() - free what host_delta_make() made. */
void host_delta_free(struct host_delta *delta);

/** udp_delta() - the change of a UDP counter of both families, @v4 and @v6; IPv6 counts as nothing where the kernel has none. */
struct delta udp_delta(const struct host_delta *delta, enum host_col v4, enum host_col v6);

/** per_second() - Return: @grown in @elapsed_ns, as a rate a second. */
static inline double per_second(uint64_t grown, uint64_t elapsed_ns)
{
	return elapsed_ns ? (double)grown * 1e9 / (double)elapsed_ns : 0.0;
}

#endif /* COREMON_RATE_H */
