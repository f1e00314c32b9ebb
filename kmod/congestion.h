/* SPDX-License-Identifier: GPL-2.0-only */
/* What congestion control does to a connection: CA states and the time in them, retransmits by kind, reductions undone. */
#ifndef _COREMON_CONGESTION_H
#define _COREMON_CONGESTION_H

#include <linux/types.h>
#include <net/inet_connection_sock.h>

#include "compat/compat.h"
#include "hooks.h"
#include "table.h"

struct sk_buff;

void coremon_congestion_state(struct sock *sk, u8 ca_state);
void coremon_congestion_catch_up(struct coremon_conn *conn, struct sock *sk);
void coremon_congestion_retransmit(const struct sock *sk, const struct sk_buff *skb, int err);
void coremon_congestion_undo(struct sock *sk);
bool coremon_congestion_sees_undo(const struct sock *sk);

/**
 * coremon_congestion_told() - Where every setting of the CA state is told: it is being set.
 * @sk: the socket, locked or owned; it still has the old state
 * @ca_state: the new state, TCP_CA_*
 *
 * Most settings are those of a new socket, or of one that stays in Open: then the record has that state as well.
 */
static inline void coremon_congestion_told(struct sock *sk, u8 ca_state)
{
	if (inet_csk(sk)->icsk_ca_state != ca_state)
		coremon_congestion_state(sk, ca_state);
}

/**
 * coremon_congestion_watched() - Whether coremon_congestion_sample() must be called for each segment.
 * @conn: the record
 *
 * Return: true in Recovery, and where this kernel has the tracepoint of the CA state but it does not serve.
 */
static inline bool coremon_congestion_watched(const struct coremon_conn *conn)
{
	return conn->ca_last == TCP_CA_Recovery || (COREMON_COMPAT_CA_STATE_TOLD && !coremon_hooks_serve(COREMON_COLUMN_CA_TOLD));
}

/**
 * coremon_congestion_sample() - A segment is about to be processed.
 * @conn: the record, under RCU
 * @sk: the socket, locked or owned
 *
 * Before v6.0 no tracepoint tells of every change: entries into Recovery, Loss and CWR are told by kprobes in time, Disorder and
 * the way back to Open are seen here, at the segment after the one that made the change.
 */
static inline void coremon_congestion_sample(struct coremon_conn *conn, struct sock *sk)
{
	u8 ca_state = inet_csk(sk)->icsk_ca_state;

	if (unlikely(ca_state != conn->ca_last || ca_state == TCP_CA_Recovery))
		coremon_congestion_catch_up(conn, sk);
}

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
