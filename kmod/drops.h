/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packets that this host dropped, counted exactly by network namespace, place, reason and protocol. Each CPU has a table of rows of its
 * own, of fixed size, which nobody else writes; a reader adds them up. What would tell more of a packet (when, which) is kept of one
 * packet a row and tick, so that a flood costs little.
 */
#ifndef _COREMON_DROPS_H
#define _COREMON_DROPS_H

#include <linux/types.h>

#include "uapi/coremon.h"

struct sk_buff;
struct sock;

/**
 * struct coremon_drops_key - What rows are told apart by.
 * @generation: of the network namespace; 0: not known, or it is gone
 * @place: address in the kernel; 0: in this row is what found no room
 * @reason: the kernel's; all ones: not known
 * @protocol: as in struct coremon_drop
 */
struct coremon_drops_key {
	u64 generation;
	unsigned long place;
	u32 reason;
	u32 protocol;
};

/**
 * struct coremon_drops_row - A row.
 * @key: which
 * @count: packets
 * @bytes: of these
 * @last_ns: ktime_get_ns() of the last one, within a tick
 * @id: its connection; all ones: none is known
 * @netns: inode number of @key's namespace; all ones: not known
 * @last_jiffies: when @last_ns was
 * @dev: its interface; empty: not known
 * @addr: its ends; family 0: not known
 */
struct coremon_drops_row {
	struct coremon_drops_key key;
	u64 count;
	u64 bytes;
	u64 last_ns;
	u64 id;
	u32 netns;
	u32 last_jiffies;
	char dev[COREMON_DEV_LEN];
	struct coremon_addr addr;
};

void coremon_drops_packet(const struct sk_buff *skb, const void *location, u32 reason, const struct sock *rx_sk);

struct coremon_drops_row *coremon_drops_read(unsigned int *nr);
size_t coremon_drops_memory(void);

int coremon_drops_init(void);
void coremon_drops_exit(void);

#endif /* _COREMON_DROPS_H */
