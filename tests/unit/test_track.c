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

	track_begin(track, 0);
	ret = track_row(track, conn, since_ns, &did, NULL);
	track_end(track, NULL, NULL);
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

	track_begin(track, 0);
	track_row(track, &one, 0, &did, NULL);
	track_row(track, &two, 0, &did, NULL);
	track_end(track, NULL, NULL);
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
	track_begin(track, 0);
	ck_assert_int_eq(track_row(track, &conn, 0, &did, NULL), 0);
	ck_assert_int_eq(track_row(track, &other, 0, &did, NULL), 0);
	track_end(track, NULL, NULL);
	ck_assert_uint_eq(track_count(track), 2);
}
END_TEST

START_TEST(the_same_twice_in_a_reading_is_refused)
{
	struct conn conn = make(1, 1000, 10);

	track_begin(track, 0);
	ck_assert_int_eq(track_row(track, &conn, 0, &did, NULL), 0);
	ck_assert_int_eq(track_row(track, &conn, 0, &did, NULL), -EEXIST);
	track_end(track, NULL, NULL);
	conn_clear(&conn);
	ck_assert_int_eq(reading(&conn, SECOND), -EINVAL);
}
END_TEST

START_TEST(a_column_that_comes_and_goes)
{
	struct conn conn = make(1, 1000, 10), half = make(1, 1100, 11);

	reading(&conn, 0);
	conn_forget(&half, C_BYTES_SENT);
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
		track_begin(track, 0);
		for (uint64_t id = 1; id <= 50000; id++) {
			struct conn conn = make(id, 1000 * id + (uint64_t)round * id, id);

			ck_assert_int_eq(track_row(track, &conn, SECOND, &did, NULL), 0);
			if (round)
				assert_grown(K_BYTES_SENT, id);
		}
		track_end(track, NULL, NULL);
		ck_assert_uint_eq(track_count(track), 50000);
	}
	track_begin(track, 0);
	track_end(track, NULL, NULL);
	ck_assert_uint_eq(track_count(track), 0);
}
END_TEST

/* A reading of changes: only what it tells of is compared, the rest stays. */
START_TEST(what_is_not_told_of_stays)
{
	struct conn one = make(1, 1000, 10), two = make(2, 5, 5);

	track_begin(track, 0);
	track_row(track, &one, 0, &did, NULL);
	track_row(track, &two, 0, &did, NULL);
	for (int i = 0; i < 3; i++) {
		track_begin(track, SECOND);
		ck_assert_int_eq(track_row(track, &one, SECOND, &did, NULL), 0);
	}
	ck_assert_uint_eq(track_count(track), 2);
	two = make(2, 9, 5);
	ck_assert_int_eq(track_row(track, &two, SECOND, &did, NULL), 0);
	assert_grown(K_BYTES_SENT, 4);
}
END_TEST

static struct conn born(uint64_t id, uint64_t birth_ns, uint64_t bytes_sent)
{
	struct conn conn = make(id, bytes_sent, 1);

	conn_set_num(&conn, C_BIRTH_NS, birth_ns);
	return conn;
}

START_TEST(birth_tells_what_is_new)
{
	struct conn old = born(1, 5 * SECOND - 1, 70), new = born(2, 5 * SECOND, 30), missed = born(3, 6 * SECOND, 20);

	track_begin(track, 0);
	track_end(track, NULL, NULL);
	track_begin(track, 5 * SECOND);
	track_row(track, &old, SECOND, &did, NULL);
	ck_assert(!did.born);
	assert_unknown(K_BYTES_SENT);
	track_row(track, &new, SECOND, &did, NULL);
	ck_assert(did.born);
	assert_grown(K_BYTES_SENT, 30);
	/* A reading of changes passed it by in the moment of its birth. */
	track_begin(track, 7 * SECOND);
	track_row(track, &missed, SECOND, &did, NULL);
	ck_assert(did.born);
	assert_grown(K_BYTES_SENT, 20);
	/* After another reading of all what is older is not known. */
	track_end(track, NULL, NULL);
	track_begin(track, 8 * SECOND);
	missed = born(4, 7 * SECOND, 20);
	track_row(track, &missed, SECOND, &did, NULL);
	ck_assert(!did.born);
}
END_TEST

/* A socket connects again: the new connection may be told of before the end of the old one. */
START_TEST(the_same_socket_another_birth)
{
	struct conn first = born(1, SECOND, 70), second = born(1, 6 * SECOND, 30);

	track_begin(track, 0);
	track_row(track, &first, 0, &did, NULL);
	track_end(track, NULL, NULL);
	track_begin(track, 5 * SECOND);
	ck_assert_int_eq(track_row(track, &second, SECOND, &did, NULL), 0);
	assert_grown(K_BYTES_SENT, 30);
	first = born(1, SECOND, 100);
	first.ended = true;
	ck_assert_int_eq(track_row(track, &first, SECOND, &did, NULL), 0);
	assert_grown(K_BYTES_SENT, 30);
	track_forget(track, &first);
	ck_assert_uint_eq(track_count(track), 1);
	track_begin(track, 7 * SECOND);
	second = born(1, 6 * SECOND, 31);
	track_row(track, &second, SECOND, &did, NULL);
	assert_grown(K_BYTES_SENT, 1);
}
END_TEST

START_TEST(one_that_ended_and_did_nothing_is_active)
{
	struct conn conn = make(1, 1000, 10);

	reading(&conn, 0);
	conn.ended = true;
	track_begin(track, SECOND);
	ck_assert_int_eq(track_row(track, &conn, SECOND, &did, NULL), 0);
	assert_grown(K_BYTES_SENT, 0);
	ck_assert(did.active);
	track_forget(track, &conn);
	track_forget(track, &conn);
	ck_assert_uint_eq(track_count(track), 0);
}
END_TEST

START_TEST(time_that_passes_is_no_activity)
{
	struct conn conn = make(1, 1000, 10);

	conn_set_num(&conn, C_OPEN_US, 5);
	reading(&conn, 0);
	conn_set_num(&conn, C_OPEN_US, 900);
	reading(&conn, SECOND);
	assert_grown(K_OPEN_US, 895);
	ck_assert(!did.active);
}
END_TEST

START_TEST(narrow_counters_have_32_bits)
{
	struct conn conn = make(1, 1000, UINT64_C(1) << 32);

	reading(&conn, 0);
	reading(&conn, SECOND);
	assert_unknown(K_SEGS_OUT);
	conn = make(1, 1000, UINT32_MAX);
	reading(&conn, SECOND);
	assert_unknown(K_SEGS_OUT);
	reading(&conn, SECOND);
	assert_grown(K_SEGS_OUT, 0);
}
END_TEST

static uint64_t gone_tags;

static void gone(void *ctx, uint32_t tag)
{
	ck_assert_ptr_eq(ctx, &gone_tags);
	gone_tags += tag;
}

/* Tags stay with their connections, whatever goes before them, and are told when a reading of all does not show these. */
START_TEST(tags)
{
	uint32_t *tag;

	track_begin(track, 0);
	for (uint64_t id = 1; id <= 3000; id++) {
		struct conn conn = make(id, 0, 0);

		ck_assert_int_eq(track_row(track, &conn, 0, &did, &tag), 0);
		ck_assert_uint_eq(*tag, TRACK_NO_TAG);
		*tag = (uint32_t)id;
	}
	for (uint64_t id = 1; id <= 3000; id += 2) {
		struct conn conn = make(id, 0, 0);

		track_forget(track, &conn);
	}
	ck_assert_uint_eq(track_count(track), 1500);
	for (uint64_t id = 1; id <= 3000; id++) {
		struct conn conn = make(id, 0, 0);

		tag = track_tag(track, &conn);
		ck_assert_int_eq(tag != NULL, id % 2 == 0);
		if (tag)
			ck_assert_uint_eq(*tag, id);
	}
	track_begin(track, 0);
	gone_tags = 0;
	track_end(track, gone, &gone_tags);
	ck_assert_uint_eq(gone_tags, 1500 * 3002 / 2);
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
	tcase_add_test(tc, what_is_not_told_of_stays);
	tcase_add_test(tc, birth_tells_what_is_new);
	tcase_add_test(tc, the_same_socket_another_birth);
	tcase_add_test(tc, one_that_ended_and_did_nothing_is_active);
	tcase_add_test(tc, time_that_passes_is_no_activity);
	tcase_add_test(tc, narrow_counters_have_32_bits);
	tcase_add_test(tc, tags);
	return tc;
}
