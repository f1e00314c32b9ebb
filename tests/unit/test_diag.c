// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

static struct conn rows[8];
static unsigned int nr_rows;

/* Messages are put here one after the other. */
static _Alignas(8) char buf[4096];
static unsigned int len;

static void setup(void)
{
	nr_rows = 0;
	len = 0;
	memset(buf, 0, sizeof(buf));
}

static bool keep(void *ctx, const struct conn *conn)
{
	(void)ctx;
	if (nr_rows < 8)
		rows[nr_rows] = *conn;
	nr_rows++;
	return true;
}

static void put_header(uint16_t type, uint32_t payload)
{
	struct nlmsghdr nlh = { .nlmsg_len = NLMSG_HDRLEN + payload, .nlmsg_type = type, .nlmsg_flags = NLM_F_MULTI, .nlmsg_seq = 7 };

	memcpy(buf + len, &nlh, sizeof(nlh));
	len += NLMSG_HDRLEN;
}

/* A socket's message, with @info_len bytes of @info where that is not negative. */
static void put_socket(uint8_t state, bool v6, const void *info, int info_len)
{
	struct inet_diag_msg msg = { .idiag_family = v6 ? AF_INET6 : AF_INET, .idiag_state = state };
	struct nlattr attr = { .nla_type = INET_DIAG_INFO };
	unsigned int payload = sizeof(msg);

	if (info_len >= 0)
		payload += NLMSG_ALIGN(NLA_HDRLEN + (unsigned int)info_len);
	put_header(SOCK_DIAG_BY_FAMILY, payload);
	msg.id.idiag_sport = htons(443);
	msg.id.idiag_dport = htons(51000);
	inet_pton(v6 ? AF_INET6 : AF_INET, v6 ? "2001:db8::1" : "10.0.0.1", msg.id.idiag_src);
	inet_pton(v6 ? AF_INET6 : AF_INET, v6 ? "::ffff:192.0.2.1" : "192.0.2.1", msg.id.idiag_dst);
	msg.id.idiag_cookie[0] = 0x89abcdef;
	msg.id.idiag_cookie[1] = 0x01234567;
	msg.idiag_rqueue = 11;
	msg.idiag_wqueue = 22;
	msg.idiag_uid = 33;
	memcpy(buf + len, &msg, sizeof(msg));
	len += sizeof(msg);
	if (info_len < 0)
		return;
	attr.nla_len = (uint16_t)(NLA_HDRLEN + info_len);
	memcpy(buf + len, &attr, sizeof(attr));
	if (info_len)
		memcpy(buf + len + NLA_HDRLEN, info, (size_t)info_len);
	len += NLMSG_ALIGN(NLA_HDRLEN + (unsigned int)info_len);
}

static struct tcp_info make_info(void)
{
	struct tcp_info info = { .tcpi_ca_state = 4,
				 .tcpi_unacked = 1,
				 .tcpi_rtt = 2,
				 .tcpi_snd_ssthresh = 3,
				 .tcpi_snd_cwnd = 4,
				 .tcpi_total_retrans = 5,
				 .tcpi_bytes_acked = 6,
				 .tcpi_bytes_received = 7,
				 .tcpi_segs_out = 8,
				 .tcpi_segs_in = 9,
				 .tcpi_min_rtt = 10,
				 .tcpi_data_segs_in = 11,
				 .tcpi_data_segs_out = 12,
				 .tcpi_bytes_sent = 13,
				 .tcpi_bytes_retrans = 14 };
	return info;
}

static int messages(void)
{
	return diag_messages(buf, len, 7, 4026531840u, keep, NULL);
}

START_TEST(a_socket)
{
	static const struct {
		enum conn_col col;
		uint64_t value;
	} table[] = {
		{ C_ID, UINT64_C(0x0123456789abcdef) }, { C_NETNS, 4026531840u }, { C_UID, 33 },	  { C_SEND_Q, 22 },
		{ C_RECV_Q, 11 },			{ C_PACKETS_OUT, 1 },	  { C_SRTT_US, 2 },	  { C_SSTHRESH, 3 },
		{ C_CWND, 4 },				{ C_RETRANS, 5 },	  { C_BYTES_ACKED, 6 },	  { C_BYTES_RECEIVED, 7 },
		{ C_SEGS_OUT, 8 },			{ C_SEGS_IN, 9 },	  { C_MIN_RTT_US, 10 },	  { C_DATA_SEGS_IN, 11 },
		{ C_DATA_SEGS_OUT, 12 },		{ C_BYTES_SENT, 13 },	  { C_BYTES_RETRANS, 14 },
	};
	struct tcp_info info = make_info();
	char text[ENDPOINT_STRLEN];

	put_socket(1, false, &info, sizeof(info));
	ck_assert_int_eq(messages(), 1);
	ck_assert_uint_eq(nr_rows, 1);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ck_assert_msg(conn_known(&rows[0], table[i].col), "%s", conn_columns[table[i].col].name);
		ck_assert_uint_eq(rows[0].num[table[i].col], table[i].value);
	}
	ck_assert_str_eq(rows[0].state, "ESTABLISHED");
	ck_assert_str_eq(rows[0].ca_state, "Loss");
	ck_assert_str_eq(rows[0].family, "inet");
	ck_assert_str_eq(endpoint_format(&rows[0].local, text), "10.0.0.1:443");
	ck_assert_str_eq(endpoint_format(&rows[0].remote, text), "192.0.2.1:51000");
	/* what only the module knows */
	ck_assert(!conn_known(&rows[0], C_PID) && !conn_known(&rows[0], C_COMM) && !conn_known(&rows[0], C_AGE_MS));
	ck_assert(!conn_known(&rows[0], C_TX_CALLS) && !conn_known(&rows[0], C_SEND_Q_MAX));
}
END_TEST

START_TEST(ipv6_and_v4_mapped)
{
	struct tcp_info info = make_info();
	char text[ENDPOINT_STRLEN];

	put_socket(8, true, &info, sizeof(info));
	ck_assert_int_eq(messages(), 1);
	ck_assert_str_eq(rows[0].family, "inet6");
	ck_assert_str_eq(rows[0].state, "CLOSE_WAIT");
	ck_assert_str_eq(endpoint_format(&rows[0].local, text), "[2001:db8::1]:443");
	ck_assert_str_eq(endpoint_format(&rows[0].remote, text), "[::ffff:192.0.2.1]:51000");
}
END_TEST

START_TEST(an_older_kernel_knows_less)
{
	struct tcp_info info = make_info();

	/* 4.18: up to tcpi_delivered_ce, without bytes_sent */
	put_socket(1, false, &info, offsetof(struct tcp_info, tcpi_bytes_sent));
	ck_assert_int_eq(messages(), 1);
	ck_assert(!conn_known(&rows[0], C_BYTES_SENT) && !conn_known(&rows[0], C_BYTES_RETRANS));
	ck_assert(conn_known(&rows[0], C_DATA_SEGS_OUT) && conn_known(&rows[0], C_BYTES_ACKED));
}
END_TEST

START_TEST(a_newer_kernel_knows_more)
{
	char info[sizeof(struct tcp_info) + 64];
	struct tcp_info ours = make_info();

	memset(info, 0xff, sizeof(info));
	memcpy(info, &ours, sizeof(ours));
	put_socket(1, false, info, sizeof(info));
	ck_assert_int_eq(messages(), 1);
	ck_assert_uint_eq(rows[0].num[C_BYTES_RETRANS], 14);
}
END_TEST

START_TEST(info_of_any_length)
{
	struct tcp_info info = make_info();

	for (int size = 0; size <= (int)sizeof(info); size++) {
		setup();
		put_socket(1, false, &info, size);
		ck_assert_int_eq(messages(), 1);
		ck_assert_uint_eq(nr_rows, 1);
		ck_assert_int_eq(conn_known(&rows[0], C_CA_STATE), size >= 2);
		ck_assert_int_eq(conn_known(&rows[0], C_BYTES_SENT), size >= (int)offsetof(struct tcp_info, tcpi_bytes_sent) + 8);
	}
}
END_TEST

START_TEST(what_was_never_measured_is_not_known)
{
	struct tcp_info info = make_info();

	info.tcpi_rtt = 0;
	info.tcpi_min_rtt = UINT32_MAX;
	info.tcpi_ca_state = 5;
	put_socket(2, false, &info, sizeof(info));
	ck_assert_int_eq(messages(), 1);
	ck_assert(!conn_known(&rows[0], C_SRTT_US) && !conn_known(&rows[0], C_MIN_RTT_US) && !conn_known(&rows[0], C_CA_STATE));
	ck_assert_str_eq(rows[0].state, "SYN_SENT");
}
END_TEST

START_TEST(a_listener)
{
	struct tcp_info info = make_info();

	put_socket(10, false, &info, sizeof(info));
	ck_assert_int_eq(messages(), 1);
	ck_assert_str_eq(rows[0].state, "LISTEN");
	ck_assert_uint_eq(rows[0].num[C_SEND_Q], 22);
	ck_assert_uint_eq(rows[0].num[C_RECV_Q], 11);
	ck_assert(!conn_known(&rows[0], C_BYTES_SENT) && !conn_known(&rows[0], C_CA_STATE) && !conn_known(&rows[0], C_CWND));
}
END_TEST

START_TEST(what_is_no_full_socket_has_no_row)
{
	struct tcp_info info = make_info();

	put_socket(3, false, NULL, -1);
	put_socket(5, false, NULL, -1);
	put_socket(6, false, &info, sizeof(info));
	put_socket(0, false, &info, sizeof(info));
	put_socket(99, false, &info, sizeof(info));
	ck_assert_int_eq(messages(), 1);
	ck_assert_uint_eq(nr_rows, 0);
}
END_TEST

START_TEST(the_end)
{
	struct tcp_info info = make_info();

	put_socket(1, false, &info, sizeof(info));
	put_header(NLMSG_DONE, 0);
	put_socket(1, false, &info, sizeof(info));
	ck_assert_int_eq(messages(), 0);
	ck_assert_uint_eq(nr_rows, 1);
}
END_TEST

START_TEST(an_error)
{
	struct nlmsgerr err = { .error = (int)(intptr_t[]){ -EPERM, 0, 5, INT32_MIN }[_i] };

	put_header(NLMSG_ERROR, sizeof(err));
	memcpy(buf + len, &err, sizeof(err));
	len += sizeof(err);
	ck_assert_int_eq(messages(), _i == 0 ? -EPERM : -EBADMSG);

	setup();
	put_header(NLMSG_ERROR, 4);
	len += 4;
	ck_assert_int_eq(messages(), -EBADMSG);
}
END_TEST

START_TEST(answers_to_others_are_passed_over)
{
	struct tcp_info info = make_info();

	put_socket(1, false, &info, sizeof(info));
	ck_assert_int_eq(diag_messages(buf, len, 8, 0, keep, NULL), 1);
	ck_assert_uint_eq(nr_rows, 0);
	ck_assert_int_eq(diag_messages(buf, len, 0, 0, keep, NULL), 1);
	ck_assert_uint_eq(nr_rows, 1);
	ck_assert(!conn_known(&rows[0], C_NETNS));
}
END_TEST

/* In memory of just this size, so that reading past it is seen. */
static void try_bytes(unsigned int size)
{
	char *copy = malloc(size ? size : 1);

	memcpy(copy, buf, size);
	diag_messages(copy, size, 7, 0, keep, NULL);
	free(copy);
}

START_TEST(cut_anywhere)
{
	struct tcp_info info = make_info();
	unsigned int whole;

	put_socket(1, true, &info, sizeof(info));
	whole = len;
	for (unsigned int size = 0; size < whole; size++)
		try_bytes(size);
	ck_assert_uint_eq(nr_rows, 0);
	try_bytes(whole);
	ck_assert_uint_eq(nr_rows, 1);
}
END_TEST

START_TEST(lengths_that_lie)
{
	static const uint32_t lies[] = { 0, 1, 15, 16, 17, 20, 87, 88, 89, 92, 93, 200, 4096, 65535, 65536, INT32_MAX, 0x80000000u,
					 0x80000010u, 0xfffffff0u, 0xffffffffu };
	struct tcp_info info = make_info();

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint16_t small = (uint16_t)lies[i];
		unsigned int whole;

		setup();
		put_socket(1, true, &info, sizeof(info));
		whole = len;
		memcpy(buf, &lies[i], sizeof(lies[i]));
		try_bytes(whole);
		setup();
		put_socket(1, true, &info, sizeof(info));
		memcpy(buf + NLMSG_HDRLEN + sizeof(struct inet_diag_msg), &small, sizeof(small));
		try_bytes(whole);
	}
}
END_TEST

TCase *diag_case(void)
{
	TCase *tc = tcase_create("diag");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_socket);
	tcase_add_test(tc, ipv6_and_v4_mapped);
	tcase_add_test(tc, an_older_kernel_knows_less);
	tcase_add_test(tc, a_newer_kernel_knows_more);
	tcase_add_test(tc, info_of_any_length);
	tcase_add_test(tc, what_was_never_measured_is_not_known);
	tcase_add_test(tc, a_listener);
	tcase_add_test(tc, what_is_no_full_socket_has_no_row);
	tcase_add_test(tc, the_end);
	tcase_add_loop_test(tc, an_error, 0, 4);
	tcase_add_test(tc, answers_to_others_are_passed_over);
	tcase_add_test(tc, cut_anywhere);
	tcase_add_test(tc, lengths_that_lie);
	return tc;
}
