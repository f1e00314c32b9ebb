/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A row is a record and its socket, joined. The socket's part is copied at one moment: a connection that ends leaves that and a copy of its
 * record behind, and they become a row when somebody reads it.
 */
#ifndef _COREMON_SNAPSHOT_H
#define _COREMON_SNAPSHOT_H

#include <linux/types.h>

#include "uapi/coremon.h"

struct coremon_conn;
struct coremon_follow;
struct coremon_ledger;
struct sock;

/**
 * struct coremon_moment - A socket's part of a row. Of a listener what comes before @bytes_sent alone.
 * @id: socket cookie; 0 in what is kept of a connection that has ended: it had none, nobody ever asked for it
 * @cgroup: id; all ones: not known
 * @addr: both ends
 * @uid: the kernel's own
 * @state: TCP_*
 * @listener: it is one
 * @send_q: of a listener: the backlog's limit
 * @recv_q: of a listener: connections that wait
 * @bytes_sent: what has the name of a field of struct tcp_sock is that, up to @snd_wnd
 * @chrono_stat: jiffies of each chronograph
 * @chrono_running: jiffies that the one of @chrono_type has run since
 * @ofo_q: as in struct coremon_row
 * @ofo_span: how far ahead of what is missing the data out of order reaches; not known: the socket was not the caller's alone
 * @jiffies: the moment
 * @chrono_type: 0: none runs
 * @ca_state: TCP_CA_*
 * @mptcp: calls are made on a socket above it
 * @ulp: another protocol over it takes the calls
 * @undo: undoing passes by the hook
 * @exact: of all its calls and segments up to now none was thinned
 * @unsent: the end of what is to be sent has not been: of a connection that this end closes, its FIN
 */
struct coremon_moment {
	u64 id;
	u64 cgroup;
	struct coremon_addr addr;
	u32 uid;
	u8 state;
	bool listener;
	u32 send_q;
	u32 recv_q;

	u64 bytes_sent;
	u64 bytes_acked;
	u64 bytes_received;
	u64 bytes_retrans;
	u32 segs_out;
	u32 segs_in;
	u32 data_segs_out;
	u32 data_segs_in;
	u32 rcv_ooopack;
	u32 reord_seen;
	u32 dsack_dups;
	u32 total_retrans;
	u32 snd_cwnd;
	u32 snd_ssthresh;
	u32 packets_out;
	u32 srtt_us;
	u32 min_rtt_us;
	u32 snd_wnd;
	u32 rcv_wnd;
	u32 chrono_stat[3];
	u32 chrono_running;
	u32 ofo_q;
	u32 ofo_span;
	u32 jiffies;
	u8 chrono_type;
	u8 ca_state;
	bool mptcp;
	bool ulp;
	bool undo;
	bool exact;
	bool unsent;
};

u64 coremon_snapshot_id(const struct sock *sk);
void coremon_snapshot_addr(const struct sock *sk, struct coremon_addr *addr);
void coremon_snapshot_take(const struct coremon_conn *conn, const struct sock *sk, bool owned, struct coremon_moment *m);
void coremon_snapshot_join(struct coremon_conn *conn, const struct coremon_moment *m, const struct sock *sk, u64 now, struct coremon_row *row);
bool coremon_snapshot(struct coremon_conn *conn, struct coremon_row *row, const struct coremon_follow *follow);

#endif /* _COREMON_SNAPSHOT_H */
