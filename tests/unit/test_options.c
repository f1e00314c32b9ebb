// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "options.h"
#include "sockets.h"

START_TEST(intervals)
{
	static const struct {
		const char *text;
		uint64_t ns;	/* 0: none */
	} table[] = {
		{ "5", 5000000000 },	 { "1", 1000000000 },	 { "0.5", 500000000 },	  { "0.01", 10000000 },	   { "2.25", 2250000000 },
		{ "1.", 1000000000 },	 { "0.1234567899", 123456789 }, { "31536000", UINT64_C(31536000000000000) },
		{ "0", 0 },		 { "0.0", 0 },		 { "0.009", 0 },	  { "", 0 },		   { ".5", 0 },
		{ "1s", 1000000000 },	 { "1.5m", UINT64_C(90000000000) }, { "2h", UINT64_C(7200000000000) }, { "1d", UINT64_C(86400000000000) },
		{ "-1", 0 },		 { "1x", 0 },		 { "1.5.5", 0 },	  { "1e3", 0 },		   { "0x10", 0 },
		{ "315360001", 0 },	 { "3651d", 0 },	 { "1ss", 0 },		  { "1 s", 0 },
		{ "99999999999999999999", 0 }, { "nan", 0 },	  { "inf", 0 },		   { " 1", 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint64_t ns = 0;

		ck_assert_msg(arguments_interval(table[i].text, &ns) == (table[i].ns != 0), "'%s'", table[i].text);
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

#define WORDS 16

/* The words of a line, as a shell gives them to a program. Return: how many. */
static int words(const char *line, char text[128], char *argv[WORDS])
{
	int argc = 1;

	ck_assert_uint_lt(strlen(line), 128);
	strcpy(text, line);
	argv[0] = "coremon";
	for (char *word = strtok(text, " "); word && argc + 1 < WORDS; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	/* Where in a word the line before ended is forgotten. */
	optind = 0;
	getopt(1, argv, "");
	return argc;
}

static enum options_result parse_words(const char *line)
{
	char text[128], *argv[WORDS];
	struct options options;
	enum options_result result;
	int argc = words(line, text, argv);

	result = options_parse(&options, argc, argv);
	options_free(&options);
	return result;
}

START_TEST(what_does_not_go_together)
{
	static const char *const bad[] = {
		"-j -c", "-c -j", "--csv --csv=drops", "--csv=drops -n 5", "--csv=interfaces pid 1", "--section=sockets pid 1", "--section=load -n 0",
		"--section=load --clients", "--csv --client-prefix=24", "--section=drops --csv", "1 1 1", "pid 1 1 1", "pid 1 5",
	};
	static const char *const good[] = {
		"-j -j", "--csv=drops --csv=drops", "--csv=connections -n 5", "--csv=clients pid 1", "--section=congestion pid 1",
		"--section=clients --client-prefix=24", "--client-prefix=24", "--json --client-prefix=24 -n 5", "1m 1 pid 1", "sport = 22",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(parse_words(bad[i]) == OPTIONS_BAD, "%s", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(parse_words(good[i]) == OPTIONS_RUN, "%s", good[i]);
}
END_TEST

/* In each view, these letters make a table that they are not of. */
START_TEST(what_views_of_sockets_do_not_take)
{
	static const char *const bad[] = { "-i -l", "-i -4", "-i -t", "-s -6", "-s -l", "--loss -t", "--loss -a", "--limits -u", "-l -a", "-j -c", "-w -c" };
	static const char *const good[] = { "-i -n -p", "-s -t -a", "--loss -u", "-t -u -l -n -p", "-a -t -4", "-w -i" };
	char text[128], *argv[WORDS];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]) + sizeof(good) / sizeof(good[0]); i++) {
		bool is_good = i >= sizeof(bad) / sizeof(bad[0]);
		int argc = words(is_good ? good[i - sizeof(bad) / sizeof(bad[0])] : bad[i], text, argv);
		struct sockets_options options;

		ck_assert_msg(sockets_options_parse(&options, argc, argv) == (is_good ? SOCKETS_RUN : SOCKETS_BAD), "option %zu", i);
	}
}
END_TEST

TCase *options_case(void)
{
	TCase *tc = tcase_create("options");

	tcase_add_test(tc, intervals);
	tcase_add_test(tc, what_is_not_said);
	tcase_add_test(tc, all_at_once);
	tcase_add_test(tc, what_does_not_go_together);
	tcase_add_test(tc, what_views_of_sockets_do_not_take);
	return tc;
}
