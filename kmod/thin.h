/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a call of a hot hook still does when it is thinned (meter.h): it leaves a mark from which a reader of changes finds the connection
 * again, so that nothing that changed is missed. A segment that ends a connection, opens or closes a window, comes in trouble or has the
 * first data is never thinned.
 */
#ifndef _COREMON_THIN_H
#define _COREMON_THIN_H

#include <linux/tcp.h>
#include <linux/types.h>
#include <net/tcp.h>

#include "dropped.h"
#include "event.h"
#include "table.h"

/*
 * A byte a chain of the table: a call of one of its connections was thinned since the last sweep. Written once a reading and chain, else only
 * read. Made when the first budget is set, and before the first call is thinned.
 */
extern u8 *coremon_thin_touched;

/**
 * coremon_thin_call() - A thinned call of send, recv or the like; the socket is not locked.
 * @sk: the socket; one that is not tracked does no harm
 *
 * As coremon_changed(), without finding the record.
 *
 * Return: true: that was all.
 */
static __always_inline bool coremon_thin_call(const struct sock *sk)
{
	u8 *byte = &coremon_thin_touched[coremon_bucket_of(sk)];

	if (unlikely(!READ_ONCE(*byte)))
		WRITE_ONCE(*byte, 1);
	return true;
}

/**
 * coremon_thin_segment() - A segment of an established connection whose call is to be thinned.
 * @sk: the socket, locked or owned
 * @skb: the segment, its control block filled
 *
 * Return: true: that was all; false: it has to be handled.
 */
static __always_inline bool coremon_thin_segment(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);

	if (tcp_flag_word(th) & (TCP_FLAG_FIN | TCP_FLAG_SYN | TCP_FLAG_RST | TCP_FLAG_URG | TCP_FLAG_ECE | TCP_FLAG_CWR))
		return false;
	if (!th->window || !tp->snd_wnd || !tp->rcv_wnd || inet_csk(sk)->icsk_ca_state != TCP_CA_Open)
		return false;
	/* The first byte. */
	if (!tp->bytes_received && TCP_SKB_CB(skb)->end_seq != TCP_SKB_CB(skb)->seq)
		return false;
	/* Somebody asked for every segment of a connection. */
	if (static_branch_unlikely(&coremon_samples_wanted))
		return false;
	coremon_dropped_receiving(sk);
	return coremon_thin_call(sk);
}

void coremon_thin_sweep(void);
int coremon_thin_prepare(void);
void coremon_thin_exit(void);
size_t coremon_thin_memory(void);

#endif /* _COREMON_THIN_H */
