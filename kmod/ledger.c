// SPDX-License-Identifier: GPL-2.0-only
#include "ledger.h"

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "hooks.h"
#include "stock.h"
#include "table.h"

#define LOW 64	/* prealloc: with fewer than these ready the worker makes twice as many */

/* Where a probe must not allocate, there are ledgers ready; under the lock. */
union spare {
	union spare *next;
	struct coremon_ledger ledger;
};

static DEFINE_RAW_SPINLOCK(lock);
static union spare *spares;
static unsigned int nr_spares;

static void put_spare(struct coremon_ledger *ledger)
{
	union spare *spare = container_of(ledger, union spare, ledger);
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	spare->next = spares;
	spares = spare;
	WRITE_ONCE(nr_spares, nr_spares + 1);
	raw_spin_unlock_irqrestore(&lock, flags);
}

static void work(struct work_struct *unused)
{
	while (READ_ONCE(nr_spares) < 2 * LOW) {
		union spare *spare = kmalloc(sizeof(*spare), GFP_KERNEL | __GFP_NOWARN);

		if (!spare)
			return;
		put_spare(&spare->ledger);
	}
}

static DECLARE_WORK(worker, work);

static struct coremon_ledger *take_spare(void)
{
	union spare *spare;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	spare = spares;
	if (spare) {
		spares = spare->next;
		WRITE_ONCE(nr_spares, nr_spares - 1);
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	if (READ_ONCE(nr_spares) < LOW)
		schedule_work(&worker);
	return spare ? memset(spare, 0, sizeof(*spare)) : NULL;
}

/* Of several CPUs at once the first to publish its ledger wins. */
static struct coremon_ledger *make(struct coremon_conn *conn)
{
	bool ready = coremon_stock_prealloc();
	struct coremon_ledger *ledger = ready ? take_spare() : kzalloc(sizeof(union spare), GFP_ATOMIC | __GFP_NOWARN);
	struct coremon_ledger *other;

	if (!ledger)
		return NULL;
	other = cmpxchg(&conn->ledger, NULL, ledger);
	if (!other)
		return ledger;
	if (ready)
		put_spare(ledger);
	else
		kfree(ledger);
	return other;
}

/**
 * coremon_ledger_init() - With prealloc: have ledgers ready. What there is no memory for is made later.
 *
 * Context: process; sleeps.
 */
void coremon_ledger_init(void)
{
	if (coremon_stock_prealloc())
		work(NULL);
}

/**
 * coremon_ledger_exit() - Free the ledgers that nobody took.
 *
 * Context: process; sleeps. No hook may run any more.
 */
void coremon_ledger_exit(void)
{
	cancel_work_sync(&worker);
	while (spares) {
		union spare *spare = spares;

		spares = spare->next;
		kfree(spare);
	}
}

/**
 * coremon_ledger_free() - Free a ledger.
 * @ledger: of a record that nobody looks at any more, or NULL
 *
 * Context: process or softirq, without a raw spinlock.
 */
void coremon_ledger_free(struct coremon_ledger *ledger)
{
	if (unlikely(ledger))
		kfree(ledger);
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

	coremon_eventful(conn);
	atomic_inc(&conn->drops);
	/* Before the reason, so that the whole is never less than its parts; pairs with that in coremon_ledger_fill(). */
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
static bool is_before(u32 a, u32 b)
{
	return a && a != (u32)COREMON_UNKNOWN && (b == (u32)COREMON_UNKNOWN || a > b);
}

static void sort_reasons(struct coremon_row *row)
{
	int i, j;

	for (i = 1; i < COREMON_DROP_REASONS; i++) {
		for (j = i; j > 0 && is_before(row->drop_count[j], row->drop_count[j - 1]); j--) {
			swap(row->drop_reason[j], row->drop_reason[j - 1]);
			swap(row->drop_count[j], row->drop_count[j - 1]);
		}
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
	/* The parts before the whole; pairs with that in coremon_ledger_count(). */
	smp_rmb();
	row->drops = atomic_read(&conn->drops);
	if (!coremon_hooks_serve(COREMON_COLUMN_DROP_REASONS))
		return;
	row->drops_other = row->drops - sum;
	sort_reasons(row);
}
