/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels, as static inlines named coremon_compat_*(). HAVE_* come from features.h, which
 * gen-features.sh makes by compiling compat/probes; nothing outside this directory tests a version.
 */
#ifndef _COREMON_COMPAT_H
#define _COREMON_COMPAT_H

#include <net/inet_hashtables.h>
#include <net/tcp.h>

/**
 * coremon_compat_snd_cwnd() - The congestion window, in segments.
 * @tp: the socket; any context, a plain read
 *
 * Return: tp->snd_cwnd, through its accessor from v5.19 (40570375356c) on.
 */
static inline u32 coremon_compat_snd_cwnd(const struct tcp_sock *tp)
{
#ifdef HAVE_TCP_SND_CWND
	return tcp_snd_cwnd(tp);
#else
	return READ_ONCE(tp->snd_cwnd);
#endif
}

/* Whether there may be a tracepoint that tells of every change of the CA state; whether it serves is another question. */
#ifdef HAVE_TP_CONG_STATE_SET
#define COREMON_COMPAT_CA_STATE_TOLD true
#else
#define COREMON_COMPAT_CA_STATE_TOLD false
#endif

/**
 * coremon_compat_listen_bucket() - The i-th bucket in which every listener of @hashinfo hangs once, by sk_nulls_node.
 * @hashinfo: TCP's tables of one network namespace
 * @i: index, from 0
 *
 * Until v5.19 (cae3873c5b3a) that is listening_hash; since then lhash2, which before had another link.
 *
 * Return: the bucket, NULL past the last.
 */
static inline struct inet_listen_hashbucket *
coremon_compat_listen_bucket(struct inet_hashinfo *hashinfo, unsigned int i)
{
#ifdef HAVE_LISTENING_HASH
	return i < INET_LHTABLE_SIZE ? &hashinfo->listening_hash[i] : NULL;
#else
	return i <= hashinfo->lhash2_mask ? &hashinfo->lhash2[i] : NULL;
#endif
}

#endif /* _COREMON_COMPAT_H */
