// SPDX-License-Identifier: GPL-2.0-only
#include "congestion.h"

#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "event.h"
#include "hooks.h"
#include "table.h"

static void moved(struct coremon_conn *conn, struct sock *sk, u8 ca_state)
{
	u8 old = conn->ca_last;
	u64 now = ktime_get_ns();

	coremon_eventful(conn);
	WRITE_ONCE(conn->ca_ns[old], conn->ca_ns[old] + (now - conn->ca_since_ns));
	WRITE_ONCE(conn->ca_since_ns, now);
	WRITE_ONCE(conn->ca_last, ca_state);
	if (coremon_congestion_watched(conn))
		WRITE_ONCE(conn->watch, conn->watch | COREMON_WATCH_CA);
	WRITE_ONCE(conn->ca_entries[ca_state], conn->ca_entries[ca_state] + 1);
	coremon_event(conn, sk, COREMON_EVENT_CA, old, ca_state, 0, 0);
	coremon_changed(conn);
}

/* What a processor's last segment in Recovery found: how far its socket was acknowledged before. */
struct before_segment {
	const struct sock *sk;
	u32 snd_una;
};

static DEFINE_PER_CPU(struct before_segment, coremon_before_segment);

static void note_before(const struct sock *sk)
{
	struct before_segment *before;
	unsigned long flags;

	local_irq_save(flags);
	before = this_cpu_ptr(&coremon_before_segment);
	before->sk = sk;
	before->snd_una = tcp_sk(sk)->snd_una;
	local_irq_restore(flags);
}

/* Whether the segment that is being processed acknowledged something; so too where that is not known, after a move to another CPU. */
static bool una_advanced(const struct sock *sk)
{
	struct before_segment before;
	unsigned long flags;

	local_irq_save(flags);
	before = *this_cpu_ptr(&coremon_before_segment);
	local_irq_restore(flags);
	return before.sk != sk || before.snd_una != tcp_sk(sk)->snd_una;
}

/* See a change of the CA state that no hook told. */
static void catch_up(struct coremon_conn *conn, struct sock *sk)
{
	u8 ca_state = inet_csk(sk)->icsk_ca_state;

	if (unlikely(ca_state != conn->ca_last) && ca_state <= TCP_CA_Loss)
		moved(conn, sk, ca_state);
}

/**
 * coremon_congestion_catch_up() - The slow side of coremon_congestion_sample().
 * @conn: the record, under RCU
 * @sk: the socket, locked or owned
 */
void coremon_congestion_catch_up(struct coremon_conn *conn, struct sock *sk)
{
	catch_up(conn, sk);
	if (conn->ca_last == TCP_CA_Recovery)
		note_before(sk);
}

/**
 * coremon_congestion_state() - The CA state is set.
 * @sk: the socket, locked or owned; it still has the old state
 * @ca_state: the new state, TCP_CA_*; the old one again counts for nothing
 *
 * Where only kprobes tell, the socket may have left the state of the record by this same segment.
 */
void coremon_congestion_state(struct sock *sk, u8 ca_state)
{
	struct coremon_conn *conn;

	if (ca_state > TCP_CA_Loss)
		return;
	preempt_disable_notrace();
	conn = coremon_table_find(sk);
	if (conn && !conn->ended) {
		catch_up(conn, sk);
		if (conn->ca_last != ca_state)
			moved(conn, sk, ca_state);
	}
	preempt_enable_notrace();
}

/*
 * Why a segment is sent again. In SYN_SENT and SYN_RECV it is the handshake's. Recovery sends again what SACK or
 * duplicate ACKs say is lost; Loss is entered by the timer, and all that is sent again in it is its consequence. A tail loss
 * probe is sent in another state, while the timer that sends it is still noted as the pending one. It may be late, and Recovery have begun
 * meanwhile; but for the probe's segment only what is marked as lost is sent again then.
 */
static int kind_of(const struct sock *sk, const struct sk_buff *skb)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (sk->sk_state == TCP_SYN_SENT)
		return COREMON_RETRANS_SYN;
	if (sk->sk_state == TCP_SYN_RECV)
		return COREMON_RETRANS_SYNACK;
	if (icsk->icsk_ca_state == TCP_CA_Loss)
		return COREMON_RETRANS_TIMEOUT;
	if (icsk->icsk_ca_state == TCP_CA_Recovery && TCP_SKB_CB(skb)->sacked & TCPCB_LOST)
		return COREMON_RETRANS_FAST;
	if (icsk->icsk_pending == ICSK_TIME_LOSS_PROBE)
		return COREMON_RETRANS_TAIL_LOSS_PROBE;
	if (icsk->icsk_ca_state == TCP_CA_Recovery)
		return COREMON_RETRANS_FAST;
	return -1;	/* stays in the residue */
}

/**
 * coremon_congestion_retransmit() - A segment was sent again.
 * @sk: the socket, locked or owned
 * @skb: what was sent
 * @err: 0, or why it was not sent (7.x tells; earlier kernels do not call): some of these the socket counts and some not, so they
 *	are left to the residue
 */
void coremon_congestion_retransmit(const struct sock *sk, const struct sk_buff *skb, int err)
{
	int kind = kind_of(sk, skb);
	struct coremon_conn *conn;

	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn && !conn->ended) {
		u32 segs = tcp_skb_pcount(skb);

		if (!err) {
			coremon_eventful(conn);
			if (kind >= 0)
				WRITE_ONCE(conn->retrans[kind], conn->retrans[kind] + segs);
			WRITE_ONCE(conn->last_retrans_ns, ktime_get_ns());
			coremon_event(conn, sk, COREMON_EVENT_RETRANS, kind, TCP_SKB_CB(skb)->seq,
				      TCP_SKB_CB(skb)->end_seq - TCP_SKB_CB(skb)->seq, segs);
		}
		coremon_changed(conn);
	}
	rcu_read_unlock();
}

/*
 * In Recovery with more to come there are two ways: a partial ACK that was only late, which echoes the time stamp of an
 * original (unless the next segment was sent again too, the kernel has forgotten by now when the first was), and the peer's word that it
 * has twice all that was sent again (nothing is left in undo_retrans).
 */
static bool late_partial(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->undo_retrans)
		return true;
	return una_advanced(sk) &&
	       (!tp->retrans_stamp || (tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr && (s32)(tp->rx_opt.rcv_tsecr - tp->retrans_stamp) < 0));
}

static int undo_kind(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	switch (inet_csk(sk)->icsk_ca_state) {
	case TCP_CA_Loss:
		return COREMON_UNDO_LOSS;
	case TCP_CA_Recovery:
		if (!before(tp->snd_una, tp->high_seq))
			return COREMON_UNDO_FULL;
		return late_partial(sk) ? COREMON_UNDO_PARTIAL : COREMON_UNDO_DSACK;
	default:
		return COREMON_UNDO_DSACK;
	}
}

/**
 * coremon_congestion_undo() - A reduction of the window is being taken back: it was for nothing.
 * @sk: the socket, locked or owned
 */
void coremon_congestion_undo(struct sock *sk)
{
	struct coremon_conn *conn;

	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn && !conn->ended) {
		int kind = undo_kind(sk);

		coremon_eventful(conn);
		WRITE_ONCE(conn->undo[kind], conn->undo[kind] + 1);
		coremon_changed(conn);
	}
	rcu_read_unlock();
}

/**
 * coremon_congestion_sees_undo() - Whether undoing passes by the hook with this socket's congestion control.
 * @sk: the socket, not destroyed
 *
 * Return: true for cubic, reno and most others, which undo by tcp_reno_undo_cwnd(); false for BBR and the like.
 */
bool coremon_congestion_sees_undo(const struct sock *sk)
{
	const struct tcp_congestion_ops *ops = READ_ONCE(inet_csk(sk)->icsk_ca_ops);

	return coremon_hooks_serve(COREMON_COLUMN_UNDO) && ops && ops->undo_cwnd == tcp_reno_undo_cwnd;
}
