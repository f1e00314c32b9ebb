// SPDX-License-Identifier: GPL-2.0-only
#include "snapshot.h"

#include <linux/cgroup.h>
#include <linux/jiffies.h>
#include <linux/sock_diag.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/mptcp.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "congestion.h"
#include "hooks.h"
#include "ledger.h"
#include "meter.h"
#include "owner.h"
#include "queue.h"
#include "table.h"

static void fill_identity(struct coremon_row *row, const struct coremon_conn *conn)
{
	struct coremon_owner owner;

	row->size = sizeof(*row);
	row->version = COREMON_VERSION;
	row->kind = COREMON_ROW_LIVE;
	row->seq = 0;
	row->netns = conn->netns;
	row->opened = conn->opened;
	row->cause = COREMON_CAUSE_NONE;
	row->__pad = 0;
	row->error = 0;
	row->birth_ns = conn->birth_ns ?: COREMON_UNKNOWN;
	row->__pad2 = 0;
	memset(row->comm, 0, sizeof(row->comm));
	if (coremon_owner_get(conn, &owner)) {
		row->tgid = owner.tgid;
		row->tid = owner.tid;
		memcpy(row->comm, owner.comm, sizeof(row->comm));
	}
}

/* Apart, since the usual way has no array on the stack. */
static noinline u64 make_id(const struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie((struct sock *)sk, cookie);
	return (u64)cookie[1] << 32 | cookie[0];
}

/**
 * coremon_snapshot_id() - The cookie of a socket, made if it has none.
 * @sk: the socket; not at the birth of a passive connection, when it still has its listener's
 *
 * Context: any but NMI.
 * Return: the id.
 */
u64 coremon_snapshot_id(const struct sock *sk)
{
	return atomic64_read(&sk->sk_cookie) ?: make_id(sk);
}

/**
 * coremon_snapshot_addr() - Both ends of a connection, as its socket has them now.
 * @sk: the socket
 * @addr: every byte is written
 */
void coremon_snapshot_addr(const struct sock *sk, struct coremon_addr *addr)
{
	addr->family = READ_ONCE(sk->sk_family);	/* IPV6_ADDRFORM may change it */
	addr->local_port = ntohs(inet_sk(sk)->inet_sport);	/* sk_num is given back before TCP_CLOSE is told */
	addr->remote_port = ntohs(inet_sk(sk)->inet_dport);
	addr->__pad = 0;
	if (addr->family == AF_INET6) {
		memcpy(addr->local, &sk->sk_v6_rcv_saddr, sizeof(addr->local));
		memcpy(addr->remote, &sk->sk_v6_daddr, sizeof(addr->remote));
	} else {
		memset(addr->local, 0, sizeof(addr->local));
		memset(addr->remote, 0, sizeof(addr->remote));
		memcpy(addr->local, &sk->sk_rcv_saddr, sizeof(sk->sk_rcv_saddr));
		memcpy(addr->remote, &sk->sk_daddr, sizeof(sk->sk_daddr));
	}
}

static u64 cgroup_of(const struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	return cgroup_id(sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data));
#else
	return COREMON_UNKNOWN;
#endif
}

/* The chronographs as tcp_get_info() has them: to the one that is running what has passed since will be added. */
static void take_chronographs(const struct tcp_sock *tp, struct coremon_moment *m)
{
	m->chrono_stat[0] = READ_ONCE(tp->chrono_stat[0]);
	m->chrono_stat[1] = READ_ONCE(tp->chrono_stat[1]);
	m->chrono_stat[2] = READ_ONCE(tp->chrono_stat[2]);
	m->chrono_type = data_race((u8)tp->chrono_type);	/* bits of a byte */
	m->chrono_running = tcp_jiffies32 - READ_ONCE(tp->chrono_start);
}

static void take_traffic(const struct tcp_sock *tp, struct coremon_moment *m)
{
	m->bytes_sent = READ_ONCE(tp->bytes_sent);
	m->bytes_acked = READ_ONCE(tp->bytes_acked);
	m->bytes_received = READ_ONCE(tp->bytes_received);
	m->bytes_retrans = READ_ONCE(tp->bytes_retrans);
	m->segs_out = READ_ONCE(tp->segs_out);
	m->segs_in = READ_ONCE(tp->segs_in);
	m->data_segs_out = READ_ONCE(tp->data_segs_out);
	m->data_segs_in = READ_ONCE(tp->data_segs_in);
	m->rcv_ooopack = READ_ONCE(tp->rcv_ooopack);
	m->reord_seen = READ_ONCE(tp->reord_seen);
	m->dsack_dups = READ_ONCE(tp->dsack_dups);
	m->total_retrans = READ_ONCE(tp->total_retrans);
	m->snd_cwnd = coremon_compat_snd_cwnd(tp);
	m->snd_ssthresh = READ_ONCE(tp->snd_ssthresh);
	m->packets_out = READ_ONCE(tp->packets_out);
	m->srtt_us = READ_ONCE(tp->srtt_us);
	m->min_rtt_us = tcp_min_rtt(tp);	/* ~0U before the first sample */
	m->snd_wnd = READ_ONCE(tp->snd_wnd);
	m->rcv_wnd = READ_ONCE(tp->rcv_wnd);
	m->unsent = READ_ONCE(tp->write_seq) != READ_ONCE(tp->snd_nxt);
}

static void take_queues(const struct tcp_sock *tp, bool owned, struct coremon_moment *m)
{
	/* A connect() of Fast Open waits with the ends of its queue unset until something is sent. */
	bool unset = m->state == TCP_SYN_SENT && !m->packets_out;

	m->send_q = unset ? 0 : READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_una);
	m->recv_q = max_t(int, READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq), 0);
	m->ofo_q = owned ? 0 : (u32)COREMON_UNKNOWN;
	m->ofo_span = m->ofo_q;
	if (owned && unlikely(!RB_EMPTY_ROOT(&tp->out_of_order_queue)))
		coremon_queue_ofo(tp, m);
}

/**
 * coremon_snapshot_take() - A socket's part of a row, as it is now.
 * @conn: its record
 * @sk: the socket, its spinlock held or owned
 * @owned: the caller has it to itself: its queues do not change
 * @m: where to put it; all but its @id
 *
 * Context: any but NMI.
 */
void coremon_snapshot_take(const struct coremon_conn *conn, const struct sock *sk, bool owned, struct coremon_moment *m)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	m->cgroup = cgroup_of(sk);
	coremon_snapshot_addr(sk, &m->addr);
	m->uid = __kuid_val(sk->sk_uid);
	m->state = READ_ONCE(conn->last_state) ?: READ_ONCE(sk->sk_state);
	m->listener = conn->opened == COREMON_OPENED_LISTEN || m->state == TCP_LISTEN;
	if (m->listener) {
		m->send_q = READ_ONCE(sk->sk_max_ack_backlog);
		m->recv_q = READ_ONCE(sk->sk_ack_backlog);
		return;
	}
	take_traffic(tp, m);
	take_chronographs(tp, m);
	/* Bits of a byte: where a process owns the socket, those of before or after. */
	m->ca_state = data_race((u8)inet_csk(sk)->icsk_ca_state);
	m->mptcp = data_race(sk_is_mptcp(sk));	/* the same */
	m->ulp = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);
	m->undo = coremon_congestion_sees_undo(sk);
	m->exact = coremon_meter_exact(conn->birth_ns);
	m->jiffies = (u32)jiffies;
	take_queues(tp, owned, m);
}

static void fill_traffic(struct coremon_row *row, const struct coremon_moment *m)
{
	row->ca_state = m->ca_state;
	row->bytes_sent = m->bytes_sent;
	row->bytes_acked = m->bytes_acked;
	row->bytes_received = m->bytes_received;
	row->bytes_retrans = m->bytes_retrans;
	row->segs_out = m->segs_out;
	row->segs_in = m->segs_in;
	row->data_segs_out = m->data_segs_out;
	row->data_segs_in = m->data_segs_in;
	row->rcv_ooopack = m->rcv_ooopack;
	row->reord_seen = m->reord_seen;
	row->dsack_dups = m->dsack_dups;
	row->cwnd = m->snd_cwnd;
	row->ssthresh = m->snd_ssthresh;
	row->packets_out = m->packets_out;
	row->srtt_us = m->srtt_us >> 3 ?: (u32)COREMON_UNKNOWN;
	row->min_rtt_us = m->min_rtt_us;
	row->snd_wnd = m->snd_wnd;
	row->rcv_wnd = m->rcv_wnd;
}

static void fill_chronographs(struct coremon_row *row, const struct coremon_moment *m)
{
	u64 stat[__TCP_CHRONO_MAX], total = 0;
	int i;

	for (i = TCP_CHRONO_BUSY; i < __TCP_CHRONO_MAX; i++) {
		stat[i] = m->chrono_stat[i - 1];
		if (i == m->chrono_type)
			stat[i] += m->chrono_running;
		stat[i] *= USEC_PER_SEC / HZ;
		total += stat[i];
	}
	row->busy_us = total;
	row->rwnd_limited_us = stat[TCP_CHRONO_RWND_LIMITED];
	row->sndbuf_limited_us = stat[TCP_CHRONO_SNDBUF_LIMITED];
}

static void fill_life(struct coremon_row *row, const struct coremon_conn *conn, const struct coremon_moment *m, u64 now)
{
	u64 since = READ_ONCE(conn->zero_wnd_since_ns);

	if (coremon_hooks_serve(COREMON_COLUMN_FLAGS_OUT))
		row->flags_out = READ_ONCE(conn->flags_out) & ~(m->unsent ? COREMON_FLAG_FIN : 0);
	row->handshake_us = READ_ONCE(conn->handshake_us);
	if (coremon_hooks_serve(COREMON_COLUMN_QUEUES)) {
		row->flags_in = READ_ONCE(conn->flags_in);
		row->first_byte_us = READ_ONCE(conn->first_byte_us);
		row->zero_wnd_in = READ_ONCE(conn->zero_wnd_in);
		/* That a window was opened again only a handled segment shows. */
		if (!m->exact)
			return;
		row->zero_wnd_out = READ_ONCE(conn->zero_wnd_out);
		row->zero_wnd_in_us = READ_ONCE(conn->zero_wnd_in_us);
		if (READ_ONCE(conn->zero_wnd) & COREMON_ZERO_WND_IN && now > since)
			row->zero_wnd_in_us += div_u64(now - since, NSEC_PER_USEC);
	}
}

/* A kprobe in TCP sees no call that another protocol over it (kTLS) takes; a tracepoint in the socket layer does. */
static void fill_calls(struct coremon_row *row, const struct coremon_conn *conn, const struct coremon_moment *m)
{
	/* The calls are made on the socket above it. */
	if (m->mptcp || (m->ulp && !coremon_hooks_serve(COREMON_COLUMN_ULP_CALLS)))
		return;
	if (coremon_hooks_serve(COREMON_COLUMN_TX_CALLS))
		row->tx_calls = atomic64_read(&conn->tx_calls);
	if (coremon_hooks_serve(COREMON_COLUMN_RX_CALLS))
		row->rx_calls = atomic64_read(&conn->rx_calls);
	if (!m->exact) {
		row->tx_calls = COREMON_UNKNOWN;
		row->rx_calls = COREMON_UNKNOWN;
	}
}

static void fill_retrans(struct coremon_row *row, const struct coremon_conn *conn, const struct coremon_moment *m, const struct sock *sk)
{
	row->retrans = m->total_retrans;
	if (!coremon_hooks_serve(COREMON_COLUMN_RETRANS))
		return;
	row->retrans_timeout = READ_ONCE(conn->retrans[COREMON_RETRANS_TIMEOUT]);
	row->retrans_fast = READ_ONCE(conn->retrans[COREMON_RETRANS_FAST]);
	row->retrans_tail_loss_probe = READ_ONCE(conn->retrans[COREMON_RETRANS_TAIL_LOSS_PROBE]);
	row->retrans_syn = READ_ONCE(conn->retrans[COREMON_RETRANS_SYN]);
	row->retrans_synack = READ_ONCE(conn->retrans[COREMON_RETRANS_SYNACK]);
	if (sk) {
		/* The socket counts before its hook does: the sum of the kinds is no more than what is read after them. */
		smp_rmb();
		row->retrans = READ_ONCE(tcp_sk(sk)->total_retrans);
	}
	row->retrans_other = row->retrans - row->retrans_timeout - row->retrans_fast - row->retrans_tail_loss_probe -
			     row->retrans_syn - row->retrans_synack;
	row->last_retrans_ns = READ_ONCE(conn->last_retrans_ns) ?: COREMON_UNKNOWN;
}

static void fill_congestion(struct coremon_row *row, const struct coremon_conn *conn, const struct coremon_moment *m, u64 now)
{
	u64 since = READ_ONCE(conn->ca_since_ns);
	int i;

	if (!coremon_hooks_serve(COREMON_COLUMN_CA))
		return;
	/* What is told at the next segment alone is late or lost where segments are thinned. */
	if (!coremon_hooks_serve(COREMON_COLUMN_CA_TOLD) && !m->exact)
		return;
	row->disorder_entries = READ_ONCE(conn->ca_entries[TCP_CA_Disorder]);
	row->cwr_entries = READ_ONCE(conn->ca_entries[TCP_CA_CWR]);
	row->recovery_entries = READ_ONCE(conn->ca_entries[TCP_CA_Recovery]);
	row->loss_entries = READ_ONCE(conn->ca_entries[TCP_CA_Loss]);
	row->ca_changed_ns = COREMON_UNKNOWN;
	for (i = 0; i < COREMON_CA_STATES; i++) {
		row->ca_ns[i] = READ_ONCE(conn->ca_ns[i]);
		if (READ_ONCE(conn->ca_entries[i]))
			row->ca_changed_ns = since;
	}
	row->ca_ns[READ_ONCE(conn->ca_last)] += now > since ? now - since : 0;
}

static void fill_undo(struct coremon_row *row, const struct coremon_conn *conn)
{
	row->undo_full = READ_ONCE(conn->undo[COREMON_UNDO_FULL]);
	row->undo_loss = READ_ONCE(conn->undo[COREMON_UNDO_LOSS]);
	/* In Recovery the two are told apart by what the segment acknowledged. */
	if (!coremon_hooks_serve(COREMON_COLUMN_QUEUES))
		return;
	row->undo_partial = READ_ONCE(conn->undo[COREMON_UNDO_PARTIAL]);
	row->undo_dsack = READ_ONCE(conn->undo[COREMON_UNDO_DSACK]);
}

/**
 * coremon_snapshot_join() - Join a record with its socket.
 * @conn: the record, or a copy of what is kept of it (COREMON_CONN_KEPT)
 * @m: the socket's part
 * @sk: the socket, if somebody else may be changing it; NULL: @conn is of the same moment as @m
 * @now: ktime_get_ns() of that moment
 * @row: where to put the row; every byte is written
 *
 * Context: any but NMI.
 */
void coremon_snapshot_join(struct coremon_conn *conn, const struct coremon_moment *m, const struct sock *sk, u64 now, struct coremon_row *row)
{
	memset(row, 0xff, sizeof(*row));	/* not known */
	fill_identity(row, conn);
	row->addr = m->addr;
	row->uid = from_kuid_munged(&init_user_ns, KUIDT_INIT(m->uid));
	row->cgroup = m->cgroup;
	row->id = m->id;
	row->state = m->state;
	row->send_q = m->send_q;
	row->recv_q = m->recv_q;
	if (m->listener)
		return;
	fill_traffic(row, m);
	fill_chronographs(row, m);
	fill_life(row, conn, m, now);
	fill_calls(row, conn, m);
	fill_retrans(row, conn, m, sk);
	fill_congestion(row, conn, m, now);
	if (m->undo)
		fill_undo(row, conn);
	coremon_ledger_fill(conn, row);
	coremon_queue_fill(conn, m, row);
}

/* For accept(), or for the end of their handshake. */
static bool connections_wait(const struct sock *sk)
{
	return READ_ONCE(sk->sk_ack_backlog) || inet_csk_reqsk_queue_len(sk);
}

/* A queue may have grown since its mark was taken, if a process owns the socket. */
static void fill_peaks(struct coremon_row *row, u32 send_q, u32 recv_q)
{
	if (send_q != (u32)COREMON_UNKNOWN)
		row->send_q_peak = max(send_q, row->send_q);
	if (recv_q != (u32)COREMON_UNKNOWN)
		row->recv_q_peak = max(recv_q, row->recv_q);
}

/**
 * coremon_snapshot() - The row of a connection for a reader.
 * @conn: the record, under RCU; the caller holds a reference on its socket
 * @row: where to put the row; every byte is written
 * @follow: a reader of changes, for whom the connection's next change counts again; NULL: another reader
 *
 * The socket's spinlock is held for the reading, so that the fields belong together unless a process is inside a call on
 * the socket just then: waiting for it could take for ever, and a reader must not hold up the network. In that case a
 * reader of changes is told once more by its next reading. So it is of a listener with connections that wait, since no hook
 * sees every way in which their number changes.
 *
 * Context: process, under rcu_read_lock().
 * Return: false if the connection is over.
 */
bool coremon_snapshot(struct coremon_conn *conn, struct coremon_row *row, const struct coremon_follow *follow)
{
	struct sock *sk = (struct sock *)conn->sk;
	struct coremon_moment m;
	u32 send_q, recv_q;
	bool live, owned;

	spin_lock_bh(&sk->sk_lock.slock);
	/* Past its end the socket may have given back what its fields point to. One that is about to end has its last changes told with its end. */
	live = !READ_ONCE(conn->ended) && !READ_ONCE(conn->last_state);
	if (!live)
		goto out;
	owned = sock_owned_by_user_nocheck(sk);
	if (follow) {
		coremon_table_told(conn, follow, &send_q, &recv_q);
		if (owned || (READ_ONCE(sk->sk_state) == TCP_LISTEN && connections_wait(sk)))
			coremon_table_mark(conn);
	}
	m.id = coremon_snapshot_id(sk);
	coremon_snapshot_take(conn, sk, !owned, &m);
	coremon_snapshot_join(conn, &m, sk, ktime_get_ns(), row);
	if (follow) {
		fill_peaks(row, send_q, recv_q);
		/* It may be read without a hook: by a call that was there before the data. */
		if (row->recv_q && row->state != TCP_LISTEN)
			coremon_table_mark(conn);
	}
	/* A process may disconnect meanwhile, or one that connects has not come to the state that was told yet. */
	live = row->state != TCP_CLOSE && READ_ONCE(sk->sk_state) != TCP_CLOSE && !READ_ONCE(conn->ended);
out:
	spin_unlock_bh(&sk->sk_lock.slock);
	return live;
}
