/* SPDX-License-Identifier: GPL-2.0-only */
/* The queues of a connection and the windows that fill them: high-water marks, means over time, closed windows. */
#ifndef _COREMON_QUEUE_H
#define _COREMON_QUEUE_H

#include <linux/types.h>

#include "uapi/coremon.h"

struct coremon_conn;
struct coremon_follow;
struct coremon_marks;
struct sk_buff;
struct sock;

/* Bits of coremon_conn.zero_wnd. */
#define COREMON_ZERO_WND_IN 1
#define COREMON_ZERO_WND_OUT 2

void coremon_queue_segment(struct coremon_conn *conn, struct sock *sk, const struct sk_buff *skb);
void coremon_queue_fill(struct coremon_conn *conn, const struct sock *sk, bool owned, struct coremon_row *row);
void coremon_queue_tell(struct coremon_conn *conn, const struct sock *sk, const struct coremon_follow *follow,
			u32 *send_q, u32 *recv_q);
void coremon_queue_final(struct coremon_conn *conn, struct coremon_marks *send_q, struct coremon_marks *recv_q);

#endif /* _COREMON_QUEUE_H */
