// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "track.h"

#define SECOND UINT64_C(1000000000)

static struct track *track;
static struct activity did;

static void setup(void)
{
	track = track_new();
	ck_assert_ptr_nonnull(track);
}

static void teardown(void)
{
	track_free(track);
}

static struct conn make(uint64_t id, uint64_t bytes_sent, uint64_t segs_out)
{
	struct conn conn = { 0 };

	conn_set_num(&conn, C_ID, id);
	conn_set_num(&conn, C_NETNS, 1);
	conn_set_num(&conn, C_BYTES_SENT, bytes_sent);
	conn_set_num(&conn, C_SEGS_OUT, segs_out);
	conn_set_text(&conn, C_STATE, "ESTABLISHED");
	return conn;
}

/* One reading of one connection. */
static int reading(const struct conn *conn, uint64_t since_ns)
{
	int ret;

	track_begin(track);
	ret = track_row(track, conn, since_ns, &did);
	track_end(track);
	return ret;
}

static void assert_grown(enum conn_counter k, uint64_t grown)
{
	ck_assert(did.known >> k & 1);
	ck_assert_uint_eq(did.grown[k], grown);
}

static void assert_unknown(enum conn_counter k)
{
	ck_assert(!(did.known >> k & 1));
}

START_TEST(the_first_sight_tells_nothing)
{
	struct conn conn = make(1, 1000, 10);

	ck_assert_int_eq(reading(&conn, 0), 0);
	assert_unknown(K_BYTES_SENT);
	assert_unknown(K_SEGS_OUT);
}
END_TEST

START_TEST(the_second_tells_what_it_did)
{
	struct conn conn = make(1, 1000, 10);

	reading(&conn, 0);
	conn = make(1, 1500, 10);
	ck_assert_int_eq(reading(&conn, SECOND), 0);
	assert_grown(K_BYTES_SENT, 500);
	assert_grown(K_SEGS_OUT, 0);
	assert_unknown(K_RETRANS);
	ck_assert(did.active);
	ck_assert_int_eq(reading(&conn, SECOND), 0);
	assert_grown(K_BYTES_SENT, 0);
	ck_assert(!did.active);
}
END_TEST

START_TEST(one_born_since_counts_from_its_birth)
{
	struct conn conn = make(1, 1000, 10);

	conn_set_num(&conn, C_AGE_MS, 999);
	reading(&conn, SECOND);
	assert_grown(K_BYTES_SENT, 1000);
	assert_grown(K_SEGS_OUT, 10);
	assert_unknown(K_RETRANS);
	ck_assert(did.active);
}
END_TEST

START_TEST(one_born_since_that_did_nothing_is_new)
{
	struct conn conn = make(1, 0, 0);

	conn_set_num(&conn, C_AGE_MS, 0);
	reading(&conn, SECOND);
	assert_grown(K_BYTES_SENT, 0);
	ck_assert(did.active);
}
END_TEST

START_TEST(an_older_one_that_was_not_there_is_not_known)
{
	struct conn conn = make(1, 1000, 10);

	conn_set_num(&conn, C_AGE_MS, (uint64_t)_i);
	reading(&conn, SECOND);
	assert_unknown(K_BYTES_SENT);
	ck_assert(did.active);
}
END_TEST

START_TEST(one_without_age_is_not_known_until_the_next_reading)
{
	struct conn conn = make(1, 1000, 10);

	reading(&conn, SECOND);
	assert_unknown(K_BYTES_SENT);
	ck_assert(did.active);
	conn = make(1, 1200, 12);
	reading(&conn, SECOND);
	assert_grown(K_BYTES_SENT, 200);
}
END_TEST

START_TEST(bytes_that_go_back_are_another_connection)
{
	struct conn conn = make(1, 1000, 10);

	reading(&conn, 0);
	conn = make(1, 300, 20);
	reading(&conn, SECOND);
	assert_unknown(K_BYTES_SENT);
	assert_unknown(K_SEGS_OUT);
	ck_assert(did.active);
	conn = make(1, 100, 1);
	conn_set_num(&conn, C_AGE_MS, 10);
	reading(&conn, SECOND);
	assert_grown(K_BYTES_SENT, 100);
	assert_grown(K_SEGS_OUT, 1);
}
END_TEST

START_TEST(segments_that_wrap_are_not_known_once)
{
	struct conn conn = make(1, 1000, 4294967290);

	reading(&conn, 0);
	conn = make(1, 2000, 4);
	reading(&conn, SECOND);
	assert_grown(K_BYTES_SENT, 1000);
	assert_unknown(K_SEGS_OUT);
	conn = make(1, 2000, 9);
	reading(&conn, SECOND);
	assert_grown(K_SEGS_OUT, 5);
}
END_TEST

START_TEST(one_that_vanishes_is_forgotten)
{
	struct conn one = make(1, 1000, 10), two = make(2, 5, 5);

	track_begin(track);
	track_row(track, &one, 0, &did);
	track_row(track, &two, 0, &did);
	track_end(track);
	ck_assert_uint_eq(track_count(track), 2);
	reading(&two, SECOND);
	assert_grown(K_BYTES_SENT, 0);
	ck_assert_uint_eq(track_count(track), 1);
	reading(&one, SECOND);
	assert_unknown(K_BYTES_SENT);
	ck_assert_uint_eq(track_count(track), 1);
}
END_TEST

START_TEST(the_same_id_in_another_namespace_is_another)
{
	struct conn conn = make(1, 1000, 10), other = make(1, 70, 7);

	conn_set_num(&other, C_NETNS, 2);
	track_begin(track);
	ck_assert_int_eq(track_row(track, &conn, 0, &did), 0);
	ck_assert_int_eq(track_row(track, &other, 0, &did), 0);
	track_end(track);
	ck_assert_uint_eq(track_count(track), 2);
}
END_TEST

START_TEST(the_same_twice_in_a_reading_is_refused)
{
	struct conn conn = make(1, 1000, 10);

	track_begin(track);
	ck_assert_int_eq(track_row(track, &conn, 0, &did), 0);
	ck_assert_int_eq(track_row(track, &conn, 0, &did), -EEXIST);
	track_end(track);
	conn.known = 0;
	ck_assert_int_eq(reading(&conn, SECOND), -EINVAL);
}
END_TEST

START_TEST(a_column_that_comes_and_goes)
{
	struct conn conn = make(1, 1000, 10), half = make(1, 1100, 11);

	reading(&conn, 0);
	half.known &= ~(UINT64_C(1) << C_BYTES_SENT);
	reading(&half, SECOND);
	assert_unknown(K_BYTES_SENT);
	assert_grown(K_SEGS_OUT, 1);
	conn = make(1, 1200, 12);
	reading(&conn, SECOND);
	assert_unknown(K_BYTES_SENT);
	reading(&conn, SECOND);
	assert_grown(K_BYTES_SENT, 0);
}
END_TEST

START_TEST(a_listener_does_something_when_someone_waits)
{
	struct conn conn = { 0 };

	conn_set_num(&conn, C_ID, 1);
	conn_set_text(&conn, C_STATE, "LISTEN");
	conn_set_num(&conn, C_RECV_Q, 0);
	reading(&conn, SECOND);
	ck_assert(!did.active);
	conn_set_num(&conn, C_RECV_Q, 1);
	reading(&conn, SECOND);
	ck_assert(did.active);
}
END_TEST

START_TEST(many)
{
	for (int round = 0; round < 3; round++) {
		track_begin(track);
		for (uint64_t id = 1; id <= 50000; id++) {
			struct conn conn = make(id, 1000 * id + (uint64_t)round * id, id);

			ck_assert_int_eq(track_row(track, &conn, SECOND, &did), 0);
			if (round)
				assert_grown(K_BYTES_SENT, id);
		}
		track_end(track);
		ck_assert_uint_eq(track_count(track), 50000);
	}
	track_begin(track);
	track_end(track);
	ck_assert_uint_eq(track_count(track), 0);
}
END_TEST

TCase *track_case(void)
{
	TCase *tc = tcase_create("track");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_first_sight_tells_nothing);
	tcase_add_test(tc, the_second_tells_what_it_did);
	tcase_add_test(tc, one_born_since_counts_from_its_birth);
	tcase_add_test(tc, one_born_since_that_did_nothing_is_new);
	tcase_add_loop_test(tc, an_older_one_that_was_not_there_is_not_known, 1000, 1002);
	tcase_add_test(tc, one_without_age_is_not_known_until_the_next_reading);
	tcase_add_test(tc, bytes_that_go_back_are_another_connection);
	tcase_add_test(tc, segments_that_wrap_are_not_known_once);
	tcase_add_test(tc, one_that_vanishes_is_forgotten);
	tcase_add_test(tc, the_same_id_in_another_namespace_is_another);
	tcase_add_test(tc, the_same_twice_in_a_reading_is_refused);
	tcase_add_test(tc, a_column_that_comes_and_goes);
	tcase_add_test(tc, a_listener_does_something_when_someone_waits);
	tcase_add_test(tc, many);
	return tc;
}
