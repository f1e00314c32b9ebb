// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "rank.h"

static struct rank rank;

static void add(uint64_t id, uint64_t sent, uint64_t received, uint64_t segs, bool known)
{
	struct activity activity = { .active = true };
	struct conn conn = { 0 };

	conn_set_num(&conn, C_ID, id);
	activity.grown[K_BYTES_SENT] = sent;
	activity.grown[K_BYTES_RECEIVED] = received;
	activity.grown[K_SEGS_OUT] = segs;
	activity.known = known ? 1u << K_BYTES_SENT | 1u << K_BYTES_RECEIVED | 1u << K_SEGS_OUT : 0;
	rank_add(&rank, &conn, &activity);
}

static void assert_order(const uint64_t *ids, unsigned int nr)
{
	rank_sort(&rank);
	ck_assert_uint_eq(rank.nr, nr);
	for (unsigned int i = 0; i < nr; i++)
		ck_assert_uint_eq(rank.row[i].conn.num[C_ID], ids[i]);
}

START_TEST(busiest_first_not_known_last)
{
	static const uint64_t ids[] = { 4, 2, 5, 6, 3, 1 };

	rank_init(&rank, 0);
	add(1, 0, 0, 0, false);
	add(2, 10, 5, 0, true);
	add(3, 1, 1, 0, true);
	add(4, 0, 100, 0, true);
	add(5, 1, 1, 7, true);
	add(6, 1, 1, 7, true);
	assert_order(ids, 6);
	rank_free(&rank);
}
END_TEST

START_TEST(the_busiest_are_kept_and_the_rest_is_summed)
{
	static const uint64_t ids[] = { 1000, 999, 998 };
	struct rank_sum left;

	rank_init(&rank, 3);
	/* 7 is prime to 1000: all of 1..1000 in another order */
	for (uint64_t i = 1; i <= 1000; i++)
		add(i * 7 % 1000 + 1, i * 7 % 1000 + 1, 2, 0, true);
	add(5000, 0, 0, 0, false);
	assert_order(ids, 3);

	left = rank_left_out(&rank, 3);
	ck_assert_uint_eq(left.connections, 998);
	ck_assert_uint_eq(left.unknown, 1);
	ck_assert_uint_eq(left.bytes_sent, 1000 * 1001 / 2 - 1000 - 999 - 998);
	ck_assert_uint_eq(left.bytes_received, 2 * 997);
	left = rank_left_out(&rank, 1);
	ck_assert_uint_eq(left.connections, 1000);

	rank_reset(&rank);
	rank_sort(&rank);
	ck_assert_uint_eq(rank_left_out(&rank, 3).connections, 0);
	rank_free(&rank);
}
END_TEST

START_TEST(sums_do_not_wrap)
{
	rank_init(&rank, 1);
	add(1, UINT64_MAX, UINT64_MAX, 0, true);
	add(2, UINT64_MAX, 5, 0, true);
	rank_sort(&rank);
	ck_assert_uint_eq(rank.all.bytes_sent, UINT64_MAX);
	ck_assert_uint_eq(rank_left_out(&rank, 0).bytes_received, UINT64_MAX);
	rank_free(&rank);
}
END_TEST

TCase *rank_case(void)
{
	TCase *tc = tcase_create("rank");

	tcase_add_test(tc, busiest_first_not_known_last);
	tcase_add_test(tc, the_busiest_are_kept_and_the_rest_is_summed);
	tcase_add_test(tc, sums_do_not_wrap);
	return tc;
}
