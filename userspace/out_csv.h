/* SPDX-License-Identifier: GPL-2.0-only */
/* What the CSV writers share: the fields of a line. */
#ifndef COREMON_OUT_CSV_H
#define COREMON_OUT_CSV_H

#include "out.h"

/** csv_begin() - begin a line: the time and the length of the interval. */
void csv_begin(FILE *out, const struct report *report);

/** csv_text() - a text, in quotes where it needs them. */
void csv_text(FILE *out, const char *text);

/** csv_number() - a number, empty where it is not known. */
void csv_number(FILE *out, bool known, uint64_t value);

/** csv_rate() - how much a counter grew a second, empty where that is not known. */
void csv_rate(FILE *out, const struct delta *delta, uint64_t elapsed_ns);

/** csv_rate_name() - the name of a column of rates. */
void csv_rate_name(FILE *out, const char *prefix, const char *name);

#endif /* COREMON_OUT_CSV_H */
