// SPDX-License-Identifier: GPL-2.0-only
#include "adopt.h"

#include <linux/rwsem.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "table.h"

/*
 * A socket found in a bucket whose lock is held has not been unhashed; tcp_set_state() unhashes it before it tells of
 * TCP_CLOSE, so the hook that ends the record is still to come.
 */
static void adopt(struct sock *sk)
{
	if (!sk_fullsock(sk) || sk->sk_protocol != IPPROTO_TCP || sk->sk_state == TCP_CLOSE)
		return;
	rcu_read_lock();
	if (!coremon_table_find(sk))
		coremon_table_open(sk, COREMON_OPENED_ADOPTED);
	rcu_read_unlock();
}

static void adopt_established(struct inet_hashinfo *hashinfo)
{
	unsigned int i;

	for (i = 0; i <= hashinfo->ehash_mask; i++) {
		spinlock_t *lock = inet_ehash_lockp(hashinfo, i);
		struct hlist_nulls_node *node;
		struct sock *sk;

		cond_resched();
		if (hlist_nulls_empty(&hashinfo->ehash[i].chain))
			continue;
		spin_lock_bh(lock);
		sk_nulls_for_each(sk, node, &hashinfo->ehash[i].chain)
			adopt(sk);
		spin_unlock_bh(lock);
	}
}

static void adopt_listeners(struct inet_hashinfo *hashinfo)
{
	struct inet_listen_hashbucket *bucket;
	unsigned int i;

	for (i = 0; (bucket = coremon_compat_listen_bucket(hashinfo, i)); i++) {
		struct hlist_nulls_node *node;
		struct sock *sk;

		cond_resched();
		spin_lock_bh(&bucket->lock);
		sk_nulls_for_each(sk, node, &bucket->nulls_head)
			adopt(sk);
		spin_unlock_bh(&bucket->lock);
	}
}

/**
 * coremon_adopt() - Track the connections and listeners that are open already, of every network namespace.
 *
 * The hooks must be armed: what is born or ends meanwhile is theirs, and what both see is taken once.
 *
 * Context: process; sleeps. The lock of a bucket is held while the sockets in that bucket are taken.
 */
void coremon_adopt(void)
{
	struct inet_hashinfo *shared = init_net.ipv4.tcp_death_row.hashinfo;
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net) {
		struct inet_hashinfo *hashinfo = net->ipv4.tcp_death_row.hashinfo;

		/* Most namespaces share the tables of the initial one (all before v6.1). */
		if (hashinfo != shared || net_eq(net, &init_net))
			adopt_established(hashinfo);
		/* listeners always hang in the shared table's lhash2, which a namespace's own hashinfo points to */
		if (net_eq(net, &init_net))
			adopt_listeners(hashinfo);
	}
	up_read(&net_rwsem);
}
