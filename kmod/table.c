// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>

#include "hooks.h"
#include "ledger.h"
#include "queue.h"
#include "shard.h"
#include "stock.h"
#include "track.h"

#define MAX_CONNS_DEFAULT 262144
#define MAX_CONNS_LIMIT (16 * 1024 * 1024)
#define BUCKETS_MIN 4096
#define CHAIN_MAX 16	/* records a chain, on average, as far as max_conns may be raised later */

struct coremon_buckets coremon_buckets __read_mostly;
struct coremon_shard coremon_shards[COREMON_SHARDS];
/* Written at birth and death alone. */
static atomic_t nr_live = ATOMIC_INIT(0);
static atomic_t nr_listeners = ATOMIC_INIT(0);

static unsigned int max_conns __read_mostly = MAX_CONNS_DEFAULT;

static int max_conns_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int ret = kstrtouint(val, 0, &n);

	if (ret)
		return ret;
	if (n > MAX_CONNS_LIMIT)
		return -ERANGE;
	/* The table has its size from the load. Longer chains would be walked with interrupts off. */
	if (coremon_buckets.heads && n > CHAIN_MAX << coremon_buckets.bits)
		return -ERANGE;
	WRITE_ONCE(max_conns, n);
	coremon_stock_flush();
	return 0;
}

static const struct kernel_param_ops max_conns_ops = {
	.set = max_conns_set,
	.get = param_get_uint,
};

module_param_cb(max_conns, &max_conns_ops, &max_conns, 0644);
MODULE_PARM_DESC(max_conns, "Connections and listeners tracked at most, 0 to 16777216 (default 262144); more are counted as refused");

static struct coremon_conn *find_locked(const struct coremon_shard *shard, const struct hlist_head *bucket, const struct sock *sk)
{
	struct coremon_conn *conn;

	lockdep_assert_held(&shard->lock);
	hlist_for_each_entry(conn, bucket, hash)
		if (conn->sk == sk)
			return conn;
	return NULL;
}

/* Out of the lists: it is no connection any more, but its socket can still be told of. */
static __always_inline bool end_locked(struct coremon_shard *shard, struct coremon_conn *conn)
{
	lockdep_assert_held(&shard->lock);
	if (conn->ended)
		return false;
	list_del(&conn->birth.list);
	if (!list_empty(&conn->change.list))
		list_del(&conn->change.list);
	conn->closed_seq = 0;	/* of no record yet; takes the place of the links */
	WRITE_ONCE(conn->ended, true);
	WRITE_ONCE(conn->dirty, true);	/* nothing is to be marked any more */
	atomic_dec(&nr_live);
	if (conn->opened == COREMON_OPENED_LISTEN)
		atomic_dec(&nr_listeners);
	coremon_stat_inc(COREMON_STAT_ENDED);
	return true;
}

static const enum coremon_stat opened_stats[] = {
	[COREMON_OPENED_ACTIVE] = COREMON_STAT_OPENED_ACTIVE,
	[COREMON_OPENED_PASSIVE] = COREMON_STAT_OPENED_PASSIVE,
	[COREMON_OPENED_LISTEN] = COREMON_STAT_OPENED_LISTEN,
	[COREMON_OPENED_ADOPTED] = COREMON_STAT_ADOPTED,
};

/* A record of a connection of which nothing is known but its socket. */
static __always_inline void begin(struct coremon_conn *conn, struct sock *sk, u8 opened, u64 now)
{
	if (unlikely(conn->eventful))
		memset((u8 *)conn + COREMON_CONN_KEPT, 0, COREMON_CONN_KEPT_SIZE);
	else	/* The owner means nothing until its state is another. */
		memset((u8 *)conn + COREMON_CONN_KEPT, 0, offsetof(struct coremon_conn, owner) - COREMON_CONN_KEPT);
	conn->sk = sk;
	conn->netns = sock_net(sk)->ns.inum;
	conn->opened = opened;
	conn->dirty = true;
	conn->watch = COREMON_WATCH_NEW;
	conn->birth_ns = now;
	conn->ca_since_ns = now;
	conn->area_jiffies = (u32)jiffies;
	conn->handshake_us = ~0U;
	conn->first_byte_us = ~0U;
	if (opened != COREMON_OPENED_ADOPTED)
		return;
	if (sk->sk_state == TCP_LISTEN)
		conn->opened = COREMON_OPENED_LISTEN;
	conn->birth_ns = 0;
	conn->ca_last = min_t(u8, inet_csk(sk)->icsk_ca_state, TCP_CA_Loss);
}

static __always_inline void insert_locked(struct coremon_shard *shard, struct hlist_head *bucket, struct coremon_conn *conn, enum coremon_stat how)
{
	lockdep_assert_held(&shard->lock);
	conn->birth.seq = ++shard->birth_seq;
	list_add_tail(&conn->birth.list, &shard->births);
	conn->change.seq = ++shard->change_seq;
	if (shard->followers)
		list_add_tail(&conn->change.list, &shard->changes);
	else
		INIT_LIST_HEAD(&conn->change.list);
	hlist_add_head_rcu(&conn->hash, bucket);
	atomic_inc(&nr_live);
	if (conn->opened == COREMON_OPENED_LISTEN)
		atomic_inc(&nr_listeners);
	coremon_stat_inc(how);
}

/* Puts @made, or a record of the stock, in. Returns NULL where there is none left, or the socket has one: *there. */
static __always_inline struct coremon_conn *put_in(struct sock *sk, u8 opened, u64 now, struct coremon_conn *made, bool *there)
{
	struct hlist_head *bucket = &coremon_buckets.heads[coremon_bucket_of(sk)];
	struct coremon_shard *shard = coremon_shard_of(sk);
	struct coremon_conn *conn = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	*there = find_locked(shard, bucket, sk);
	if (likely(!*there))
		conn = made ?: coremon_stock_take(&shard->stock);
	if (likely(conn)) {
		begin(conn, sk, opened, now);
		insert_locked(shard, bucket, conn, opened_stats[opened]);
	}
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	coremon_stock_check(&shard->stock);
	return conn;
}

/* The same where the stock has none left. */
static noinline struct coremon_conn *make(struct sock *sk, u8 opened, u64 now)
{
	struct coremon_stock *stock = &coremon_shard_of(sk)->stock;
	struct coremon_conn *made = coremon_stock_make(stock, opened != COREMON_OPENED_ADOPTED);
	struct coremon_conn *conn = NULL;
	bool there = false;

	if (!made)
		coremon_stat_inc(COREMON_STAT_REFUSED_NOMEM);
	else
		conn = put_in(sk, opened, now, made, &there);
	if (there)
		coremon_stock_put(stock, made);
	if (!conn)
		coremon_stock_unreserve();
	return conn;
}

/**
 * coremon_table_open() - Begin the record of a connection or listener.
 * @sk: the socket, of TCP
 * @opened: COREMON_OPENED_*
 *
 * What cannot be tracked is counted as refused. A record that the socket has already is left alone.
 *
 * Context: under rcu_read_lock(), any but NMI; @sk must not be freed meanwhile. Takes the shard's lock.
 * Return: the record, valid until rcu_read_unlock(); NULL where there is none or it is not new.
 */
struct coremon_conn *coremon_table_open(struct sock *sk, u8 opened)
{
	u64 now = ktime_get_ns();
	struct coremon_conn *conn;
	bool there;

	if (unlikely(!coremon_stock_reserve(READ_ONCE(max_conns)))) {
		if (!coremon_table_find(sk))
			coremon_stat_inc(COREMON_STAT_REFUSED_FULL);
		return NULL;
	}
	conn = put_in(sk, opened, now, NULL, &there);
	if (likely(conn))
		return conn;
	if (!there)
		return make(sk, opened, now);
	coremon_stock_unreserve();
	return NULL;
}

/**
 * coremon_table_end() - The connection is over: take it out of the lists, and keep it until its socket goes.
 * @conn: the record, under RCU
 *
 * Context: any but NMI. Takes the shard's lock.
 * Return: whether it was not over yet.
 */
bool coremon_table_end(struct coremon_conn *conn)
{
	struct coremon_shard *shard = coremon_shard_of(conn->sk);
	unsigned long flags;
	bool was_live;

	raw_spin_lock_irqsave(&shard->lock, flags);
	was_live = end_locked(shard, conn);
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	return was_live;
}

/**
 * coremon_table_forget() - A socket goes, and its address may soon mean another: free its record.
 * @conn: the record, under RCU, in the table
 *
 * Context: any but NMI. Takes the shard's lock.
 * Return: whether it was not over yet.
 */
bool coremon_table_forget(struct coremon_conn *conn)
{
	struct coremon_shard *shard = coremon_shard_of(conn->sk);
	struct coremon_conn *retired;
	unsigned long flags;
	bool was_live;

	raw_spin_lock_irqsave(&shard->lock, flags);
	was_live = end_locked(shard, conn);
	hlist_del_rcu(&conn->hash);
	retired = coremon_stock_retire(&shard->stock, conn, READ_ONCE(max_conns));
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	if (retired)
		coremon_stock_release(retired);
	return was_live;
}

/**
 * coremon_table_mark() - The slow side of coremon_changed().
 * @conn: the record, under RCU
 *
 * Context: any but NMI. Takes the shard's lock.
 */
void coremon_table_mark(struct coremon_conn *conn)
{
	struct coremon_shard *shard = coremon_shard_of(conn->sk);
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	if (!conn->dirty) {
		WRITE_ONCE(conn->dirty, true);
		conn->change.seq = ++shard->change_seq;
		list_move_tail(&conn->change.list, &shard->changes);
	}
	raw_spin_unlock_irqrestore(&shard->lock, flags);
}

/**
 * coremon_table_told() - A reader of changes is about to be told of a connection: its next change counts again.
 * @conn: the record, under RCU, its socket's spinlock held, so that no change is half made
 * @follow: the reader
 * @send_q: out: highest send queue since the reader was last told, bytes; all ones: not known
 * @recv_q: out: the same of the receive queue
 *
 * Context: process. Takes the shard's lock.
 */
void coremon_table_told(struct coremon_conn *conn, const struct coremon_follow *follow, u32 *send_q, u32 *recv_q)
{
	struct coremon_shard *shard = coremon_shard_of(conn->sk);
	unsigned long flags;

	*send_q = *recv_q = (u32)COREMON_UNKNOWN;
	raw_spin_lock_irqsave(&shard->lock, flags);
	if (!conn->ended) {
		WRITE_ONCE(conn->dirty, false);
		conn->told = true;
		if (follow->slot >= 0 && conn->opened != COREMON_OPENED_LISTEN && coremon_hooks_serve(COREMON_COLUMN_QUEUES))
			coremon_queue_tell(conn, conn->sk, follow, send_q, recv_q);
	}
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	/* What changes without the socket's lock is read after the mark was cleared: see coremon_ledger_count(). */
	smp_mb();
}

/** coremon_table_connections() - Return: connections that are open now. */
unsigned int coremon_table_connections(void)
{
	return max(0, atomic_read(&nr_live) - atomic_read(&nr_listeners));
}

/** coremon_table_listeners() - Return: listeners that are open now. */
unsigned int coremon_table_listeners(void)
{
	return atomic_read(&nr_listeners);
}

/** coremon_table_max() - Return: the parameter max_conns. */
unsigned int coremon_table_max(void)
{
	return READ_ONCE(max_conns);
}

/** coremon_table_memory() - Return: bytes that the table and its records take now. */
size_t coremon_table_memory(void)
{
	return sizeof(coremon_shards) + (sizeof(*coremon_buckets.heads) << coremon_buckets.bits) + coremon_stock_memory();
}

/**
 * coremon_table_init() - Make the empty table, sized for max_conns as it is now.
 *
 * Return: 0 or -ENOMEM.
 */
int coremon_table_init(void)
{
	unsigned int buckets = max_t(unsigned int, max_conns / 2, BUCKETS_MIN);
	unsigned int i;
	int ret;

	/* Two records a chain, on average, when the table is full. */
	coremon_buckets.bits = order_base_2(buckets);
	coremon_buckets.shift = 32 - coremon_buckets.bits;
	coremon_buckets.heads = kvcalloc(1UL << coremon_buckets.bits, sizeof(*coremon_buckets.heads), GFP_KERNEL);
	if (!coremon_buckets.heads)
		return -ENOMEM;
	/* It may have been written meanwhile. */
	max_conns = min_t(unsigned int, max_conns, CHAIN_MAX << coremon_buckets.bits);
	ret = coremon_stock_init();
	if (ret) {
		kvfree(coremon_buckets.heads);
		return ret;
	}
	coremon_ledger_init();
	for (i = 0; i < COREMON_SHARDS; i++) {
		raw_spin_lock_init(&coremon_shards[i].lock);
		INIT_LIST_HEAD(&coremon_shards[i].births);
		INIT_LIST_HEAD(&coremon_shards[i].changes);
		coremon_stock_begin(&coremon_shards[i].stock, &coremon_shards[i].lock);
	}
	return 0;
}

/**
 * coremon_table_exit() - Free the table and every record.
 *
 * Context: process; no hook and no walk may run any more.
 */
void coremon_table_exit(void)
{
	unsigned long i;

	for (i = 0; i < 1UL << coremon_buckets.bits; i++) {
		struct hlist_node *next;
		struct coremon_conn *conn;

		hlist_for_each_entry_safe(conn, next, &coremon_buckets.heads[i], hash) {
			coremon_ledger_free(conn->ledger);
			coremon_stock_unmake(conn);
		}
	}
	coremon_stock_exit();
	coremon_ledger_exit();
	kvfree(coremon_buckets.heads);
}
