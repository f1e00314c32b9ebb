// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "source.h"

static struct root root;
static struct conn last;
static unsigned int nr_rows;

static void setup(void)
{
	root = tree_new();
	nr_rows = 0;
}

static void teardown(void)
{
	tree_free(&root);
}

static bool keep(void *ctx, const struct conn *conn)
{
	(void)ctx;
	last = *conn;
	nr_rows++;
	return true;
}

static int read_table(const char *text)
{
	tree_text(&root, "/proc/coremon/connections", text);
	return module_read(&root, keep, NULL);
}

#define HEAD "# coremon connections 1\n"

START_TEST(no_module)
{
	ck_assert_int_eq(module_read(&root, keep, NULL), -ENOENT);
}
END_TEST

START_TEST(a_table)
{
	ck_assert_int_eq(read_table(HEAD "id   local        remote        bytes_sent  comm\n"
					 "1f   10.0.0.1:80  10.0.0.2:900  123         a\\040b\n"),
			 0);
	ck_assert_uint_eq(nr_rows, 1);
	ck_assert_uint_eq(last.num[C_ID], 0x1f);
	ck_assert_uint_eq(last.num[C_BYTES_SENT], 123);
	ck_assert_str_eq(last.comm, "a b");
	ck_assert(!conn_known(&last, C_STATE));
}
END_TEST

START_TEST(columns_of_a_newer_module)
{
	ck_assert_int_eq(read_table(HEAD "id local remote tid ofo_q ofo_span_max cwnd_limited_us\n7 10.0.0.1:80 10.0.0.2:900 12 - 3000 44\n"), 0);
	ck_assert_uint_eq(nr_rows, 1);
	ck_assert_uint_eq(last.num[C_TID], 12);
	ck_assert(!conn_known(&last, C_OFO_Q));
	ck_assert_uint_eq(last.num[C_OFO_SPAN_MAX], 3000);
	ck_assert_uint_eq(last.num[C_CWND_LIMITED_US], 44);
}
END_TEST

START_TEST(an_empty_table)
{
	ck_assert_int_eq(read_table(HEAD "id local remote\n"), 0);
	ck_assert_uint_eq(nr_rows, 0);
}
END_TEST

START_TEST(columns_in_any_order_and_unknown_ones)
{
	ck_assert_int_eq(read_table(HEAD "new remote bytes_sent local newer id\n? 10.0.0.2:900 5 10.0.0.1:80 - 7\n"), 0);
	ck_assert_uint_eq(nr_rows, 1);
	ck_assert_uint_eq(last.num[C_BYTES_SENT], 5);
}
END_TEST

static const char *const not_tables[] = {
	"",
	"\n",
	"# coremon connections\n",
	"# coremon connections 1",
	"# coremon connections one\nid local remote\n",
	"# coremon connections -1\nid local remote\n",
	"# coremon connections 2\nid local remote\n1 10.0.0.1:1 10.0.0.2:2\n",
	"# coremon connections 10\nid local remote\n1 10.0.0.1:1 10.0.0.2:2\n",
	"# coremon hooks 1\nid local remote\n1 10.0.0.1:1 10.0.0.2:2\n",
	HEAD,
	HEAD "id local remote",
	HEAD "\n",
	HEAD "local remote\n10.0.0.1:1 10.0.0.2:2\n",
	HEAD "id id local remote\n1 2 10.0.0.1:1 10.0.0.2:2\n",
	HEAD "id remote\n1 10.0.0.2:2\n",
};

START_TEST(what_is_no_table_is_refused)
{
	ck_assert_int_eq(read_table(not_tables[_i]), -EPROTO);
	ck_assert_uint_eq(nr_rows, 0);
}
END_TEST

START_TEST(rows_that_make_no_sense_are_left_out)
{
	ck_assert_int_eq(read_table(HEAD "id local remote\n1 10.0.0.1:1\n2 10.0.0.1:1 10.0.0.2:2 5\n\n- 10.0.0.1:1 10.0.0.2:2\n"
					 "3 10.0.0.1 10.0.0.2:2\n4 10.0.0.1:1 10.0.0.2:2\n5 10.0.0.1:1 10.0.0.2:2"),
			 0);
	ck_assert_uint_eq(nr_rows, 1);
	ck_assert_uint_eq(last.num[C_ID], 4);
}
END_TEST

START_TEST(stats)
{
	struct module_stats stats;

	module_stats_read(&stats, &root);
	ck_assert_uint_eq(stats.known, 0);
	tree_text(&root, "/proc/coremon/stats", "format 1\nmax_conns 262144\nrefused_full 7\nrefused_nomem x\nthinned 3\nthinning -\nnew_thing 5\nlisteners");
	module_stats_read(&stats, &root);
	ck_assert_uint_eq(stats.known, 1u << M_MAX_CONNS | 1u << M_REFUSED_FULL | 1u << M_THINNED);
	ck_assert_uint_eq(stats.val[M_REFUSED_FULL], 7);
	ck_assert_uint_eq(stats.val[M_THINNED], 3);
	ck_assert(module_stat_known(&stats, M_THINNED));
	ck_assert(!module_stat_known(&stats, M_THINNING));
}
END_TEST

TCase *module_case(void)
{
	TCase *tc = tcase_create("module");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, no_module);
	tcase_add_test(tc, a_table);
	tcase_add_test(tc, columns_of_a_newer_module);
	tcase_add_test(tc, an_empty_table);
	tcase_add_test(tc, columns_in_any_order_and_unknown_ones);
	tcase_add_loop_test(tc, what_is_no_table_is_refused, 0, sizeof(not_tables) / sizeof(not_tables[0]));
	tcase_add_test(tc, rows_that_make_no_sense_are_left_out);
	tcase_add_test(tc, stats);
	return tc;
}
