// SPDX-License-Identifier: GPL-2.0-only
#include "track.h"

#include <linux/sched.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "table.h"

/* The state hook and the call hooks are shared by all protocols. */
static bool is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP && (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

/**
 * coremon_raise() - Raise a high-water mark that several CPUs may raise at once.
 * @max: the mark
 * @value: what was seen now
 */
void coremon_raise(u32 *max, u32 value)
{
	u32 old = READ_ONCE(*max);

	while (unlikely(value > old)) {
		u32 seen = cmpxchg(max, old, value);

		if (seen == old)
			return;
		old = seen;
	}
}

/**
 * coremon_track_owner() - Stamp the running process as the owner, if none is known.
 * @conn: a record, under RCU or not yet in the table
 *
 * Does nothing in an interrupt, where the running task is whoever was interrupted.
 */
void coremon_track_owner(struct coremon_conn *conn)
{
	if (likely(READ_ONCE(conn->owner_state) != COREMON_OWNER_NONE) || !in_task())
		return;
	if (cmpxchg(&conn->owner_state, COREMON_OWNER_NONE, COREMON_OWNER_CLAIMED) != COREMON_OWNER_NONE)
		return;
	conn->tgid = current->tgid;
	/* The group's name, as ss and ps show it, not the thread's; the leader outlives its threads. */
	memcpy(conn->comm, current->group_leader->comm, sizeof(conn->comm));
	conn->comm[sizeof(conn->comm) - 1] = '\0';
	smp_store_release(&conn->owner_state, COREMON_OWNER_KNOWN);
}

/**
 * coremon_track_state() - A socket changes its state: births and deaths.
 * @sk: the socket, locked or owned; its sk_state is still @old
 * @old: the state it leaves
 * @new: the state it enters
 */
void coremon_track_state(const struct sock *sk, int old, int new)
{
	if (!is_tcp(sk))
		return;
	switch (new) {
	case TCP_SYN_SENT:
		coremon_table_open((struct sock *)sk, COREMON_STAT_OPENED_ACTIVE);
		break;
	case TCP_SYN_RECV:
		/*
		 * From SYN_SENT it is a simultaneous open of a connection that is known already; else a listener's child,
		 * which still has the state its listener had.
		 */
		if (old != TCP_SYN_SENT)
			coremon_table_open((struct sock *)sk, COREMON_STAT_OPENED_PASSIVE);
		break;
	case TCP_LISTEN:
		coremon_table_open((struct sock *)sk, COREMON_STAT_OPENED_LISTEN);
		break;
	case TCP_CLOSE:
		coremon_table_end(sk);
		break;
	}
}

/**
 * coremon_track_destroy() - A socket goes: the last moment at which its address means this socket.
 * @sk: the socket
 *
 * Its connection has ended with TCP_CLOSE long before, but for one that was adopted in that very moment.
 */
void coremon_track_destroy(struct sock *sk)
{
	bool known;

	rcu_read_lock();
	known = coremon_table_find(sk);
	rcu_read_unlock();
	if (unlikely(known))
		coremon_table_end(sk);
}

/**
 * coremon_track_accept() - A process takes a connection from a listener: it is the owner.
 * @sk: the connection's socket
 */
void coremon_track_accept(struct sock *sk)
{
	struct coremon_conn *conn;

	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn)
		coremon_track_owner(conn);
	rcu_read_unlock();
}

/**
 * coremon_track_send() - A process calls send, write or the like; the socket is not locked.
 * @sk: a socket of any protocol
 */
void coremon_track_send(struct sock *sk)
{
	struct coremon_conn *conn;

	if (!is_tcp(sk))
		return;
	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn) {
		atomic64_inc(&conn->tx_calls);
		coremon_track_owner(conn);
	}
	rcu_read_unlock();
}

/**
 * coremon_track_recv() - A process calls recv, read or the like; the socket is not locked.
 * @sk: a socket of any protocol
 */
void coremon_track_recv(struct sock *sk)
{
	struct coremon_conn *conn;

	if (!is_tcp(sk))
		return;
	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn) {
		atomic64_inc(&conn->rx_calls);
		coremon_track_owner(conn);
	}
	rcu_read_unlock();
}

/**
 * coremon_track_segment() - A segment has come and is about to be processed.
 * @sk: the socket, locked or owned, but for a listener
 * @skb: the segment, its control block filled
 *
 * The send queue only shrinks by an ACK, so just before one it is at its highest. The receive queue is highest once this
 * segment is in it, if it is next in order; data waiting out of order is seen with the segment after it.
 */
void coremon_track_segment(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct coremon_conn *conn;

	if (sk->sk_state == TCP_LISTEN)
		return;
	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn) {
		u32 rcv_nxt = tp->rcv_nxt;

		if (!after(TCP_SKB_CB(skb)->seq, rcv_nxt) && after(TCP_SKB_CB(skb)->end_seq, rcv_nxt))
			rcv_nxt = TCP_SKB_CB(skb)->end_seq;
		coremon_raise(&conn->send_q_max, tp->write_seq - tp->snd_una);
		/* Before the SYN-ACK is processed copied_seq means nothing. */
		if (sk->sk_state != TCP_SYN_SENT)
			coremon_raise(&conn->recv_q_max, max_t(int, rcv_nxt - tp->copied_seq, 0));
	}
	rcu_read_unlock();
}

/**
 * coremon_track_retransmit() - A segment was sent again.
 * @sk: the socket, locked or owned
 * @err: 0, or why it could not be sent
 */
void coremon_track_retransmit(const struct sock *sk, int err)
{
	struct coremon_conn *conn;

	if (err)
		return;
	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn)
		WRITE_ONCE(conn->last_retrans_ns, ktime_get_ns());
	rcu_read_unlock();
}

/**
 * coremon_track_ca_state() - The congestion state is set.
 * @sk: the socket, locked or owned; it still has the old state
 * @ca_state: the new state, TCP_CA_*; the old one again counts for nothing
 */
void coremon_track_ca_state(struct sock *sk, u8 ca_state)
{
	struct coremon_conn *conn;

	if (inet_csk(sk)->icsk_ca_state == ca_state || ca_state > TCP_CA_Loss)
		return;
	rcu_read_lock();
	conn = coremon_table_find(sk);
	if (conn)
		WRITE_ONCE(conn->ca_entries[ca_state], conn->ca_entries[ca_state] + 1);
	rcu_read_unlock();
}
