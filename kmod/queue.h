/* SPDX-License-Identifier: GPL-2.0-only */
/* The queues of a connection and the windows that fill them: high-water marks, means over time, closed windows. */
#ifndef _COREMON_QUEUE_H
#define _COREMON_QUEUE_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/rbtree.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <net/tcp.h>

#include "table.h"
#include "uapi/coremon.h"

struct coremon_moment;

/* Bits of coremon_conn.zero_wnd. */
#define COREMON_ZERO_WND_IN 1
#define COREMON_ZERO_WND_OUT 2

/**
 * coremon_queue_still() - Whether a segment changes nothing that coremon_queue_segment() keeps, which need not be called then.
 * @conn: the record; no window is noted as closed, and when the segment before this one came nothing was out of order
 * @tp: its socket, locked or owned, established
 * @skb: the segment, its control block filled
 *
 * The receive queue has not risen since that segment was seen. Of this one it is taken that all gets into it.
 *
 * Return: false: perhaps.
 */
static __always_inline bool coremon_queue_still(const struct coremon_conn *conn, const struct tcp_sock *tp, const struct sk_buff *skb)
{
	u32 end_seq = TCP_SKB_CB(skb)->end_seq;

	/* A reader of changes may take the marks down meanwhile: it has read the queues then, as this does. */
	return tp->write_seq - tp->snd_una <= data_race(conn->send_q_high) &&
	       /* Likewise. */
	       (s32)(end_seq - tp->copied_seq) <= (s32)data_race(conn->recv_q_high) && !tp->out_of_order_queue.rb_node &&
	       tcp_hdr(skb)->window && tp->rcv_wnd && conn->area_jiffies == (u32)jiffies;
}

/**
 * coremon_queue_raise() - Raise a high-water mark, which several CPUs may raise at once.
 * @max: the mark
 * @value: what was seen
 */
static inline void coremon_queue_raise(u32 *max, u32 value)
{
	u32 old = READ_ONCE(*max);

	while (unlikely(value > old)) {
		u32 seen = cmpxchg(max, old, value);

		if (seen == old)
			return;
		old = seen;
	}
}

/**
 * coremon_queue_ofo_span() - How far ahead of what is missing the data out of order reaches.
 * @tp: the socket, locked or owned, with data out of order
 *
 * Return: bytes.
 */
static inline u32 coremon_queue_ofo_span(const struct tcp_sock *tp)
{
	return TCP_SKB_CB(tp->ooo_last_skb)->end_seq - tp->rcv_nxt;
}

/**
 * coremon_queue_raise_ofo() - Raise the mark of data out of order.
 * @conn: the record, under RCU, or a copy of what is kept of it
 * @span: how far ahead it reaches now, bytes
 */
static inline void coremon_queue_raise_ofo(struct coremon_conn *conn, u32 span)
{
	if (!span)
		return;
	coremon_eventful(conn);
	coremon_queue_raise(&conn->ofo_span_max, span);
}

void coremon_queue_window_moved(struct coremon_conn *conn, struct sock *sk, u8 zero_wnd);
void coremon_queue_carry_on(struct coremon_conn *conn, const struct tcp_sock *tp, u32 now);

/**
 * coremon_queue_segment() - A segment has come and is about to be processed.
 * @conn: the record, under RCU
 * @sk: its socket, locked or owned, past SYN_SENT
 * @skb: the segment, its control block filled
 *
 * The send queue only shrinks by an ACK, so just before one it is at its highest. The receive queue is highest once this
 * segment is in it, if it is next in order; data out of order is seen with the segment after it.
 */
static inline void coremon_queue_segment(struct coremon_conn *conn, struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	u32 now = (u32)jiffies, rcv_nxt = tp->rcv_nxt;
	u8 zero_wnd = 0;

	/* What lies past the window will not be taken. */
	if (!after(TCP_SKB_CB(skb)->seq, rcv_nxt) && after(TCP_SKB_CB(skb)->end_seq, rcv_nxt) &&
	    !after(TCP_SKB_CB(skb)->end_seq, tp->rcv_wup + tp->rcv_wnd))
		rcv_nxt = TCP_SKB_CB(skb)->end_seq;
	coremon_queue_raise(&conn->send_q_high, tp->write_seq - tp->snd_una);
	coremon_queue_raise(&conn->recv_q_high, max_t(int, rcv_nxt - tp->copied_seq, 0));
	if (unlikely(!RB_EMPTY_ROOT(&tp->out_of_order_queue)))
		coremon_queue_raise_ofo(conn, coremon_queue_ofo_span(tp));
	if (unlikely(now != conn->area_jiffies))
		coremon_queue_carry_on(conn, tp, now);

	if (!th->window && !th->rst)
		zero_wnd = COREMON_ZERO_WND_IN;
	if (!tp->rcv_wnd)
		zero_wnd |= COREMON_ZERO_WND_OUT;
	if (unlikely(zero_wnd != conn->zero_wnd))
		coremon_queue_window_moved(conn, sk, zero_wnd);
}

void coremon_queue_ofo(const struct tcp_sock *tp, struct coremon_moment *m);
void coremon_queue_fill(struct coremon_conn *conn, const struct coremon_moment *m, struct coremon_row *row);
void coremon_queue_tell(struct coremon_conn *conn, const struct sock *sk, const struct coremon_follow *follow,
			u32 *send_q, u32 *recv_q);
void coremon_queue_final(struct coremon_conn *conn, struct coremon_marks *send_q, struct coremon_marks *recv_q);

#endif /* _COREMON_QUEUE_H */
