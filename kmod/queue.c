// SPDX-License-Identifier: GPL-2.0-only
#include "queue.h"

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "event.h"
#include "hooks.h"
#include "table.h"

/* Raises a high-water mark that several CPUs may raise at once. */
static void raise_mark(u32 *max, u32 value)
{
	u32 old = READ_ONCE(*max);

	while (unlikely(value > old)) {
		u32 seen = cmpxchg(max, old, value);

		if (seen == old)
			return;
		old = seen;
	}
}

static u32 send_q(const struct tcp_sock *tp)
{
	return READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_una);
}

static u32 recv_q(const struct tcp_sock *tp)
{
	return max_t(int, READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq), 0);
}

/* Windows open and close seldom: only then is the clock read. */
static void window_moved(struct coremon_conn *conn, struct sock *sk, u8 zero_wnd)
{
	u8 changed = conn->zero_wnd ^ zero_wnd;
	u64 now = ktime_get_ns();

	if (changed & COREMON_ZERO_WND_IN) {
		bool closed = zero_wnd & COREMON_ZERO_WND_IN;

		if (closed)
			WRITE_ONCE(conn->zero_wnd_in, conn->zero_wnd_in + 1);
		else
			WRITE_ONCE(conn->zero_wnd_in_us, conn->zero_wnd_in_us +
				   div_u64(now - conn->zero_wnd_since_ns, NSEC_PER_USEC));
		WRITE_ONCE(conn->zero_wnd_since_ns, now);
		coremon_event(conn, sk, COREMON_EVENT_ZERO_WND_IN, closed, 0, 0, 0);
	}
	if (changed & COREMON_ZERO_WND_OUT) {
		bool closed = zero_wnd & COREMON_ZERO_WND_OUT;

		if (closed)
			WRITE_ONCE(conn->zero_wnd_out, conn->zero_wnd_out + 1);
		coremon_event(conn, sk, COREMON_EVENT_ZERO_WND_OUT, closed, 0, 0, 0);
	}
	WRITE_ONCE(conn->zero_wnd, zero_wnd);
}

/*
 * Carries the integrals on, at most once a jiffy: a queue is taken to have stayed as it was when last looked at. The mean
 * over a second or more is that of up to HZ samples a second.
 */
static void carry_on(struct coremon_conn *conn, const struct tcp_sock *tp)
{
	u32 now = (u32)jiffies;
	u32 passed = now - conn->area_jiffies;

	if (likely(!passed))
		return;
	conn->area_jiffies = now;
	WRITE_ONCE(conn->send_q_area, conn->send_q_area + (u64)conn->send_q_last * passed);
	WRITE_ONCE(conn->recv_q_area, conn->recv_q_area + (u64)conn->recv_q_last * passed);
	conn->send_q_last = send_q(tp);
	conn->recv_q_last = recv_q(tp);
}

/**
 * coremon_queue_segment() - A segment has come and is about to be processed.
 * @conn: the record, under RCU
 * @sk: its socket, locked or owned, past SYN_SENT
 * @skb: the segment, its control block filled
 *
 * The send queue only shrinks by an ACK, so just before one it is at its highest. The receive queue is highest once this
 * segment is in it, if it is next in order; data waiting out of order is seen with the segment after it.
 */
void coremon_queue_segment(struct coremon_conn *conn, struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	u32 rcv_nxt = tp->rcv_nxt;
	u8 zero_wnd = 0;

	/* What lies past the window will not be taken. */
	if (!after(TCP_SKB_CB(skb)->seq, rcv_nxt) && after(TCP_SKB_CB(skb)->end_seq, rcv_nxt) &&
	    !after(TCP_SKB_CB(skb)->end_seq, tp->rcv_wup + tp->rcv_wnd))
		rcv_nxt = TCP_SKB_CB(skb)->end_seq;
	raise_mark(&conn->send_q_max, tp->write_seq - tp->snd_una);
	raise_mark(&conn->recv_q_max, max_t(int, rcv_nxt - tp->copied_seq, 0));
	carry_on(conn, tp);

	if (!th->window && !th->rst)
		zero_wnd = COREMON_ZERO_WND_IN;
	if (!tp->rcv_wnd)
		zero_wnd |= COREMON_ZERO_WND_OUT;
	if (unlikely(zero_wnd != conn->zero_wnd))
		window_moved(conn, sk, zero_wnd);
}

/**
 * coremon_queue_fill() - The queue columns of a row.
 * @conn: the record
 * @sk: its socket
 * @row: the row
 *
 * Context: any but NMI.
 */
void coremon_queue_fill(struct coremon_conn *conn, const struct sock *sk, struct coremon_row *row)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 passed = (u32)jiffies - READ_ONCE(conn->area_jiffies);

	row->send_q = send_q(tp);
	row->recv_q = recv_q(tp);
	if (!coremon_hooks_serve(COREMON_COLUMN_QUEUES))
		return;
	/* What a reader was shown stays below the mark. Until connect() is done it writes the ends of a queue one by one. */
	if (row->state != TCP_SYN_SENT) {
		raise_mark(&conn->send_q_max, row->send_q);
		raise_mark(&conn->recv_q_max, row->recv_q);
	}
	row->send_q_max = READ_ONCE(conn->send_q_max);
	row->recv_q_max = READ_ONCE(conn->recv_q_max);
	row->send_q_area = (READ_ONCE(conn->send_q_area) + (u64)READ_ONCE(conn->send_q_last) * passed) * (MSEC_PER_SEC / HZ);
	row->recv_q_area = (READ_ONCE(conn->recv_q_area) + (u64)READ_ONCE(conn->recv_q_last) * passed) * (MSEC_PER_SEC / HZ);
}
