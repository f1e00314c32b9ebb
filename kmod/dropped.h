/* SPDX-License-Identifier: GPL-2.0-only */
/* One packet at the moment it is dropped: what its headers say, which network namespace it is in, which connection it belongs to. */
#ifndef _COREMON_DROPPED_H
#define _COREMON_DROPPED_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "packet.h"

struct coremon_conn;
struct net;
struct net_device;
struct sk_buff;
struct sock;

/**
 * struct coremon_dropped - A packet that is being dropped; valid under RCU, as long as the packet is.
 * @skb: the packet
 * @place: where in the kernel
 * @reason: the kernel's; all ones: not known
 * @len: bytes
 * @packet: its headers; until @parsed the protocol alone
 * @sent: it was on its way out, as far as that can be told
 * @parsed: its headers have been looked at: coremon_dropped_parse()
 * @first: the first one of its row in this tick; set by drops.c
 * @netns: inode number of its network namespace; all ones: not known
 * @generation: of that namespace; 0: not known
 * @net: that namespace; NULL: not known
 * @dev: its device; NULL: not known
 * @conn: its connection; NULL: none is known
 * @sk: socket of @conn
 * @id: of @conn; all ones: none
 */
struct coremon_dropped {
	const struct sk_buff *skb;
	unsigned long place;
	u32 reason;
	u32 len;
	struct coremon_packet packet;
	bool sent;
	bool parsed;
	bool first;
	u32 netns;
	u64 generation;
	struct net *net;
	const struct net_device *dev;
	struct coremon_conn *conn;
	const struct sock *sk;
	u64 id;
};

DECLARE_PER_CPU(const struct sock *, coremon_dropped_receiver);

/**
 * coremon_dropped_receiving() - A socket is about to process a segment: it may be dropped there, when nothing says any more where it came from.
 * @sk: the socket
 */
static inline void coremon_dropped_receiving(const struct sock *sk)
{
	this_cpu_write(coremon_dropped_receiver, sk);
}

void coremon_dropped_init(struct coremon_dropped *drop, const struct sk_buff *skb, const void *place, u32 reason,
			  const struct sock *rx_sk);
void coremon_dropped_dev(const struct coremon_dropped *drop, char dev[COREMON_DEV_LEN]);
void coremon_dropped_parse(struct coremon_dropped *drop);
void coremon_dropped_tell(struct coremon_dropped *drop);

#endif /* _COREMON_DROPPED_H */
