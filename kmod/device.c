// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <linux/hash.h>
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "netns.h"

#define BUCKET_BITS 10

static struct hlist_head buckets[1 << BUCKET_BITS];

static struct hlist_head *bucket_of(const struct net_device *dev)
{
	return &buckets[hash_ptr((void *)dev, BUCKET_BITS)];
}

/**
 * coremon_device_find() - What is known of a device.
 * @dev: its address, or anything
 *
 * Context: under rcu_read_lock(), any.
 * Return: valid, as @dev then is, until rcu_read_unlock(); NULL: there is no such device.
 */
const struct coremon_device *coremon_device_find(const struct net_device *dev)
{
	const struct coremon_device *device;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "coremon: a device without RCU");
	hlist_for_each_entry_rcu(device, bucket_of(dev), hash)
		if (device->dev == dev)
			return device;
	return NULL;
}

static void add(const struct net_device *dev)
{
	struct coremon_device *device = kzalloc(sizeof(*device), GFP_KERNEL);

	/* Without it the namespace of its drops is not known. A device is not refused for that. */
	if (!device)
		return;
	device->dev = dev;
	device->net = dev_net(dev);
	device->generation = coremon_netns_generation(device->net);
	hlist_add_head_rcu(&device->hash, bucket_of(dev));
}

static void del(const struct net_device *dev)
{
	struct coremon_device *device;
	struct hlist_node *next;

	hlist_for_each_entry_safe(device, next, bucket_of(dev), hash) {
		if (device->dev != dev)
			continue;
		hlist_del_rcu(&device->hash);
		kfree_rcu(device, rcu);
	}
}

/* Under RTNL. A device that moves to another namespace is unregistered and registered. */
static int event(struct notifier_block *nb, unsigned long what, void *data)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(data);

	if (what == NETDEV_REGISTER) {
		del(dev);
		add(dev);
	} else if (what == NETDEV_UNREGISTER) {
		del(dev);
	}
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = event };

/**
 * coremon_device_init() - Take down the devices of all namespaces, and from now on those that come and go.
 *
 * Context: process; sleeps.
 * Return: 0 or an error.
 */
int coremon_device_init(void)
{
	return register_netdevice_notifier(&notifier);
}

/**
 * coremon_device_exit() - Forget all devices.
 *
 * Context: process; sleeps. No hook may run any more.
 */
void coremon_device_exit(void)
{
	/* Tells of the end of each device that is left. */
	unregister_netdevice_notifier(&notifier);
}
