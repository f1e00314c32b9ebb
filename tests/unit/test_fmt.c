// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fmt.h"
#include "say.h"

START_TEST(numbers_for_people)
{
	static const struct {
		double value;
		const char *text;
	} table[] = {
		{ 0, "0" },	      { -1, "0" },	     { 0.0001, "<0.01" },     { 0.00499, "<0.01" },   { 0.005, "0.01" },
		{ 0.2, "0.20" },      { 3.4, "3.40" },	     { 99.99, "99.99" },      { 99.994, "99.99" },    { 99.996, "100.0" },
		{ 318.68, "318.7" },  { 999.94, "999.9" },   { 999.96, "1.0k" },      { 1000, "1.0k" },	      { 1767.2, "1.8k" },
		{ 999949, "999.9k" }, { 999951, "1.0M" },    { 3086419.5, "3.1M" },   { 1e9, "1.0G" },	      { 1e12, "1.0T" },
		{ 1e15, "1.0P" },     { 9.22e18, "9.2E" },   { 1.5e24, "1.5Y" },      { 1e27, "1000.0Y" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char buf[FMT_LEN];

		ck_assert_str_eq(fmt_human(table[i].value, buf), table[i].text);
	}
}
END_TEST

START_TEST(no_number_is_wider_than_its_cell)
{
	char buf[FMT_LEN];

	for (double value = 0.001; value < 1e20; value *= 1.003)
		ck_assert_msg(strlen(fmt_human(value, buf)) <= 6, "%s", buf);
}
END_TEST

START_TEST(counts)
{
	char buf[FMT_LEN];

	ck_assert_str_eq(fmt_count(0, buf), "0");
	ck_assert_str_eq(fmt_count(99999, buf), "99999");
	ck_assert_str_eq(fmt_count(100000, buf), "100.0k");
	ck_assert_str_eq(fmt_count(2147483647, buf), "2.1G");
}
END_TEST

START_TEST(times)
{
	char buf[FMT_LEN];

	ck_assert_str_eq(fmt_usec(0, buf), "0us");
	ck_assert_str_eq(fmt_usec(999, buf), "999us");
	ck_assert_str_eq(fmt_usec(1000, buf), "1.0ms");
	ck_assert_str_eq(fmt_usec(20149, buf), "20.1ms");
	ck_assert_str_eq(fmt_usec(999949, buf), "999.9ms");
	ck_assert_str_eq(fmt_usec(999950, buf), "1.00s");
	ck_assert_str_eq(fmt_usec(4294967295u, buf), "4295s");
	setenv("TZ", "UTC", 1);
	tzset();
	ck_assert_str_eq(fmt_clock(UINT64_C(1767274940000000000), buf), "13:42:20");
	ck_assert_str_eq(fmt_iso(UINT64_C(1767274940004999999), buf), "2026-01-01T13:42:20.004Z");
	fmt_iso(UINT64_MAX, buf);
	fmt_iso(0, buf);
	ck_assert_str_eq(buf, "1970-01-01T00:00:00.000Z");
}
END_TEST

START_TEST(rates)
{
	struct delta delta = { .grown = 17, .grown_known = true };
	char buf[FMT_LEN];

	ck_assert_str_eq(fmt_rate(&delta, UINT64_C(5000000000), buf), "3.40");
	delta.grown_known = false;
	ck_assert_str_eq(fmt_rate(&delta, UINT64_C(5000000000), buf), "-");
}
END_TEST

START_TEST(names_cannot_disturb)
{
	char buf[FMT_NAME_LEN];
	char worst[CONN_TEXT_LEN];

	ck_assert_str_eq(fmt_name("my prog", buf), "my prog");
	ck_assert_str_eq(fmt_name("\033[2J\\\n\x7f\xff", buf), "\\033[2J\\134\\012\\177\\377");
	memset(worst, '\001', sizeof(worst) - 1);
	worst[sizeof(worst) - 1] = '\0';
	ck_assert_uint_eq(strlen(fmt_name(worst, buf)), 4 * (sizeof(worst) - 1));
}
END_TEST

/* What a file has in it is told of on a terminal. */
START_TEST(what_is_said_cannot_disturb)
{
	FILE *own = stderr;
	char *text = NULL;
	size_t size;

	stderr = open_memstream(&text, &size);
	say("format %.20s", "\033[2J\r\n1");
	say_once("key", "%0*d", 2000, 7);
	fclose(stderr);
	stderr = own;
	ck_assert_str_eq(strtok(text, "\n"), "coremon: format \\033[2J\\015\\0121");
	ck_assert_uint_eq(strlen(strtok(NULL, "\n")), strlen("coremon: ") + 1023);
	free(text);
}
END_TEST

TCase *fmt_case(void)
{
	TCase *tc = tcase_create("fmt");

	tcase_add_test(tc, numbers_for_people);
	tcase_add_test(tc, no_number_is_wider_than_its_cell);
	tcase_add_test(tc, counts);
	tcase_add_test(tc, times);
	tcase_add_test(tc, rates);
	tcase_add_test(tc, names_cannot_disturb);
	tcase_add_test(tc, what_is_said_cannot_disturb);
	return tc;
}
