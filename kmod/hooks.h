/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _COREMON_HOOKS_H
#define _COREMON_HOOKS_H

#include <linux/types.h>

#include "meter.h"

/**
 * struct coremon_hook_info - What serves one logical hook, for a reader.
 * @name: of the hook
 * @kind: "tracepoint", "ftrace" or "kprobe"; NULL: nothing serves
 * @symbol: of the kernel; NULL: nothing serves
 * @why: nothing serves, a word; NULL: something does
 * @off: by the parameter hot; then nothing serves
 * @required: the module does not load without it
 * @meter: how often it was called since the load, and what that cost
 * @missed: times the kernel says it could not run (a kprobe inside a kprobe)
 */
struct coremon_hook_info {
	const char *name;
	const char *kind;
	const char *symbol;
	const char *why;
	bool off;
	bool required;
	struct coremon_meter_info meter;
	u64 missed;
};

/* Which columns a hook gives; a reader must know whether it serves. */
enum coremon_hook_column {
	COREMON_COLUMN_TX_CALLS,
	COREMON_COLUMN_RX_CALLS,
	COREMON_COLUMN_ULP_CALLS,
	COREMON_COLUMN_QUEUES,		/* and whatever else is of segments: flags received, first data, windows */
	COREMON_COLUMN_FLAGS_OUT,
	COREMON_COLUMN_RST_CAUSE,	/* and whether a connection got a segment in its handshake */
	COREMON_COLUMN_CHANGES,		/* which connections have changed since a reader was last told */
	COREMON_COLUMN_RETRANS,
	COREMON_COLUMN_CA_TOLD,
	COREMON_COLUMN_CA,
	COREMON_COLUMN_UNDO,
	COREMON_COLUMN_DROPS,
	COREMON_COLUMN_DROP_REASONS,
	COREMON_COLUMNS
};

/* Written when the hooks are armed. */
extern bool coremon_hooks_columns[COREMON_COLUMNS];

/**
 * coremon_hooks_serve() - Whether a column that only a hook can fill is filled on this kernel.
 * @column: which
 *
 * Return: false: the column is not known.
 */
static inline bool coremon_hooks_serve(enum coremon_hook_column column)
{
	return coremon_hooks_columns[column];
}

int coremon_hooks_arm(void);
void coremon_hooks_disarm(void);
bool coremon_hooks_info(unsigned int i, struct coremon_hook_info *info);

#endif /* _COREMON_HOOKS_H */
