/* SPDX-License-Identifier: GPL-2.0-only */
/* The shards of the table: table.c and walk.c share them, nobody else. */
#ifndef _COREMON_SHARD_H
#define _COREMON_SHARD_H

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "stock.h"
#include "table.h"

/**
 * struct coremon_shard - A shard.
 * @lock: guards all that follows
 * @births: connections and bookmarks in the order of birth
 * @changes: the same in the order of the first change after a reader was told; not in it: those born while there was none
 * @followers: readers of changes
 * @birth_seq: number of the youngest birth
 * @change_seq: number of the youngest change
 * @stock: its records
 */
struct coremon_shard {
	raw_spinlock_t lock;
	struct list_head births;
	struct list_head changes;
	unsigned int followers;
	u64 birth_seq;
	u64 change_seq;
	struct coremon_stock stock;
} ____cacheline_aligned_in_smp;

extern struct coremon_shard coremon_shards[COREMON_SHARDS];

/* The chains of a shard are those whose index has its number in the high bits, so a chain belongs to one lock. */
static inline struct coremon_shard *coremon_shard_of(const struct sock *sk)
{
	struct coremon_shard *shard = &coremon_shards[coremon_hash_of(sk) >> (32 - COREMON_SHARD_BITS)];

	/* Else the compiler adds it up anew for each field. */
	OPTIMIZER_HIDE_VAR(shard);
	return shard;
}

#endif /* _COREMON_SHARD_H */
