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
	C_NR
};

/* The columns that only ever grow, for which there are rates. */
enum conn_counter {
	K_BYTES_SENT, K_BYTES_ACKED, K_BYTES_RECEIVED, K_BYTES_RETRANS,
	K_SEGS_OUT, K_SEGS_IN, K_DATA_SEGS_OUT, K_DATA_SEGS_IN, K_RETRANS,
	K_TX_CALLS, K_RX_CALLS, K_CWR_ENTRIES, K_RECOVERY_ENTRIES, K_LOSS_ENTRIES,
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

/** struct conn - one row: a connection as a source sees it now */
struct conn {
	uint64_t known;			/* bit per enum conn_col: the value is known */
	uint64_t num[C_NR];		/* COL_NUMBER, COL_COUNTER, COL_HEX */
	struct endpoint local, remote;
	char family[CONN_TEXT_LEN];
	char state[CONN_TEXT_LEN];
	char ca_state[CONN_TEXT_LEN];
	char comm[CONN_TEXT_LEN];	/* as the process has it, not escaped */
};

extern const struct column conn_columns[C_NR];
extern const enum conn_col counter_columns[K_NR];

/** conn_column() - Return: the column of this name (@len bytes), or -1. */
int conn_column(const char *name, unsigned int len);

/** conn_known() - Return: true when column @col of @conn has a value. */
static inline bool conn_known(const struct conn *conn, enum conn_col col)
{
	return conn->known >> col & 1;
}

/** conn_set_num() - give a numeric column its value. */
static inline void conn_set_num(struct conn *conn, enum conn_col col, uint64_t value)
{
	conn->num[col] = value;
	conn->known |= UINT64_C(1) << col;
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
