// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <string.h>

#include "column.h"

START_TEST(endpoints_read_and_write_the_same)
{
	static const char *const same[] = {
		"10.0.0.1:443",	 "0.0.0.0:*",	      "255.255.255.255:65535",
		"[::]:*",	 "[::1]:22",	      "[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
		"[fe80::1]:1",	 "[::ffff:10.0.0.1]:80", "127.0.0.1:1",
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		char buf[ENDPOINT_STRLEN];
		struct endpoint ep;

		ck_assert_msg(endpoint_parse(same[i], &ep), "'%s'", same[i]);
		ck_assert_str_eq(endpoint_format(&ep, buf), same[i]);
	}
}
END_TEST

/* Behind the last member there is a byte that nobody sets. */
START_TEST(endpoints_that_are_the_same)
{
	struct endpoint a, b;

	memset(&a, 0xff, sizeof(a));
	memset(&b, 0, sizeof(b));
	memset(a.addr, 0, sizeof(a.addr));
	a.port = b.port = 7;
	a.v6 = b.v6 = true;
	ck_assert(endpoint_same(&a, &b));
	b.port = 8;
	ck_assert(!endpoint_same(&a, &b));
	b.port = 7;
	b.v6 = false;
	ck_assert(!endpoint_same(&a, &b));
	b.v6 = true;
	b.addr[15] = 1;
	ck_assert(!endpoint_same(&a, &b));
}
END_TEST

START_TEST(endpoints_that_are_none)
{
	static const char *const bad[] = {
		"",	 ":",	      "10.0.0.1",	"10.0.0.1:",   "10.0.0.1:65536", "10.0.0.1:-1", "10.0.0.256:1", "[::1:22",
		"::1:22", "[::1]22",  "[]:22",		"[10.0.0.1]:2", "10.0.0:1",	 "[:",		"[",		"]:1",
		"[]",	 "[::1]:",    "[:::1]:2",	"1.2.3.4.5:1",	"[2001:db8:1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa]:1",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct endpoint ep;

		ck_assert_msg(!endpoint_parse(bad[i], &ep), "'%s'", bad[i]);
	}
}
END_TEST

START_TEST(columns_are_found_by_name)
{
	for (int col = 0; col < C_NR; col++) {
		const char *name = conn_columns[col].name;

		ck_assert_ptr_nonnull(name);
		ck_assert_int_eq(conn_column(name, (unsigned int)strlen(name)), col);
	}
	ck_assert_int_eq(conn_column("bytes", 5), -1);
	ck_assert_int_eq(conn_column("", 0), -1);
}
END_TEST

START_TEST(every_counter_is_a_counter_column)
{
	int counters = 0;

	for (int k = 0; k < K_NR; k++)
		ck_assert_int_eq(conn_columns[counter_columns[k]].type, COL_COUNTER);
	for (int col = 0; col < C_NR; col++)
		counters += conn_columns[col].type == COL_COUNTER;
	ck_assert_int_eq(counters, K_NR);
}
END_TEST

START_TEST(reasons_of_drops_may_be_long)
{
	static const char all[] = "NETFILTER_DROP:4294967295,TCP_OLD_DATA:5,SOCKET_RCVBUFF:4,TCP_CSUM:3,TCP_RESET:2,QDISC_DROP:1,other:9";
	char much[2 * CONN_LONG_LEN];
	struct conn conn;

	memset(&conn, 0, sizeof(conn));
	conn_parse(&conn, C_DROP_REASONS, all);
	ck_assert(conn_known(&conn, C_DROP_REASONS));
	ck_assert_str_eq(conn_text(&conn, C_DROP_REASONS), all);
	/* The other texts are as short as ever. */
	conn_parse(&conn, C_COMM, all);
	ck_assert(!conn_known(&conn, C_COMM));
	memset(much, 'A', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	conn_clear(&conn);
	conn_parse(&conn, C_DROP_REASONS, much);
	ck_assert(!conn_known(&conn, C_DROP_REASONS));
}
END_TEST

START_TEST(cells)
{
	struct conn conn = { 0 };

	conn_parse(&conn, C_BYTES_SENT, "-");
	ck_assert(!conn_known(&conn, C_BYTES_SENT));
	conn_parse(&conn, C_BYTES_SENT, "-5");
	ck_assert(!conn_known(&conn, C_BYTES_SENT));
	conn_parse(&conn, C_BYTES_SENT, "5");
	ck_assert(conn_known(&conn, C_BYTES_SENT));
	ck_assert_uint_eq(conn.num[C_BYTES_SENT], 5);

	conn_parse(&conn, C_ID, "deadBEEF01234567");
	ck_assert_uint_eq(conn.num[C_ID], UINT64_C(0xdeadbeef01234567));
	conn_clear(&conn);
	conn_parse(&conn, C_ID, "0deadbeef01234567");
	conn_parse(&conn, C_ID, "0x1");
	conn_parse(&conn, C_ID, "");
	ck_assert(!conn_known(&conn, C_ID));

	conn_parse(&conn, C_STATE, "NEW_STATE_OF_9");
	ck_assert_str_eq(conn.state, "NEW_STATE_OF_9");
}
END_TEST

START_TEST(names_are_unescaped)
{
	static const struct {
		const char *cell, *name;
	} table[] = {
		{ "nginx", "nginx" },
		{ "my\\040prog", "my prog" },
		{ "\\055", "-" },
		{ "a\\134b", "a\\b" },
		{ "\\377", "\377" },
		/* not what the module writes */
		{ "\\400", NULL },
		{ "\\08", NULL },
		{ "\\", NULL },
		{ "a\\1", NULL },
		{ "\\000", NULL },
		{ "0123456789012345678901234567890", "0123456789012345678901234567890" },
		{ "01234567890123456789012345678901", NULL },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct conn conn = { 0 };

		conn_parse(&conn, C_COMM, table[i].cell);
		ck_assert_msg(conn_known(&conn, C_COMM) == (table[i].name != NULL), "'%s'", table[i].cell);
		if (table[i].name)
			ck_assert_str_eq(conn.comm, table[i].name);
	}
}
END_TEST

TCase *column_case(void)
{
	TCase *tc = tcase_create("column");

	tcase_add_test(tc, endpoints_read_and_write_the_same);
	tcase_add_test(tc, endpoints_that_are_the_same);
	tcase_add_test(tc, endpoints_that_are_none);
	tcase_add_test(tc, columns_are_found_by_name);
	tcase_add_test(tc, every_counter_is_a_counter_column);
	tcase_add_test(tc, cells);
	tcase_add_test(tc, reasons_of_drops_may_be_long);
	tcase_add_test(tc, names_are_unescaped);
	return tc;
}
