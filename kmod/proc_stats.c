// SPDX-License-Identifier: GPL-2.0-only
#include "proc.h"

#include "closed.h"
#include "drops.h"
#include "event.h"
#include "hooks.h"
#include "stats.h"
#include "stream.h"
#include "table.h"

static u64 hooks_missed(void)
{
	struct coremon_hook_info info;
	u64 missed = 0;
	unsigned int i;

	for (i = 0; coremon_hooks_info(i, &info); i++)
		missed += info.missed;
	return missed;
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
	seq_printf(m, "memory_bytes %zu\n", coremon_table_memory() + coremon_closed_memory() + coremon_drops_memory());
	seq_printf(m, "hooks_missed %llu\n", hooks_missed());
	seq_printf(m, "readers %u\n", coremon_stream_readers() + coremon_event_readers());
	return 0;
}
