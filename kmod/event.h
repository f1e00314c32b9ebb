/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stream of events: a ring that is written only while a reader has it open, under one lock, so that the order is that of
 * time. A reader that is too slow is told how many it lost.
 */
#ifndef _COREMON_EVENT_H
#define _COREMON_EVENT_H

#include <linux/jump_label.h>
#include <linux/poll.h>
#include <linux/types.h>

#include "uapi/coremon.h"

struct coremon_conn;
struct coremon_dropped;
struct request_sock;
struct sock;

/**
 * struct coremon_event_entry - An event as it is kept until it is read.
 * @event: what every event has
 * @place: of a drop: an address in the kernel; 0: none
 * @dev: of a drop: the interface; empty: not known
 */
struct coremon_event_entry {
	struct coremon_event event;
	unsigned long place;
	char dev[COREMON_DEV_LEN];
};

DECLARE_STATIC_KEY_FALSE(coremon_events_wanted);
DECLARE_STATIC_KEY_FALSE(coremon_samples_wanted);

void coremon_event_write(const struct coremon_conn *conn, const struct sock *sk, u8 kind, u32 a, u32 b, u32 c, u32 d);
void coremon_event_write_sample(const struct coremon_conn *conn, const struct sock *sk);
void coremon_event_write_synack(const struct sock *listener, const struct request_sock *req);
void coremon_event_write_drop(const struct coremon_dropped *drop);

/**
 * coremon_event() - Something happened to a connection. Costs nothing while nobody reads.
 * @conn: the record, under RCU
 * @sk: its socket
 * @kind: COREMON_EVENT_*
 * @a: see there
 * @b: see there
 * @c: see there
 * @d: see there
 */
static inline void coremon_event(const struct coremon_conn *conn, const struct sock *sk, u8 kind,
				 u32 a, u32 b, u32 c, u32 d)
{
	if (static_branch_unlikely(&coremon_events_wanted))
		coremon_event_write(conn, sk, kind, a, b, c, d);
}

/**
 * coremon_event_sample() - A segment came: sample a watched connection. Costs nothing while none is watched or nobody reads.
 * @conn: the record, under RCU
 * @sk: its socket
 */
static inline void coremon_event_sample(const struct coremon_conn *conn, const struct sock *sk)
{
	if (static_branch_unlikely(&coremon_samples_wanted))
		coremon_event_write_sample(conn, sk);
}

int coremon_event_open(u64 *seq);
void coremon_event_close(void);
unsigned int coremon_event_read(u64 *seq, struct coremon_event_entry *events, unsigned int max, u64 *lost);
int coremon_event_wait(u64 seq);
__poll_t coremon_event_poll(u64 seq, struct file *file, poll_table *wait);
void coremon_event_exit(void);
u64 coremon_events_written(void);
size_t coremon_event_memory(void);
unsigned int coremon_event_readers(void);

#endif /* _COREMON_EVENT_H */
