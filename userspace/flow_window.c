// SPDX-License-Identifier: GPL-2.0-only
/* What happened on a connection in a window of time, and how filters ask for it. */
#include <errno.h>
#include <string.h>

#include "flow.h"
#include "row.h"

/* TCP states, as the kernel numbers them. */
enum { STATE_FIN_WAIT2 = 5, STATE_CLOSE_WAIT = 8, STATE_LAST_ACK = 9, STATE_CLOSING = 11 };

#define REPORTED (COREMON_FLAG_FIN | COREMON_FLAG_SYN | COREMON_FLAG_RST)

bool flow_number(const struct flow *flow, int nr, uint64_t *value)
{
	const struct row_field *field = &row_fields[nr];
	uint64_t now, before;

	if (!row_number(&flow->row, nr, &now))
		return false;
	if (field->type != ROW_COUNTER) {
		*value = now;
		return true;
	}
	if (!row_number(&flow->base, nr, &before))
		return false;
	/* Counters of 32 bits wrap. One of 64 that went back is of another connection. */
	if (field->size == sizeof(uint32_t))
		*value = (uint32_t)(now - before);
	else if (now >= before)
		*value = now / field->divisor - before / field->divisor;
	else
		return false;
	return true;
}

/* The SYN-ACKs of a connection that was accepted: the kernel does not count them for its socket, which is made after them. */
static uint32_t synacks(const struct coremon_row *row)
{
	if (row->opened != COREMON_OPENED_PASSIVE)
		return 0;
	return row->retrans_synack == UINT32_MAX ? 1 : 1 + row->retrans_synack;
}

bool flow_packets(const struct flow *flow, bool egress, uint64_t *value)
{
	uint32_t now = egress ? flow->row.segs_out : flow->row.segs_in;
	uint32_t before = egress ? flow->base.segs_out : flow->base.segs_in;
	bool known = now != UINT32_MAX && before != UINT32_MAX;

	if (egress) {
		now += synacks(&flow->row);
		before += synacks(&flow->base);
	}
	*value = (uint32_t)(now - before);
	return known;
}

/*
 * The peer's FIN, where it came in order: the kernel counts it as a byte received. A connection that waits for it goes with it
 * from FIN_WAIT2 to TIME_WAIT, which is its end here, or without it when its time is over.
 */
static uint64_t fin_byte(const struct coremon_row *row)
{
	bool came = row->flags_in != UINT8_MAX && row->flags_in & COREMON_FLAG_FIN;

	switch (row->state) {
	case STATE_CLOSE_WAIT:
	case STATE_LAST_ACK:
	case STATE_CLOSING:
		return 1;
	case STATE_FIN_WAIT2:
		return row->kind == COREMON_ROW_CLOSED && row->cause == COREMON_CAUSE_FIN_LOCAL && came;
	default:
		return 0;
	}
}

static bool payload(const struct coremon_row *row, bool egress, uint64_t *value)
{
	uint64_t fin = egress ? 0 : fin_byte(row);

	*value = egress ? row->bytes_sent : row->bytes_received;
	if (*value == UINT64_MAX)
		return false;
	if (*value >= fin)
		*value -= fin;
	return true;
}

bool flow_bytes(const struct flow *flow, bool egress, uint64_t *value)
{
	uint64_t before;

	if (!payload(&flow->row, egress, value) || !payload(&flow->base, egress, &before) || *value < before)
		return false;
	*value -= before;
	return true;
}

bool flow_egress_first(const struct flow *flow)
{
	return flow->row.opened != COREMON_OPENED_PASSIVE;
}

bool flow_tcp_flags(const struct flow *flow, bool egress, unsigned int *flags)
{
	uint8_t now = egress ? flow->row.flags_out : flow->row.flags_in;
	uint8_t before = egress ? flow->base.flags_out : flow->base.flags_in;

	if (now == UINT8_MAX || before == UINT8_MAX)
		return false;
	*flags = now & ~before & REPORTED;
	/* The SYN of the end that accepts has ACK set. Of other segments ACK is not reported. */
	if (*flags & COREMON_FLAG_SYN && egress != flow_egress_first(flow))
		*flags |= COREMON_FLAG_ACK;
	return true;
}

bool flow_moved(const struct flow *flow, bool egress)
{
	unsigned int flags;
	uint64_t n;

	return (flow_packets(flow, egress, &n) && n) || (flow_bytes(flow, egress, &n) && n) ||
	       (flow_tcp_flags(flow, egress, &flags) && flags);
}

bool flow_refused(const struct flow *flow)
{
	const struct coremon_row *row = &flow->row;

	return row->cause == COREMON_CAUSE_CONNECT_REFUSED ||
	       (row->cause == COREMON_CAUSE_CONNECT_FAILED && row->error == ECONNREFUSED);
}

/* Words that are no fields of the record. Their numbers come after those of the fields. */
enum { FLAG_RST, FLAG_FIN, FLAG_SYN, FLAG_REFUSED, FLAG_ENDED, FLAGS_NR };
static const char *const flag_names[FLAGS_NR] = {
	[FLAG_RST] = "rst", [FLAG_FIN] = "fin", [FLAG_SYN] = "syn", [FLAG_REFUSED] = "refused", [FLAG_ENDED] = "ended",
};

static int find(const char *name, enum filter_extra_type *type)
{
	int nr = row_field(name);

	for (int i = 0; i < FLAGS_NR; i++) {
		if (strcmp(flag_names[i], name) == 0) {
			*type = EXTRA_FLAG;
			return row_fields_nr + i;
		}
	}
	/* The states have their own words, src and dst theirs. The id is hexadecimal: the column is. */
	if (nr < 0 || row_fields[nr].type == ROW_HEX || strcmp(name, "state") == 0)
		return -1;
	*type = row_fields[nr].type == ROW_NAME || row_fields[nr].type == ROW_TEXT ? EXTRA_TEXT : EXTRA_NUMBER;
	return nr;
}

static bool seen_flag(const struct flow *flow, unsigned int flag)
{
	unsigned int in = 0, out = 0;

	flow_tcp_flags(flow, false, &in);
	flow_tcp_flags(flow, true, &out);
	return (in | out) & flag;
}

static bool number(const void *ctx, int word, uint64_t *value)
{
	const struct flow *flow = ctx;

	if (word < row_fields_nr)
		return flow_number(flow, word, value);
	switch (word - row_fields_nr) {
	case FLAG_RST:
		*value = seen_flag(flow, COREMON_FLAG_RST);
		break;
	case FLAG_FIN:
		*value = seen_flag(flow, COREMON_FLAG_FIN);
		break;
	case FLAG_SYN:
		*value = seen_flag(flow, COREMON_FLAG_SYN);
		break;
	case FLAG_REFUSED:
		*value = flow_refused(flow);
		break;
	default:
		*value = flow->row.kind == COREMON_ROW_CLOSED;
	}
	return true;
}

static const char *text(const void *ctx, int word)
{
	return row_text(&((const struct flow *)ctx)->row, word);
}

static bool has_column(enum conn_col col)
{
	return col == C_ID || col == C_FAMILY || col == C_STATE || col == C_LOCAL || col == C_REMOTE;
}

const struct filter_extra flow_filter = {
	.help = "coremon-flows", .has_column = has_column, .find = find, .number = number, .text = text,
};

bool flow_match(const struct filter *filter, const struct flow *flow)
{
	struct conn conn;

	if (!filter)
		return true;
	row_to_conn(&flow->row, &conn);
	if (flow->row.id != COREMON_UNKNOWN)
		conn_set_num(&conn, C_ID, flow->row.id);
	return filter_match_extra(filter, &conn, flow);
}
