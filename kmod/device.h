/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network devices by their address. What a packet holds where its device is kept may be something else by the time it is dropped (a node
 * of a tree, notes of UDP): it is never followed, but looked up here.
 */
#ifndef _COREMON_DEVICE_H
#define _COREMON_DEVICE_H

#include <linux/list.h>
#include <linux/types.h>

struct net;
struct net_device;

/**
 * struct coremon_device - A registered device, and the network namespace it is in now. All immutable.
 * @hash: chain of the bucket; written under RTNL, read under RCU
 * @rcu: for freeing it
 * @dev: the device
 * @net: its namespace
 * @generation: of @net
 */
struct coremon_device {
	struct hlist_node hash;
	struct rcu_head rcu;
	const struct net_device *dev;
	struct net *net;
	u64 generation;
};

const struct coremon_device *coremon_device_find(const struct net_device *dev);

int coremon_device_init(void);
void coremon_device_exit(void);

#endif /* _COREMON_DEVICE_H */
