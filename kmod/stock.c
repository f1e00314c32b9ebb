// SPDX-License-Identifier: GPL-2.0-only
#include "stock.h"

#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "ledger.h"
#include "table.h"

#define RECORD_ALIGN 16		/* what a segment touches, 80 bytes, then lies in two cache lines wherever it begins */
#define SPARE_MAX (IS_ENABLED(CONFIG_KASAN) ? 0 : 2048)	/* records that are kept for the next connections; KASAN watches those that are not */
#define BATCH_MAX 16		/* records that share a grace period, at most */
#define BATCHES_OF_BOUND 64	/* what waits for its batch to be full is at most this part of max_conns */
#define LOW_FIRST 8		/* prealloc: records a shard has ready, at least: half of what the worker makes */
#define LOW_MAX 256		/* it doubles up to this whenever there was none left */

static struct kmem_cache *cache __read_mostly;
/* Written at birth, and when a batch is given back. Those in use and those that cannot be used again yet, which max_conns is for. */
atomic_t coremon_stock_used = ATOMIC_INIT(0);
/* Written when memory is taken or given back. */
static atomic_t nr_allocated = ATOMIC_INIT(0);

static bool prealloc = IS_ENABLED(CONFIG_PREEMPT_RT);
module_param(prealloc, bool, 0444);
MODULE_PARM_DESC(prealloc, "Allocate no memory in probes, but have records ready (always so on PREEMPT_RT kernels, otherwise off)");

/** coremon_stock_prealloc() - Return: whether probes must not allocate. */
bool coremon_stock_prealloc(void)
{
	return prealloc;
}

/* Those that the worker looks after. */
static struct coremon_stock *stocks[COREMON_SHARDS];
static unsigned int nr_stocks;
/* Guards nr_stocks against coremon_stock_flush(), which a parameter calls before the load is done and after the table is gone. */
static DEFINE_MUTEX(flushing);

static struct coremon_conn *allocate(gfp_t flags)
{
	struct coremon_conn *conn = kmem_cache_alloc(cache, flags | __GFP_NOWARN);

	if (!conn)
		return NULL;
	conn->eventful = true;	/* nothing is known of what is in it */
	atomic_inc(&nr_allocated);
	return conn;
}

/**
 * coremon_stock_unmake() - Give back the memory of a record that was not used.
 * @conn: the record
 *
 * Context: any but NMI, without a raw spinlock; with prealloc not in a probe.
 */
void coremon_stock_unmake(struct coremon_conn *conn)
{
	atomic_dec(&nr_allocated);
	kmem_cache_free(cache, conn);
}

static void put_locked(struct coremon_stock *stock, struct coremon_conn *conn)
{
	lockdep_assert_held(stock->lock);
	conn->next = stock->spare;
	stock->spare = conn;
	WRITE_ONCE(stock->nr_spare, stock->nr_spare + 1);
}

/**
 * coremon_stock_put() - Give a record that was not used to a stock.
 * @stock: the stock, its lock not held
 * @conn: the record
 *
 * Context: any but NMI.
 */
void coremon_stock_put(struct coremon_stock *stock, struct coremon_conn *conn)
{
	unsigned long flags;

	raw_spin_lock_irqsave(stock->lock, flags);
	put_locked(stock, conn);
	raw_spin_unlock_irqrestore(stock->lock, flags);
}

/* Has a stock twice as many ready as it may run low to. */
static void fill(struct coremon_stock *stock)
{
	while (READ_ONCE(stock->nr_spare) < 2 * READ_ONCE(stock->low)) {
		struct coremon_conn *conn = allocate(GFP_KERNEL);

		if (!conn)
			return;
		coremon_stock_put(stock, conn);
	}
}

static void work(struct work_struct *unused)
{
	unsigned int i;

	for (i = 0; i < nr_stocks; i++)
		fill(stocks[i]);
}

static DECLARE_WORK(worker, work);

/**
 * coremon_stock_kick() - Call the worker.
 *
 * Context: any but NMI: it takes raw spinlocks.
 */
void coremon_stock_kick(void)
{
	schedule_work(&worker);
}

/* A record of another shard's stock, if there is one. */
static struct coremon_conn *borrow(const struct coremon_stock *stock)
{
	struct coremon_conn *conn = NULL;
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < nr_stocks && !conn; i++) {
		if (stocks[i] == stock || !READ_ONCE(stocks[i]->nr_spare))
			continue;
		raw_spin_lock_irqsave(stocks[i]->lock, flags);
		conn = coremon_stock_take(stocks[i]);
		raw_spin_unlock_irqrestore(stocks[i]->lock, flags);
	}
	return conn;
}

/**
 * coremon_stock_make() - A record where the stock has none.
 * @stock: the stock, its lock not held
 * @in_probe: with prealloc no memory can be had: it is another stock's, and the worker will make more
 *
 * Context: any but NMI.
 * Return: the record, not initialized; NULL: there is no memory.
 */
struct coremon_conn *coremon_stock_make(struct coremon_stock *stock, bool in_probe)
{
	if (!prealloc || !in_probe)
		return allocate(GFP_ATOMIC);
	WRITE_ONCE(stock->low, min_t(unsigned int, 2 * READ_ONCE(stock->low), LOW_MAX));
	coremon_stock_kick();
	return borrow(stock);
}

/**
 * coremon_stock_retire() - A record has left its chain: nobody finds it any more.
 * @stock: its stock, whose lock is held
 * @conn: the record
 * @max: the bound
 *
 * Return: records that coremon_stock_release() is to be called for, without the lock; NULL: none, more are waited for.
 */
struct coremon_conn *coremon_stock_retire(struct coremon_stock *stock, struct coremon_conn *conn, unsigned int max)
{
	unsigned int batch = min_t(unsigned int, max / (BATCHES_OF_BOUND * COREMON_SHARDS), BATCH_MAX);

	lockdep_assert_held(stock->lock);
	conn->next = stock->retired;
	conn->stock = stock;
	stock->retired = conn;
	if (++stock->nr_retired < batch)
		return NULL;
	stock->retired = NULL;
	stock->nr_retired = 0;
	return conn;
}

/* That coremon_eventful() was called wherever it has to be, on kernels that check such things. */
static void check_eventful(const struct coremon_conn *conn)
{
	const u8 *rest = (const u8 *)conn + COREMON_CONN_KEPT + COREMON_CONN_USUAL_SIZE;

	if (IS_ENABLED(CONFIG_PROVE_LOCKING))
		WARN_ON_ONCE(!conn->eventful && memchr_inv(rest, 0, COREMON_CONN_KEPT_SIZE - COREMON_CONN_USUAL_SIZE));
}

/* Used again, or given back. Returns how many there were. */
static unsigned int give_back(struct coremon_stock *stock, struct coremon_conn *conns)
{
	/* A kernel that uses the same few sockets again and again has the same few shards do all the work: what counts is the sum. */
	int room = SPARE_MAX - (atomic_read(&nr_allocated) - atomic_read(&coremon_stock_used));
	struct coremon_conn *conn, *next, *surplus = NULL;
	unsigned long flags;
	unsigned int n = 0;

	for (conn = conns; conn; conn = conn->next) {
		check_eventful(conn);
		coremon_ledger_free(conn->ledger);
	}
	raw_spin_lock_irqsave(stock->lock, flags);
	for (conn = conns; conn; conn = next, n++) {
		next = conn->next;
		if (room-- > 0 || stock->nr_spare < 2 * READ_ONCE(stock->low)) {
			put_locked(stock, conn);
		} else {
			conn->next = surplus;
			surplus = conn;
		}
	}
	raw_spin_unlock_irqrestore(stock->lock, flags);
	for (conn = surplus; conn; conn = next) {
		next = conn->next;
		coremon_stock_unmake(conn);
	}
	return n;
}

static void after_grace(struct rcu_head *rcu)
{
	struct coremon_conn *conns = container_of(rcu, struct coremon_conn, rcu);

	atomic_sub(give_back(conns->stock, conns), &coremon_stock_used);
}

/**
 * coremon_stock_release() - Records come back to their stock after a grace period.
 * @retired: what coremon_stock_retire() gave
 *
 * Context: any but NMI.
 */
void coremon_stock_release(struct coremon_conn *retired)
{
	call_rcu(&retired->rcu, after_grace);
}

/**
 * coremon_stock_flush() - Records that wait for others to share a grace period wait no longer, as they are in use of what max_conns allows.
 *
 * Context: process; sleeps.
 */
void coremon_stock_flush(void)
{
	unsigned int i;

	mutex_lock(&flushing);
	for (i = 0; i < nr_stocks; i++) {
		struct coremon_stock *stock = stocks[i];
		struct coremon_conn *retired;
		unsigned long flags;

		raw_spin_lock_irqsave(stock->lock, flags);
		retired = stock->retired;
		stock->retired = NULL;
		stock->nr_retired = 0;
		raw_spin_unlock_irqrestore(stock->lock, flags);
		if (retired)
			coremon_stock_release(retired);
	}
	mutex_unlock(&flushing);
}

/** coremon_stock_memory() - Return: bytes of all records. */
size_t coremon_stock_memory(void)
{
	return (size_t)atomic_read(&nr_allocated) * ALIGN(sizeof(struct coremon_conn), RECORD_ALIGN);
}

/**
 * coremon_stock_begin() - Make the stock of a shard.
 * @stock: the stock
 * @lock: the shard's lock
 *
 * Context: process; sleeps.
 */
void coremon_stock_begin(struct coremon_stock *stock, raw_spinlock_t *lock)
{
	*stock = (struct coremon_stock){ .lock = lock, .low = prealloc ? LOW_FIRST : 0 };
	mutex_lock(&flushing);
	stocks[nr_stocks++] = stock;
	mutex_unlock(&flushing);
	fill(stock);
}

static void free_all(struct coremon_conn *conn)
{
	while (conn) {
		struct coremon_conn *next = conn->next;

		coremon_stock_unmake(conn);
		conn = next;
	}
}

/**
 * coremon_stock_init() - Prepare for stocks.
 *
 * Return: 0 or -ENOMEM.
 */
int coremon_stock_init(void)
{
	prealloc |= IS_ENABLED(CONFIG_PREEMPT_RT);
	/* No more than the 384 bytes promised for a connection, its share of the chains included. */
	BUILD_BUG_ON(ALIGN(sizeof(struct coremon_conn), RECORD_ALIGN) > 384 - 2 * sizeof(void *));
	cache = kmem_cache_create("coremon_conn", sizeof(struct coremon_conn), RECORD_ALIGN, 0, NULL);
	return cache ? 0 : -ENOMEM;
}

/**
 * coremon_stock_exit() - Free all records, those in the table given back before.
 *
 * Context: process; no hook and no reader may run any more.
 */
void coremon_stock_exit(void)
{
	unsigned int i, n;

	cancel_work_sync(&worker);
	mutex_lock(&flushing);
	n = nr_stocks;
	nr_stocks = 0;
	mutex_unlock(&flushing);
	rcu_barrier();
	for (i = 0; i < n; i++) {
		struct coremon_conn *conn;

		for (conn = stocks[i]->retired; conn; conn = conn->next)
			coremon_ledger_free(conn->ledger);
		free_all(stocks[i]->retired);
		free_all(stocks[i]->spare);
	}
	kmem_cache_destroy(cache);
}
