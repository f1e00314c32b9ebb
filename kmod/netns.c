// SPDX-License-Identifier: GPL-2.0-only
#include "netns.h"

#include <linux/atomic.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

/* What the kernel keeps for us with each namespace. */
struct keep {
	u64 generation;
};

static unsigned int keep_id;
static atomic64_t last = ATOMIC64_INIT(0);

static int __net_init begin(struct net *net)
{
	struct keep *keep = net_generic(net, keep_id);

	keep->generation = atomic64_inc_return(&last);
	return 0;
}

static struct pernet_operations ops = {
	.init = begin,
	.id = &keep_id,
	.size = sizeof(struct keep),
};

/**
 * coremon_netns_generation() - The number of a namespace that no other ever has while the module is loaded.
 * @net: the namespace, which somebody holds
 *
 * Context: any.
 * Return: from 1.
 */
u64 coremon_netns_generation(const struct net *net)
{
	const struct keep *keep = net_generic(net, keep_id);

	return keep->generation;
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
