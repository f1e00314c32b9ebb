// SPDX-License-Identifier: GPL-2.0-only
#include "netns.h"

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

/* What the kernel keeps for us with each namespace. */
struct keep {
	u64 generation;
	struct hlist_node node;
};

#define LIVE_BITS 10	/* looked up with interrupts off, for each row when rows are put together */

static unsigned int keep_id;
static atomic64_t last = ATOMIC64_INIT(0);
/* Namespaces that are not going, by generation; written under live_lock, read under RCU. */
static struct hlist_head live[1 << LIVE_BITS];
static DEFINE_SPINLOCK(live_lock);
static unsigned int deaths;

static int __net_init begin(struct net *net)
{
	struct keep *keep = net_generic(net, keep_id);

	keep->generation = atomic64_inc_return(&last);
	spin_lock(&live_lock);
	hlist_add_head_rcu(&keep->node, &live[hash_64(keep->generation, LIVE_BITS)]);
	spin_unlock(&live_lock);
	return 0;
}

/* The kernel waits a grace period between this and the freeing of anything of the namespace. */
static void __net_exit going(struct net *net)
{
	struct keep *keep = net_generic(net, keep_id);

	spin_lock(&live_lock);
	hlist_del_rcu(&keep->node);
	WRITE_ONCE(deaths, deaths + 1);
	spin_unlock(&live_lock);
}

static struct pernet_operations ops = {
	.init = begin,
	.pre_exit = going,
	.id = &keep_id,
	.size = sizeof(struct keep),
};

/**
 * coremon_netns_generation() - The number of a namespace that no other ever has while the module is loaded.
 * @net: the namespace, which somebody holds
 *
 * Context: any.
 * Return: from 1; 0: the namespace is just being made, and has none yet.
 */
u64 coremon_netns_generation(const struct net *net)
{
	const struct keep *keep;
	u64 generation;

	/* As net_generic() does, which takes RCU by two calls. */
	preempt_disable_notrace();
	keep = rcu_dereference_sched(net->gen)->ptr[keep_id];
	generation = keep ? keep->generation : 0;
	preempt_enable_notrace();
	return generation;
}

/**
 * coremon_netns_live() - Whether a namespace is there and not going.
 * @generation: its number
 *
 * Context: under rcu_read_lock(), any; until rcu_read_unlock() nothing of a namespace that is there is freed.
 */
bool coremon_netns_live(u64 generation)
{
	const struct keep *keep;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "coremon: a namespace without RCU");
	hlist_for_each_entry_rcu(keep, &live[hash_64(generation, LIVE_BITS)], node)
		if (keep->generation == generation)
			return true;
	return false;
}

/** coremon_netns_deaths() - Return: how many namespaces have gone; another number than before: a generation may be of no use any more. */
unsigned int coremon_netns_deaths(void)
{
	return READ_ONCE(deaths);
}

/**
 * coremon_netns_init() - Number all namespaces, and from now on those that are made.
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int coremon_netns_init(void)
{
	return register_pernet_subsys(&ops);
}

/**
 * coremon_netns_exit() - Give back what the kernel keeps for us.
 *
 * Context: process; sleeps. No hook and no reader may run any more.
 */
void coremon_netns_exit(void)
{
	unregister_pernet_subsys(&ops);
}
