// SPDX-License-Identifier: GPL-2.0-only
#include "dropped.h"

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/dst.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "device.h"
#include "event.h"
#include "ledger.h"
#include "netns.h"
#include "snapshot.h"
#include "stack.h"
#include "table.h"
#include "tuple.h"

/* Of each CPU, the socket of TCP that processed a segment last: a number to look up, since it may be gone. */
DEFINE_PER_CPU(const struct sock *, coremon_dropped_receiver);

/*
 * The socket that sends a packet or has it queued, and so is alive. Where nothing is to be told when the packet goes, the field may
 * hold something else.
 */
static const struct sock *owner_of(const struct sk_buff *skb)
{
	return skb->sk && skb->destructor && sk_fullsock(skb->sk) ? skb->sk : NULL;
}

/*
 * Whether a packet waits in a queue of a socket of TCP: it is that socket's and no other's, and of TCP, which needs no look at its headers. One that
 * the kernel has put together of several has no protocol.
 */
static bool waits_in(const struct sk_buff *skb, const struct sock *sk)
{
	return sk && skb->destructor == sock_rfree && sk->sk_protocol == IPPROTO_TCP &&
	       (skb->protocol == htons(ETH_P_IP) || skb->protocol == htons(ETH_P_IPV6));
}

/* Where the route of a packet leads; NULL: it has none, or none to a device. */
static const struct coremon_device *route_of(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return dst ? coremon_device_find(dst->dev) : NULL;
}

/*
 * The namespace of a socket that holds it. A socket whose last reference is gone may be in the making anew, for another process: for a moment
 * it then says that it holds a namespace, but not yet which. It is read once.
 */
static struct net *net_of(const struct sock *sk)
{
	struct net *net;

	if (!sk || !sk_fullsock(sk) || !sk->sk_net_refcnt)
		return NULL;
	net = sock_net(sk);
	barrier();
	return net;
}

static void in_netns(struct coremon_dropped *drop, struct net *net, u64 generation)
{
	drop->net = net;
	drop->generation = generation;
	drop->netns = net->ns.inum;
}

/*
 * The socket that is processing the packet, which then has neither device nor route, or whose queue it was in. Only if it has the packet's
 * ends, so that it does not matter whether this CPU has been elsewhere meanwhile.
 */
static const struct sock *receiver_of(const struct coremon_dropped *drop)
{
	const struct sock *sk = this_cpu_read(coremon_dropped_receiver);
	const struct coremon_device *route;
	const struct coremon_conn *conn;

	if (drop->packet.protocol != IPPROTO_TCP || !drop->packet.ports || !sk)
		return NULL;
	conn = coremon_table_find(sk);
	if (!conn || READ_ONCE(conn->ended))
		return NULL;
	/* The same ends may be in another namespace, too. Where it leads is known until the packet waits for a process. */
	route = route_of(drop->skb);
	if (route && sock_net(sk) != route->net)
		return NULL;
	/* A port alone says too little to show what may be another's to readers of any but the initial namespace, who see all. */
	if (conn->opened == COREMON_OPENED_LISTEN)
		return (route || sock_net(sk) == &init_net) && READ_ONCE(sk->sk_num) == drop->packet.addr.remote_port ? sk : NULL;
	return coremon_tuple_is(sk, &drop->packet.addr, false) ? sk : NULL;
}

/*
 * The namespace and the device. The device's field is not to be trusted, see device.h; a socket holds its namespace if it is one of
 * a program's; the route knows where the packet was to go.
 */
static void find_netns(struct coremon_dropped *drop, const struct coremon_device *device, const struct sock *sk, const struct sock *rx_sk)
{
	const struct coremon_device *route = device ? NULL : route_of(drop->skb);
	struct net *net = device ? NULL : net_of(sk) ?: net_of(rx_sk);

	if (device)
		in_netns(drop, device->net, device->generation);
	else if (net)
		in_netns(drop, net, coremon_netns_generation(net));
	else if (route)
		in_netns(drop, route->net, route->generation);
	/* A received packet's route leads to the loopback device; where it came from is known by number. */
	if (device)
		drop->dev = device->dev;
	else if (route && !drop->skb->skb_iif)
		drop->dev = route->dev;
}

static struct coremon_conn *conn_of_socket(struct coremon_dropped *drop, const struct sock *sk)
{
	drop->sk = sk;
	return coremon_table_find(sk);
}

static struct coremon_conn *conn_of_addr(struct coremon_dropped *drop)
{
	const struct coremon_addr *addr = &drop->packet.addr;
	struct coremon_conn *conn;

	if (!drop->packet.ports || drop->packet.protocol != IPPROTO_TCP || !drop->net || !coremon_netns_live(drop->generation))
		return NULL;
	conn = coremon_tuple_find(drop->net, addr, drop->sent, &drop->sk);
	/* A packet that this host sends to itself and that has not arrived yet is in between. */
	if (!conn && drop->sent)
		conn = coremon_tuple_find(drop->net, addr, false, &drop->sk);
	return conn;
}

/* Whose packet it is. */
static struct coremon_conn *find_conn(struct coremon_dropped *drop, const struct sock *sk, const struct sock *rx_sk)
{
	struct coremon_conn *conn = NULL;

	if (sk)
		conn = conn_of_socket(drop, sk);
	/* Its last reference may be gone, and its address another's. */
	if (!conn && rx_sk && sk_fullsock(rx_sk) && drop->packet.ports && coremon_tuple_is(rx_sk, &drop->packet.addr, false))
		conn = conn_of_socket(drop, rx_sk);
	return conn ?: conn_of_addr(drop);
}

/* In the ledger of its connection, if it has one. Listeners have none, and are no connection either. */
static void count_in(struct coremon_dropped *drop, struct coremon_conn *conn)
{
	if (!conn || conn->opened == COREMON_OPENED_LISTEN || READ_ONCE(conn->ended))
		return;
	drop->conn = conn;
	drop->id = coremon_snapshot_id(drop->sk);
	coremon_ledger_count(conn, drop->reason);
}

/**
 * coremon_dropped_init() - Find out about a packet, and count it in its connection's ledger.
 * @drop: out
 * @skb: the packet
 * @place: where in the kernel it is dropped
 * @reason: the kernel's; all ones: not known
 * @rx_sk: see coremon_drops_packet()
 *
 * Context: under rcu_read_lock(), any. In an NMI nothing but the headers is looked at.
 */
void coremon_dropped_init(struct coremon_dropped *drop, const struct sk_buff *skb, const void *place, u32 reason,
			  const struct sock *rx_sk)
{
	const struct sock *sk = owner_of(skb);
	const struct coremon_device *device;
	bool waits = waits_in(skb, sk);

	drop->skb = skb;
	drop->place = (unsigned long)place;
	drop->reason = reason;
	drop->len = skb->len;
	drop->sent = !skb->skb_iif;
	drop->first = false;
	drop->netns = (u32)COREMON_UNKNOWN;
	drop->generation = 0;
	drop->net = NULL;
	drop->dev = NULL;
	drop->conn = NULL;
	drop->sk = NULL;
	drop->id = COREMON_UNKNOWN;
	drop->parsed = false;
	drop->packet.protocol = IPPROTO_TCP;
	if (!waits)
		coremon_dropped_parse(drop);
	if (in_nmi())
		return;
	/* Its field for the device is used for the queue, and it has no route any more. */
	if (waits) {
		find_netns(drop, NULL, sk, rx_sk);
		count_in(drop, conn_of_socket(drop, sk));
		return;
	}
	device = coremon_device_find(skb->dev);
	if (!sk && !rx_sk && !device)
		rx_sk = receiver_of(drop);
	find_netns(drop, device, sk, rx_sk);
	count_in(drop, find_conn(drop, sk, rx_sk));
}

/**
 * coremon_dropped_parse() - Make sure that a packet's headers have been looked at.
 * @drop: the packet
 *
 * Context: any.
 */
void coremon_dropped_parse(struct coremon_dropped *drop)
{
	if (drop->parsed)
		return;
	coremon_packet_parse(drop->skb, &drop->packet);
	drop->parsed = true;
}

/**
 * coremon_dropped_dev() - The name of a packet's interface.
 * @drop: the packet
 * @dev: out: empty where it is not known
 *
 * Context: under rcu_read_lock().
 */
void coremon_dropped_dev(const struct coremon_dropped *drop, char dev[COREMON_DEV_LEN])
{
	const struct net_device *device = drop->dev;

	BUILD_BUG_ON(COREMON_DEV_LEN != IFNAMSIZ);
	if (!device && drop->skb->skb_iif && drop->net && coremon_netns_live(drop->generation))
		device = dev_get_by_index_rcu(drop->net, drop->skb->skb_iif);
	memset(dev, 0, COREMON_DEV_LEN);
	if (device)
		strscpy(dev, device->name, COREMON_DEV_LEN);
}

/**
 * coremon_dropped_tell() - Tell readers of events, and keep the stack where it is wanted.
 * @drop: the packet
 *
 * Context: under rcu_read_lock(), any but NMI.
 */
void coremon_dropped_tell(struct coremon_dropped *drop)
{
	if (in_nmi())
		return;
	if (static_branch_unlikely(&coremon_events_wanted)) {
		coremon_dropped_parse(drop);
		coremon_event_write_drop(drop);
	}
	if (static_branch_unlikely(&coremon_stacks_wanted) && drop->first)
		coremon_stack_note(drop->place, drop->reason);
}
