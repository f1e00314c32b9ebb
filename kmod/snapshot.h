/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _COREMON_SNAPSHOT_H
#define _COREMON_SNAPSHOT_H

#include <linux/in6.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct coremon_conn;

/**
 * struct coremon_row - One connection or listener at one moment, record and socket joined.
 * @id: socket cookie
 * @netns: inode number of the network namespace
 * @family: AF_INET or AF_INET6
 * @state: TCP_*
 * @ca_state: TCP_CA_*
 * @listener: only @id to @comm, @age_ms, @send_q and @recv_q mean anything
 * @age_known: @age_ms means something
 * @owner_known: @tgid and @comm mean something
 * @local: address bound; an IPv4 address is in the first word
 * @remote: address of the peer
 * @local_port: host order
 * @remote_port: host order
 * @uid: owner of the socket
 * @tgid: process, in the initial pid namespace
 * @comm: its name, as it gave it: any bytes
 * @age_ms: since birth
 * @bytes_sent: as tcp_info's, and so the fields after it
 * @bytes_acked: tcp_info
 * @bytes_received: tcp_info
 * @bytes_retrans: tcp_info
 * @segs_out: tcp_info
 * @segs_in: tcp_info
 * @data_segs_out: tcp_info
 * @data_segs_in: tcp_info
 * @send_q: bytes written and not acknowledged; listener: the backlog's limit
 * @recv_q: bytes received in order and not read; listener: connections to be accepted
 * @send_q_max: highest send_q seen
 * @recv_q_max: highest recv_q seen
 * @retrans: segments sent again, total_retrans
 * @cwnd: segments
 * @ssthresh: segments; TCP_INFINITE_SSTHRESH where none was found yet
 * @packets_out: segments sent and not acknowledged
 * @srtt_us: smoothed round-trip time; 0: no sample yet
 * @min_rtt_us: lowest in the window; ~0U: no sample yet
 * @tx_calls: send calls
 * @rx_calls: receive calls
 * @cwr_entries: entries into TCP_CA_CWR
 * @recovery_entries: entries into TCP_CA_Recovery
 * @loss_entries: entries into TCP_CA_Loss
 * @last_retrans_ms: since the last segment sent again; valid if @retrans_seen
 * @retrans_seen: whether a segment was seen sent again
 */
struct coremon_row {
	u64 id;
	u32 netns;
	u16 family;
	u8 state;
	u8 ca_state;
	bool listener;
	bool age_known;
	bool owner_known;
	bool retrans_seen;
	struct in6_addr local;
	struct in6_addr remote;
	u16 local_port;
	u16 remote_port;
	kuid_t uid;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
	u64 age_ms;
	u64 bytes_sent;
	u64 bytes_acked;
	u64 bytes_received;
	u64 bytes_retrans;
	u32 segs_out;
	u32 segs_in;
	u32 data_segs_out;
	u32 data_segs_in;
	u32 send_q;
	u32 recv_q;
	u32 send_q_max;
	u32 recv_q_max;
	u32 retrans;
	u32 cwnd;
	u32 ssthresh;
	u32 packets_out;
	u32 srtt_us;
	u32 min_rtt_us;
	u64 tx_calls;
	u64 rx_calls;
	u32 cwr_entries;
	u32 recovery_entries;
	u32 loss_entries;
	u64 last_retrans_ms;
};

bool coremon_snapshot(struct coremon_conn *conn, struct coremon_row *row);

#endif /* _COREMON_SNAPSHOT_H */
