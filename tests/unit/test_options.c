// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "options.h"

START_TEST(seconds)
{
	static const struct {
		const char *text;
		uint64_t ns;	/* 0: none */
	} table[] = {
		{ "5", 5000000000 },	 { "1", 1000000000 },	 { "0.5", 500000000 },	  { "0.01", 10000000 },	   { "2.25", 2250000000 },
		{ "1.", 1000000000 },	 { "0.1234567899", 123456789 }, { "31536000", UINT64_C(31536000000000000) },
		{ "0", 0 },		 { "0.0", 0 },		 { "0.009", 0 },	  { "", 0 },		   { ".5", 0 },
		{ "-1", 0 },		 { "1s", 0 },		 { "1.5.5", 0 },	  { "1e3", 0 },		   { "0x10", 0 },
		{ "31536001", 0 },	 { "99999999999999999999", 0 }, { "nan", 0 },	  { "inf", 0 },		   { " 1", 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint64_t ns = 0;

		ck_assert_msg(parse_seconds(table[i].text, &ns) == (table[i].ns != 0), "'%s'", table[i].text);
		if (table[i].ns)
			ck_assert_uint_eq(ns, table[i].ns);
	}
}
END_TEST

static enum options_result parse(struct options *options, char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return options_parse(options, argc, argv);
}

START_TEST(what_is_not_said)
{
	char *argv[] = { "coremon-report", NULL };
	struct options options;

	ck_assert_int_eq(parse(&options, argv), OPTIONS_RUN);
	ck_assert_uint_eq(options.interval_ns, 5000000000);
	ck_assert_uint_eq(options.count, 0);
	ck_assert_int_eq(options.out.limit, -1);
	ck_assert_ptr_eq(options.writer, &text_writer);
	ck_assert_ptr_null(options.filter);
	options_free(&options);
}
END_TEST

START_TEST(all_at_once)
{
	char *argv[] = { "coremon-report", "0.5", "3", "--json", "state", "established", "-n", "7", "and", "pid", "1", NULL };
	struct options options;

	ck_assert_int_eq(parse(&options, argv), OPTIONS_RUN);
	ck_assert_uint_eq(options.interval_ns, 500000000);
	ck_assert_uint_eq(options.count, 3);
	ck_assert_int_eq(options.out.limit, 7);
	ck_assert_ptr_eq(options.writer, &json_writer);
	ck_assert_ptr_nonnull(options.filter);
	options_free(&options);
}
END_TEST

TCase *options_case(void)
{
	TCase *tc = tcase_create("options");

	tcase_add_test(tc, seconds);
	tcase_add_test(tc, what_is_not_said);
	tcase_add_test(tc, all_at_once);
	return tc;
}
