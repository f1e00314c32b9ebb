/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connections. A record is found by its socket's address (a fixed hash table, read under RCU), walked in the order of
 * birth (one list a shard), and followed by readers of changes (a second list a shard). A shard's raw spinlock guards
 * its lists and the buckets that belong to it; it is taken at birth, at death, by a walk for a bounded number of records, and by
 * the first change of a connection after a reader of changes was told of it: never on the usual path of a segment.
 */
#ifndef _COREMON_TABLE_H
#define _COREMON_TABLE_H

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <net/sock.h>

#include "stats.h"
#include "uapi/coremon.h"

struct coremon_ledger;
struct coremon_stock;

#define COREMON_SHARD_BITS 6
#define COREMON_SHARDS (1 << COREMON_SHARD_BITS)
#define COREMON_RETRANS_KINDS (COREMON_RETRANS_SYNACK + 1)
#define COREMON_CA_STATES (TCP_CA_Loss + 1)

/* How far the owner of a connection has been written: coremon_conn.owner_state. It never goes back. */
enum {
	COREMON_OWNER_NONE,	/* nobody was seen to use it */
	COREMON_OWNER_CLAIMING,	/* the task that opens it is being written */
	COREMON_OWNER_OPENED,	/* it is who connected, listens or accepted */
	COREMON_OWNER_TAKING,	/* the first task that sends or receives is being written */
	COREMON_OWNER_USED	/* it is who sent or received first, and never changes again */
};

/* How many readers of changes are told of the highest queues since their own last reading. */
#define COREMON_FOLLOW_SLOTS 3

/* Why a reduction of the congestion window was taken back: index of coremon_conn.undo. */
enum { COREMON_UNDO_FULL, COREMON_UNDO_PARTIAL, COREMON_UNDO_DSACK, COREMON_UNDO_LOSS, COREMON_UNDO_KINDS };

/* Why every segment of a connection is looked at closely: coremon_conn.watch. */
#define COREMON_WATCH_NEW 1		/* none has been yet */
#define COREMON_WATCH_CA 2		/* in Recovery, or nothing else tells of the CA state */
#define COREMON_WATCH_OFO 4		/* there was data out of order when the last segment came, which may have filled the gap */

/* Only of segments that have data: the first is awaited. Many a connection sends alone. */
#define COREMON_WATCH_DATA 8

/* coremon_conn.attention of a connection that is dirty, and for which nothing else is true; and of one that also awaits its first data. */
#define COREMON_NO_ATTENTION ((__force u32)cpu_to_le32(true))
#define COREMON_DATA_ATTENTION ((__force u32)cpu_to_le32(true | COREMON_WATCH_DATA << 24))

/**
 * struct coremon_link - A place in a list of a shard: a connection or a walk's bookmark.
 * @list: protected by the shard's lock
 * @seq: the place's number, rising along the list; 0: a bookmark; protected by the shard's lock
 */
struct coremon_link {
	struct list_head list;
	u64 seq;
};

/**
 * struct coremon_owner - A process.
 * @tgid: thread group id in the initial pid namespace
 * @tid: its thread that made the call by which it became the owner
 * @comm: name of the thread group's leader at that time
 */
struct coremon_owner {
	u32 tgid;
	u32 tid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct coremon_marks - High-water marks of a queue, without those of the last moments, which are in a field that probes raise.
 * @max: since birth or load, bytes
 * @since: by slot of a reader of changes: since it was last told; what a slot nobody has holds means nothing
 */
struct coremon_marks {
	u32 max;
	u32 since[COREMON_FOLLOW_SLOTS];
};

/**
 * struct coremon_conn - What the socket itself does not keep of its connection.
 * @hash: chain of the bucket; written under the shard's lock, read under RCU
 * @sk: the socket, never dereferenced but by hooks that were given it and by walks that hold a reference; immutable
 * @send_q_high: highest send queue since a reader of changes was last told, bytes; raised without a lock
 * @recv_q_high: the same of the receive queue
 * @tx_calls: send calls; several threads may send at once
 * @rx_calls: receive calls
 * @dirty: changed since a reader of changes was last told; written under the shard's lock
 * @ended: the connection has left the lists; set under the shard's lock, read under RCU
 * @zero_wnd: bit 0: the peer's window is closed; bit 1: this end's is
 * @watch: COREMON_WATCH_*
 * @attention: these four at once: a segment of a connection for which it is COREMON_NO_ATTENTION may be of no interest
 * @opened: COREMON_OPENED_*; immutable
 * @ca_last: CA state since @ca_since_ns
 * @flags_in: COREMON_FLAG_* of all segments received
 * @flags_out: of what this end sent, as its states tell: FIN from when it is to be sent
 * @flags_now: RST of the segment that is being processed, if it has one of @flags_of_note, and what else track.c notes of how it may end
 * @flags_of_note: those that no segment has had, and RST; set by the first segment, to which @watch leads
 * @area_jiffies: when @send_q_area and @recv_q_area were last carried on
 * @send_q_last: send queue since then, bytes
 * @recv_q_last: receive queue since then
 * @owner_state: COREMON_OWNER_*
 * @told: a reader of changes was told of it; written under the shard's lock
 * @birth_ns: ktime_get_ns() at birth; 0: open before the load, not known; immutable
 * @ca_since_ns: when the CA state became @ca_last, or birth or load
 * @netns: inode number of the network namespace; immutable
 * @last_state: TCP_* before TCP_CLOSE, when nothing but the socket's destruction is to come; 0: that has not been told
 * @closed_open: coremon_closed_final() is waited for
 * @eventful: false: what is kept of the record behind @owner is 0; set without a lock, and not cleared before the record is used again
 * @owner: whose it is; see @owner_state
 * @send_q_marks: what was in @send_q_high before; written under the socket's spinlock and the shard's lock, until @ended
 * @recv_q_marks: what was in @recv_q_high before
 * @handshake_us: see struct coremon_row; ~0U: not known
 * @first_byte_us: see struct coremon_row; ~0U: none yet, or not known
 * @last_retrans_ns: ktime_get_ns() of the last segment sent again; 0: none since birth or load
 * @ca_ns: time in each CA state before that
 * @ca_entries: entries into each CA state, TCP_CA_*
 * @retrans: segments sent again, by COREMON_RETRANS_*
 * @undo: reductions taken back, by COREMON_UNDO_*
 * @send_q_area: integral of the send queue, byte jiffies
 * @recv_q_area: integral of the receive queue
 * @zero_wnd_in: times the peer closed its window
 * @zero_wnd_out: times this end closed its own
 * @zero_wnd_since_ns: when the peer closed it last
 * @zero_wnd_in_us: time it was closed, before that
 * @ledger: its dropped packets by reason; NULL: none yet, or no memory; set once, without a lock
 * @drops: how many were dropped since birth or load
 * @ofo_span_max: see struct coremon_row
 * @birth: place in the order of birth; shard's lock
 * @change: place in the order of change; shard's lock
 * @closed_seq: number of its record among the ended ones, when @ended and until it leaves its chain
 * @rcu: for freeing it and those behind it, when it has left the lists
 * @next: the next one that goes with it; in a stock: the next spare one
 * @stock: where it goes back to
 *
 * Fields for which no protector is named are written by hooks that hold the socket's lock or own it, and read with
 * READ_ONCE() or the socket's spinlock held. The first cache line and a half is what a segment touches. From @send_q_high to
 * @ofo_span_max is what is kept of a connection that has ended (COREMON_CONN_KEPT); @birth and all that takes its place comes last. What lies
 * behind @owner of that is 0 of a connection that is over within a tick and to which nothing happened, and then neither written nor
 * copied: @eventful.
 *
 * No cache line that processors share is written at a usual call or segment, but those of the connection itself, whose socket the same
 * processors write in the same moment. Of its first lines: @hash, @sk, @flags_of_note, @ca_last are read only, and a neighbour in a chain is
 * written at births and deaths alone. @tx_calls and @rx_calls are written by the process that calls, whose write_seq and copied_seq are
 * there as well, and are the only ones written each time. @send_q_high and @recv_q_high are written when a queue rises above all it was;
 * @area_jiffies, @send_q_last and @recv_q_last once a tick; @flags_now and @flags_in by a segment with a flag of note; @first_byte_us once;
 * @dirty once a reading of changes; @zero_wnd and @watch when windows, loss or order are in question. What a record of another
 * connection begins with may lie on the line that this one's ends in, which no usual call touches: RECORD_ALIGN.
 *
 * Beside records a hook reads coremon_buckets, its mask in meter.c and static keys, which are written at the load or once a second at most,
 * and counts itself in a per-CPU array. What is shared and written - the shard's lock and lists, numbers of connections, the ring of ended
 * ones and that of events - is so at a birth, an end, the first change after a reading, or an event that somebody reads.
 */
struct coremon_conn {
	struct hlist_node hash;
	const struct sock *sk;
	u32 send_q_high;
	u32 recv_q_high;
	u32 area_jiffies;
	u32 send_q_last;
	u32 recv_q_last;
	union {
		struct {
			bool dirty;
			bool ended;
			u8 zero_wnd;
			u8 watch;
		};
		u32 attention;
	};
	u8 ca_last;
	u8 flags_in;
	u8 flags_now;
	u8 flags_of_note;
	u32 first_byte_us;
	atomic64_t tx_calls;
	atomic64_t rx_calls;
	u8 owner_state;
	bool told;
	u8 opened;
	u8 flags_out;
	u32 handshake_us;

	u64 birth_ns;
	u64 ca_since_ns;
	u32 netns;
	u8 last_state;
	bool closed_open;
	bool eventful;
	struct coremon_owner owner;

	u64 last_retrans_ns;
	u64 ca_ns[COREMON_CA_STATES];
	u32 ca_entries[COREMON_CA_STATES];
	u32 retrans[COREMON_RETRANS_KINDS];
	u32 undo[COREMON_UNDO_KINDS];
	u32 zero_wnd_in;
	u32 zero_wnd_out;
	u64 zero_wnd_since_ns;
	u64 zero_wnd_in_us;
	u64 send_q_area;
	u64 recv_q_area;
	struct coremon_marks send_q_marks;
	struct coremon_marks recv_q_marks;
	struct coremon_ledger *ledger;
	atomic_t drops;
	u32 ofo_span_max;

	union {
		struct {
			struct coremon_link birth;
			struct coremon_link change;
		};
		u64 closed_seq;
		struct {
			struct rcu_head rcu;
			struct coremon_conn *next;
			struct coremon_stock *stock;
		};
	};
};

/* Where what is kept of an ended connection begins in its record, and its bytes; of these, how many every connection uses. */
#define COREMON_CONN_KEPT offsetof(struct coremon_conn, send_q_high)
#define COREMON_CONN_KEPT_SIZE (offsetof(struct coremon_conn, birth) - COREMON_CONN_KEPT)
#define COREMON_CONN_USUAL_SIZE (offsetof(struct coremon_conn, last_retrans_ns) - COREMON_CONN_KEPT)

/**
 * coremon_eventful() - Something behind @owner in a record is about to be written: see struct coremon_conn.
 * @conn: the record, under RCU
 */
static inline void coremon_eventful(struct coremon_conn *conn)
{
	if (unlikely(!READ_ONCE(conn->eventful)))
		WRITE_ONCE(conn->eventful, true);
}

/**
 * struct coremon_walk - A walk over all connections that may stop anywhere and go on later at O(1).
 * @link: bookmark behind the last record given; in the list of shard @shard while @shard is not past the last
 * @shard: the shard that is walked
 * @last_seq: the newest record of that shard that the walk shall give
 *
 * A connection that lives through the whole walk is given exactly once: it never changes its place, and those born
 * behind the bookmark while a shard is walked are past @last_seq. One task at a time uses a walk.
 */
struct coremon_walk {
	struct coremon_link link;
	unsigned int shard;
	u64 last_seq;
};

/**
 * struct coremon_follow - A reader of changes.
 * @slot: its index in struct coremon_marks; -1: there was none left
 * @first: its first reading is under way, in which the marks of a slot are still another's
 * @links: a bookmark in each shard's order of change: what is behind it has changed since the reader was there
 * @begun_ns: ktime_get_ns() when the present reading began; set by who reads
 * @before_ns: when the one before it did; unless @first
 * @shard: the shard that is read
 * @last_seq: the newest change of that shard that the present reading shall give
 *
 * A connection is in that list from its birth, or, if there was no reader of changes then, from its first change after one was told of it. A
 * connection that is told of loses its mark (dirty) and keeps its place; its next change moves it to the end of the list, behind
 * every bookmark. So a reading costs what has changed, and nothing is missed or told twice, however many follow.
 */
struct coremon_follow {
	int slot;
	bool first;
	u64 begun_ns;
	u64 before_ns;
	struct coremon_link links[COREMON_SHARDS];
	unsigned int shard;
	u64 last_seq;
};

/** struct coremon_buckets - The hash table, as the lookup on the hot path needs it. Written at load only. */
struct coremon_buckets {
	/** @heads: 1 << @bits chains */
	struct hlist_head *heads;
	/** @shift: 32 - @bits */
	unsigned int shift;
	/** @bits: log2 of the number of chains */
	unsigned int bits;
};

extern struct coremon_buckets coremon_buckets;

/*
 * The low half of the address: sockets that it does not tell apart lie 4 GiB apart, and share a chain. Of a million that hardly adds to
 * a chain; with ten million, and buckets for them, it has some nine instead of two.
 */
static inline u32 coremon_hash_of(const struct sock *sk)
{
	return (u32)(unsigned long)sk * GOLDEN_RATIO_32;
}

static inline u32 coremon_bucket_of(const struct sock *sk)
{
	return coremon_hash_of(sk) >> coremon_buckets.shift;
}

void coremon_table_mark(struct coremon_conn *conn);

/**
 * coremon_table_find() - The record of a socket, ended or not.
 * @sk: the socket
 *
 * Context: under rcu_read_lock() or with preemption off, which is as good; any context but NMI.
 * Return: the record, valid until rcu_read_unlock() or preemption; NULL if the socket is not tracked.
 */
static inline struct coremon_conn *coremon_table_find(const struct sock *sk)
{
	struct coremon_conn *conn;

	hlist_for_each_entry_rcu(conn, &coremon_buckets.heads[coremon_bucket_of(sk)], hash)
		if (likely(conn->sk == sk))
			return conn;
	return NULL;
}

/**
 * coremon_changed() - Note that a connection has changed, or is about to with the socket's lock held.
 * @conn: the record, under RCU
 *
 * Context: any but NMI. Takes the shard's lock the first time after a reader of changes was told, else one load.
 */
static inline void coremon_changed(struct coremon_conn *conn)
{
	if (unlikely(!READ_ONCE(conn->dirty)))
		coremon_table_mark(conn);
}

int coremon_table_init(void);
void coremon_table_exit(void);

struct coremon_conn *coremon_table_open(struct sock *sk, u8 opened);
bool coremon_table_end(struct coremon_conn *conn);
bool coremon_table_forget(struct coremon_conn *conn);

void coremon_walk_begin(struct coremon_walk *walk);
unsigned int coremon_walk_next(struct coremon_walk *walk, struct coremon_conn **conns, unsigned int max);
void coremon_walk_end(struct coremon_walk *walk);

void coremon_follow_begin(struct coremon_follow *follow);
void coremon_follow_rewind(struct coremon_follow *follow);
unsigned int coremon_follow_next(struct coremon_follow *follow, struct coremon_conn **conns, unsigned int max);
void coremon_follow_end(struct coremon_follow *follow);
void coremon_table_told(struct coremon_conn *conn, const struct coremon_follow *follow, u32 *send_q, u32 *recv_q);

unsigned int coremon_table_connections(void);
unsigned int coremon_table_listeners(void);
unsigned int coremon_table_max(void);
size_t coremon_table_memory(void);

#endif /* _COREMON_TABLE_H */
