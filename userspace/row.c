// SPDX-License-Identifier: GPL-2.0-only
#include "row.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#define NAMED(name, table)								\
	const char *name(uint64_t number)						\
	{										\
		return number < sizeof(table) / sizeof((table)[0]) ? (table)[number] : NULL; \
	}

static const char *const states[] = {
	NULL, "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV",
};

static const char *const ca_states[] = { "Open", "Disorder", "CWR", "Recovery", "Loss" };

static const char *const openings[] = {
	[COREMON_OPENED_ACTIVE] = "active",
	[COREMON_OPENED_PASSIVE] = "passive",
	[COREMON_OPENED_LISTEN] = "listen",
	[COREMON_OPENED_ADOPTED] = "adopted",
};

static const char *const causes[] = {
	[COREMON_CAUSE_FIN_LOCAL] = "fin_local",
	[COREMON_CAUSE_FIN_REMOTE] = "fin_remote",
	[COREMON_CAUSE_RST_RECEIVED] = "rst_received",
	[COREMON_CAUSE_RST_SENT] = "rst_sent",
	[COREMON_CAUSE_ABORT] = "abort",
	[COREMON_CAUSE_TIMEOUT] = "timeout",
	[COREMON_CAUSE_CONNECT_REFUSED] = "connect_refused",
	[COREMON_CAUSE_CONNECT_TIMEOUT] = "connect_timeout",
	[COREMON_CAUSE_CONNECT_FAILED] = "connect_failed",
	[COREMON_CAUSE_ERROR] = "error",
};

static const char *const retransmits[] = {
	[COREMON_RETRANS_TIMEOUT] = "timeout",
	[COREMON_RETRANS_FAST] = "fast",
	[COREMON_RETRANS_TAIL_LOSS_PROBE] = "tail_loss_probe",
	[COREMON_RETRANS_SYN] = "syn",
	[COREMON_RETRANS_SYNACK] = "synack",
};

NAMED(name_state, states)
NAMED(name_ca_state, ca_states)
NAMED(name_opened, openings)
NAMED(name_cause, causes)
NAMED(name_retrans, retransmits)

/* There was data to send, and neither the peer's window nor the send buffer held it up. */
static uint64_t cwnd_limited(const struct coremon_row *row)
{
	uint64_t rest = row->busy_us, less[] = { row->rwnd_limited_us, row->sndbuf_limited_us };

	for (size_t i = 0; i < sizeof(less) / sizeof(less[0]); i++) {
		if (rest == COREMON_UNKNOWN || rest < less[i])	/* all ones are more than anything */
			return COREMON_UNKNOWN;
		rest -= less[i];
	}
	return rest;
}

#define SIZE_OF(member) sizeof(((struct coremon_row *)NULL)->member)
#define FIELD(name, member, type, side) { name, offsetof(struct coremon_row, member), SIZE_OF(member), 1, type, side, NULL, NULL }
#define NUMBER(member, side) FIELD(#member, member, ROW_NUMBER, side)
#define COUNTER(member, side) FIELD(#member, member, ROW_COUNTER, side)
#define NAME(member, of) { #member, offsetof(struct coremon_row, member), SIZE_OF(member), 1, ROW_NAME, ROW_BOTH, of, NULL }
#define CA_TIME(name, state) \
	{ name, offsetof(struct coremon_row, ca_ns) + (state) * sizeof(uint64_t), sizeof(uint64_t), 1000, ROW_COUNTER, ROW_OUT, NULL, NULL }

const struct row_field row_fields[] = {
	FIELD("id", id, ROW_HEX, ROW_BOTH),
	NUMBER(netns, ROW_BOTH),
	NAME(state, name_state),
	NAME(ca_state, name_ca_state),
	NAME(opened, name_opened),
	NAME(cause, name_cause),
	NUMBER(error, ROW_BOTH),
	NUMBER(uid, ROW_BOTH),
	FIELD("pid", tgid, ROW_NUMBER, ROW_BOTH),
	FIELD("comm", comm, ROW_TEXT, ROW_BOTH),
	NUMBER(cgroup, ROW_BOTH),
	NUMBER(handshake_us, ROW_BOTH),
	NUMBER(first_byte_us, ROW_BOTH),
	COUNTER(bytes_sent, ROW_OUT),
	COUNTER(bytes_acked, ROW_OUT),
	COUNTER(bytes_received, ROW_IN),
	COUNTER(bytes_retrans, ROW_OUT),
	COUNTER(segs_out, ROW_OUT),
	COUNTER(segs_in, ROW_IN),
	COUNTER(data_segs_out, ROW_OUT),
	COUNTER(data_segs_in, ROW_IN),
	NUMBER(send_q, ROW_OUT),
	NUMBER(recv_q, ROW_IN),
	NUMBER(send_q_max, ROW_OUT),
	NUMBER(recv_q_max, ROW_IN),
	COUNTER(rcv_ooopack, ROW_IN),
	COUNTER(reord_seen, ROW_OUT),
	COUNTER(retrans, ROW_OUT),
	COUNTER(retrans_timeout, ROW_OUT),
	COUNTER(retrans_fast, ROW_OUT),
	COUNTER(retrans_tail_loss_probe, ROW_OUT),
	COUNTER(retrans_syn, ROW_OUT),
	COUNTER(retrans_synack, ROW_OUT),
	COUNTER(retrans_other, ROW_OUT),
	COUNTER(dsack_dups, ROW_OUT),
	NUMBER(cwnd, ROW_OUT),
	NUMBER(ssthresh, ROW_OUT),
	NUMBER(packets_out, ROW_OUT),
	NUMBER(srtt_us, ROW_BOTH),
	NUMBER(min_rtt_us, ROW_BOTH),
	NUMBER(snd_wnd, ROW_OUT),
	NUMBER(rcv_wnd, ROW_IN),
	COUNTER(disorder_entries, ROW_OUT),
	COUNTER(cwr_entries, ROW_OUT),
	COUNTER(recovery_entries, ROW_OUT),
	COUNTER(loss_entries, ROW_OUT),
	CA_TIME("open_us", 0),
	CA_TIME("disorder_us", 1),
	CA_TIME("cwr_us", 2),
	CA_TIME("recovery_us", 3),
	CA_TIME("loss_us", 4),
	COUNTER(undo_full, ROW_OUT),
	COUNTER(undo_partial, ROW_OUT),
	COUNTER(undo_dsack, ROW_OUT),
	COUNTER(undo_loss, ROW_OUT),
	COUNTER(busy_us, ROW_OUT),
	COUNTER(rwnd_limited_us, ROW_OUT),
	COUNTER(sndbuf_limited_us, ROW_OUT),
	COUNTER(zero_wnd_in, ROW_OUT),
	COUNTER(zero_wnd_in_us, ROW_OUT),
	COUNTER(zero_wnd_out, ROW_IN),
	COUNTER(tx_calls, ROW_OUT),
	COUNTER(rx_calls, ROW_IN),
	NUMBER(tid, ROW_BOTH),
	NUMBER(ofo_q, ROW_IN),
	NUMBER(ofo_span_max, ROW_IN),
	{ "cwnd_limited_us", 0, sizeof(uint64_t), 1, ROW_COUNTER, ROW_OUT, NULL, cwnd_limited },
	COUNTER(drops, ROW_BOTH),
	NUMBER(send_q_peak, ROW_OUT),
	NUMBER(recv_q_peak, ROW_IN),
};

const int row_fields_nr = sizeof(row_fields) / sizeof(row_fields[0]);

int row_field(const char *name)
{
	for (int i = 0; i < row_fields_nr; i++) {
		if (strcmp(row_fields[i].name, name) == 0)
			return i;
	}
	return -1;
}

bool row_number(const struct coremon_row *row, int nr, uint64_t *value)
{
	const void *at = (const char *)row + row_fields[nr].offset;
	uint64_t n64;
	uint32_t n32;

	if (row_fields[nr].derive) {
		*value = row_fields[nr].derive(row);
		return *value != UINT64_MAX;
	}
	switch (row_fields[nr].size) {
	case sizeof(uint8_t):
		*value = *(const uint8_t *)at;
		return *value != UINT8_MAX;
	case sizeof(uint32_t):
		memcpy(&n32, at, sizeof(n32));
		*value = n32;
		return n32 != UINT32_MAX;
	default:
		memcpy(&n64, at, sizeof(n64));
		*value = n64;
		return n64 != UINT64_MAX;
	}
}

const char *row_text(const struct coremon_row *row, int nr)
{
	uint64_t number;

	if (row_fields[nr].type != ROW_TEXT)
		return row_number(row, nr, &number) ? row_fields[nr].name_of(number) : NULL;
	/* A record cut before the name has no end of it. */
	return row->comm[0] && memchr(row->comm, '\0', sizeof(row->comm)) ? row->comm : NULL;
}

void addr_endpoint(const struct coremon_addr *addr, bool local, struct endpoint *ep)
{
	ep->v6 = addr->family == AF_INET6;
	ep->port = local ? addr->local_port : addr->remote_port;
	memcpy(ep->addr, local ? addr->local : addr->remote, sizeof(ep->addr));
}

void row_to_conn(const struct coremon_row *row, struct conn *conn)
{
	struct endpoint ep;

	memset(conn, 0, sizeof(*conn));
	addr_endpoint(&row->addr, true, &ep);
	conn_set_endpoint(conn, C_LOCAL, &ep);
	addr_endpoint(&row->addr, false, &ep);
	conn_set_endpoint(conn, C_REMOTE, &ep);
	conn_set_text(conn, C_FAMILY, ep.v6 ? "inet6" : "inet");
	if (name_state(row->state))
		conn_set_text(conn, C_STATE, name_state(row->state));
}
