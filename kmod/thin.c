// SPDX-License-Identifier: GPL-2.0-only
#include "thin.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "dropped.h"
#include "event.h"
#include "meter.h"
#include "table.h"

/*
 * A byte a chain of the table: a call of one of its connections was thinned since the last sweep. Written once a reading and chain, else only
 * read. Made when the first budget is set, and before the first call is thinned.
 */
static u8 *touched __read_mostly;
/* One sweep at a time: a reader that finds nothing to do must find all of it done. Guards swept_ns. */
static DEFINE_MUTEX(sweep);
/* ktime_get_ns() when the last sweep began. */
static u64 swept_ns;

/* As coremon_changed(), without finding the record. */
static void touch(const struct sock *sk)
{
	u8 *byte = &touched[coremon_bucket_of(sk)];

	if (!READ_ONCE(*byte))
		WRITE_ONCE(*byte, 1);
}

/**
 * coremon_thin_call() - A thinned call of send, recv or the like; the socket is not locked.
 * @sk: a socket of any protocol
 *
 * Return: true: that was all.
 */
bool coremon_thin_call(const struct sock *sk)
{
	if (sk->sk_protocol == IPPROTO_TCP && (sk->sk_family == AF_INET || sk->sk_family == AF_INET6))
		touch(sk);
	return true;
}

/**
 * coremon_thin_segment() - A segment of an established connection whose call is to be thinned.
 * @sk: the socket, locked or owned
 * @skb: the segment, its control block filled
 *
 * Return: true: that was all; false: it has to be handled.
 */
bool coremon_thin_segment(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);

	if (th->fin || th->syn || th->rst || !th->window || !tp->snd_wnd || !tp->rcv_wnd)
		return false;
	if (inet_csk(sk)->icsk_ca_state != TCP_CA_Open)
		return false;
	/* The first byte. */
	if (!tp->bytes_received && TCP_SKB_CB(skb)->end_seq != TCP_SKB_CB(skb)->seq)
		return false;
	/* Somebody asked for every segment of a connection. */
	if (static_branch_unlikely(&coremon_samples_wanted))
		return false;
	coremon_dropped_receiving(sk);
	touch(sk);
	return true;
}

/* Marks the connections of a chain as changed. */
static void mark_chain(unsigned long i)
{
	struct coremon_conn *conn;

	WRITE_ONCE(touched[i], 0);
	/* A call that still saw the mark has changed what it changes before the record is read, or its socket is owned: see LOCKING.md. */
	smp_mb();
	rcu_read_lock();
	hlist_for_each_entry_rcu(conn, &coremon_buckets.heads[i], hash)
		coremon_changed(conn);
	rcu_read_unlock();
}

/**
 * coremon_thin_sweep() - Mark what thinned calls have changed; before a reader of changes begins a reading.
 *
 * Costs nothing if no call was thinned since the last sweep, else a pass over a byte a chain.
 *
 * Context: process; sleeps. Takes shards' locks.
 */
void coremon_thin_sweep(void)
{
	unsigned long i, words = (1UL << coremon_buckets.bits) / sizeof(long);
	u64 until = coremon_meter_thinned_until();
	u64 now = ktime_get_ns();

	/* A call that began before the end may be late by less than a second. */
	if (!until)
		return;
	mutex_lock(&sweep);
	if (until == ~0ULL || swept_ns <= until + NSEC_PER_SEC) {
		for (i = 0; i < words; i++) {
			unsigned long j = i * sizeof(long);

			if (READ_ONCE(((unsigned long *)touched)[i]))
				for (; j < (i + 1) * sizeof(long); j++)
					if (READ_ONCE(touched[j]))
						mark_chain(j);
			if (!(i % 1024))
				cond_resched();
		}
		swept_ns = now;
	}
	mutex_unlock(&sweep);
}

/**
 * coremon_thin_prepare() - Make sure that calls can be thinned.
 *
 * Context: process; sleeps. The table is there; one caller at a time.
 * Return: 0 or -ENOMEM.
 */
int coremon_thin_prepare(void)
{
	if (!touched)
		touched = kvzalloc(1UL << coremon_buckets.bits, GFP_KERNEL);
	return touched ? 0 : -ENOMEM;
}

/**
 * coremon_thin_exit() - Free what was made.
 *
 * Context: process; no hook and no reader may run any more, and no check.
 */
void coremon_thin_exit(void)
{
	kvfree(touched);
	touched = NULL;
}

/** coremon_thin_memory() - Return: bytes that were made. */
size_t coremon_thin_memory(void)
{
	return READ_ONCE(touched) ? 1UL << coremon_buckets.bits : 0;
}
