/* SPDX-License-Identifier: GPL-2.0-only */
/* The queues of a connection and the windows that fill them: high-water marks, means over time, closed windows. */
#ifndef _COREMON_QUEUE_H
#define _COREMON_QUEUE_H

#include <linux/types.h>

#include "uapi/coremon.h"

struct coremon_conn;
struct sk_buff;
struct sock;

/* Bits of coremon_conn.zero_wnd. */
#define COREMON_ZERO_WND_IN 1
#define COREMON_ZERO_WND_OUT 2

void coremon_queue_segment(struct coremon_conn *conn, struct sock *sk, const struct sk_buff *skb);
void coremon_queue_fill(struct coremon_conn *conn, const struct sock *sk, struct coremon_row *row);

#endif /* _COREMON_QUEUE_H */
