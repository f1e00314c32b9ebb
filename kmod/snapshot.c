// SPDX-License-Identifier: GPL-2.0-only
#include "snapshot.h"

#include <linux/sock_diag.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "table.h"
#include "track.h"

/* Taken now: at its birth the socket of an accepted connection still has its listener's cookie. */
static u64 cookie_of(struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie(sk, cookie);
	return (u64)cookie[1] << 32 | cookie[0];
}

static void fill_addresses(struct coremon_row *row, const struct sock *sk)
{
	row->family = sk->sk_family;
	row->local_port = sk->sk_num;
	row->remote_port = ntohs(sk->sk_dport);
	if (row->family == AF_INET6) {
		row->local = sk->sk_v6_rcv_saddr;
		row->remote = sk->sk_v6_daddr;
		return;
	}
	row->local.s6_addr32[0] = sk->sk_rcv_saddr;
	row->remote.s6_addr32[0] = sk->sk_daddr;
}

static void fill_record(struct coremon_row *row, const struct coremon_conn *conn)
{
	u64 now = ktime_get_ns();
	u64 last_retrans_ns = READ_ONCE(conn->last_retrans_ns);

	row->netns = conn->netns;
	row->age_known = conn->birth_ns;
	row->age_ms = div_u64(now - conn->birth_ns, NSEC_PER_MSEC);
	row->owner_known = smp_load_acquire(&conn->owner_state) == COREMON_OWNER_KNOWN;
	if (row->owner_known) {
		row->tgid = conn->tgid;
		memcpy(row->comm, conn->comm, sizeof(row->comm));
	}
	row->tx_calls = atomic64_read(&conn->tx_calls);
	row->rx_calls = atomic64_read(&conn->rx_calls);
	row->cwr_entries = READ_ONCE(conn->ca_entries[TCP_CA_CWR]);
	row->recovery_entries = READ_ONCE(conn->ca_entries[TCP_CA_Recovery]);
	row->loss_entries = READ_ONCE(conn->ca_entries[TCP_CA_Loss]);
	row->retrans_seen = last_retrans_ns;
	row->last_retrans_ms = now > last_retrans_ns ? div_u64(now - last_retrans_ns, NSEC_PER_MSEC) : 0;
}

static void fill_listener(struct coremon_row *row, const struct sock *sk)
{
	row->listener = true;
	row->send_q = READ_ONCE(sk->sk_max_ack_backlog);
	row->recv_q = READ_ONCE(sk->sk_ack_backlog);
}

static void fill_socket(struct coremon_row *row, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	row->ca_state = inet_csk(sk)->icsk_ca_state;
	row->bytes_sent = READ_ONCE(tp->bytes_sent);
	row->bytes_acked = READ_ONCE(tp->bytes_acked);
	row->bytes_received = READ_ONCE(tp->bytes_received);
	row->bytes_retrans = READ_ONCE(tp->bytes_retrans);
	row->segs_out = READ_ONCE(tp->segs_out);
	row->segs_in = READ_ONCE(tp->segs_in);
	row->data_segs_out = READ_ONCE(tp->data_segs_out);
	row->data_segs_in = READ_ONCE(tp->data_segs_in);
	row->send_q = READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_una);
	row->recv_q = max_t(int, READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq), 0);
	row->retrans = READ_ONCE(tp->total_retrans);
	row->cwnd = coremon_compat_snd_cwnd(tp);
	row->ssthresh = READ_ONCE(tp->snd_ssthresh);
	row->packets_out = READ_ONCE(tp->packets_out);
	row->srtt_us = READ_ONCE(tp->srtt_us) >> 3;
	row->min_rtt_us = tcp_min_rtt(tp);
}

/**
 * coremon_snapshot() - Join a record with its socket.
 * @conn: the record, under RCU; the caller holds a reference on its socket
 * @row: where to put the row; every byte is written
 *
 * The socket's spinlock is held for the reading, so that the fields belong together unless a process is inside a call on
 * the socket just then: waiting for it could take for ever. It is a reader's duty not to hold up the network.
 *
 * Context: process, under rcu_read_lock().
 * Return: false if the connection is over.
 */
bool coremon_snapshot(struct coremon_conn *conn, struct coremon_row *row)
{
	struct sock *sk = (struct sock *)conn->sk;

	memset(row, 0, sizeof(*row));
	fill_record(row, conn);

	spin_lock_bh(&sk->sk_lock.slock);
	row->state = sk->sk_state;
	row->id = cookie_of(sk);
	row->uid = sk->sk_uid;
	fill_addresses(row, sk);
	if (row->state == TCP_LISTEN)
		fill_listener(row, sk);
	else
		fill_socket(row, sk);
	spin_unlock_bh(&sk->sk_lock.slock);

	if (row->state == TCP_CLOSE || READ_ONCE(conn->ended))
		return false;
	if (row->listener)
		return true;
	/* What a reader was shown stays below the mark. Until connect() is done it writes the ends of a queue one by one. */
	if (row->state != TCP_SYN_SENT) {
		coremon_raise(&conn->send_q_max, row->send_q);
		coremon_raise(&conn->recv_q_max, row->recv_q);
	}
	row->send_q_max = READ_ONCE(conn->send_q_max);
	row->recv_q_max = READ_ONCE(conn->recv_q_max);
	return true;
}
