// SPDX-License-Identifier: GPL-2.0-only
#include "track.h"

#include <linux/errno.h>
#include <linux/tcp.h>
#include <net/mptcp.h>
#include <net/tcp.h>

#include "closed.h"
#include "congestion.h"
#include "dropped.h"
#include "event.h"
#include "hooks.h"
#include "netns.h"
#include "owner.h"
#include "queue.h"
#include "table.h"

/* All TCP flags but CWR. */
#define FLAGS_KEPT 0x7f

/* In coremon_conn.flags_now, beside RST. */
#define TAKEN_AS_RESET 0x80	/* the kernel takes the segment for a reset */
#define HAS_DATA 0x40		/* it has data that is new, for a socket in FIN_WAIT1 */
#define ANSWERED 0x20		/* nobody has the socket any more, and the kernel answers the segment by a reset */
#define GAVE_UP 0x10		/* the socket has sent a reset of its own accord */

/* The state hook and the call hooks are shared by all protocols. */
static bool is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP && (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

static bool is_connection(const struct coremon_conn *conn)
{
	return conn && !READ_ONCE(conn->ended) && conn->opened != COREMON_OPENED_LISTEN;
}

/*
 * Whether what the kernel takes for a reset is one: data for a socket that is closed is taken so, too. That does not come to an established
 * connection, and where nobody tells of the segments of the others it is not known and taken for rare.
 */
static bool reset_came(const struct coremon_conn *conn, int state)
{
	return conn->flags_now & COREMON_FLAG_RST || state == TCP_ESTABLISHED || !coremon_hooks_serve(COREMON_COLUMN_RST_CAUSE);
}

static u8 end_cause(const struct coremon_conn *conn, int err, int old)
{
	bool connecting = old == TCP_SYN_SENT || old == TCP_SYN_RECV;

	if (conn->flags_now & ANSWERED)
		return COREMON_CAUSE_RST_SENT;
	if (conn->flags_now & TAKEN_AS_RESET) {
		if (old == TCP_SYN_SENT)
			return COREMON_CAUSE_CONNECT_REFUSED;
		return reset_came(conn, old) ? COREMON_CAUSE_RST_RECEIVED : COREMON_CAUSE_RST_SENT;
	}
	if (err == ETIMEDOUT)
		return connecting ? COREMON_CAUSE_CONNECT_TIMEOUT : COREMON_CAUSE_TIMEOUT;
	if (err == ECONNABORTED)
		return COREMON_CAUSE_ABORT;
	if (err)
		return connecting ? COREMON_CAUSE_CONNECT_FAILED : COREMON_CAUSE_ERROR;
	/* Nobody has it any more: too many such, no memory, nobody to wait for the peer's end (TCP_LINGER2), or it has been waited for. */
	if (conn->flags_now & GAVE_UP)
		return COREMON_CAUSE_ABORT;
	switch (old) {
	case TCP_LAST_ACK:
		return COREMON_CAUSE_FIN_REMOTE;
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
	case TCP_TIME_WAIT:
		return COREMON_CAUSE_FIN_LOCAL;
	default:
		return COREMON_CAUSE_ABORT;
	}
}

/*
 * Two segments that completed one handshake at once made two sockets; the kernel drops the second unused. A child of
 * Fast Open has had no segment either, but may have data, and an owner.
 */
static bool discarded(const struct coremon_conn *conn, const struct sock *sk, int old)
{
	return old == TCP_SYN_RECV && conn->opened == COREMON_OPENED_PASSIVE && conn->flags_in == COREMON_FLAG_SYN &&
	       !conn->told && !rcu_access_pointer(tcp_sk(sk)->fastopen_rsk) && coremon_hooks_serve(COREMON_COLUMN_RST_CAUSE);
}

/*
 * Probes of a connection that a process has and that says nothing were not answered: as tcp_keepalive_timer() decides. The kernel sends a reset,
 * and sets the error then.
 */
static bool alive_in_vain(const struct coremon_conn *conn, const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 limit = READ_ONCE(icsk->icsk_user_timeout);

	if (!(conn->flags_now & GAVE_UP) || sock_flag(sk, SOCK_DEAD) || !sock_flag(sk, SOCK_KEEPOPEN) ||
	    READ_ONCE(tp->snd_una) != READ_ONCE(tp->write_seq))
		return false;
	if (limit)
		return READ_ONCE(icsk->icsk_probes_out) && keepalive_time_elapsed(tp) >= msecs_to_jiffies(limit);
	return READ_ONCE(icsk->icsk_probes_out) >= keepalive_probes(tp);
}

/*
 * The connection is over, and out of the lists: its final values go where ended connections are kept. @going: so is its socket, which sends
 * nothing any more. Returns its number there; 0: it has none.
 */
static u64 keep(struct coremon_conn *conn, const struct sock *sk, int old, bool going)
{
	u8 cause = COREMON_CAUSE_NONE;
	u32 error = 0;

	if (unlikely(discarded(conn, sk, old))) {
		coremon_stat_inc(COREMON_STAT_DISCARDED);
		return 0;
	}
	if (likely(conn->opened != COREMON_OPENED_LISTEN)) {
		error = READ_ONCE(sk->sk_err);
		/* A process on another CPU may have taken it already. */
		if (unlikely(!error && alive_in_vain(conn, sk)))
			error = READ_ONCE(sk->sk_err_soft) ?: ETIMEDOUT;
		cause = end_cause(conn, error, old);
	}
	/* TCP_CLOSE is told before the reset of an abort is sent. */
	conn->closed_open = !going && cause == COREMON_CAUSE_ABORT && !(conn->flags_out & COREMON_FLAG_RST);
	return coremon_closed_add(conn, sk, cause, error, conn->closed_open, going);
}

static noinline void end(struct coremon_conn *conn, const struct sock *sk, int old)
{
	if (coremon_table_end(conn))
		conn->closed_seq = keep(conn, sk, old, false);
}

/*
 * The socket of a connection that was closed and that no process has any more is destroyed in the same moment (tcp_done()): what is to be done is
 * done then at once. One of MPTCP may be emptied before.
 */
static bool goes_at_once(const struct sock *sk, int old)
{
	return (1 << old) & (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING | TCPF_LAST_ACK) && sock_flag(sk, SOCK_DEAD) && !sk_is_mptcp(sk);
}

static void closed(struct coremon_conn *conn, const struct sock *sk, int old)
{
	if (likely(goes_at_once(sk, old)))
		WRITE_ONCE(conn->last_state, old);
	else
		end(conn, sk, conn->last_state ?: old);
}

/* connect() on a socket whose last connection is over. */
static noinline struct coremon_conn *open_again(struct sock *sk, u8 opened)
{
	struct coremon_conn *older = coremon_table_find(sk);

	if (!older)
		return NULL;
	end(older, sk, older->last_state ?: sk->sk_state);
	coremon_table_forget(older);
	return coremon_table_open(sk, opened);
}

static struct coremon_conn *open(const struct sock *sk, u8 opened, u8 flags_in, u8 flags_out)
{
	struct coremon_conn *conn = coremon_table_open((struct sock *)sk, opened);

	if (unlikely(!conn))
		conn = open_again((struct sock *)sk, opened);
	if (!conn)
		return NULL;
	conn->flags_in = flags_in;
	conn->flags_out = flags_out;
	if (opened != COREMON_OPENED_PASSIVE)
		coremon_owner_opens(conn);
	return conn;
}

static u32 us_since(u64 ns)
{
	return min_t(u64, div_u64(ktime_get_ns() - ns, NSEC_PER_USEC), ~0U - 1);
}

/*
 * How long the handshake took that the segment now being processed completes: the kernel has just stamped it, by the same clock
 * (tcp_mstamp_refresh()). Where it does not (TCP_REPAIR) the stamp is older than the record, and there was no handshake.
 */
static u32 handshake_us(const struct coremon_conn *conn, const struct tcp_sock *tp)
{
	u64 ns = tp->tcp_clock_cache - conn->birth_ns;

	return likely((s64)ns >= 0) ? min_t(u64, div_u64(ns, NSEC_PER_USEC), ~0U - 1) : ~0U;
}

/* The three-way handshake is done. */
static void established(struct coremon_conn *conn, const struct sock *sk, int old)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 counted = conn->retrans[COREMON_RETRANS_SYN] + conn->retrans[COREMON_RETRANS_SYNACK];

	conn->flags_out |= COREMON_FLAG_ACK;
	if (old == TCP_SYN_SENT) {
		/* With Fast Open the SYN waits for the first write. */
		if (tp->syn_fastopen || tp->syn_data)
			conn->handshake_us = tp->srtt_us ? tp->srtt_us >> 3 : ~0U;
		else if (conn->birth_ns)
			conn->handshake_us = handshake_us(conn, tp);
		return;
	}
	/* The first sample of a passive connection is that of its SYN-ACK; there is none if that was sent again. */
	if (tp->srtt_us)
		conn->handshake_us = tp->srtt_us >> 3;
	/* What the request sent again is handed to the socket as its own. */
	if (unlikely(tp->total_retrans > counted)) {
		coremon_eventful(conn);
		conn->retrans[COREMON_RETRANS_SYNACK] += tp->total_retrans - counted;
	}
}

/* When the reset that answers a segment is sent, the socket that nobody has any more is gone. */
static void answered_by_reset(struct coremon_conn *conn, const struct sock *sk)
{
	WRITE_ONCE(conn->flags_out, conn->flags_out | COREMON_FLAG_RST);
	coremon_event(conn, sk, COREMON_EVENT_RST_SENT, (u32)COREMON_UNKNOWN, 0, 0, 0);
}

/*
 * The peer has acknowledged the FIN. Where nobody has the socket any more the kernel waits for the peer's end, but not where the segment had data,
 * nor with TCP_LINGER2 below 0: then the connection is over in this moment, and a reset says so.
 */
static void half_closed(struct coremon_conn *conn, const struct sock *sk)
{
	if (likely(!sock_flag(sk, SOCK_DEAD) || !(conn->flags_now & HAS_DATA || READ_ONCE(tcp_sk(sk)->linger2) < 0)))
		return;
	conn->flags_now |= ANSWERED;
	answered_by_reset(conn, sk);
}

/* A connection moves. Preemption is on again afterwards, so that the caller has nothing left to do. */
static __always_inline void moved_enable(struct coremon_conn *conn, const struct sock *sk, int old, int new)
{
	if (new == TCP_CLOSE) {
		closed(conn, sk, old);
	} else {
		if (new == TCP_ESTABLISHED)
			established(conn, sk, old);
		else if ((1 << new) & (TCPF_FIN_WAIT1 | TCPF_LAST_ACK))
			conn->flags_out |= COREMON_FLAG_FIN;
		else if (new == TCP_FIN_WAIT2)
			half_closed(conn, sk);
		coremon_changed(conn);
	}
	preempt_enable_notrace();
}

/* While somebody reads events. Apart, since the usual way then has nothing to save a register for. */
static noinline void told_enable(struct coremon_conn *conn, const struct sock *sk, int old, int new)
{
	coremon_event_write(conn, sk, COREMON_EVENT_STATE, old, new, 0, 0);
	moved_enable(conn, sk, old, new);
}

/* A connection or listener begins. Returns its record if the event of that is to be told now. */
static struct coremon_conn *begun(const struct sock *sk, int new)
{
	if (!is_tcp(sk))
		return NULL;
	if (new == TCP_LISTEN)
		return open(sk, COREMON_OPENED_LISTEN, 0, 0);
	if (new == TCP_SYN_SENT)
		return open(sk, COREMON_OPENED_ACTIVE, 0, COREMON_FLAG_SYN);
	/* A listener's child, which still has its listener's cookie, and on 5.10 no addresses: its first event is the next. */
	open(sk, COREMON_OPENED_PASSIVE, COREMON_FLAG_SYN, COREMON_FLAG_SYN | COREMON_FLAG_ACK);
	return NULL;
}

/* The same, and preemption is on again afterwards. */
static noinline void begun_enable(const struct sock *sk, int old, int new)
{
	struct coremon_conn *conn = begun(sk, new);

	if (conn)
		coremon_event(conn, sk, COREMON_EVENT_STATE, old, new, 0, 0);
	preempt_enable_notrace();
}

/**
 * coremon_track_state() - A socket changes its state: births, moves and ends.
 * @sk: the socket, locked or owned; its sk_state is still @old
 * @old: the state it leaves
 * @new: the state it enters
 */
void coremon_track_state(const struct sock *sk, int old, int new)
{
	struct coremon_conn *conn;

	preempt_disable_notrace();
	/* From SYN_SENT to SYN_RECV it is a simultaneous open of a connection that is known already. */
	if ((1 << new) & (TCPF_SYN_SENT | TCPF_LISTEN | TCPF_SYN_RECV) && !(new == TCP_SYN_RECV && old == TCP_SYN_SENT)) {
		begun_enable(sk, old, new);
		return;
	}
	/* Of other protocols' sockets there is no record. */
	conn = coremon_table_find(sk);
	if (!conn || READ_ONCE(conn->ended))
		preempt_enable_notrace();
	else if (static_branch_unlikely(&coremon_events_wanted))
		told_enable(conn, sk, old, new);
	else
		moved_enable(conn, sk, old, new);
}

/**
 * coremon_track_destroy() - A socket goes: the last moment at which its address means this socket.
 * @sk: the socket
 *
 * Its connection has ended with TCP_CLOSE, just now (closed()) or long before, but for one that was adopted in that very moment.
 */
void coremon_track_destroy(struct sock *sk)
{
	struct coremon_conn *conn;

	preempt_disable_notrace();
	conn = coremon_table_find(sk);
	if (conn) {
		if (conn->closed_open)
			coremon_closed_final(conn->closed_seq);
		/* The record stays until preemption is on again. */
		if (coremon_table_forget(conn))
			keep(conn, sk, conn->last_state ?: sk->sk_state, true);
	}
	preempt_enable_notrace();
}

/**
 * coremon_track_accept() - A process takes a connection from a listener: it is the owner.
 * @sk: the connection's socket
 */
void coremon_track_accept(struct sock *sk)
{
	struct coremon_conn *conn;

	preempt_disable_notrace();
	conn = coremon_table_find(sk);
	if (conn) {
		coremon_owner_opens(conn);
		coremon_changed(conn);
	}
	preempt_enable_notrace();
}

/**
 * coremon_track_used_enable() - A call by a process that is perhaps the first to use the connection, or since a reader of changes was told.
 * @conn: the record
 *
 * Context: preemption is off; it is on again afterwards.
 */
void coremon_track_used_enable(struct coremon_conn *conn)
{
	coremon_owner_uses(conn);
	coremon_changed(conn);
	preempt_enable_notrace();
}

/* Of what a segment takes in the sequence, SYN and FIN are no data. */
static void first_byte(struct coremon_conn *conn, const struct sk_buff *skb, u8 flags)
{
	u32 len = TCP_SKB_CB(skb)->end_seq - TCP_SKB_CB(skb)->seq;

	if (len > !!(flags & COREMON_FLAG_SYN) + !!(flags & COREMON_FLAG_FIN) && conn->birth_ns)
		WRITE_ONCE(conn->first_byte_us, us_since(conn->birth_ns));
}

/* What end_cause() may want to know of the segment being processed. */
static u8 flags_now(const struct sock *sk, const struct sk_buff *skb, u8 flags)
{
	u8 now = flags & COREMON_FLAG_RST;
	u32 end_seq;

	if (sk->sk_state == TCP_FIN_WAIT1) {
		end_seq = TCP_SKB_CB(skb)->end_seq;
		if (end_seq != TCP_SKB_CB(skb)->seq && after(end_seq - !!(flags & COREMON_FLAG_FIN), tcp_sk(sk)->rcv_nxt))
			now |= HAS_DATA;
	}
	return now;
}

/* Whether the next segment, too, must be looked at closely, whatever it is. */
static u8 watch_of(const struct coremon_conn *conn, const struct sock *sk)
{
	u8 watch = conn->birth_ns && conn->first_byte_us == ~0U ? COREMON_WATCH_DATA : 0;

	if (coremon_congestion_watched(conn))
		watch |= COREMON_WATCH_CA;
	if (!RB_EMPTY_ROOT(&tcp_sk(sk)->out_of_order_queue))
		watch |= COREMON_WATCH_OFO;
	return watch;
}

/* A segment that may change something in the record. */
static __always_inline void note_segment(struct coremon_conn *conn, struct sock *sk, const struct sk_buff *skb)
{
	u8 flags = tcp_flag_byte(tcp_hdr(skb)) & FLAGS_KEPT;

	if (READ_ONCE(conn->ended) || conn->opened == COREMON_OPENED_LISTEN)
		return;
	conn->flags_now = flags_now(sk, skb, flags);
	WRITE_ONCE(conn->flags_in, conn->flags_in | flags);
	conn->flags_of_note = (FLAGS_KEPT & ~conn->flags_in) | COREMON_FLAG_RST;
	if (conn->first_byte_us == ~0U)
		first_byte(conn, skb, flags);
	coremon_congestion_sample(conn, sk);
	/* Before the SYN-ACK is processed the receive queue means nothing. */
	if (sk->sk_state != TCP_SYN_SENT)
		coremon_queue_segment(conn, sk, skb);
	WRITE_ONCE(conn->watch, watch_of(conn, sk));
	coremon_event_sample(conn, sk);
	coremon_changed(conn);
}

/**
 * coremon_track_noted_enable() - A segment that may change something in the record, or is sampled.
 * @conn: the record
 * @sk: the socket, locked or owned
 * @skb: the segment, its control block filled
 *
 * Context: preemption is off; it is on again afterwards, so that the caller has nothing left to do.
 */
void coremon_track_noted_enable(struct coremon_conn *conn, struct sock *sk, const struct sk_buff *skb)
{
	note_segment(conn, sk, skb);
	preempt_enable_notrace();
}

/**
 * coremon_track_segment() - A segment has come and is about to be processed.
 * @sk: the socket in any state, locked or owned, but for a listener
 * @skb: the segment, its control block filled
 */
void coremon_track_segment(struct sock *sk, const struct sk_buff *skb)
{
	struct coremon_conn *conn;

	coremon_dropped_receiving(sk);
	preempt_disable_notrace();
	conn = coremon_table_find(sk);
	if (conn && sk->sk_state != TCP_LISTEN) {
		coremon_track_noted_enable(conn, sk, skb);
		return;
	}
	if (conn)
		coremon_changed(conn);
	preempt_enable_notrace();
}

/**
 * coremon_track_timer() - A timer of a connection is about to send something that is neither data nor sent again.
 * @sk: the socket, locked
 */
void coremon_track_timer(struct sock *sk)
{
	struct coremon_conn *conn;

	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn)
		coremon_changed(conn);
	rcu_read_unlock();
}

/**
 * coremon_track_rst_received() - The segment that is being processed ends the connection as a reset does.
 * @sk: the socket, locked or owned
 */
void coremon_track_rst_received(struct sock *sk)
{
	struct coremon_conn *conn;

	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (is_connection(conn)) {
		conn->flags_now |= TAKEN_AS_RESET;
		if (reset_came(conn, sk->sk_state))
			coremon_event(conn, sk, COREMON_EVENT_RST_RECEIVED, 0, 0, 0, 0);
		else if (sock_flag(sk, SOCK_DEAD))
			answered_by_reset(conn, sk);
	}
	rcu_read_unlock();
}

/**
 * coremon_track_rst_sent() - A reset was sent.
 * @sk: the socket it was sent for; NULL, or no full socket, where there is none
 * @skb: the segment it answers; NULL where the socket itself gives up, and counts the reset as its own segment
 * @reason: the kernel's; all ones before 6.10
 */
void coremon_track_rst_sent(const struct sock *sk, const struct sk_buff *skb, u32 reason)
{
	struct coremon_conn *conn;

	if (!sk || !sk_fullsock(sk))
		return;
	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn && conn->opened != COREMON_OPENED_LISTEN) {
		coremon_event(conn, sk, COREMON_EVENT_RST_SENT, reason, 0, 0, 0);
		if (READ_ONCE(conn->ended)) {
			coremon_closed_amend_rst(conn->closed_seq, !skb);
		} else {
			WRITE_ONCE(conn->flags_out, conn->flags_out | COREMON_FLAG_RST);
			if (!skb)
				conn->flags_now |= GAVE_UP;
		}
	}
	rcu_read_unlock();
}
