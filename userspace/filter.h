/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which connections to show: the filter language of ss, with a comparison for every column.
 *
 *	filter  := or
 *	or      := and { ("or" | "||" | "|") and }
 *	and     := not { ["and" | "&&" | "&"] not }
 *	not     := ("not" | "!") not | "(" or ")" | flag |
 *		   word [ "=" | "!=" | "<" | ">" | "<=" | ">=" ] word
 *
 * A verb may have words of its own beside the columns, among them flags, which stand alone and are true or not: struct
 * filter_extra.
 *
 * What is not known is neither equal nor unequal to anything: such a connection is shown only where the rest of the filter
 * decides without it.
 */
#ifndef COREMON_FILTER_H
#define COREMON_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "column.h"

struct filter;

enum filter_extra_type { EXTRA_NUMBER, EXTRA_TEXT, EXTRA_FLAG };

/** struct filter_extra - the words of a verb: they come before columns of the same name */
struct filter_extra {
	const char *help;	/* the command whose --help lists them */
	bool (*has_column)(enum conn_col col);	/* the columns that this verb fills; NULL: all */
	int (*find)(const char *name, enum filter_extra_type *type);	/* the number of a word, or -1 */
	bool (*number)(const void *ctx, int word, uint64_t *value);	/* of a number or flag; false: not known */
	const char *(*text)(const void *ctx, int word);			/* NULL: not known */
};

/** filter_parse() - read the filter @text. Return: the filter, or NULL with a line for the user in @error (of @size bytes). */
struct filter *filter_parse(const char *text, char *error, size_t size);

/** filter_match() - Return: true when @conn is to be shown. A NULL @filter shows all. */
bool filter_match(const struct filter *filter, const struct conn *conn);

/** filter_parse_extra() - as filter_parse(), with the words of @extra, which must outlive the filter. */
struct filter *filter_parse_extra(const char *text, const struct filter_extra *extra, char *error, size_t size);

/** filter_match_extra() - as filter_match(); @ctx is handed to the functions of the filter's struct filter_extra. */
bool filter_match_extra(const struct filter *filter, const struct conn *conn, const void *ctx);

/**
 * filter_unknown() - a column that a filter compares and that nothing tells of.
 * @known: bit per enum conn_col: known of some connection
 *
 * Return: its name, or NULL: there is none.
 */
const char *filter_unknown(const struct filter *filter, const uint64_t known[CONN_KNOWN]);

/** filter_free() - free a filter; NULL is fine. */
void filter_free(struct filter *filter);

#endif /* COREMON_FILTER_H */
