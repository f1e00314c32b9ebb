// SPDX-License-Identifier: GPL-2.0-only
#include "column.h"

#include <ctype.h>
#include <string.h>

#include "lines.h"

_Static_assert(C_NR <= 64, "struct conn keeps a bit per column in 64 bits");

const struct column conn_columns[C_NR] = {
	[C_ID] = { "id", COL_HEX, "" },
	[C_NETNS] = { "netns", COL_NUMBER, "" },
	[C_FAMILY] = { "family", COL_TEXT, "" },
	[C_STATE] = { "state", COL_TEXT, "" },
	[C_CA_STATE] = { "ca_state", COL_TEXT, "" },
	[C_LOCAL] = { "local", COL_ENDPOINT, "" },
	[C_REMOTE] = { "remote", COL_ENDPOINT, "" },
	[C_UID] = { "uid", COL_NUMBER, "" },
	[C_PID] = { "pid", COL_NUMBER, "" },
	[C_COMM] = { "comm", COL_TEXT, "" },
	[C_AGE_MS] = { "age_ms", COL_NUMBER, "ms" },
	[C_BYTES_SENT] = { "bytes_sent", COL_COUNTER, "bytes" },
	[C_BYTES_ACKED] = { "bytes_acked", COL_COUNTER, "bytes" },
	[C_BYTES_RECEIVED] = { "bytes_received", COL_COUNTER, "bytes" },
	[C_BYTES_RETRANS] = { "bytes_retrans", COL_COUNTER, "bytes" },
	[C_SEGS_OUT] = { "segs_out", COL_COUNTER, "segments" },
	[C_SEGS_IN] = { "segs_in", COL_COUNTER, "segments" },
	[C_DATA_SEGS_OUT] = { "data_segs_out", COL_COUNTER, "segments" },
	[C_DATA_SEGS_IN] = { "data_segs_in", COL_COUNTER, "segments" },
	[C_SEND_Q] = { "send_q", COL_NUMBER, "bytes" },
	[C_RECV_Q] = { "recv_q", COL_NUMBER, "bytes" },
	[C_SEND_Q_MAX] = { "send_q_max", COL_NUMBER, "bytes" },
	[C_RECV_Q_MAX] = { "recv_q_max", COL_NUMBER, "bytes" },
	[C_RETRANS] = { "retrans", COL_COUNTER, "segments" },
	[C_CWND] = { "cwnd", COL_NUMBER, "segments" },
	[C_SSTHRESH] = { "ssthresh", COL_NUMBER, "segments" },
	[C_PACKETS_OUT] = { "packets_out", COL_NUMBER, "segments" },
	[C_SRTT_US] = { "srtt_us", COL_NUMBER, "us" },
	[C_MIN_RTT_US] = { "min_rtt_us", COL_NUMBER, "us" },
	[C_TX_CALLS] = { "tx_calls", COL_COUNTER, "calls" },
	[C_RX_CALLS] = { "rx_calls", COL_COUNTER, "calls" },
	[C_CWR_ENTRIES] = { "cwr_entries", COL_COUNTER, "" },
	[C_RECOVERY_ENTRIES] = { "recovery_entries", COL_COUNTER, "" },
	[C_LOSS_ENTRIES] = { "loss_entries", COL_COUNTER, "" },
};

const enum conn_col counter_columns[K_NR] = {
	[K_BYTES_SENT] = C_BYTES_SENT,
	[K_BYTES_ACKED] = C_BYTES_ACKED,
	[K_BYTES_RECEIVED] = C_BYTES_RECEIVED,
	[K_BYTES_RETRANS] = C_BYTES_RETRANS,
	[K_SEGS_OUT] = C_SEGS_OUT,
	[K_SEGS_IN] = C_SEGS_IN,
	[K_DATA_SEGS_OUT] = C_DATA_SEGS_OUT,
	[K_DATA_SEGS_IN] = C_DATA_SEGS_IN,
	[K_RETRANS] = C_RETRANS,
	[K_TX_CALLS] = C_TX_CALLS,
	[K_RX_CALLS] = C_RX_CALLS,
	[K_CWR_ENTRIES] = C_CWR_ENTRIES,
	[K_RECOVERY_ENTRIES] = C_RECOVERY_ENTRIES,
	[K_LOSS_ENTRIES] = C_LOSS_ENTRIES,
};

int conn_column(const char *name, unsigned int len)
{
	for (int col = 0; col < C_NR; col++) {
		if (strlen(conn_columns[col].name) == len && memcmp(conn_columns[col].name, name, len) == 0)
			return col;
	}
	return -1;
}

static char *text_of(struct conn *conn, enum conn_col col)
{
	switch (col) {
	case C_FAMILY:
		return conn->family;
	case C_STATE:
		return conn->state;
	case C_CA_STATE:
		return conn->ca_state;
	default:
		return conn->comm;
	}
}

const char *conn_text(const struct conn *conn, enum conn_col col)
{
	return text_of((struct conn *)conn, col);
}

void conn_set_text(struct conn *conn, enum conn_col col, const char *text)
{
	size_t len = strlen(text);

	if (len >= CONN_TEXT_LEN)
		return;
	memcpy(text_of(conn, col), text, len + 1);
	conn->known |= UINT64_C(1) << col;
}

const struct endpoint *conn_endpoint(const struct conn *conn, enum conn_col col)
{
	return col == C_LOCAL ? &conn->local : &conn->remote;
}

void conn_set_endpoint(struct conn *conn, enum conn_col col, const struct endpoint *ep)
{
	*(col == C_LOCAL ? &conn->local : &conn->remote) = *ep;
	conn->known |= UINT64_C(1) << col;
}

static bool parse_hex(const char *word, uint64_t *value)
{
	uint64_t n = 0;
	int digits = 0;

	for (; *word; word++, digits++) {
		unsigned char c = (unsigned char)*word;

		if (!isxdigit(c) || digits == 16)
			return false;
		n = n << 4 | (uint64_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	*value = n;
	return digits > 0;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Undo the \ooo of the module. Return: false where @word is not such a string, or is too long. */
static bool unescape(const char *word, char out[CONN_TEXT_LEN])
{
	unsigned int len = 0;

	while (*word) {
		unsigned int c = (unsigned char)*word++;

		if (c == '\\') {
			if (word[0] < '0' || word[0] > '3' || !is_octal(word[1]) || !is_octal(word[2]))
				return false;
			c = (unsigned int)((word[0] - '0') << 6 | (word[1] - '0') << 3 | (word[2] - '0'));
			word += 3;
		}
		if (c == 0 || len + 1 == CONN_TEXT_LEN)
			return false;
		out[len++] = (char)c;
	}
	out[len] = '\0';
	return len > 0;
}

void conn_parse(struct conn *conn, enum conn_col col, const char *word)
{
	char text[CONN_TEXT_LEN];
	struct endpoint ep;
	uint64_t n;

	if (strcmp(word, "-") == 0)
		return;
	switch (conn_columns[col].type) {
	case COL_NUMBER:
	case COL_COUNTER:
		if (parse_number(word, &n))
			conn_set_num(conn, col, n);
		break;
	case COL_HEX:
		if (parse_hex(word, &n))
			conn_set_num(conn, col, n);
		break;
	case COL_TEXT:
		if (unescape(word, text))
			conn_set_text(conn, col, text);
		break;
	case COL_ENDPOINT:
		if (endpoint_parse(word, &ep))
			conn_set_endpoint(conn, col, &ep);
		break;
	}
}
