// SPDX-License-Identifier: GPL-2.0-only
#include "ledger.h"

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "hooks.h"
#include "table.h"

/* Of several CPUs at once the first to publish its ledger wins. */
static struct coremon_ledger *make(struct coremon_conn *conn)
{
	struct coremon_ledger *ledger = kzalloc(sizeof(*ledger), GFP_ATOMIC | __GFP_NOWARN);
	struct coremon_ledger *other;

	if (!ledger)
		return NULL;
	other = cmpxchg(&conn->ledger, NULL, ledger);
	if (!other)
		return ledger;
	kfree(ledger);
	return other;
}

static void count_reason(struct coremon_ledger *ledger, u32 reason)
{
	int i;

	for (i = 0; i < COREMON_DROP_REASONS; i++) {
		u32 is = READ_ONCE(ledger->reason[i]);

		if (!is)
			is = cmpxchg(&ledger->reason[i], 0, reason) ?: reason;
		if (is == reason) {
			atomic_inc(&ledger->count[i]);
			return;
		}
	}
	/* The rest is what the whole is more than the slots. */
}

/**
 * coremon_ledger_count() - A packet of a connection was dropped.
 * @conn: the record, under RCU
 * @reason: the kernel's; all ones: not known
 *
 * Context: any but NMI. May take the shard's lock.
 */
void coremon_ledger_count(struct coremon_conn *conn, u32 reason)
{
	struct coremon_ledger *ledger = READ_ONCE(conn->ledger);

	/* Before the reason, so that the whole is never less than its parts. */
	atomic_inc(&conn->drops);
	smp_mb__after_atomic();
	if (reason != (u32)COREMON_UNKNOWN) {
		ledger = ledger ?: make(conn);
		if (ledger)
			count_reason(ledger, reason);
		else
			coremon_stat_inc(COREMON_STAT_DROPS_NO_LEDGER);
	}
	/* The socket is not locked: the mark is looked at after the change, as coremon_table_told() clears it before the reading. */
	smp_mb();
	coremon_changed(conn);
}

/* The most frequent first. */
static void sort_reasons(struct coremon_row *row)
{
	int i, j;

	for (i = 1; i < COREMON_DROP_REASONS; i++)
		for (j = i; j > 0 && row->drop_count[j] && row->drop_count[j] != (u32)COREMON_UNKNOWN &&
			    (row->drop_count[j - 1] == (u32)COREMON_UNKNOWN || row->drop_count[j] > row->drop_count[j - 1]); j--) {
			swap(row->drop_reason[j], row->drop_reason[j - 1]);
			swap(row->drop_count[j], row->drop_count[j - 1]);
		}
}

/**
 * coremon_ledger_fill() - A connection's drops, for its row.
 * @conn: the record, under RCU
 * @row: in: all of them not known; out: what is known
 *
 * Context: any.
 */
void coremon_ledger_fill(const struct coremon_conn *conn, struct coremon_row *row)
{
	const struct coremon_ledger *ledger = READ_ONCE(conn->ledger);
	u32 sum = 0;
	int i;

	if (!coremon_hooks_serve(COREMON_COLUMN_DROPS))
		return;
	for (i = 0; ledger && i < COREMON_DROP_REASONS; i++) {
		u32 count = atomic_read(&ledger->count[i]);

		if (!count)
			continue;
		row->drop_reason[i] = READ_ONCE(ledger->reason[i]);
		row->drop_count[i] = count;
		sum += count;
	}
	smp_rmb();
	row->drops = atomic_read(&conn->drops);
	if (!coremon_hooks_serve(COREMON_COLUMN_DROP_REASONS))
		return;
	row->drops_other = row->drops - sum;
	sort_reasons(row);
}
