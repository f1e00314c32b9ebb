/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The columns of a connection: their names, kinds and units, in one table that every source fills and every writer walks.
 * Names and meanings are those of /proc/coremon/connections (docs/interface.md, coremon(4)).
 */
#ifndef COREMON_COLUMN_H
#define COREMON_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"

/* In the order of /proc/coremon/connections. */
enum conn_col {
	C_ID, C_NETNS, C_FAMILY, C_STATE, C_CA_STATE, C_LOCAL, C_REMOTE, C_UID, C_PID, C_COMM, C_AGE_MS,
	C_BYTES_SENT, C_BYTES_ACKED, C_BYTES_RECEIVED, C_BYTES_RETRANS,
	C_SEGS_OUT, C_SEGS_IN, C_DATA_SEGS_OUT, C_DATA_SEGS_IN,
	C_SEND_Q, C_RECV_Q, C_SEND_Q_MAX, C_RECV_Q_MAX, C_RETRANS,
	C_CWND, C_SSTHRESH, C_PACKETS_OUT, C_SRTT_US, C_MIN_RTT_US,
	C_TX_CALLS, C_RX_CALLS, C_CWR_ENTRIES, C_RECOVERY_ENTRIES, C_LOSS_ENTRIES,
	C_LAST_RETRANS_MS, C_OPENED, C_CGROUP, C_HANDSHAKE_US, C_FIRST_BYTE_US,
	C_RETRANS_TIMEOUT, C_RETRANS_FAST, C_RETRANS_TLP, C_RETRANS_SYN, C_RETRANS_SYNACK, C_RETRANS_OTHER, C_DSACK_DUPS,
	C_DISORDER_ENTRIES, C_OPEN_US, C_DISORDER_US, C_CWR_US, C_RECOVERY_US, C_LOSS_US, C_CA_CHANGED_MS,
	C_UNDO_FULL, C_UNDO_PARTIAL, C_UNDO_DSACK, C_UNDO_LOSS, C_REORD_SEEN, C_RCV_OOOPACK,
	C_BUSY_US, C_RWND_LIMITED_US, C_SNDBUF_LIMITED_US, C_SND_WND, C_RCV_WND,
	C_ZERO_WND_IN, C_ZERO_WND_IN_US, C_ZERO_WND_OUT, C_SEND_Q_MEAN, C_RECV_Q_MEAN, C_FLAGS_IN, C_FLAGS_OUT,
	C_TID, C_OFO_Q, C_OFO_SPAN_MAX, C_CWND_LIMITED_US, C_DROPS, C_DROP_REASONS,
	/* of ended connections */
	C_SEQ, C_CAUSE, C_ERROR,
	/* of the binary records alone */
	C_BIRTH_NS, C_END_NS, C_SEND_Q_AREA, C_RECV_Q_AREA, C_SEND_Q_PEAK, C_RECV_Q_PEAK,
	C_NR
};

/* The columns that only ever grow, for which there are rates. Those of 64 bits come first. */
enum conn_counter {
	K_BYTES_SENT, K_BYTES_ACKED, K_BYTES_RECEIVED, K_BYTES_RETRANS, K_TX_CALLS, K_RX_CALLS, K_SEND_Q_AREA, K_RECV_Q_AREA,
	K_OPEN_US, K_DISORDER_US, K_CWR_US, K_RECOVERY_US, K_LOSS_US,
	K_BUSY_US, K_RWND_LIMITED_US, K_SNDBUF_LIMITED_US, K_CWND_LIMITED_US, K_ZERO_WND_IN_US,
	K_WIDE,
	K_SEGS_OUT = K_WIDE, K_SEGS_IN, K_DATA_SEGS_OUT, K_DATA_SEGS_IN, K_RETRANS,
	K_RETRANS_TIMEOUT, K_RETRANS_FAST, K_RETRANS_TLP, K_RETRANS_SYN, K_RETRANS_SYNACK, K_RETRANS_OTHER, K_DSACK_DUPS,
	K_DISORDER_ENTRIES, K_CWR_ENTRIES, K_RECOVERY_ENTRIES, K_LOSS_ENTRIES,
	K_UNDO_FULL, K_UNDO_PARTIAL, K_UNDO_DSACK, K_UNDO_LOSS, K_REORD_SEEN, K_RCV_OOOPACK, K_ZERO_WND_IN, K_ZERO_WND_OUT, K_DROPS,
	K_NR
};

enum col_type {
	COL_NUMBER,	/* a value of now */
	COL_COUNTER,	/* a number that only grows */
	COL_HEX,	/* a number shown in hexadecimal */
	COL_TEXT,	/* a name */
	COL_ENDPOINT,	/* address and port */
};

/** struct column - one column */
struct column {
	const char *name;
	enum col_type type;
	const char *unit;	/* for people; "" where there is none */
};

#define CONN_TEXT_LEN 32
#define CONN_LONG_LEN 384	/* the reasons of drops: six names with counts, and the others */

#define CONN_KNOWN ((C_NR + 63) / 64)

/** struct conn - one row: a connection as a source sees it now, or as it was when it ended */
struct conn {
	uint64_t known[CONN_KNOWN];	/* bit per enum conn_col: the value is known */
	bool ended;			/* it is over: these are its final values */
	uint64_t num[C_NR];		/* COL_NUMBER, COL_COUNTER, COL_HEX */
	struct endpoint local, remote;
	char family[CONN_TEXT_LEN];
	char state[CONN_TEXT_LEN];
	char ca_state[CONN_TEXT_LEN];
	char comm[CONN_TEXT_LEN];	/* as the process has it, not escaped */
	char opened[CONN_TEXT_LEN];
	char cause[CONN_TEXT_LEN];
	char flags_in[CONN_TEXT_LEN];
	char flags_out[CONN_TEXT_LEN];
	char drop_reasons[CONN_LONG_LEN];	/* NAME:count,NAME:count,other:count */
};

extern const struct column conn_columns[C_NR];
extern const enum conn_col counter_columns[K_NR];

/** conn_column() - Return: the column of this name (@len bytes), or -1. */
int conn_column(const char *name, unsigned int len);

/** conn_known() - Return: true when column @col of @conn has a value. */
static inline bool conn_known(const struct conn *conn, enum conn_col col)
{
	return conn->known[col / 64] >> col % 64 & 1;
}

/** conn_know() - column @col of @conn has a value from now on. */
static inline void conn_know(struct conn *conn, enum conn_col col)
{
	conn->known[col / 64] |= UINT64_C(1) << col % 64;
}

/** conn_forget() - the value of column @col of @conn is not known from now on. */
static inline void conn_forget(struct conn *conn, enum conn_col col)
{
	conn->known[col / 64] &= ~(UINT64_C(1) << col % 64);
}

/** conn_clear() - nothing of @conn is known from now on. */
static inline void conn_clear(struct conn *conn)
{
	for (unsigned int i = 0; i < CONN_KNOWN; i++)
		conn->known[i] = 0;
	conn->ended = false;
}

/** conn_set_num() - give a numeric column its value. */
static inline void conn_set_num(struct conn *conn, enum conn_col col, uint64_t value)
{
	conn->num[col] = value;
	conn_know(conn, col);
}

/** conn_set_text() - give a COL_TEXT column its value; one that is too long stays unknown. */
void conn_set_text(struct conn *conn, enum conn_col col, const char *text);

/** conn_text() - Return: the value of a COL_TEXT column. */
const char *conn_text(const struct conn *conn, enum conn_col col);

/** conn_endpoint() - Return: the value of a COL_ENDPOINT column. */
const struct endpoint *conn_endpoint(const struct conn *conn, enum conn_col col);

/** conn_set_endpoint() - give a COL_ENDPOINT column its value. */
void conn_set_endpoint(struct conn *conn, enum conn_col col, const struct endpoint *ep);

/** conn_parse() - give column @col the value that /proc/coremon/connections shows as @word; what makes no sense stays unknown. */
void conn_parse(struct conn *conn, enum conn_col col, const char *word);

#endif /* COREMON_COLUMN_H */
