/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where records come from and where they go. Each shard of the table has a stock of its own, under the shard's lock, which is held at birth and
 * at death anyway: a record that nobody looks at any more is used again from there. Only where there is none is memory allocated; with `prealloc`
 * (always on PREEMPT_RT, where a probe must not allocate) a worker does that ahead.
 */
#ifndef _COREMON_STOCK_H
#define _COREMON_STOCK_H

#include <linux/atomic.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "table.h"

/**
 * struct coremon_stock - The stock of a shard.
 * @lock: the shard's, which guards the rest
 * @spare: records that can be used at once
 * @nr_spare: how many
 * @low: with fewer of them the worker is called
 * @retired: records that left the table and wait for more to do so, for a grace period that they share
 * @nr_retired: how many
 */
struct coremon_stock {
	raw_spinlock_t *lock;
	struct coremon_conn *spare;
	unsigned int nr_spare;
	unsigned int low;
	struct coremon_conn *retired;
	unsigned int nr_retired;
};

extern atomic_t coremon_stock_used;

/** coremon_stock_unreserve() - The place was not used. */
static inline void coremon_stock_unreserve(void)
{
	atomic_dec(&coremon_stock_used);
}

/**
 * coremon_stock_reserve() - A place for a record, so that the bound holds on every CPU.
 * @max: the bound
 *
 * Return: false: there are as many as there may be.
 */
static inline bool coremon_stock_reserve(unsigned int max)
{
	if (likely(atomic_inc_return(&coremon_stock_used) <= max))
		return true;
	coremon_stock_unreserve();
	return false;
}

/**
 * coremon_stock_take() - A record out of a stock.
 * @stock: the stock, its lock held
 *
 * Return: the record, not initialized; NULL: none is left.
 */
static inline struct coremon_conn *coremon_stock_take(struct coremon_stock *stock)
{
	struct coremon_conn *conn = stock->spare;

	lockdep_assert_held(stock->lock);
	if (unlikely(!conn))
		return NULL;
	stock->spare = conn->next;
	WRITE_ONCE(stock->nr_spare, stock->nr_spare - 1);
	return conn;
}

struct coremon_conn *coremon_stock_make(struct coremon_stock *stock, bool in_probe);
void coremon_stock_put(struct coremon_stock *stock, struct coremon_conn *conn);
void coremon_stock_unmake(struct coremon_conn *conn);
struct coremon_conn *coremon_stock_retire(struct coremon_stock *stock, struct coremon_conn *conn, unsigned int max);
void coremon_stock_release(struct coremon_conn *retired);
void coremon_stock_flush(void);
void coremon_stock_kick(void);

/**
 * coremon_stock_check() - Call the worker if the stock runs low.
 * @stock: the stock
 *
 * Context: any but NMI, better without the shard's lock.
 */
static inline void coremon_stock_check(const struct coremon_stock *stock)
{
	if (unlikely(READ_ONCE(stock->nr_spare) < READ_ONCE(stock->low)))
		coremon_stock_kick();
}

bool coremon_stock_prealloc(void);
size_t coremon_stock_memory(void);
int coremon_stock_init(void);
void coremon_stock_begin(struct coremon_stock *stock, raw_spinlock_t *lock);
void coremon_stock_exit(void);

#endif /* _COREMON_STOCK_H */
