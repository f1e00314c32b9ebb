/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The records of /proc/coremon/ *.bin, included by path by the module and by every reader.
 *
 * A reading is a sequence of records of the machine's byte order. Each begins with its size, so a reader takes the smaller of
 * that and its own struct, leaves out what is longer and takes missing fields as not known. Fields are only ever appended;
 * what would change the meaning of one raises COREMON_VERSION.
 *
 * Not known is all ones (COREMON_UNKNOWN cast to the field's type), never 0. Times are nanoseconds of CLOCK_MONOTONIC.
 *
 * connections.bin: a reading ends where read() returns 0. The first reading of a descriptor gives every connection and
 * listener (COREMON_ROW_LIVE); the next one, begun by reading on, what has changed since the last began: first what ended
 * (COREMON_ROW_CLOSED, with its final values), with COREMON_ROW_LOST where the ring of ended connections was too short, then
 * what changed. lseek(fd, 0, SEEK_SET) begins anew. A listener counts as changed when a SYN comes to it: its queue is as of then.
 * closed.bin: the ended connections that are still in the ring, oldest first; reading on gives those that ended since.
 * events.bin: events as they happen; read() blocks.
 * drops.bin: the packets dropped since the load, a record each place, reason, protocol and namespace; read on it gives them anew.
 */
#ifndef _UAPI_COREMON_H
#define _UAPI_COREMON_H

#include <linux/types.h>

#define COREMON_VERSION 1
#define COREMON_UNKNOWN (~0ULL)
#define COREMON_COMM_LEN 16
#define COREMON_DEV_LEN 16
#define COREMON_PLACE_LEN 120
#define COREMON_DROP_REASONS 6	/* that a connection's record tells apart */

/* What a record of rows is: coremon_row.kind. */
enum {
	COREMON_ROW_LIVE = 1,	/* a connection or listener as it is now */
	COREMON_ROW_CLOSED = 2,	/* a connection that ended, with its final values */
	COREMON_ROW_LOST = 3	/* seq: how many ended connections came before this and are gone; nothing else is set */
};

/* How a connection began: coremon_row.opened. */
enum {
	COREMON_OPENED_ACTIVE = 1,	/* by connect() */
	COREMON_OPENED_PASSIVE = 2,	/* by a listener */
	COREMON_OPENED_LISTEN = 3,	/* it is a listener; open when the module was loaded: birth_ns is not known */
	COREMON_OPENED_ADOPTED = 4	/* it was open when the module was loaded */
};

/* Why a connection ended: coremon_row.cause. */
enum {
	COREMON_CAUSE_NONE = 0,			/* it has not */
	COREMON_CAUSE_FIN_LOCAL = 1,		/* both ends closed it, this one first */
	COREMON_CAUSE_FIN_REMOTE = 2,		/* both ends closed it, the peer first */
	COREMON_CAUSE_RST_RECEIVED = 3,		/* the peer reset it */
	COREMON_CAUSE_RST_SENT = 4,		/* this end reset it, in reply to what the peer sent */
	COREMON_CAUSE_ABORT = 5,		/* this end dropped it: data unread at close, linger 0, linger2 below 0, ss -K, no memory */
	COREMON_CAUSE_TIMEOUT = 6,		/* the peer did not answer any more */
	COREMON_CAUSE_CONNECT_REFUSED = 7,	/* a reset answered the SYN */
	COREMON_CAUSE_CONNECT_TIMEOUT = 8,	/* nothing answered the SYN */
	COREMON_CAUSE_CONNECT_FAILED = 9,	/* another error before it was established: coremon_row.error */
	COREMON_CAUSE_ERROR = 10		/* another error after that: coremon_row.error */
};

/* Bits of coremon_row.flags_in and flags_out: those of the TCP header, OR-ed over the segments. */
#define COREMON_FLAG_FIN 0x01
#define COREMON_FLAG_SYN 0x02
#define COREMON_FLAG_RST 0x04
#define COREMON_FLAG_PSH 0x08
#define COREMON_FLAG_ACK 0x10

/* Both ends of a connection. */
struct coremon_addr {
	__u16 family;			/* AF_INET, AF_INET6 */
	__u16 local_port;		/* host order */
	__u16 remote_port;
	__u16 __pad;			/* 0 */
	__u8 local[16];			/* IPv4: the first four bytes, the others 0 */
	__u8 remote[16];
};

/*
 * One connection or listener. Fields named as in tcp_info are tcp_info's. For a listener everything but the head, the
 * addresses, the owner, birth_ns, send_q (the backlog's limit) and recv_q (connections waiting for accept) is not known.
 */
struct coremon_row {
	__u16 size;			/* of this record in bytes */
	__u8 version;			/* COREMON_VERSION */
	__u8 kind;			/* COREMON_ROW_* */
	__u32 netns;			/* inode number of the network namespace */
	__u64 id;			/* socket cookie: ss -e prints it after sk: */
	__u64 seq;			/* ended: its number, from 1, without gaps; ROW_LOST: how many; else 0 */
	struct coremon_addr addr;
	__u8 state;			/* TCP_*; ended: the last state before TCP_CLOSE */
	__u8 ca_state;			/* TCP_CA_* */
	__u8 opened;			/* COREMON_OPENED_* */
	__u8 cause;			/* COREMON_CAUSE_* */
	__u8 flags_in;			/* COREMON_FLAG_* of the segments received; adopted: since then */
	__u8 flags_out;			/* COREMON_FLAG_SYN, FIN, RST, ACK of what was sent, as states tell; not a FIN behind data */
	__u16 __pad;			/* 0 */
	__u32 error;			/* errno with which it ended; 0: none */
	__u32 rcv_wnd;			/* this end's window, bytes */
	__u32 uid;			/* of the socket, in the initial user namespace */
	__u32 tgid;			/* owner, in the initial pid namespace */
	char comm[COREMON_COMM_LEN];	/* its name; empty where tgid is not known */
	__u64 cgroup;			/* id of the socket's cgroup (v2): inode number in /sys/fs/cgroup */

	__u64 birth_ns;
	__u64 end_ns;			/* not known: it has not ended */
	__u32 handshake_us;		/* active: SYN to ESTABLISHED; passive: SYN-ACK to its ACK, if not sent again */
	__u32 first_byte_us;		/* birth to the first data received */

	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 bytes_received;
	__u64 bytes_retrans;
	__u32 segs_out;
	__u32 segs_in;
	__u32 data_segs_out;
	__u32 data_segs_in;

	__u32 send_q;			/* bytes written and not acknowledged */
	__u32 recv_q;			/* bytes received in order and not read */
	__u32 send_q_max;		/* highest seen since birth or load */
	__u32 recv_q_max;
	__u64 send_q_area;		/* integral of send_q, byte milliseconds: its mean over any time is the difference / time */
	__u64 recv_q_area;
	__u32 rcv_ooopack;		/* segments that came out of order */
	__u32 reord_seen;		/* reorderings seen */

	__u32 retrans;			/* total_retrans: the sum of the next six */
	__u32 retrans_timeout;		/* in CA state Loss */
	__u32 retrans_fast;		/* in CA state Recovery */
	__u32 retrans_tail_loss_probe;
	__u32 retrans_syn;
	__u32 retrans_synack;
	__u32 retrans_other;		/* counted without being sent, for an error; or before the load */
	__u32 dsack_dups;		/* of these the peer had already: spurious */

	__u32 cwnd;
	__u32 ssthresh;
	__u32 packets_out;
	__u32 srtt_us;
	__u32 min_rtt_us;
	__u32 snd_wnd;			/* the peer's window, bytes */

	__u32 disorder_entries;		/* entries into a CA state since birth or load */
	__u32 cwr_entries;
	__u32 recovery_entries;
	__u32 loss_entries;
	__u64 ca_ns[5];			/* time in Open, Disorder, CWR, Recovery, Loss since birth or load */
	__u64 ca_changed_ns;		/* when the CA state last changed; not known: never */
	__u32 undo_full;		/* reductions taken back: all of a recovery's data arrived without being sent again */
	__u32 undo_partial;		/*   part of it */
	__u32 undo_dsack;		/*   by DSACK */
	__u32 undo_loss;		/*   of a Loss state */

	__u64 busy_us;			/* time with data to send; of which */
	__u64 rwnd_limited_us;		/*   held up by the peer's window */
	__u64 sndbuf_limited_us;	/*   by the send buffer */
	__u32 zero_wnd_in;		/* times the peer closed its window */
	__u32 zero_wnd_out;		/* times this end closed its own */
	__u64 zero_wnd_in_us;		/* time the peer's window was closed */

	__u64 tx_calls;			/* send calls since birth or load */
	__u64 rx_calls;
	__u64 last_retrans_ns;		/* when a segment was last sent again; not known: never seen */

	__u32 tid;			/* owner: the thread of tgid that made the call by which it became the owner */
	__u32 ofo_q;			/* bytes received out of order, waiting for what is missing; not known: in more than 64 pieces */
	__u32 ofo_span_max;		/* farthest that data out of order was seen ahead of the first missing byte, bytes */
	__u32 send_q_peak;		/* connections.bin: highest send_q since this descriptor was last told of the connection, or since */
	__u32 recv_q_peak;		/*   birth or load; the same of recv_q. Not known: elsewhere, and for more descriptors than three */
	__u32 __pad2;			/* 0 */

	__u32 drops;			/* packets of the connection that this host dropped, in either direction, since birth or load */
	__u32 drop_reason[COREMON_DROP_REASONS];	/* of these, by the kernel's reason (/proc/coremon/reasons), the most first */
	__u32 drop_count[COREMON_DROP_REASONS];
	__u32 drops_other;		/* of these, of further reasons */
};

/* Kinds of events: coremon_event.kind. */
enum {
	COREMON_EVENT_STATE = 1,	/* a = old TCP state, b = new */
	COREMON_EVENT_CA = 2,		/* a = old CA state, b = new */
	COREMON_EVENT_RETRANS = 3,	/* a = COREMON_RETRANS_*, b = sequence number, c = bytes, d = segments */
	COREMON_EVENT_RST_SENT = 4,	/* a = the kernel's reason (enum sk_rst_reason), not known before 6.10 */
	COREMON_EVENT_RST_RECEIVED = 5,
	COREMON_EVENT_ZERO_WND_IN = 6,	/* the peer's window: a = 1 closed, 0 opened again */
	COREMON_EVENT_ZERO_WND_OUT = 7,	/* this end's */
	COREMON_EVENT_SAMPLE = 8,	/* an ACK on a watched connection: a = cwnd, b = ssthresh, c = packets_out, d = srtt_us, e = snd_wnd */
	COREMON_EVENT_LOST = 9,		/* a = how many events this reader was too slow for */
	COREMON_EVENT_DROP = 10		/* struct coremon_event_drop: a = the kernel's reason, b = bytes, c = coremon_drop.protocol */
};

/* coremon_event.a of COREMON_EVENT_RETRANS. */
enum {
	COREMON_RETRANS_TIMEOUT = 0,
	COREMON_RETRANS_FAST = 1,
	COREMON_RETRANS_TAIL_LOSS_PROBE = 2,
	COREMON_RETRANS_SYN = 3,
	COREMON_RETRANS_SYNACK = 4
};

/* Something that happened to a connection. */
struct coremon_event {
	__u16 size;
	__u8 version;
	__u8 kind;			/* COREMON_EVENT_* */
	__u32 netns;
	__u64 seq;			/* number of the event, from 1; a gap is what a filter or a namespace hid */
	__u64 time_ns;			/* CLOCK_MONOTONIC; never runs back from one event to the next */
	__u64 id;			/* of the connection; not known: a request that has no socket yet */
	struct coremon_addr addr;
	__u8 state;			/* TCP_* before the event */
	__u8 ca_state;			/* TCP_CA_* before the event */
	__u16 __pad;			/* 0 */
	__u32 tgid;			/* owner */
	char comm[COREMON_COMM_LEN];
	__u32 a;
	__u32 b;
	__u32 c;
	__u32 d;
	__u32 e;
	__u32 __pad2;			/* 0 */
};

/* A packet was dropped. The event's id and owner are of its connection, if that is known; its addr is, else that of the packet. */
struct coremon_event_drop {
	struct coremon_event event;
	char dev[COREMON_DEV_LEN];	/* interface; empty: not known */
	char place[COREMON_PLACE_LEN];	/* in the kernel: symbol+0xoffset[module]; empty: not known */
};

/* In the low half of coremon_drop.protocol: no protocol over that of the link. */
#define COREMON_PROTOCOL_NONE 0xffff

/* Packets dropped at one place for one reason since the load. What found no room of its own has none of these: all is not known. */
struct coremon_drop {
	__u16 size;
	__u8 version;
	__u8 __pad;			/* 0 */
	__u32 netns;			/* not known also: a namespace that is gone */
	__u64 count;
	__u64 bytes;			/* with the headers that they had at that place */
	__u64 last_ns;			/* the last one, within a tick; what follows is of that one */
	__u64 id;			/* its connection; not known: none */
	__u32 reason;			/* the kernel's (/proc/coremon/reasons); not known before 5.17 */
	/* ethertype << 16 | protocol of IP or COREMON_PROTOCOL_NONE; 6: TCP, 17: UDP over either IP; not known also: one of too many */
	__u32 protocol;
	struct coremon_addr addr;	/* local: source, remote: destination; family 0: not known */
	char dev[COREMON_DEV_LEN];	/* interface; empty: not known */
	char place[COREMON_PLACE_LEN];	/* in the kernel: symbol+0xoffset[module]; empty: not known */
};

#endif /* _UAPI_COREMON_H */
