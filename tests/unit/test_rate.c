// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <string.h>

#include "rate.h"

START_TEST(a_counter_grows_or_is_not_known)
{
	static const struct {
		bool before_known;
		uint64_t before;
		bool now_known;
		uint64_t now;
		bool known;
		uint64_t grown;
	} table[] = {
		{ true, 10, true, 15, true, 5 },
		{ true, 10, true, 10, true, 0 },
		{ true, 0, true, INT64_MAX, true, INT64_MAX },
		/* wrapped at 32 bits, reset */
		{ true, 4294967290, true, 4, false, 0 },
		{ true, 10, true, 0, false, 0 },
		{ false, 0, true, 15, false, 0 },
		{ true, 10, false, 0, false, 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct delta d = delta_make(table[i].before_known, table[i].before, table[i].now_known, table[i].now);

		ck_assert_int_eq(d.grown_known, table[i].known);
		ck_assert_uint_eq(d.grown, table[i].grown);
		ck_assert_int_eq(d.now_known, table[i].now_known);
	}
}
END_TEST

START_TEST(a_sum_is_known_where_all_of_it_is)
{
	struct delta a = { .now = 5, .grown = 3, .now_known = true, .grown_known = true };
	struct delta b = { .now = 7, .grown = 4, .now_known = true, .grown_known = true };
	struct delta huge = { .now = UINT64_MAX, .grown = UINT64_MAX, .now_known = true, .grown_known = true };
	struct delta sum = delta_sum(a, b);

	ck_assert(sum.now_known && sum.grown_known);
	ck_assert_uint_eq(sum.now, 12);
	ck_assert_uint_eq(sum.grown, 7);

	sum = delta_sum(a, huge);
	ck_assert(!sum.now_known && !sum.grown_known);

	b.grown_known = false;
	sum = delta_sum(a, b);
	ck_assert(sum.now_known && !sum.grown_known);
}
END_TEST

static struct dev make_dev(const char *name, uint64_t rx, uint64_t tx)
{
	struct dev dev = { .known = 1u << N_RX_BYTES | 1u << N_TX_BYTES };

	strcpy(dev.name, name);
	dev.val[N_RX_BYTES] = rx;
	dev.val[N_TX_BYTES] = tx;
	return dev;
}

START_TEST(the_total_is_of_those_there_at_both_readings)
{
	struct dev old[] = { make_dev("eth0", 100, 100), make_dev("gone", 500, 500), make_dev("lo", 7, 7) };
	struct dev new[] = { make_dev("eth0", 110, 120), make_dev("fresh", 9999, 9999), make_dev("lo", 107, 107) };
	struct host before = { .net = { .dev = old, .nr = 3, .whole = true } };
	struct host now = { .net = { .dev = new, .nr = 3, .whole = true } };
	struct host_delta delta;

	ck_assert_int_eq(host_delta_make(&delta, &before, &now), 0);
	ck_assert_uint_eq(delta.net.nr, 3);
	ck_assert_str_eq(delta.net.dev[1].name, "fresh");
	ck_assert(!delta.net.dev[1].col[N_RX_BYTES].grown_known);
	ck_assert(delta.net.dev[1].col[N_RX_BYTES].now_known);
	ck_assert_uint_eq(delta.net.dev[2].col[N_RX_BYTES].grown, 100);
	ck_assert(delta.net.total[N_RX_BYTES].grown_known);
	ck_assert_uint_eq(delta.net.total[N_RX_BYTES].grown, 10);
	ck_assert_uint_eq(delta.net.total[N_TX_BYTES].grown, 20);
	/* nobody knew of packets */
	ck_assert(!delta.net.total[N_RX_PACKETS].grown_known);
	host_delta_free(&delta);
}
END_TEST

START_TEST(the_total_is_not_known_where_one_went_back)
{
	struct dev old[] = { make_dev("eth0", 100, 100), make_dev("eth1", 500, 500) };
	struct dev new[] = { make_dev("eth0", 110, 120), make_dev("eth1", 5, 600) };
	struct host before = { .net = { .dev = old, .nr = 2, .whole = true } };
	struct host now = { .net = { .dev = new, .nr = 2, .whole = true } };
	struct host_delta delta;

	ck_assert_int_eq(host_delta_make(&delta, &before, &now), 0);
	ck_assert(!delta.net.total[N_RX_BYTES].grown_known);
	ck_assert_uint_eq(delta.net.total[N_TX_BYTES].grown, 120);
	host_delta_free(&delta);
}
END_TEST

START_TEST(the_total_is_not_known_where_a_part_of_the_file_was_not)
{
	struct dev old[] = { make_dev("eth0", 100, 100) };
	struct dev new[] = { make_dev("eth0", 110, 120) };
	struct host before = { .net = { .dev = old, .nr = 1, .whole = true } };
	struct host now = { .net = { .dev = new, .nr = 1, .whole = false } };
	struct host_delta delta;

	ck_assert_int_eq(host_delta_make(&delta, &before, &now), 0);
	ck_assert(!delta.net.total[N_RX_BYTES].grown_known);
	ck_assert(delta.net.dev[0].col[N_RX_BYTES].grown_known);
	host_delta_free(&delta);
}
END_TEST

START_TEST(datagrams_are_of_both_families)
{
	struct host before = { .known = 1u << H_UDP_INDATAGRAMS | 1u << H_UDP6_INDATAGRAMS, .udp6 = true };
	struct host now = before;
	struct host_delta delta;
	struct delta udp;

	now.val[H_UDP_INDATAGRAMS] = 3;
	now.val[H_UDP6_INDATAGRAMS] = 4;
	ck_assert_int_eq(host_delta_make(&delta, &before, &now), 0);
	udp = udp_delta(&delta, H_UDP_INDATAGRAMS, H_UDP6_INDATAGRAMS);
	ck_assert(udp.grown_known);
	ck_assert_uint_eq(udp.grown, 7);
	host_delta_free(&delta);

	/* IPv6 counts, but is not known this time: the IPv4 part alone would be too small. */
	now.known = 1u << H_UDP_INDATAGRAMS;
	ck_assert_int_eq(host_delta_make(&delta, &before, &now), 0);
	ck_assert(!udp_delta(&delta, H_UDP_INDATAGRAMS, H_UDP6_INDATAGRAMS).grown_known);
	host_delta_free(&delta);

	/* A kernel without IPv6. */
	before.udp6 = now.udp6 = false;
	ck_assert_int_eq(host_delta_make(&delta, &before, &now), 0);
	udp = udp_delta(&delta, H_UDP_INDATAGRAMS, H_UDP6_INDATAGRAMS);
	ck_assert(udp.grown_known);
	ck_assert_uint_eq(udp.grown, 3);
	host_delta_free(&delta);
}
END_TEST

START_TEST(rates_are_of_the_time_that_passed)
{
	ck_assert_double_eq_tol(per_second(1593, UINT64_C(5000000000)), 318.6, 1e-9);
	ck_assert_double_eq_tol(per_second(1593, UINT64_C(5010000000)), 317.964071856, 1e-6);
	ck_assert_double_eq_tol(per_second(1, 1), 1e9, 1e-3);
	ck_assert(per_second(5, 0) == 0);
}
END_TEST

TCase *rate_case(void)
{
	TCase *tc = tcase_create("rate");

	tcase_add_test(tc, a_counter_grows_or_is_not_known);
	tcase_add_test(tc, a_sum_is_known_where_all_of_it_is);
	tcase_add_test(tc, the_total_is_of_those_there_at_both_readings);
	tcase_add_test(tc, the_total_is_not_known_where_one_went_back);
	tcase_add_test(tc, the_total_is_not_known_where_a_part_of_the_file_was_not);
	tcase_add_test(tc, datagrams_are_of_both_families);
	tcase_add_test(tc, rates_are_of_the_time_that_passed);
	return tc;
}
