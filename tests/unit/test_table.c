// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static const struct table_column columns[] = {
	{ "Name", .left = true }, { "N", .left = false }, { "Owner", .left = true, .fold = true }, { "Note", .left = true },
};

static struct table before, now;

static void setup(void)
{
	before = now = (struct table){ .column = columns, .columns = 4 };
}

static void teardown(void)
{
	table_clear(&before);
	table_clear(&now);
}

static void row(struct table *table, const char *name, unsigned int n, const char *owner, const char *note)
{
	table_row(table, name);
	table_cell(table, "%s", name);
	table_number(table, true, n);
	table_cell(table, "%s", owner);
	table_cell(table, "%s", note);
}

static void prints(const struct table *table, unsigned int width, enum table_marks marks, const char *want)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	table_print(table, out, width, marks);
	fclose(out);
	ck_assert_str_eq(text, want);
	free(text);
}

START_TEST(as_wide_as_it_needs_to_be)
{
	row(&now, "first", 7, "me", "");
	row(&now, "x", 12345, "somebody", "a note");
	table_row(&now, "y");
	table_cell(&now, "y");
	table_number(&now, false, 3);
	prints(&now, 0, TABLE_PLAIN,
	       "Name       N  Owner     Note\n"
	       "first      7  me\n"
	       "x      12345  somebody  a note\n"
	       "y          -\n");
}
END_TEST

START_TEST(folded_where_it_may_be)
{
	row(&now, "a name of some length", 7, "an owner", "");
	row(&now, "x", 12345, "somebody else", "a note that is too long for the line it begins in");
	/* 33 characters for the first two, 41 with the third */
	prints(&now, 40, TABLE_PLAIN,
	       "Name                      N\n"
	       "      Owner         Note\n"
	       "a name of some length     7\n"
	       "      an owner\n"
	       "x                     12345\n"
	       "      somebody else\n"
	       "      a note that is too long for the\n"
	       "      line it begins in\n");
	/* a word that is longer than any line is not cut */
	table_clear(&now);
	row(&now, "a", 1, "b", "0123456789012345678901234567890123456789");
	prints(&now, 20, TABLE_PLAIN, "Name  N  Owner  Note\na     1  b\n      0123456789012345678901234567890123456789\n");
}
END_TEST

START_TEST(no_line_is_too_long)
{
	char *text;
	size_t len;

	row(&now, "a name", 7, "an owner of some length", "and a note");
	row(&now, "b", 70000, "c", "");
	table_text(&now, "  a line of text that is to be folded as well, at blanks");
	for (unsigned int width = 40; width < 100; width++) {
		FILE *out = open_memstream(&text, &len);
		char *line, *rest;

		table_print(&now, out, width, TABLE_PLAIN);
		fclose(out);
		for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
			ck_assert_msg(strlen(line) <= width, "%u: %s", width, line);
			ck_assert_msg(line[strlen(line) - 1] != ' ', "blanks at the end: %s", line);
		}
		free(text);
	}
}
END_TEST

START_TEST(what_changed)
{
	row(&before, "same", 1, "me", "");
	row(&before, "other", 2, "me", "");
	row(&before, "gone", 3, "me", "");
	row(&now, "new", 4, "me", "");
	row(&now, "other", 20, "me", "now");
	row(&now, "same", 1, "me", "");
	table_text(&now, "the end");
	table_compare(&now, &before);
	prints(&now, 0, TABLE_PLAIN, "Name    N  Owner  Note\nnew     4  me\nother  20  me     now\nsame    1  me\ngone    3  me\nthe end\n");
	prints(&now, 0, TABLE_CHARS,
	       " Name    N  Owner  Note\n"
	       "+new     4  me\n"
	       " other  20* me     now*\n"
	       " same    1  me\n"
	       "-gone    3  me\n"
	       "the end\n");
	prints(&now, 0, TABLE_INVERSE,
	       " Name    N  Owner  Note\n"
	       "+\033[7mnew\033[27m     \033[7m4\033[27m  \033[7mme\033[27m\n"
	       " other  \033[7m20\033[27m  me     \033[7mnow\033[27m\n"
	       " same    1  me\n"
	       "-gone    3  me\n"
	       "the end\n");
}
END_TEST

START_TEST(what_is_gone_is_gone_once)
{
	struct table third = { .column = columns, .columns = 4 };

	row(&before, "gone", 3, "me", "");
	table_compare(&now, &before);
	ck_assert_uint_eq(now.nr, 1);
	table_compare(&third, &now);
	ck_assert_uint_eq(third.nr, 0);
	/* and when it comes again it is new */
	row(&third, "gone", 3, "me", "");
	table_compare(&third, &now);
	ck_assert_int_eq(third.row[0].change, TABLE_NEW);
	table_clear(&third);
}
END_TEST

START_TEST(marks_move_nothing)
{
	row(&before, "a", 1, "me", "x");
	row(&before, "b", 2, "you", "x");
	row(&now, "a", 9, "we", "y");
	row(&now, "b", 2, "you", "x");
	table_compare(&now, &before);
	prints(&now, 0, TABLE_CHARS, " Name  N  Owner  Note\n a     9* we*    y*\n b     2  you    x\n");
}
END_TEST

START_TEST(columns_without_names)
{
	static const struct table_column bare[] = { { "", .left = false }, { "", .left = true } };

	now = (struct table){ .column = bare, .columns = 2 };
	table_text(&now, "Udp:");
	table_row(&now, "a");
	table_number(&now, true, 12);
	table_cell(&now, "datagrams");
	/* more cells than columns, and a cell without a row, are no harm */
	table_cell(&now, "too many");
	table_cell(&before, "no row");
	prints(&now, 80, TABLE_PLAIN, "Udp:\n12  datagrams\n");
	ck_assert(!table_failed(&now) && !table_failed(&before));
}
END_TEST

START_TEST(many_rows)
{
	char name[16];

	for (unsigned int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "%u", i);
		row(&before, name, i, "", "");
		if (i % 2)
			row(&now, name, i, "", "");
	}
	table_compare(&now, &before);
	ck_assert_uint_eq(now.nr, 5000);
	for (unsigned int i = 0; i < now.nr; i++)
		ck_assert_int_eq(now.row[i].change, i < 2500 ? TABLE_SAME : TABLE_GONE);
}
END_TEST

TCase *table_case(void)
{
	TCase *tc = tcase_create("table");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, as_wide_as_it_needs_to_be);
	tcase_add_test(tc, folded_where_it_may_be);
	tcase_add_test(tc, no_line_is_too_long);
	tcase_add_test(tc, what_changed);
	tcase_add_test(tc, what_is_gone_is_gone_once);
	tcase_add_test(tc, marks_move_nothing);
	tcase_add_test(tc, columns_without_names);
	tcase_add_test(tc, many_rows);
	return tc;
}
