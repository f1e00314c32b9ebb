/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a hook does to a connection. hooks.c knows which kernel symbol serves each; here no symbol is named.
 * Every handler runs in any context but NMI, takes RCU itself (tracepoint probes are preemptible on 7.x), never sleeps,
 * never prints, and does bounded work.
 */
#ifndef _COREMON_TRACK_H
#define _COREMON_TRACK_H

#include <linux/types.h>

struct coremon_conn;
struct sk_buff;
struct sock;

void coremon_track_state(const struct sock *sk, int old, int new);
void coremon_track_destroy(struct sock *sk);
void coremon_track_accept(struct sock *sk);
void coremon_track_send(struct sock *sk);
void coremon_track_recv(struct sock *sk);
void coremon_track_segment(struct sock *sk, const struct sk_buff *skb);
void coremon_track_retransmit(const struct sock *sk, int err);
void coremon_track_ca_state(struct sock *sk, u8 ca_state);
void coremon_track_owner(struct coremon_conn *conn);

void coremon_raise(u32 *max, u32 value);

#endif /* _COREMON_TRACK_H */
