// SPDX-License-Identifier: GPL-2.0-only
#include "thin.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "meter.h"
#include "table.h"

u8 *coremon_thin_touched __read_mostly;
/* One sweep at a time: a reader that finds nothing to do must find all of it done. Guards swept_ns. */
static DEFINE_MUTEX(sweep);
/* ktime_get_ns() when the last sweep began. */
static u64 swept_ns;

/* Marks the connections of a chain as changed. */
static void mark_chain(unsigned long i)
{
	struct coremon_conn *conn;

	WRITE_ONCE(coremon_thin_touched[i], 0);
	/* A call that still saw the mark has changed what it changes before the record is read, or its socket is owned: see LOCKING.md. */
	smp_mb();
	rcu_read_lock();
	hlist_for_each_entry_rcu(conn, &coremon_buckets.heads[i], hash)
		coremon_changed(conn);
	rcu_read_unlock();
}

/**
 * coremon_thin_sweep() - Mark what thinned calls have changed; before a reader of changes begins a reading.
 *
 * Costs nothing if no call was thinned since the last sweep, else a pass over a byte a chain.
 *
 * Context: process; sleeps. Takes shards' locks.
 */
void coremon_thin_sweep(void)
{
	unsigned long i, words = (1UL << coremon_buckets.bits) / sizeof(long);
	u64 until = coremon_meter_thinned_until();
	u64 now = ktime_get_ns();

	/* A call that began before the end may be late by less than a second. */
	if (!until)
		return;
	mutex_lock(&sweep);
	if (until == ~0ULL || swept_ns <= until + NSEC_PER_SEC) {
		for (i = 0; i < words; i++) {
			unsigned long j = i * sizeof(long);

			if (READ_ONCE(((unsigned long *)coremon_thin_touched)[i]))
				for (; j < (i + 1) * sizeof(long); j++)
					if (READ_ONCE(coremon_thin_touched[j])) {
						mark_chain(j);
						cond_resched();
					}
			if (!(i % 1024))
				cond_resched();
		}
		swept_ns = now;
	}
	mutex_unlock(&sweep);
}

/**
 * coremon_thin_prepare() - Make sure that calls can be thinned.
 *
 * Context: process; sleeps. The table is there; one caller at a time.
 * Return: 0 or -ENOMEM.
 */
int coremon_thin_prepare(void)
{
	if (!coremon_thin_touched)
		coremon_thin_touched = kvzalloc(1UL << coremon_buckets.bits, GFP_KERNEL);
	return coremon_thin_touched ? 0 : -ENOMEM;
}

/**
 * coremon_thin_exit() - Free what was made.
 *
 * Context: process; no hook and no reader may run any more, and no check.
 */
void coremon_thin_exit(void)
{
	kvfree(coremon_thin_touched);
	coremon_thin_touched = NULL;
}

/** coremon_thin_memory() - Return: bytes that were made. */
size_t coremon_thin_memory(void)
{
	return READ_ONCE(coremon_thin_touched) ? 1UL << coremon_buckets.bits : 0;
}
