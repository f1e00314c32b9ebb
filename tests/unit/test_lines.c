// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "lines.h"

static struct root root;

static void setup(void)
{
	root = tree_new();
}

static void teardown(void)
{
	tree_free(&root);
}

/* Read a file of @len bytes; its lines joined by "|" must be @want. */
static struct lines read_all(const char *data, size_t len, const char *want)
{
	char got[256] = "";
	struct lines in;
	char *line;

	tree_put(&root, "/f", data, len);
	ck_assert_int_eq(lines_open(&in, &root, "/f"), 0);
	while ((line = lines_next(&in))) {
		strcat(got, line);
		strcat(got, "|");
	}
	ck_assert_ptr_null(lines_next(&in));
	ck_assert_str_eq(got, want);
	lines_close(&in);
	return in;
}

START_TEST(lines_are_lines)
{
	struct lines in = read_all("a\n\nb c\n", 7, "a||b c|");

	ck_assert(!in.truncated);
	ck_assert_uint_eq(in.skipped, 0);
}
END_TEST

START_TEST(an_empty_file_has_none)
{
	struct lines in = read_all("", 0, "");

	ck_assert(!in.truncated);
}
END_TEST

START_TEST(a_line_without_end_is_not_one)
{
	struct lines in = read_all("a\n12", 4, "a|");

	ck_assert(in.truncated);
}
END_TEST

START_TEST(a_line_with_a_nul_is_skipped)
{
	struct lines in = read_all("a\n1\0002\nb\n\0\n", 9, "a|b|");

	ck_assert_uint_eq(in.skipped, 1);
	ck_assert(in.truncated);
}
END_TEST

START_TEST(a_line_too_long_is_skipped)
{
	size_t len = (size_t)_i;
	char *data = malloc(len + 5);
	struct lines in;

	memcpy(data, "a\n", 2);
	memset(data + 2, 'x', len);
	memcpy(data + 2 + len, "\nb\n", 3);
	in = read_all(data, len + 5, "a|b|");
	ck_assert_uint_eq(in.skipped, 1);
	ck_assert(!in.truncated);
	free(data);
}
END_TEST

START_TEST(a_long_line_without_end_ends)
{
	size_t len = 300000;
	char *data = malloc(len);
	struct lines in;

	memset(data, 'x', len);
	in = read_all(data, len, "");
	ck_assert(in.truncated);
	free(data);
}
END_TEST

START_TEST(the_longest_line_is_read)
{
	char *data = malloc(LINES_MAX);
	struct lines in;
	char *line;

	memset(data, 'x', LINES_MAX);
	data[LINES_MAX - 1] = '\n';
	tree_put(&root, "/f", data, LINES_MAX);
	ck_assert_int_eq(lines_open(&in, &root, "/f"), 0);
	line = lines_next(&in);
	ck_assert_ptr_nonnull(line);
	ck_assert_uint_eq(strlen(line), LINES_MAX - 1);
	lines_close(&in);
	free(data);
}
END_TEST

START_TEST(a_missing_file_is_an_errno)
{
	struct lines in;

	ck_assert_int_eq(lines_open(&in, &root, "/nothing"), -2);
}
END_TEST

START_TEST(words)
{
	char text[] = "  one\ttwo  three ";
	char *p = text;

	ck_assert_str_eq(next_word(&p), "one");
	ck_assert_str_eq(next_word(&p), "two");
	ck_assert_str_eq(next_word(&p), "three");
	ck_assert_ptr_null(next_word(&p));
	ck_assert_ptr_null(next_word(&p));
}
END_TEST

START_TEST(numbers)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} table[] = {
		{ "0", true, 0 },
		{ "18", true, 18 },
		{ "007", true, 7 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", false, 0 },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ "1x", false, 0 },
		{ "0x1", false, 0 },
		{ "1e3", false, 0 },
		{ "1.0", false, 0 },
		{ " 1", false, 0 },
		{ "\xb2", false, 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint64_t value = 0;

		ck_assert_msg(parse_number(table[i].text, &value) == table[i].good, "'%s'", table[i].text);
		ck_assert_uint_eq(value, table[i].value);
	}
}
END_TEST

TCase *lines_case(void)
{
	TCase *tc = tcase_create("lines");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, lines_are_lines);
	tcase_add_test(tc, an_empty_file_has_none);
	tcase_add_test(tc, a_line_without_end_is_not_one);
	tcase_add_test(tc, a_line_with_a_nul_is_skipped);
	tcase_add_loop_test(tc, a_line_too_long_is_skipped, LINES_MAX, LINES_MAX + 3);
	tcase_add_loop_test(tc, a_line_too_long_is_skipped, 2 * LINES_MAX - 2, 2 * LINES_MAX + 2);
	tcase_add_test(tc, a_long_line_without_end_ends);
	tcase_add_test(tc, the_longest_line_is_read);
	tcase_add_test(tc, a_missing_file_is_an_errno);
	tcase_add_test(tc, words);
	tcase_add_test(tc, numbers);
	return tc;
}
