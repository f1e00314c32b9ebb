/* SPDX-License-Identifier: GPL-2.0-only */
/* What congestion control does to a connection: CA states and the time in them, retransmits by kind, reductions undone. */
#ifndef _COREMON_CONGESTION_H
#define _COREMON_CONGESTION_H

#include <linux/types.h>

struct coremon_conn;
struct request_sock;
struct sk_buff;
struct sock;

void coremon_congestion_state(struct sock *sk, u8 ca_state);
void coremon_congestion_sample(struct coremon_conn *conn, struct sock *sk);
void coremon_congestion_retransmit(const struct sock *sk, const struct sk_buff *skb, int err);
void coremon_congestion_undo(struct sock *sk);
bool coremon_congestion_sees_undo(const struct sock *sk);

#endif /* _COREMON_CONGESTION_H */
