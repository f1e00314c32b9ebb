// SPDX-License-Identifier: GPL-2.0-only
/* Flow records: windows, flags, order, formats; and the records and durations they are made of. */
#include "unit.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "flow.h"
#include "flow_table.h"
#include "flow_where.h"
#include "records.h"
#include "row.h"
#include "run.h"

#define START 1000

static struct flow_table *table;
static char told[1024];		/* "id direction packets bytes flags," for each record */

static void setup(void)
{
	table = flow_table_new(START);
	ck_assert_ptr_nonnull(table);
	told[0] = '\0';
}

static void teardown(void)
{
	flow_table_free(table);
}

static struct coremon_row row_of(uint64_t id, uint8_t opened, uint64_t birth_ns)
{
	struct coremon_row row;

	memset(&row, 0, sizeof(row));
	row.kind = COREMON_ROW_LIVE;
	row.id = id;
	row.opened = opened;
	row.birth_ns = birth_ns;
	row.handshake_us = UINT32_MAX;
	row.state = 1;
	row.addr.family = AF_INET;
	row.addr.local_port = (uint16_t)id;
	row.addr.remote_port = 1;
	return row;
}

static void feed(const struct coremon_row *row)
{
	struct flow *flow;

	ck_assert_int_ge(flow_table_row(table, row, &flow), 0);
}

static bool tell(void *ctx, const struct flow *flow, bool egress, uint64_t end_ns)
{
	uint64_t packets = 0, bytes = 0;
	unsigned int flags = 0;

	(void)ctx;
	(void)end_ns;
	flow_packets(flow, egress, &packets);
	flow_bytes(flow, egress, &bytes);
	flow_tcp_flags(flow, egress, &flags);
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%d%s %d %d %u,", (int)flow->row.id, egress ? "out" : "in",
		 (int)packets, (int)bytes, flags);
	return true;
}

static const char *cut(uint64_t before_ns)
{
	told[0] = '\0';
	ck_assert_int_eq(flow_table_cut(table, before_ns, before_ns, tell, NULL), 0);
	return told;
}

START_TEST(windows_add_up)
{
	struct coremon_row row = row_of(7, COREMON_OPENED_ACTIVE, START + 1);

	row.segs_out = 3;
	row.bytes_sent = 100;
	row.flags_out = 0x12;
	feed(&row);
	ck_assert_str_eq(cut(START + 10), "7out 3 100 2,");
	ck_assert_str_eq(cut(START + 20), "");
	row.segs_out = 10;
	row.segs_in = 2;
	row.bytes_sent = 250;
	row.kind = COREMON_ROW_CLOSED;
	row.flags_out = 0x13;
	row.flags_in = 0x14;
	feed(&row);
	ck_assert_uint_eq(flow_table_ended(table), 1);
	ck_assert_str_eq(cut(START + 30), "7out 7 150 1,7in 2 0 4,");
	ck_assert_uint_eq(flow_table_ended(table), 0);
	ck_assert_str_eq(cut(COREMON_UNKNOWN), "");
}
END_TEST

START_TEST(older_than_the_run)
{
	struct coremon_row row = row_of(7, COREMON_OPENED_PASSIVE, START - 1);

	row.segs_out = 1000;
	row.flags_in = 0x1a;
	feed(&row);
	ck_assert_str_eq(cut(START + 10), "");
	row.segs_out = 1001;
	feed(&row);
	ck_assert_str_eq(cut(START + 20), "7out 1 0 0,");
}
END_TEST

START_TEST(counters_of_32_bits_wrap)
{
	struct coremon_row row = row_of(7, COREMON_OPENED_PASSIVE, START - 1);

	row.segs_out = UINT32_MAX - 1;
	feed(&row);
	row.segs_out = 3;
	feed(&row);
	ck_assert_str_eq(cut(START + 20), "7out 5 0 0,");
}
END_TEST

START_TEST(syn_before_synack)
{
	struct coremon_row server = row_of(80, COREMON_OPENED_PASSIVE, START + 2);
	struct coremon_row client = row_of(90, COREMON_OPENED_ACTIVE, START + 1);

	server.addr.remote_port = 90;
	client.addr.remote_port = 80;
	server.flags_in = client.flags_out = 0x02;
	server.flags_out = client.flags_in = 0x12;
	server.kind = COREMON_ROW_CLOSED;
	feed(&server);
	feed(&client);
	ck_assert_str_eq(cut(START + 10), "90out 0 0 2,80in 0 0 2,90in 0 0 18,80out 1 0 18,");
}
END_TEST

START_TEST(the_young_wait)
{
	struct coremon_row row = row_of(7, COREMON_OPENED_ACTIVE, START + 10);

	row.segs_out = 1;
	feed(&row);
	ck_assert_str_eq(cut(START + 10), "");
	ck_assert_str_eq(cut(START + 11), "7out 1 0 0,");
}
END_TEST

START_TEST(both_ends_wait_for_each_other)
{
	struct coremon_row server = row_of(80, COREMON_OPENED_PASSIVE, START + 6), client = row_of(90, COREMON_OPENED_ACTIVE, START + 1);

	server.addr.remote_port = 90;
	client.addr.remote_port = 80;
	server.flags_in = client.flags_out = 0x02;
	server.flags_out = client.flags_in = 0x12;
	client.handshake_us = UINT32_MAX;
	feed(&client);
	feed(&server);
	/* The server was born after the cut. */
	ck_assert_str_eq(cut(START + 5), "");
	ck_assert_str_eq(cut(START + 7), "90out 0 0 2,80in 0 0 2,90in 0 0 18,80out 1 0 18,");
	/* Just answered: the other end may be told of with the next reading. */
	client = row_of(91, COREMON_OPENED_ACTIVE, START + 10);
	client.flags_out = 0x02;
	client.flags_in = 0x12;
	client.handshake_us = 5;
	feed(&client);
	ck_assert_str_eq(cut(START + 1000005010), "");
	ck_assert_str_eq(cut(START + 1000005011), "91out 0 0 2,91in 0 0 18,");
	client.segs_out = 1;
	feed(&client);
	ck_assert_str_eq(cut(START + 1000005012), "91out 1 0 0,");
}
END_TEST

START_TEST(two_lives_of_a_socket)
{
	struct coremon_row row = row_of(7, COREMON_OPENED_ACTIVE, START + 1);

	row.segs_out = 1;
	feed(&row);
	row.kind = COREMON_ROW_CLOSED;
	row.segs_out = 2;
	feed(&row);
	row = row_of(7, COREMON_OPENED_ACTIVE, START + 5);
	row.segs_out = 9;
	feed(&row);
	ck_assert_str_eq(cut(START + 10), "7out 2 0 0,7out 9 0 0,");
	/* The end of the second was not told: the third says so. */
	row.birth_ns = START + 12;
	row.segs_out = 4;
	feed(&row);
	ck_assert_uint_eq(flow_table_ended(table), 1);
	ck_assert_str_eq(cut(START + 20), "7out 0 0 0,7out 4 0 0,");
}
END_TEST

START_TEST(lost_ones_go)
{
	struct coremon_row one = row_of(1, COREMON_OPENED_ACTIVE, START + 1);
	struct coremon_row other = row_of(2, COREMON_OPENED_ACTIVE, START + 2);

	feed(&one);
	feed(&other);
	flow_table_doubt(table);
	flow_table_seen(table, &other);
	flow_table_drop_doubted(table);
	ck_assert_uint_eq(flow_table_ended(table), 1);
	ck_assert_str_eq(cut(START + 10), "1out 0 0 0,");
}
END_TEST

START_TEST(many_flows)
{
	for (uint64_t id = 1; id <= 5000; id++) {
		struct coremon_row row = row_of(id, COREMON_OPENED_ACTIVE, START + id);

		feed(&row);
	}
	for (uint64_t id = 1; id <= 5000; id++) {
		struct coremon_row row = row_of(id, COREMON_OPENED_ACTIVE, START + id);

		row.kind = COREMON_ROW_CLOSED;
		feed(&row);
	}
	ck_assert_uint_eq(flow_table_ended(table), 5000);
}
END_TEST

static const char *line(const char *format_text, const struct flow_record *record)
{
	struct flow_format *format = flow_format_parse(format_text);
	static char text[512];
	char *buf = NULL;
	size_t size = 0;

	ck_assert_ptr_nonnull(format);
	ck_assert_int_gt(flow_format_line(format, record, &buf, &size), 0);
	snprintf(text, sizeof(text), "%s", buf);
	free(buf);
	flow_format_free(format);
	return text;
}

START_TEST(synacks_are_packets)
{
	struct coremon_row row = row_of(7, COREMON_OPENED_PASSIVE, START + 1);

	row.retrans_synack = 2;
	row.segs_out = 4;
	feed(&row);
	ck_assert_str_eq(cut(START + 10), "7out 7 0 0,");
	row.segs_out = 5;
	feed(&row);
	ck_assert_str_eq(cut(START + 20), "7out 1 0 0,");
}
END_TEST

/* How each state counts the peer's FIN: a byte, or none yet. */
static const struct {
	uint8_t kind, state, cause, flags_in;
	uint64_t bytes;
} fins[] = {
	{ COREMON_ROW_LIVE, 1, 0, 0x10, 5 },	/* ESTABLISHED */
	{ COREMON_ROW_LIVE, 1, 0, 0x11, 5 },	/* ahead of what is missing */
	{ COREMON_ROW_LIVE, 8, 0, 0x11, 4 },	/* CLOSE_WAIT */
	{ COREMON_ROW_LIVE, 11, 0, 0x11, 4 },	/* CLOSING */
	{ COREMON_ROW_LIVE, 5, 0, 0x11, 5 },	/* FIN_WAIT2 */
	{ COREMON_ROW_CLOSED, 5, COREMON_CAUSE_FIN_LOCAL, 0x11, 4 },
	{ COREMON_ROW_CLOSED, 5, COREMON_CAUSE_FIN_LOCAL, 0x10, 5 },
	{ COREMON_ROW_CLOSED, 5, COREMON_CAUSE_RST_RECEIVED, 0x15, 5 },
	{ COREMON_ROW_CLOSED, 5, COREMON_CAUSE_FIN_LOCAL, 0xff, 5 },
	{ COREMON_ROW_CLOSED, 9, COREMON_CAUSE_FIN_REMOTE, 0x11, 4 },	/* LAST_ACK */
	{ COREMON_ROW_CLOSED, 9, COREMON_CAUSE_TIMEOUT, 0xff, 4 },
};

START_TEST(a_fin_is_no_byte)
{
	struct flow flow = { .row = row_of(7, COREMON_OPENED_ACTIVE, START + 1) };
	uint64_t bytes;

	flow.row.kind = fins[_i].kind;
	flow.row.state = fins[_i].state;
	flow.row.cause = fins[_i].cause;
	flow.row.flags_in = fins[_i].flags_in;
	flow.row.bytes_received = flow.row.bytes_sent = 5;
	ck_assert(flow_bytes(&flow, false, &bytes) && bytes == fins[_i].bytes);
	ck_assert(flow_bytes(&flow, true, &bytes) && bytes == 5);
	flow.base = flow.row;
	flow.row.bytes_received += 3;
	ck_assert(flow_bytes(&flow, false, &bytes) && bytes == 3);
	flow.row.bytes_received = UINT64_MAX;
	ck_assert(!flow_bytes(&flow, false, &bytes));
	flow.row.bytes_received = 0;
	flow.base.bytes_received = 0;
	ck_assert(flow_bytes(&flow, false, &bytes) && bytes == 0);
}
END_TEST

START_TEST(who_was_refused)
{
	struct flow flow = { .row = row_of(7, COREMON_OPENED_ACTIVE, START + 1) };
	struct flow_record record = { .flow = &flow, .egress = true };

	ck_assert_str_eq(line("${action}", &record), "ACCEPT\n");
	flow.row.cause = COREMON_CAUSE_CONNECT_REFUSED;
	ck_assert_str_eq(line("${action}", &record), "REJECT\n");
	flow.row.cause = COREMON_CAUSE_CONNECT_FAILED;
	ck_assert_str_eq(line("${action}", &record), "ACCEPT\n");
	flow.row.error = ECONNREFUSED;
	ck_assert_str_eq(line("${action}", &record), "REJECT\n");
	flow.row.cause = COREMON_CAUSE_ERROR;
	ck_assert_str_eq(line("${action}", &record), "ACCEPT\n");
}
END_TEST

START_TEST(highest_queues_are_of_the_window)
{
	struct coremon_row row = row_of(7, COREMON_OPENED_ACTIVE, START + 1), old = row_of(8, COREMON_OPENED_ACTIVE, START - 1);
	struct flow *flow, *older;

	row.send_q_peak = 500;
	row.recv_q_peak = UINT32_MAX;
	ck_assert_int_eq(flow_table_row(table, &row, &flow), 1);
	row.send_q_peak = 400;
	row.recv_q_peak = 3;
	row.send_q = 30;
	feed(&row);
	ck_assert_uint_eq(flow->row.send_q_peak, 500);
	ck_assert_uint_eq(flow->row.recv_q_peak, UINT32_MAX);
	cut(START + 10);
	row.send_q_peak = 20;
	feed(&row);
	ck_assert_uint_eq(flow->row.send_q_peak, 30);
	/* What was before the run is not of its first window. */
	old.send_q_peak = 500;
	old.send_q = 7;
	ck_assert_int_eq(flow_table_row(table, &old, &older), 1);
	ck_assert_uint_eq(older->row.send_q_peak, 7);
}
END_TEST

START_TEST(derived_times)
{
	struct coremon_row row = row_of(7, COREMON_OPENED_ACTIVE, START + 1);
	int nr = row_field("cwnd_limited_us");
	struct flow flow = { .row = row };
	uint64_t value;

	row.busy_us = 10;
	row.rwnd_limited_us = 3;
	row.sndbuf_limited_us = 2;
	ck_assert(row_number(&row, nr, &value) && value == 5);
	flow.base = row;
	row.busy_us = 17;
	flow.row = row;
	ck_assert(flow_number(&flow, nr, &value) && value == 7);
	row.sndbuf_limited_us = 15;
	ck_assert(!row_number(&row, nr, &value));
	row.sndbuf_limited_us = UINT64_MAX;
	ck_assert(!row_number(&row, nr, &value));
	row.sndbuf_limited_us = 2;
	row.busy_us = UINT64_MAX;
	ck_assert(!row_number(&row, nr, &value));
}
END_TEST

START_TEST(filters_of_flows)
{
	static const struct {
		const char *text;
		bool match;
	} cases[] = {
		{ "rst", true },	    { "fin", false },
		{ "not fin", true },	    { "refused or rst", true },
		{ "ended", true },	    { "cause = rst_received", true },
		{ "cause != timeout", true }, { "retrans > 0 or rst", true },
		{ "retrans > 4", false },   { "retrans = 4 retrans_fast = 1", true },
		{ "comm = rst", true },	    { "comm rst sport = 7", true },
		{ "srtt_us > 0", false },   { "not srtt_us > 0", false },
		{ "dport = 1 and opened active", true },
	};
	struct coremon_row row = row_of(7, COREMON_OPENED_ACTIVE, START + 1);
	struct flow flow = { .row = row };
	struct filter *filter;
	char error[128];

	flow.row.flags_in = COREMON_FLAG_RST;
	flow.row.kind = COREMON_ROW_CLOSED;
	flow.row.cause = COREMON_CAUSE_RST_RECEIVED;
	flow.row.retrans = 10;
	flow.base.retrans = 6;
	flow.row.retrans_fast = 1;
	flow.row.srtt_us = UINT32_MAX;
	strcpy(flow.row.comm, "rst");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		filter = filter_parse_extra(cases[i].text, &flow_filter, error, sizeof(error));
		ck_assert_msg(filter != NULL, "%s: %s", cases[i].text, error);
		ck_assert_msg(flow_match(filter, &flow) == cases[i].match, "%s", cases[i].text);
		filter_free(filter);
	}
	ck_assert_ptr_null(filter_parse_extra("rst = 1", &flow_filter, error, sizeof(error)));
	ck_assert_ptr_null(filter_parse_extra("age_ms > 1", &flow_filter, error, sizeof(error)));
	/* Without the verb's words there are no flags. */
	ck_assert_ptr_null(filter_parse("rst", error, sizeof(error)));
}
END_TEST

START_TEST(formats)
{
	struct flow flow = { .row = row_of(255, COREMON_OPENED_ACTIVE, START + 1) };
	struct flow_record record = { .flow = &flow, .egress = true, .account = "-" };

	strcpy(flow.row.comm, "a b-\\\n");
	flow.row.retrans = 3;
	ck_assert_str_eq(line("${version}", &record), "2\n");
	ck_assert_str_eq(line("a${version}b${vpc-id}c", &record), "a3b-c\n");
	ck_assert_str_eq(line("${coremon-comm} ${coremon-id}", &record), "a\\040b-\\134\\012 ff\n");
	ck_assert_str_eq(line("${account-id} ${interface-id}", &record), "\\055 -\n");
	ck_assert_str_eq(line("${coremon-retrans} ${coremon-rx-calls}", &record), "3 -\n");
	record.egress = false;
	ck_assert_str_eq(line("${coremon-retrans} ${coremon-rx-calls}", &record), "- 0\n");
	record.status = FLOW_NODATA;
	record.flow = NULL;
	ck_assert_str_eq(line("${srcaddr} ${coremon-id} ${tcp-flags} ${log-status}", &record), "- - - NODATA\n");
	ck_assert_ptr_null(flow_format_parse("${}"));
	ck_assert_ptr_null(flow_format_parse("${srcaddr"));
	ck_assert_ptr_null(flow_format_parse("no field"));
	ck_assert_ptr_null(flow_format_parse("${srcaddr} ${Srcaddr}"));
}
END_TEST

START_TEST(mapped_addresses)
{
	struct coremon_addr addr = { .family = AF_INET6 };

	addr.local[10] = addr.local[11] = addr.remote[10] = 0xff;
	addr.local[12] = 10;
	where_plain(&addr);
	ck_assert_int_eq(addr.family, AF_INET6);
	addr.remote[11] = 0xff;
	where_plain(&addr);
	ck_assert_int_eq(addr.family, AF_INET);
	ck_assert_int_eq(addr.local[0], 10);
	ck_assert_int_eq(addr.local[12], 0);
}
END_TEST

/* One attribute. Return: where the next begins. */
static char *put_attr(char *at, uint16_t type, const void *payload, size_t size)
{
	struct nlattr attr = { .nla_len = (uint16_t)(NLA_HDRLEN + size), .nla_type = type };

	memcpy(at, &attr, sizeof(attr));
	memcpy(at + NLA_HDRLEN, payload, size);
	return at + NLA_HDRLEN + NLA_ALIGN(size);
}

/* An answer of conntrack: the first packet went from 192.0.2.1 to 203.0.113.9. */
START_TEST(answers_of_conntrack)
{
	static const uint8_t from[4] = { 192, 0, 2, 1 }, to[4] = { 203, 0, 113, 9 };
	_Alignas(8) char message[256] = { 0 };
	struct nlmsghdr *nlh = (struct nlmsghdr *)message;
	struct coremon_addr nat = { .family = AF_INET, .local = { 10, 0, 0, 1 } }, before = nat;
	char ip[64], tuple[128], *end;

	end = put_attr(put_attr(ip, CTA_IP_V4_SRC, from, 4), CTA_IP_V4_DST, to, 4);
	end = put_attr(tuple, CTA_TUPLE_IP | NLA_F_NESTED, ip, (size_t)(end - ip));
	end = put_attr(message + NLMSG_HDRLEN + 4, CTA_TUPLE_ORIG | NLA_F_NESTED, tuple, (size_t)(end - tuple));
	nlh->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;
	nlh->nlmsg_seq = 7;
	nlh->nlmsg_len = (uint32_t)(end - message);
	ck_assert_int_eq(where_answer(message, nlh->nlmsg_len, 7, &nat), 0);
	ck_assert_int_eq(memcmp(nat.remote, from, 4), 0);
	ck_assert_int_eq(memcmp(nat.local, to, 4), 0);

	/* Cut, to another question, without an address: nothing is taken. */
	nat = before;
	ck_assert_int_eq(where_answer(message, nlh->nlmsg_len - 1, 7, &nat), -EBADMSG);
	ck_assert_int_eq(where_answer(message, nlh->nlmsg_len, 8, &nat), -EBADMSG);
	nlh->nlmsg_len -= 8;
	ck_assert_int_eq(where_answer(message, nlh->nlmsg_len, 7, &nat), -EBADMSG);

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_len = NLMSG_HDRLEN + 4;
	memcpy(NLMSG_DATA(nlh), &(int32_t){ -ENOENT }, 4);
	ck_assert_int_eq(where_answer(message, nlh->nlmsg_len, 7, &nat), -ENOENT);
	ck_assert_int_eq(memcmp(&nat, &before, sizeof(nat)), 0);
}
END_TEST

START_TEST(records_of_other_sizes)
{
	struct root root = tree_new();
	struct coremon_row row = row_of(5, COREMON_OPENED_ACTIVE, 1), read;
	char file[3 * 4096] = { 0 };
	struct records in;

	ck_assert_uint_eq(offsetof(struct coremon_row, tid), 424);
	row.version = COREMON_VERSION;
	row.size = 24;
	memcpy(file, &row, 24);
	row.size = 4096;
	row.bytes_sent = 9;
	memcpy(file + 24, &row, sizeof(row));
	row.size = sizeof(row);
	memcpy(file + 24 + 4096, &row, 100);
	tree_put(&root, "/r", file, 24 + 4096 + 100);
	ck_assert_int_eq(records_open(&in, &root, "/r"), 0);
	ck_assert_int_eq(records_next(&in, &read, sizeof(read)), 1);
	ck_assert_uint_eq(read.id, 5);
	ck_assert_uint_eq(read.bytes_sent, UINT64_MAX);
	ck_assert_ptr_null(row_text(&read, row_field("comm")));
	ck_assert_int_eq(records_next(&in, &read, sizeof(read)), 1);
	ck_assert_uint_eq(read.bytes_sent, 9);
	ck_assert_int_eq(records_next(&in, &read, sizeof(read)), 0);
	ck_assert_int_eq(records_next(&in, &read, sizeof(read)), 0);
	records_close(&in);
	/* A module of before tid. */
	row.size = 424;
	row.last_retrans_ns = 5;
	row.tid = 5;
	tree_put(&root, "/r", &row, 424);
	ck_assert_int_eq(records_open(&in, &root, "/r"), 0);
	ck_assert_int_eq(records_next(&in, &read, sizeof(read)), 1);
	ck_assert_uint_eq(read.last_retrans_ns, 5);
	ck_assert_uint_eq(read.tid, UINT32_MAX);
	ck_assert_uint_eq(read.recv_q_peak, UINT32_MAX);
	ck_assert_int_eq(records_next(&in, &read, sizeof(read)), 0);
	records_close(&in);
	tree_put(&root, "/z", "\0\0\0\0\0", 5);
	ck_assert_int_eq(records_open(&in, &root, "/z"), 0);
	ck_assert_int_lt(records_next(&in, &read, sizeof(read)), 0);
	ck_assert_int_lt(records_next(&in, &read, sizeof(read)), 0);
	records_close(&in);
	tree_free(&root);
}
END_TEST

START_TEST(durations)
{
	uint64_t ns;

	ck_assert(run_duration("10", &ns) && ns == UINT64_C(10000000000));
	ck_assert(run_duration("0.25s", &ns) && ns == 250000000);
	ck_assert(run_duration("1.5m", &ns) && ns == UINT64_C(90000000000));
	ck_assert(run_duration("2h", &ns) && ns == UINT64_C(7200000000000));
	ck_assert(run_duration("1d", &ns) && ns == UINT64_C(86400000000000));
	ck_assert(!run_duration("", &ns));
	ck_assert(!run_duration("0", &ns));
	ck_assert(!run_duration("-1", &ns));
	ck_assert(!run_duration("1w", &ns));
	ck_assert(!run_duration("1ms", &ns));
	ck_assert(!run_duration(".5", &ns));
	ck_assert(!run_duration("99999999999999999999", &ns));
	ck_assert(!run_duration("9999999d", &ns));
}
END_TEST

TCase *flow_case(void)
{
	TCase *tcase = tcase_create("flow");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, windows_add_up);
	tcase_add_test(tcase, older_than_the_run);
	tcase_add_test(tcase, counters_of_32_bits_wrap);
	tcase_add_test(tcase, syn_before_synack);
	tcase_add_test(tcase, the_young_wait);
	tcase_add_test(tcase, both_ends_wait_for_each_other);
	tcase_add_test(tcase, two_lives_of_a_socket);
	tcase_add_test(tcase, lost_ones_go);
	tcase_add_test(tcase, many_flows);
	tcase_add_test(tcase, synacks_are_packets);
	tcase_add_loop_test(tcase, a_fin_is_no_byte, 0, sizeof(fins) / sizeof(fins[0]));
	tcase_add_test(tcase, who_was_refused);
	tcase_add_test(tcase, highest_queues_are_of_the_window);
	tcase_add_test(tcase, derived_times);
	tcase_add_test(tcase, filters_of_flows);
	tcase_add_test(tcase, formats);
	tcase_add_test(tcase, mapped_addresses);
	tcase_add_test(tcase, answers_of_conntrack);
	tcase_add_test(tcase, records_of_other_sizes);
	tcase_add_test(tcase, durations);
	return tcase;
}
