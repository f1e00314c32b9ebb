// SPDX-License-Identifier: GPL-2.0-only
#include "proc.h"

#include "closed.h"
#include "drops.h"
#include "event.h"
#include "hooks.h"
#include "meter.h"
#include "stack.h"
#include "stats.h"
#include "stream.h"
#include "table.h"
#include "thin.h"

/* What the hooks missed, thinned and took, all of them together. */
static void show_hooks(struct seq_file *m)
{
	u64 missed = 0, thinned = 0, time_us = 0;
	struct coremon_hook_info info;
	unsigned int i;

	coremon_meter_account();
	for (i = 0; coremon_hooks_info(i, &info); i++) {
		missed += info.missed;
		thinned += info.meter.thinned;
		if (info.meter.time_us != COREMON_UNKNOWN)
			time_us += info.meter.time_us;
	}
	seq_printf(m, "hooks_missed %llu\n", missed);
	seq_printf(m, "hooks_time_us %llu\n", time_us);
	seq_printf(m, "cpu_budget %u\n", coremon_meter_budget());
	seq_printf(m, "thinning %u\n", coremon_meter_thinning());
	seq_printf(m, "thinned %llu\n", thinned);
}

/**
 * coremon_proc_stats_show() - /proc/coremon/stats: what the module did, a name and a number a line.
 * @m: the file
 * @v: not used
 *
 * Return: 0.
 */
int coremon_proc_stats_show(struct seq_file *m, void *v)
{
	int i;

	seq_puts(m, "format 1\n");
	seq_printf(m, "connections %u\n", coremon_table_connections());
	seq_printf(m, "listeners %u\n", coremon_table_listeners());
	seq_printf(m, "max_conns %u\n", coremon_table_max());
	for (i = 0; i < COREMON_STAT_NR; i++)
		seq_printf(m, "%s %llu\n", coremon_stat_name(i), coremon_stat_sum(i));
	seq_printf(m, "closed_held %u\n", coremon_closed_held());
	seq_printf(m, "closed_lost %llu\n", coremon_closed_lost());
	seq_printf(m, "events %llu\n", coremon_events_written());
	seq_printf(m, "memory_bytes %zu\n", coremon_table_memory() + coremon_closed_memory() +
		   coremon_event_memory() + coremon_drops_memory() + coremon_stack_memory() + coremon_thin_memory());
	show_hooks(m);
	seq_printf(m, "readers %u\n", coremon_stream_readers() + coremon_event_readers());
	return 0;
}
