/* SPDX-License-Identifier: GPL-2.0-only */
/* The queues of a connection and the windows that fill them: high-water marks, means over time, closed windows. */
#ifndef _COREMON_QUEUE_H
#define _COREMON_QUEUE_H

#include <linux/jiffies.h>
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

void coremon_queue_segment(struct coremon_conn *conn, struct sock *sk, const struct sk_buff *skb);
void coremon_queue_ofo(const struct tcp_sock *tp, struct coremon_moment *m);
void coremon_queue_fill(struct coremon_conn *conn, const struct coremon_moment *m, struct coremon_row *row);
void coremon_queue_tell(struct coremon_conn *conn, const struct sock *sk, const struct coremon_follow *follow,
			u32 *send_q, u32 *recv_q);
void coremon_queue_final(struct coremon_conn *conn, struct coremon_marks *send_q, struct coremon_marks *recv_q);

#endif /* _COREMON_QUEUE_H */
