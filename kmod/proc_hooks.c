// SPDX-License-Identifier: GPL-2.0-only
#include "proc.h"

#include "hooks.h"
#include "meter.h"
#include "uapi/coremon.h"

static void put(struct seq_file *m, int width, u64 value)
{
	if (value == COREMON_UNKNOWN)
		seq_printf(m, " %*s", width, "-");
	else
		seq_printf(m, " %*llu", width, value);
}

/**
 * coremon_proc_hooks_show() - /proc/coremon/hooks: what serves each hook on this kernel, and what it costs.
 * @m: the file
 * @v: not used
 *
 * Return: 0.
 */
int coremon_proc_hooks_show(struct seq_file *m, void *v)
{
	struct coremon_hook_info info;
	unsigned int i;

	coremon_meter_account();
	seq_puts(m, "# coremon hooks 1\n");
	seq_printf(m, "%-14s %-10s %-23s %-8s %15s %8s %15s %11s %8s %10s %15s %s\n", "hook", "kind", "symbol", "required", "hits", "missed",
		   "thinned", "sampled", "ns", "thinned_ns", "time_us", "why");
	for (i = 0; coremon_hooks_info(i, &info); i++) {
		bool served = info.kind;

		seq_printf(m, "%-14s %-10s %-23s %-8s", info.name, served ? info.kind : info.off ? "off" : "-", served ? info.symbol : "-",
			   info.required ? "yes" : "no");
		put(m, 15, served ? info.meter.hits : COREMON_UNKNOWN);
		put(m, 8, served ? info.missed : COREMON_UNKNOWN);
		put(m, 15, served ? info.meter.thinned : COREMON_UNKNOWN);
		put(m, 11, served ? info.meter.sampled : COREMON_UNKNOWN);
		put(m, 8, served ? info.meter.ns : COREMON_UNKNOWN);
		put(m, 10, served ? info.meter.thinned_ns : COREMON_UNKNOWN);
		put(m, 15, served ? info.meter.time_us : COREMON_UNKNOWN);
		seq_printf(m, " %s\n", info.why ?: "-");
	}
	return 0;
}
