/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last connections that ended, with their final values: a ring that the newest overwrite. Each has a number, from 1,
 * without gaps, so that a reader knows exactly how many it missed.
 */
#ifndef _COREMON_CLOSED_H
#define _COREMON_CLOSED_H

#include <linux/types.h>

#include "table.h"
#include "uapi/coremon.h"

/**
 * struct coremon_ended - An ended connection, for a reader.
 * @row: its final values
 * @netns_generation: of its network namespace
 * @send_q: marks of its send queue
 * @recv_q: marks of its receive queue
 */
struct coremon_ended {
	struct coremon_row row;
	u64 netns_generation;
	struct coremon_marks send_q;
	struct coremon_marks recv_q;
};

int coremon_closed_init(void);
void coremon_closed_exit(void);

u64 coremon_closed_add(const struct coremon_conn *conn, const struct sock *sk, u8 cause, u32 error, bool rst_may_follow, bool going);
void coremon_closed_final(u64 seq);
void coremon_closed_amend_rst(u64 seq, bool counted);

u64 coremon_closed_next(void);
bool coremon_closed_read(u64 *seq, u64 end, struct coremon_ended *ended, u64 *lost);

u64 coremon_closed_lost(void);
unsigned int coremon_closed_held(void);
size_t coremon_closed_memory(void);

#endif /* _COREMON_CLOSED_H */
