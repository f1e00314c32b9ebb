/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a connection: birth, owner, calls, segments, resets, end. hooks.c knows which kernel symbol serves each hook; here
 * no symbol is named. Every handler runs in any context but NMI, takes RCU itself (tracepoint probes are preemptible on 7.x),
 * never sleeps, never prints, and does bounded work.
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
void coremon_track_timer(struct sock *sk);
void coremon_track_rst_received(struct sock *sk);
void coremon_track_rst_sent(const struct sock *sk, const struct sk_buff *skb, u32 reason);

#endif /* _COREMON_TRACK_H */
