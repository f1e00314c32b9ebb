// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/tcp.h>

#include "track.h"

#define MAX_CONNS_DEFAULT 262144
#define MAX_CONNS_LIMIT (16 * 1024 * 1024)
#define SHARD_BITS 6
#define SHARDS (1 << SHARD_BITS)

/* The chains of a shard are those whose index has its number in the low bits, so a chain belongs to one lock. */
#define BUCKET_BITS_MIN SHARD_BITS

struct shard {
	raw_spinlock_t lock;
	/* Connections and bookmarks in the order of birth; protected by lock. */
	struct list_head links;
	/* Number of the youngest birth; protected by lock. */
	u64 seq;
} ____cacheline_aligned_in_smp;

struct coremon_buckets coremon_buckets __read_mostly;
static struct shard shards[SHARDS];
static struct kmem_cache *conn_cache __read_mostly;
/* Written at birth and death alone; they bound the memory, so they must be exact. */
static atomic_t nr_records = ATOMIC_INIT(0);
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
	WRITE_ONCE(max_conns, n);
	return 0;
}

static const struct kernel_param_ops max_conns_ops = {
	.set = max_conns_set,
	.get = param_get_uint,
};

module_param_cb(max_conns, &max_conns_ops, &max_conns, 0644);
MODULE_PARM_DESC(max_conns, "Connections and listeners tracked at most, 0 to 16777216 (default 262144); more are counted as refused");

static struct shard *shard_of(const struct sock *sk)
{
	return &shards[hash_ptr((void *)sk, coremon_buckets.bits) & (SHARDS - 1)];
}

static struct coremon_conn *find_locked(const struct shard *shard, const struct sock *sk)
{
	struct coremon_conn *conn;

	lockdep_assert_held(&shard->lock);
	hlist_for_each_entry(conn, &coremon_buckets.heads[hash_ptr((void *)sk, coremon_buckets.bits)], hash)
		if (conn->sk == sk)
			return conn;
	return NULL;
}

static void conn_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(conn_cache, container_of(rcu, struct coremon_conn, rcu));
}

static void conn_remove_locked(struct shard *shard, struct coremon_conn *conn)
{
	lockdep_assert_held(&shard->lock);
	hlist_del_rcu(&conn->hash);
	list_del(&conn->link.list);
	WRITE_ONCE(conn->ended, true);
	if (conn->listener)
		atomic_dec(&nr_listeners);
	atomic_dec(&nr_records);
	coremon_stat_inc(COREMON_STAT_ENDED);
	call_rcu(&conn->rcu, conn_free_rcu);
}

/* A record whose fields are those of a connection of which nothing is known but its socket. */
static struct coremon_conn *conn_alloc(struct sock *sk, enum coremon_stat how)
{
	struct coremon_conn *conn = kmem_cache_zalloc(conn_cache, GFP_ATOMIC | __GFP_NOWARN);

	if (!conn)
		return NULL;
	conn->sk = sk;
	conn->netns = sock_net(sk)->ns.inum;
	/* A passive birth is told while the child is still in the state of its listener. */
	conn->listener = how == COREMON_STAT_OPENED_LISTEN ||
			 (how == COREMON_STAT_ADOPTED && sk->sk_state == TCP_LISTEN);
	if (how != COREMON_STAT_ADOPTED)
		conn->birth_ns = ktime_get_ns();
	return conn;
}

/**
 * coremon_table_open() - Begin the record of a connection or listener.
 * @sk: the socket, of TCP
 * @how: COREMON_STAT_OPENED_*, or COREMON_STAT_ADOPTED, which leaves a record that is there alone
 *
 * A birth ends an older record of the same socket: connect() on a socket whose last connection is over is a new one.
 * What cannot be tracked is counted as refused.
 *
 * Context: any but NMI; @sk must not be freed meanwhile. Takes the shard's lock.
 */
void coremon_table_open(struct sock *sk, enum coremon_stat how)
{
	struct shard *shard = shard_of(sk);
	struct coremon_conn *conn, *old;
	unsigned long flags;

	/* Reserve a place first, so that the bound holds on every CPU. */
	if (atomic_inc_return(&nr_records) > READ_ONCE(max_conns)) {
		atomic_dec(&nr_records);
		coremon_stat_inc(COREMON_STAT_REFUSED_FULL);
		return;
	}
	conn = conn_alloc(sk, how);
	if (!conn) {
		atomic_dec(&nr_records);
		coremon_stat_inc(COREMON_STAT_REFUSED_NOMEM);
		return;
	}
	if (how == COREMON_STAT_OPENED_ACTIVE || how == COREMON_STAT_OPENED_LISTEN)
		coremon_track_owner(conn);

	raw_spin_lock_irqsave(&shard->lock, flags);
	old = find_locked(shard, sk);
	if (old && how == COREMON_STAT_ADOPTED) {
		raw_spin_unlock_irqrestore(&shard->lock, flags);
		kmem_cache_free(conn_cache, conn);
		atomic_dec(&nr_records);
		return;
	}
	if (old)
		conn_remove_locked(shard, old);
	conn->seq = ++shard->seq;
	list_add_tail(&conn->link.list, &shard->links);
	hlist_add_head_rcu(&conn->hash, &coremon_buckets.heads[hash_ptr(sk, coremon_buckets.bits)]);
	if (conn->listener)
		atomic_inc(&nr_listeners);
	coremon_stat_inc(how);
	raw_spin_unlock_irqrestore(&shard->lock, flags);
}

/**
 * coremon_table_end() - End the record of a socket, if it has one.
 * @sk: the socket
 *
 * Context: any but NMI. Takes the shard's lock.
 */
void coremon_table_end(const struct sock *sk)
{
	struct shard *shard = shard_of(sk);
	struct coremon_conn *conn;
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	conn = find_locked(shard, sk);
	if (conn)
		conn_remove_locked(shard, conn);
	raw_spin_unlock_irqrestore(&shard->lock, flags);
}

static void walk_enter_shard(struct coremon_walk *walk)
{
	struct shard *shard = &shards[walk->shard];
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	list_add(&walk->link.list, &shard->links);
	walk->last_seq = shard->seq;
	raw_spin_unlock_irqrestore(&shard->lock, flags);
}

/**
 * coremon_walk_begin() - Start a walk at the first record.
 * @walk: the walk; must be ended by coremon_walk_end() before the module goes
 *
 * Context: process.
 */
void coremon_walk_begin(struct coremon_walk *walk)
{
	walk->link.bookmark = true;
	walk->shard = 0;
	walk_enter_shard(walk);
}

/* Gives up to @max records of the walk's shard; *done when it has no more. Looks at no more than a few times @max links. */
static unsigned int walk_shard(struct coremon_walk *walk, struct coremon_conn **conns, unsigned int max, bool *done)
{
	struct shard *shard = &shards[walk->shard];
	unsigned int budget = 4 * max;
	unsigned int n = 0;
	unsigned long flags;

	*done = false;
	raw_spin_lock_irqsave(&shard->lock, flags);
	while (n < max && budget--) {
		struct coremon_link *next;
		struct coremon_conn *conn;

		if (list_is_last(&walk->link.list, &shard->links)) {
			*done = true;
			break;
		}
		next = list_next_entry(&walk->link, list);
		conn = container_of(next, struct coremon_conn, link);
		if (!next->bookmark && conn->seq > walk->last_seq) {
			*done = true;
			break;
		}
		list_move(&walk->link.list, &next->list);
		/* A socket whose last reference is gone is about to be ended by its hook. */
		if (!next->bookmark && refcount_inc_not_zero(&((struct sock *)conn->sk)->sk_refcnt))
			conns[n++] = conn;
	}
	if (*done)
		list_del(&walk->link.list);
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	return n;
}

/**
 * coremon_walk_next() - The next records of a walk, and a reference on the socket of each.
 * @walk: the walk
 * @conns: where to put them
 * @max: how many at the most, at least 1
 *
 * Context: process, under rcu_read_lock(), which keeps the records; the caller gives the references back by sock_put().
 * Return: how many; 0 at the end of the walk.
 */
unsigned int coremon_walk_next(struct coremon_walk *walk, struct coremon_conn **conns, unsigned int max)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "walk without RCU");
	while (walk->shard < SHARDS) {
		bool done;
		unsigned int n = walk_shard(walk, conns, max, &done);

		if (done && ++walk->shard < SHARDS)
			walk_enter_shard(walk);
		if (n)
			return n;
	}
	return 0;
}

/**
 * coremon_walk_end() - Take the bookmark out, wherever the walk is.
 * @walk: the walk
 *
 * Context: process.
 */
void coremon_walk_end(struct coremon_walk *walk)
{
	struct shard *shard = &shards[walk->shard];
	unsigned long flags;

	if (walk->shard >= SHARDS)
		return;
	raw_spin_lock_irqsave(&shard->lock, flags);
	list_del(&walk->link.list);
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	walk->shard = SHARDS;
}

/** coremon_table_connections() - Return: connections in the table now. */
unsigned int coremon_table_connections(void)
{
	return max(0, atomic_read(&nr_records) - atomic_read(&nr_listeners));
}

/** coremon_table_listeners() - Return: listeners in the table now. */
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
	return sizeof(shards) + (sizeof(*coremon_buckets.heads) << coremon_buckets.bits) +
	       (size_t)atomic_read(&nr_records) * ALIGN(sizeof(struct coremon_conn), SMP_CACHE_BYTES);
}

/**
 * coremon_table_init() - Make the empty table, sized for max_conns as it is now.
 *
 * Return: 0 or -ENOMEM.
 */
int coremon_table_init(void)
{
	unsigned int buckets = max(max_conns / 2, 1U << BUCKET_BITS_MIN);
	unsigned int i;

	/* At most two records a chain when the table is full. */
	coremon_buckets.bits = order_base_2(buckets);
	coremon_buckets.heads = kvcalloc(1UL << coremon_buckets.bits, sizeof(*coremon_buckets.heads), GFP_KERNEL);
	if (!coremon_buckets.heads)
		return -ENOMEM;
	conn_cache = kmem_cache_create("coremon_conn", sizeof(struct coremon_conn), 0, SLAB_HWCACHE_ALIGN, NULL);
	if (!conn_cache) {
		kvfree(coremon_buckets.heads);
		return -ENOMEM;
	}
	for (i = 0; i < SHARDS; i++) {
		raw_spin_lock_init(&shards[i].lock);
		INIT_LIST_HEAD(&shards[i].links);
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
	struct coremon_link *link, *next;
	unsigned int i;

	for (i = 0; i < SHARDS; i++)
		list_for_each_entry_safe(link, next, &shards[i].links, list)
			if (!WARN_ON_ONCE(link->bookmark))
				kmem_cache_free(conn_cache, container_of(link, struct coremon_conn, link));
	rcu_barrier();
	kmem_cache_destroy(conn_cache);
	kvfree(coremon_buckets.heads);
}
