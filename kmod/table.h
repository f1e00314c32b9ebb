/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connections. A record is found by its socket's address (a fixed hash table, read under RCU) and walked in the order
 * of birth (one list a shard). A shard's raw spinlock guards its lists and the buckets that belong to it; it is taken at
 * birth, at death and by a walk for a bounded number of records, never on the path of a segment.
 */
#ifndef _COREMON_TABLE_H
#define _COREMON_TABLE_H

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <net/sock.h>

#include "stats.h"

/**
 * enum coremon_owner_state - How far the owner of a connection has been written.
 * @COREMON_OWNER_NONE: nobody was seen to use it; pid and comm are not known
 * @COREMON_OWNER_CLAIMED: one task is writing pid and comm
 * @COREMON_OWNER_KNOWN: pid and comm may be read (after an acquire), and never change again
 */
enum coremon_owner_state {
	COREMON_OWNER_NONE,
	COREMON_OWNER_CLAIMED,
	COREMON_OWNER_KNOWN
};

/**
 * struct coremon_link - A place in a shard's list: a connection or a walk's bookmark.
 * @list: protected by the shard's lock
 * @bookmark: true for a &struct coremon_walk, false for a &struct coremon_conn; set once
 */
struct coremon_link {
	struct list_head list;
	bool bookmark;
};

/**
 * struct coremon_conn - What the socket itself does not keep of its connection.
 * @hash: chain of the bucket; written under the shard's lock, read under RCU
 * @sk: the socket, never dereferenced but by hooks that were given it and by walks that hold a reference; immutable
 * @send_q_max: highest send queue seen, bytes; raised without a lock by coremon_raise()
 * @recv_q_max: the same of the receive queue
 * @tx_calls: send calls; several threads may send at once
 * @rx_calls: receive calls
 * @ca_entries: entries into each CA state, TCP_CA_*; written with the socket locked or owned
 * @ended: set under the shard's lock when the connection leaves the table; read under RCU
 * @link: place in the order of birth; shard's lock
 * @seq: number of birth within the shard; immutable
 * @birth_ns: ktime_get_ns() at birth; 0: open before the load, not known; immutable
 * @last_retrans_ns: ktime_get_ns() of the last segment sent again; 0: none since birth or load
 * @netns: inode number of the network namespace; immutable
 * @listener: whether it was born by listen(); immutable
 * @owner_state: enum coremon_owner_state
 * @tgid: thread group id in the initial pid namespace; see @owner_state
 * @comm: name of the thread group's leader at that time; see @owner_state
 * @rcu: for freeing it
 *
 * The first cache line is what a segment touches.
 */
struct coremon_conn {
	struct hlist_node hash;
	const struct sock *sk;
	u32 send_q_max;
	u32 recv_q_max;
	atomic64_t tx_calls;
	atomic64_t rx_calls;
	u32 ca_entries[TCP_CA_Loss + 1];
	bool ended;

	struct coremon_link link;
	u64 seq;
	u64 birth_ns;
	u64 last_retrans_ns;
	u32 netns;
	bool listener;
	int owner_state;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
	struct rcu_head rcu;
};

/**
 * struct coremon_walk - A walk over the table that may stop anywhere and go on later at O(1).
 * @link: bookmark behind the last record given; in the list of shard @shard while @shard is not past the last
 * @shard: the shard that is walked
 * @last_seq: the newest record of that shard that the walk shall give
 *
 * A connection that lives through the whole walk is given exactly once: it never changes its place, and those born
 * behind the bookmark while a shard is walked are past @last_seq. One task at a time uses a walk.
 */
struct coremon_walk {
	struct coremon_link link;
	unsigned int shard;
	u64 last_seq;
};

/** struct coremon_buckets - The hash table, as the lookup on the hot path needs it. Written at load only. */
struct coremon_buckets {
	/** @heads: 1 << @bits chains */
	struct hlist_head *heads;
	/** @bits: log2 of the number of chains */
	unsigned int bits;
};

extern struct coremon_buckets coremon_buckets;

/**
 * coremon_table_find() - The record of a socket.
 * @sk: the socket
 *
 * Context: under rcu_read_lock(), any context but NMI.
 * Return: the record, valid until rcu_read_unlock(); NULL if the socket is not tracked.
 */
static inline struct coremon_conn *coremon_table_find(const struct sock *sk)
{
	struct coremon_conn *conn;

	hlist_for_each_entry_rcu(conn, &coremon_buckets.heads[hash_ptr((void *)sk, coremon_buckets.bits)], hash)
		if (conn->sk == sk)
			return conn;
	return NULL;
}

int coremon_table_init(void);
void coremon_table_exit(void);

void coremon_table_open(struct sock *sk, enum coremon_stat how);
void coremon_table_end(const struct sock *sk);

void coremon_walk_begin(struct coremon_walk *walk);
unsigned int coremon_walk_next(struct coremon_walk *walk, struct coremon_conn **conns, unsigned int max);
void coremon_walk_end(struct coremon_walk *walk);

unsigned int coremon_table_connections(void);
unsigned int coremon_table_listeners(void);
unsigned int coremon_table_max(void);
size_t coremon_table_memory(void);

#endif /* _COREMON_TABLE_H */
