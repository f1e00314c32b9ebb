/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _COREMON_STATS_H
#define _COREMON_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

/**
 * enum coremon_stat - What the module counts of its own work, since it was loaded.
 * @COREMON_STAT_OPENED_ACTIVE: connections begun by connect()
 * @COREMON_STAT_OPENED_PASSIVE: connections that a listener made
 * @COREMON_STAT_OPENED_LISTEN: sockets that began to listen
 * @COREMON_STAT_ADOPTED: connections and listeners found open when the module was loaded
 * @COREMON_STAT_ENDED: connections and listeners that left the table
 * @COREMON_STAT_DISCARDED: of the ended, passive ones that the kernel dropped before they carried a segment
 * @COREMON_STAT_REFUSED_FULL: not tracked because the table held max_conns
 * @COREMON_STAT_REFUSED_NOMEM: not tracked because there was no memory for the record
 * @COREMON_STAT_DROPS: packets dropped
 * @COREMON_STAT_DROPS_NO_ROOM: of these, those for which there was no row
 * @COREMON_STAT_DROPS_NO_LEDGER: of these, those of a connection whose reason there was no memory to keep
 * @COREMON_STAT_NR: how many there are
 *
 * opened_* + adopted - ended is what is in the table, and ended - discarded is what was kept as ended (held + lost), exactly,
 * whenever no hook is running.
 */
enum coremon_stat {
	COREMON_STAT_OPENED_ACTIVE,
	COREMON_STAT_OPENED_PASSIVE,
	COREMON_STAT_OPENED_LISTEN,
	COREMON_STAT_ADOPTED,
	COREMON_STAT_ENDED,
	COREMON_STAT_DISCARDED,
	COREMON_STAT_REFUSED_FULL,
	COREMON_STAT_REFUSED_NOMEM,
	COREMON_STAT_DROPS,
	COREMON_STAT_DROPS_NO_ROOM,
	COREMON_STAT_DROPS_NO_LEDGER,
	COREMON_STAT_NR
};

DECLARE_PER_CPU(u64[COREMON_STAT_NR], coremon_stats);

/**
 * coremon_stat_inc() - Count one. Any context; this CPU's own cache line, safe against preemption and interrupts.
 * @stat: which
 */
static inline void coremon_stat_inc(enum coremon_stat stat)
{
	this_cpu_inc(coremon_stats[stat]);
}

u64 coremon_stat_sum(enum coremon_stat stat);
const char *coremon_stat_name(enum coremon_stat stat);

#endif /* _COREMON_STATS_H */
