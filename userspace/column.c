// SPDX-License-Identifier: GPL-2.0-only
#include "column.h"

#include <ctype.h>
#include <string.h>

#include "lines.h"

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
	[C_LAST_RETRANS_MS] = { "last_retrans_ms", COL_NUMBER, "ms" },
	[C_OPENED] = { "opened", COL_TEXT, "" },
	[C_CGROUP] = { "cgroup", COL_NUMBER, "" },
	[C_HANDSHAKE_US] = { "handshake_us", COL_NUMBER, "us" },
	[C_FIRST_BYTE_US] = { "first_byte_us", COL_NUMBER, "us" },
	[C_RETRANS_TIMEOUT] = { "retrans_timeout", COL_COUNTER, "segments" },
	[C_RETRANS_FAST] = { "retrans_fast", COL_COUNTER, "segments" },
	[C_RETRANS_TLP] = { "retrans_tail_loss_probe", COL_COUNTER, "segments" },
	[C_RETRANS_SYN] = { "retrans_syn", COL_COUNTER, "segments" },
	[C_RETRANS_SYNACK] = { "retrans_synack", COL_COUNTER, "segments" },
	[C_RETRANS_OTHER] = { "retrans_other", COL_COUNTER, "segments" },
	[C_DSACK_DUPS] = { "dsack_dups", COL_COUNTER, "segments" },
	[C_DISORDER_ENTRIES] = { "disorder_entries", COL_COUNTER, "" },
	[C_OPEN_US] = { "open_us", COL_COUNTER, "us" },
	[C_DISORDER_US] = { "disorder_us", COL_COUNTER, "us" },
	[C_CWR_US] = { "cwr_us", COL_COUNTER, "us" },
	[C_RECOVERY_US] = { "recovery_us", COL_COUNTER, "us" },
	[C_LOSS_US] = { "loss_us", COL_COUNTER, "us" },
	[C_CA_CHANGED_MS] = { "ca_changed_ms", COL_NUMBER, "ms" },
	[C_UNDO_FULL] = { "undo_full", COL_COUNTER, "" },
	[C_UNDO_PARTIAL] = { "undo_partial", COL_COUNTER, "" },
	[C_UNDO_DSACK] = { "undo_dsack", COL_COUNTER, "" },
	[C_UNDO_LOSS] = { "undo_loss", COL_COUNTER, "" },
	[C_REORD_SEEN] = { "reord_seen", COL_COUNTER, "" },
	[C_RCV_OOOPACK] = { "rcv_ooopack", COL_COUNTER, "segments" },
	[C_BUSY_US] = { "busy_us", COL_COUNTER, "us" },
	[C_RWND_LIMITED_US] = { "rwnd_limited_us", COL_COUNTER, "us" },
	[C_SNDBUF_LIMITED_US] = { "sndbuf_limited_us", COL_COUNTER, "us" },
	[C_SND_WND] = { "snd_wnd", COL_NUMBER, "bytes" },
	[C_RCV_WND] = { "rcv_wnd", COL_NUMBER, "bytes" },
	[C_ZERO_WND_IN] = { "zero_wnd_in", COL_COUNTER, "" },
	[C_ZERO_WND_IN_US] = { "zero_wnd_in_us", COL_COUNTER, "us" },
	[C_ZERO_WND_OUT] = { "zero_wnd_out", COL_COUNTER, "" },
	[C_SEND_Q_MEAN] = { "send_q_mean", COL_NUMBER, "bytes" },
	[C_RECV_Q_MEAN] = { "recv_q_mean", COL_NUMBER, "bytes" },
	[C_FLAGS_IN] = { "flags_in", COL_TEXT, "" },
	[C_FLAGS_OUT] = { "flags_out", COL_TEXT, "" },
	[C_TID] = { "tid", COL_NUMBER, "" },
	[C_OFO_Q] = { "ofo_q", COL_NUMBER, "bytes" },
	[C_OFO_SPAN_MAX] = { "ofo_span_max", COL_NUMBER, "bytes" },
	[C_CWND_LIMITED_US] = { "cwnd_limited_us", COL_COUNTER, "us" },
	[C_DROPS] = { "drops", COL_COUNTER, "packets" },
	[C_DROP_REASONS] = { "drop_reasons", COL_TEXT, "" },
	[C_SEQ] = { "seq", COL_NUMBER, "" },
	[C_CAUSE] = { "cause", COL_TEXT, "" },
	[C_ERROR] = { "error", COL_NUMBER, "" },
	[C_BIRTH_NS] = { "birth_ns", COL_NUMBER, "ns" },
	[C_END_NS] = { "end_ns", COL_NUMBER, "ns" },
	[C_SEND_Q_AREA] = { "send_q_area", COL_COUNTER, "byte ms" },
	[C_RECV_Q_AREA] = { "recv_q_area", COL_COUNTER, "byte ms" },
	[C_SEND_Q_PEAK] = { "send_q_peak", COL_NUMBER, "bytes" },
	[C_RECV_Q_PEAK] = { "recv_q_peak", COL_NUMBER, "bytes" },
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
	[K_RETRANS_TIMEOUT] = C_RETRANS_TIMEOUT,
	[K_RETRANS_FAST] = C_RETRANS_FAST,
	[K_RETRANS_TLP] = C_RETRANS_TLP,
	[K_RETRANS_SYN] = C_RETRANS_SYN,
	[K_RETRANS_SYNACK] = C_RETRANS_SYNACK,
	[K_RETRANS_OTHER] = C_RETRANS_OTHER,
	[K_DSACK_DUPS] = C_DSACK_DUPS,
	[K_DISORDER_ENTRIES] = C_DISORDER_ENTRIES,
	[K_OPEN_US] = C_OPEN_US,
	[K_DISORDER_US] = C_DISORDER_US,
	[K_CWR_US] = C_CWR_US,
	[K_RECOVERY_US] = C_RECOVERY_US,
	[K_LOSS_US] = C_LOSS_US,
	[K_UNDO_FULL] = C_UNDO_FULL,
	[K_UNDO_PARTIAL] = C_UNDO_PARTIAL,
	[K_UNDO_DSACK] = C_UNDO_DSACK,
	[K_UNDO_LOSS] = C_UNDO_LOSS,
	[K_REORD_SEEN] = C_REORD_SEEN,
	[K_RCV_OOOPACK] = C_RCV_OOOPACK,
	[K_BUSY_US] = C_BUSY_US,
	[K_RWND_LIMITED_US] = C_RWND_LIMITED_US,
	[K_SNDBUF_LIMITED_US] = C_SNDBUF_LIMITED_US,
	[K_CWND_LIMITED_US] = C_CWND_LIMITED_US,
	[K_ZERO_WND_IN] = C_ZERO_WND_IN,
	[K_ZERO_WND_IN_US] = C_ZERO_WND_IN_US,
	[K_ZERO_WND_OUT] = C_ZERO_WND_OUT,
	[K_DROPS] = C_DROPS,
	[K_SEND_Q_AREA] = C_SEND_Q_AREA,
	[K_RECV_Q_AREA] = C_RECV_Q_AREA,
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
	case C_OPENED:
		return conn->opened;
	case C_CAUSE:
		return conn->cause;
	case C_FLAGS_IN:
		return conn->flags_in;
	case C_FLAGS_OUT:
		return conn->flags_out;
	case C_DROP_REASONS:
		return conn->drop_reasons;
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

	if (len >= (col == C_DROP_REASONS ? CONN_LONG_LEN : CONN_TEXT_LEN))
		return;
	memcpy(text_of(conn, col), text, len + 1);
	conn_know(conn, col);
}

const struct endpoint *conn_endpoint(const struct conn *conn, enum conn_col col)
{
	return col == C_LOCAL ? &conn->local : &conn->remote;
}

void conn_set_endpoint(struct conn *conn, enum conn_col col, const struct endpoint *ep)
{
	*(col == C_LOCAL ? &conn->local : &conn->remote) = *ep;
	conn_know(conn, col);
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
static bool unescape(const char *word, char out[CONN_LONG_LEN])
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
		if (c == 0 || len + 1 == CONN_LONG_LEN)
			return false;
		out[len++] = (char)c;
	}
	out[len] = '\0';
	return len > 0;
}

void conn_parse(struct conn *conn, enum conn_col col, const char *word)
{
	char text[CONN_LONG_LEN];
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
