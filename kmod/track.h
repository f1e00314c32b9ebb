/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a connection: birth, owner, calls, segments, resets, end. hooks.c knows which kernel symbol serves each hook; here
 * no symbol is named. Every handler runs in any context but NMI, takes RCU itself (tracepoint probes are preemptible on 7.x),
 * never sleeps, never prints, and does bounded work.
 *
 * What runs at every call and every segment is here, to be compiled into the probe itself: one lookup and, for a segment, whether there is
 * anything about it at all. With preemption off, which is RCU's read side too, and costs three instructions. What has something to tell
 * goes on in track.c.
 */
#ifndef _COREMON_TRACK_H
#define _COREMON_TRACK_H

#include <linux/atomic.h>
#include <linux/preempt.h>
#include <linux/tcp.h>
#include <linux/types.h>

#include "congestion.h"
#include "dropped.h"
#include "event.h"
#include "owner.h"
#include "queue.h"
#include "table.h"

void coremon_track_state(const struct sock *sk, int old, int new);
void coremon_track_destroy(struct sock *sk);
void coremon_track_accept(struct sock *sk);
void coremon_track_segment(struct sock *sk, const struct sk_buff *skb);
void coremon_track_used_enable(struct coremon_conn *conn);
void coremon_track_noted_enable(struct coremon_conn *conn, struct sock *sk, const struct sk_buff *skb);
void coremon_track_timer(struct sock *sk);
void coremon_track_rst_received(struct sock *sk);
void coremon_track_rst_sent(const struct sock *sk, const struct sk_buff *skb, u32 reason);

/* The running process makes a call on a socket. */
static __always_inline void coremon_track_call(struct sock *sk, bool send)
{
	struct coremon_conn *conn;

	preempt_disable_notrace();
	conn = coremon_table_find(sk);
	if (likely(conn)) {
		atomic64_inc(send ? &conn->tx_calls : &conn->rx_calls);
		/* No lock is held: the count first, and then the mark, as a reader clears the mark first and then reads the count. */
		smp_mb__after_atomic();
		/* Another call may write them now: whoever does sees to what is to be done. */
		if (unlikely(data_race(conn->owner_state) != COREMON_OWNER_USED || !data_race(conn->dirty))) {
			coremon_track_used_enable(conn);
			return;
		}
	}
	preempt_enable_notrace();
}

/**
 * coremon_track_send() - A process calls send, write or the like; the socket is not locked.
 * @sk: a socket of any protocol: there is no record but of TCP's
 */
static __always_inline void coremon_track_send(struct sock *sk)
{
	coremon_track_call(sk, true);
}

/**
 * coremon_track_recv() - A process calls recv, read or the like; the socket is not locked.
 * @sk: a socket of any protocol
 */
static __always_inline void coremon_track_recv(struct sock *sk)
{
	coremon_track_call(sk, false);
}

/* Whether a segment of an established connection leaves the record as it is. */
static __always_inline bool coremon_track_changes_nothing(const struct coremon_conn *conn, const struct sock *sk, const struct sk_buff *skb)
{
	/* Four bytes, each written on its own: see LOCKING.md. */
	u32 attention = data_race(conn->attention);

	if (unlikely(attention != COREMON_NO_ATTENTION) &&
	    (attention != COREMON_DATA_ATTENTION || TCP_SKB_CB(skb)->seq != TCP_SKB_CB(skb)->end_seq))
		return false;
	return !(tcp_flag_byte(tcp_hdr(skb)) & conn->flags_of_note) &&
	       coremon_congestion_still(conn, sk) && coremon_queue_still(conn, tcp_sk(sk), skb);
}

/**
 * coremon_track_established() - A segment has come for an established connection and is about to be processed.
 * @sk: the socket, locked or owned
 * @skb: the segment, its control block filled
 */
static __always_inline void coremon_track_established(struct sock *sk, const struct sk_buff *skb)
{
	struct coremon_conn *conn;

	coremon_dropped_receiving(sk);
	preempt_disable_notrace();
	conn = coremon_table_find(sk);
	if (likely(conn) && (unlikely(!coremon_track_changes_nothing(conn, sk, skb)) || static_branch_unlikely(&coremon_samples_wanted)))
		coremon_track_noted_enable(conn, sk, skb);
	else
		preempt_enable_notrace();
}

#endif /* _COREMON_TRACK_H */
