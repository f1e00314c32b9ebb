/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which connections to show: the filter language of ss, with a comparison for every column.
 *
 *	filter  := or
 *	or      := and { ("or" | "||" | "|") and }
 *	and     := not { ["and" | "&&" | "&"] not }
 *	not     := ("not" | "!") not | "(" or ")" | word [ "=" | "!=" | "<" | ">" | "<=" | ">=" ] word
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

/** filter_parse() - read the filter @text. Return: the filter, or NULL with a line for the user in @error (of @size bytes). */
struct filter *filter_parse(const char *text, char *error, size_t size);

/** filter_match() - Return: true when @conn is to be shown. A NULL @filter shows all. */
bool filter_match(const struct filter *filter, const struct conn *conn);

/** filter_free() - free a filter; NULL is fine. */
void filter_free(struct filter *filter);

#endif /* COREMON_FILTER_H */
