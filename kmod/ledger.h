/* SPDX-License-Identifier: GPL-2.0-only */
/* The packets of one connection that were dropped, by reason. */
#ifndef _COREMON_LEDGER_H
#define _COREMON_LEDGER_H

#include <linux/types.h>

#include "uapi/coremon.h"

struct coremon_conn;

/**
 * struct coremon_ledger - Made at a connection's first drop. Written by several CPUs at once.
 * @reason: of each slot, claimed by cmpxchg and then immutable; 0: free
 * @count: of each slot
 */
struct coremon_ledger {
	u32 reason[COREMON_DROP_REASONS];
	atomic_t count[COREMON_DROP_REASONS];
};

void coremon_ledger_init(void);
void coremon_ledger_exit(void);
void coremon_ledger_free(struct coremon_ledger *ledger);
void coremon_ledger_count(struct coremon_conn *conn, u32 reason);
void coremon_ledger_fill(const struct coremon_conn *conn, struct coremon_row *row);

#endif /* _COREMON_LEDGER_H */
