/* SPDX-License-Identifier: GPL-2.0-only */
/* What congestion control does to a connection: CA states and the time in them, retransmits by kind, reductions undone. */
#ifndef _COREMON_CONGESTION_H
#define _COREMON_CONGESTION_H

#include <linux/types.h>
#include <net/inet_connection_sock.h>

#include "compat/compat.h"
#include "table.h"

struct sk_buff;

void coremon_congestion_state(struct sock *sk, u8 ca_state);
void coremon_congestion_sample(struct coremon_conn *conn, struct sock *sk);
void coremon_congestion_retransmit(const struct sock *sk, const struct sk_buff *skb, int err);
void coremon_congestion_undo(struct sock *sk);
bool coremon_congestion_sees_undo(const struct sock *sk);
bool coremon_congestion_watched(const struct coremon_conn *conn);

/**
 * coremon_congestion_still() - Whether coremon_congestion_sample() need not be called for a segment.
 * @conn: the record, for which coremon_congestion_watched() was false
 * @sk: the socket, locked or owned
 *
 * Where a tracepoint tells of every change there is none to be found.
 *
 * Return: whether.
 */
static __always_inline bool coremon_congestion_still(const struct coremon_conn *conn, const struct sock *sk)
{
	return COREMON_COMPAT_CA_STATE_TOLD || inet_csk(sk)->icsk_ca_state == conn->ca_last;
}

#endif /* _COREMON_CONGESTION_H */
