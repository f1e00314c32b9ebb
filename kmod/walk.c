// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <net/sock.h>

#include "shard.h"
#include "table.h"

/*
 * Moves a bookmark over up to @max records of a list that are not younger than @last_seq, and takes a reference on the
 * socket of each. Looks at no more than a few times @max links. Returns how many; *done at the end.
 */
static unsigned int advance_locked(struct coremon_shard *shard, struct list_head *head, struct coremon_link *mark, u64 last_seq,
				   size_t link_offset, struct coremon_conn **conns, unsigned int max, bool *done)
{
	unsigned int budget = 4 * max;
	unsigned int n = 0;

	lockdep_assert_held(&shard->lock);
	*done = false;
	while (n < max && budget--) {
		struct coremon_link *next;
		struct coremon_conn *conn;

		if (list_is_last(&mark->list, head)) {
			*done = true;
			break;
		}
		next = list_next_entry(mark, list);
		if (next->seq > last_seq) {
			*done = true;
			break;
		}
		list_move(&mark->list, &next->list);
		if (!next->seq)
			continue;
		conn = (struct coremon_conn *)((char *)next - link_offset);
		/* A socket whose last reference is gone is about to be ended by its hook. */
		if (refcount_inc_not_zero(&((struct sock *)conn->sk)->sk_refcnt))
			conns[n++] = conn;
	}
	return n;
}

static void walk_enter_shard(struct coremon_walk *walk)
{
	struct coremon_shard *shard = &coremon_shards[walk->shard];
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	list_add(&walk->link.list, &shard->births);
	walk->last_seq = shard->birth_seq;
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
	walk->link.seq = 0;
	walk->shard = 0;
	walk_enter_shard(walk);
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
	while (walk->shard < COREMON_SHARDS) {
		struct coremon_shard *shard = &coremon_shards[walk->shard];
		unsigned long flags;
		unsigned int n;
		bool done;

		raw_spin_lock_irqsave(&shard->lock, flags);
		n = advance_locked(shard, &shard->births, &walk->link, walk->last_seq,
				   offsetof(struct coremon_conn, birth), conns, max, &done);
		if (done)
			list_del(&walk->link.list);
		raw_spin_unlock_irqrestore(&shard->lock, flags);
		if (done && ++walk->shard < COREMON_SHARDS)
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
	struct coremon_shard *shard = &coremon_shards[walk->shard];
	unsigned long flags;

	if (walk->shard >= COREMON_SHARDS)
		return;
	raw_spin_lock_irqsave(&shard->lock, flags);
	list_del(&walk->link.list);
	raw_spin_unlock_irqrestore(&shard->lock, flags);
	walk->shard = COREMON_SHARDS;
}

/* Bit s: a reader has slot s of the marks. */
static unsigned long slots_taken;

static int take_slot(void)
{
	int slot;

	for (slot = 0; slot < COREMON_FOLLOW_SLOTS; slot++)
		if (!test_and_set_bit(slot, &slots_taken))
			return slot;
	return -1;
}

/**
 * coremon_follow_begin() - Begin to follow changes: those from now on.
 * @follow: the reader; must be ended by coremon_follow_end() before the module goes
 *
 * Marks that were set before stay until the connection is told of, and hide its changes: the reader's first reading must be
 * a walk over all connections with coremon_table_told() for each.
 *
 * Context: process.
 */
void coremon_follow_begin(struct coremon_follow *follow)
{
	unsigned int i;

	for (i = 0; i < COREMON_SHARDS; i++) {
		unsigned long flags;

		follow->links[i].seq = 0;
		raw_spin_lock_irqsave(&coremon_shards[i].lock, flags);
		list_add_tail(&follow->links[i].list, &coremon_shards[i].changes);
		coremon_shards[i].followers++;
		raw_spin_unlock_irqrestore(&coremon_shards[i].lock, flags);
	}
	follow->shard = COREMON_SHARDS;
	follow->slot = take_slot();
	follow->first = true;
}

static void follow_enter_shard(struct coremon_follow *follow)
{
	struct coremon_shard *shard = &coremon_shards[follow->shard];
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	follow->last_seq = shard->change_seq;
	raw_spin_unlock_irqrestore(&shard->lock, flags);
}

/**
 * coremon_follow_rewind() - Begin a reading: what has changed since the last one.
 * @follow: the reader
 *
 * Context: process.
 */
void coremon_follow_rewind(struct coremon_follow *follow)
{
	follow->shard = 0;
	follow->first = false;
	follow_enter_shard(follow);
}

/**
 * coremon_follow_next() - The next changed records, and a reference on the socket of each.
 * @follow: the reader
 * @conns: where to put them; coremon_table_told() must be called for each
 * @max: how many at the most, at least 1
 *
 * Context: process, under rcu_read_lock(), which keeps the records; the caller gives the references back by sock_put().
 * Return: how many; 0 at the end of the reading.
 */
unsigned int coremon_follow_next(struct coremon_follow *follow, struct coremon_conn **conns, unsigned int max)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "following without RCU");
	while (follow->shard < COREMON_SHARDS) {
		struct coremon_shard *shard = &coremon_shards[follow->shard];
		unsigned long flags;
		unsigned int n;
		bool done;

		raw_spin_lock_irqsave(&shard->lock, flags);
		n = advance_locked(shard, &shard->changes, &follow->links[follow->shard], follow->last_seq,
				   offsetof(struct coremon_conn, change), conns, max, &done);
		raw_spin_unlock_irqrestore(&shard->lock, flags);
		if (done && ++follow->shard < COREMON_SHARDS)
			follow_enter_shard(follow);
		if (n)
			return n;
	}
	return 0;
}

/**
 * coremon_follow_end() - Take the bookmarks out.
 * @follow: the reader
 *
 * Context: process.
 */
void coremon_follow_end(struct coremon_follow *follow)
{
	unsigned int i;

	for (i = 0; i < COREMON_SHARDS; i++) {
		unsigned long flags;

		raw_spin_lock_irqsave(&coremon_shards[i].lock, flags);
		list_del(&follow->links[i].list);
		coremon_shards[i].followers--;
		raw_spin_unlock_irqrestore(&coremon_shards[i].lock, flags);
	}
	if (follow->slot >= 0)
		clear_bit(follow->slot, &slots_taken);
}
