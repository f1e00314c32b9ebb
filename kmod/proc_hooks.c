// SPDX-License-Identifier: GPL-2.0-only
#include "proc.h"

#include "hooks.h"

/**
 * coremon_proc_hooks_show() - /proc/coremon/hooks: what serves each hook on this kernel.
 * @m: the file
 * @v: not used
 *
 * Return: 0.
 */
int coremon_proc_hooks_show(struct seq_file *m, void *v)
{
	struct coremon_hook_info info;
	unsigned int i;

	seq_puts(m, "# coremon hooks 1\n");
	seq_printf(m, "%-13s %-10s %-22s %-8s %15s %8s\n", "hook", "kind", "symbol", "required", "hits", "missed");
	for (i = 0; coremon_hooks_info(i, &info); i++) {
		const char *required = info.required ? "yes" : "no";

		if (info.kind)
			seq_printf(m, "%-13s %-10s %-22s %-8s %15llu %8llu\n", info.name, info.kind, info.symbol,
				   required, info.hits, info.missed);
		else
			seq_printf(m, "%-13s %-10s %-22s %-8s %15s %8s\n", info.name, info.off ? "off" : "-", "-", required, "-", "-");
	}
	return 0;
}
