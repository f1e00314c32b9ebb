// SPDX-License-Identifier: GPL-2.0-only
#include "queue.h"

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "event.h"
#include "hooks.h"
#include "meter.h"
#include "snapshot.h"
#include "table.h"

/* A reader holds the socket's lock while it counts what is out of order. */
#define OFO_PIECES_MAX 64

static u32 send_q_of(const struct tcp_sock *tp)
{
	return READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_una);
}

static u32 recv_q_of(const struct tcp_sock *tp)
{
	return max_t(int, READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq), 0);
}

/**
 * coremon_queue_window_moved() - A window was opened or closed.
 * @conn: the record, under RCU
 * @sk: its socket, locked or owned
 * @zero_wnd: COREMON_ZERO_WND_* as it is now
 *
 * That is seldom: only then is the clock read.
 */
void coremon_queue_window_moved(struct coremon_conn *conn, struct sock *sk, u8 zero_wnd)
{
	u8 changed = conn->zero_wnd ^ zero_wnd;
	u64 now = ktime_get_ns();

	coremon_eventful(conn);
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

/**
 * coremon_queue_carry_on() - Carry the integrals on, at most once a jiffy.
 * @conn: the record, under RCU
 * @tp: its socket, locked or owned
 * @now: jiffies, another than conn->area_jiffies
 *
 * A queue is taken to have stayed as it was when last looked at. The mean over a second or more is that of up to HZ samples a second.
 */
void coremon_queue_carry_on(struct coremon_conn *conn, const struct tcp_sock *tp, u32 now)
{
	u32 passed = now - conn->area_jiffies;

	coremon_eventful(conn);
	WRITE_ONCE(conn->area_jiffies, now);
	WRITE_ONCE(conn->send_q_area, conn->send_q_area + (u64)conn->send_q_last * passed);
	WRITE_ONCE(conn->recv_q_area, conn->recv_q_area + (u64)conn->recv_q_last * passed);
	WRITE_ONCE(conn->send_q_last, send_q_of(tp));
	WRITE_ONCE(conn->recv_q_last, recv_q_of(tp));
}

/* The bytes out of order: pieces may overlap. */
static u32 ofo_q_of(const struct tcp_sock *tp)
{
	u32 edge = tp->rcv_nxt;
	struct rb_node *p;
	int pieces = 0;
	u32 bytes = 0;

	for (p = rb_first(&tp->out_of_order_queue); p; p = rb_next(p)) {
		const struct tcp_skb_cb *cb = TCP_SKB_CB(rb_to_skb(p));

		if (++pieces > OFO_PIECES_MAX)
			return (u32)COREMON_UNKNOWN;
		if (!after(cb->end_seq, edge))
			continue;
		bytes += cb->end_seq - (before(cb->seq, edge) ? edge : cb->seq);
		edge = cb->end_seq;
	}
	return bytes;
}

static u64 byte_ms(u64 byte_jiffies)
{
	return div_u64(byte_jiffies * MSEC_PER_SEC, HZ);
}

/**
 * coremon_queue_ofo() - What a socket has out of order, for coremon_queue_fill().
 * @tp: the socket, locked or owned by the caller, so that its queues do not change
 * @m: out
 *
 * Context: any but NMI.
 */
void coremon_queue_ofo(const struct tcp_sock *tp, struct coremon_moment *m)
{
	m->ofo_span = coremon_queue_ofo_span(tp);
	m->ofo_q = ofo_q_of(tp);
}

/**
 * coremon_queue_fill() - The queue columns of a row.
 * @conn: the record, or a copy of what is kept of it
 * @m: the socket's part
 * @row: the row
 *
 * Context: any but NMI.
 */
void coremon_queue_fill(struct coremon_conn *conn, const struct coremon_moment *m, struct coremon_row *row)
{
	/* A process that owns the socket may carry it on meanwhile. */
	u32 passed = max_t(s32, m->jiffies - READ_ONCE(conn->area_jiffies), 0);

	row->ofo_q = m->ofo_q;
	if (!coremon_hooks_serve(COREMON_COLUMN_QUEUES))
		return;
	/* What a reader was shown stays below the mark. Until connect() is done it writes the ends of a queue one by one. */
	if (m->state != TCP_SYN_SENT) {
		coremon_queue_raise(&conn->send_q_high, m->send_q);
		coremon_queue_raise(&conn->recv_q_high, m->recv_q);
		if (m->ofo_span != (u32)COREMON_UNKNOWN)
			coremon_queue_raise_ofo(conn, m->ofo_span);
	}
	if (!m->exact)
		return;
	row->send_q_max = max(READ_ONCE(conn->send_q_high), conn->send_q_marks.max);
	row->recv_q_max = max(READ_ONCE(conn->recv_q_high), conn->recv_q_marks.max);
	row->ofo_span_max = READ_ONCE(conn->ofo_span_max);
	row->send_q_area = byte_ms(READ_ONCE(conn->send_q_area) + (u64)READ_ONCE(conn->send_q_last) * passed);
	row->recv_q_area = byte_ms(READ_ONCE(conn->recv_q_area) + (u64)READ_ONCE(conn->recv_q_last) * passed);
}

static void carry_marks(struct coremon_marks *marks, u32 high)
{
	int i;

	marks->max = max(marks->max, high);
	for (i = 0; i < COREMON_FOLLOW_SLOTS; i++)
		marks->since[i] = max(marks->since[i], high);
}

/* The mark of a slot up to now; it begins again, at what the queue is now. */
static u32 take(u32 *high, struct coremon_marks *marks, const struct coremon_follow *follow, u32 now)
{
	u32 peak;

	carry_marks(marks, max(xchg(high, now), now));
	peak = follow->first ? marks->max : marks->since[follow->slot];
	marks->since[follow->slot] = 0;
	return peak;
}

/**
 * coremon_queue_tell() - The highest queues since a reader of changes was last told; they begin again.
 * @conn: the record, not ended
 * @sk: its socket
 * @follow: the reader, who has a slot
 * @send_q: out, bytes; all ones: not known, since calls were thinned meanwhile
 * @recv_q: out, likewise
 *
 * Whatever raised a queue since the reader's last reading also had it told of the connection in this one.
 *
 * Context: under the socket's spinlock and the shard's lock, so that no other reader and no end comes between. A probe that
 * raises a mark meanwhile does so before or after.
 */
void coremon_queue_tell(struct coremon_conn *conn, const struct sock *sk, const struct coremon_follow *follow,
			u32 *send_q, u32 *recv_q)
{
	bool connecting = READ_ONCE(sk->sk_state) == TCP_SYN_SENT;

	coremon_eventful(conn);
	*send_q = take(&conn->send_q_high, &conn->send_q_marks, follow, connecting ? 0 : send_q_of(tcp_sk(sk)));
	*recv_q = take(&conn->recv_q_high, &conn->recv_q_marks, follow, connecting ? 0 : recv_q_of(tcp_sk(sk)));
	if (!coremon_meter_exact(follow->first ? conn->birth_ns : follow->before_ns))
		*send_q = *recv_q = (u32)COREMON_UNKNOWN;
}

/**
 * coremon_queue_final() - The marks of a connection that has ended.
 * @conn: the record, ended, or a copy of what is kept of it
 * @send_q: out
 * @recv_q: out
 */
void coremon_queue_final(struct coremon_conn *conn, struct coremon_marks *send_q, struct coremon_marks *recv_q)
{
	carry_marks(&conn->send_q_marks, READ_ONCE(conn->send_q_high));
	carry_marks(&conn->recv_q_marks, READ_ONCE(conn->recv_q_high));
	*send_q = conn->send_q_marks;
	*recv_q = conn->recv_q_marks;
}
