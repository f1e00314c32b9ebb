// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <linux/cpumask.h>

DEFINE_PER_CPU(u64[COREMON_STAT_NR], coremon_stats);

static const char *const names[COREMON_STAT_NR] = {
	[COREMON_STAT_OPENED_ACTIVE] = "opened_active",
	[COREMON_STAT_OPENED_PASSIVE] = "opened_passive",
	[COREMON_STAT_OPENED_LISTEN] = "opened_listen",
	[COREMON_STAT_ADOPTED] = "adopted",
	[COREMON_STAT_ENDED] = "ended",
	[COREMON_STAT_DISCARDED] = "discarded",
	[COREMON_STAT_REFUSED_FULL] = "refused_full",
	[COREMON_STAT_REFUSED_NOMEM] = "refused_nomem",
	[COREMON_STAT_DROPS] = "drops",
	[COREMON_STAT_DROPS_NO_ROOM] = "drops_no_room",
	[COREMON_STAT_DROPS_NO_LEDGER] = "drops_no_ledger",
};

/**
 * coremon_stat_name() - The name under which /proc/coremon/stats shows @stat.
 * @stat: which
 *
 * Return: a constant string.
 */
const char *coremon_stat_name(enum coremon_stat stat)
{
	return names[stat];
}

/**
 * coremon_stat_sum() - All CPUs' counts added up, those of CPUs gone offline included.
 * @stat: which
 *
 * Return: the sum; a count made meanwhile may be missing.
 */
u64 coremon_stat_sum(enum coremon_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(coremon_stats[stat], cpu));
	return sum;
}
