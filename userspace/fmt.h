/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers, names and times as text for people and for files. */
#ifndef COREMON_FMT_H
#define COREMON_FMT_H

#include <stddef.h>
#include <stdint.h>

#include "column.h"
#include "rate.h"

#define FMT_LEN 32

/**
 * fmt_human() - a number for people: two decimals below 100, one below 1000, then thousands with k, M, G … (decimal).
 *
 * Zero is "0" and something above zero is never written as zero: below 0.005 it is "<0.01". At most 6 characters up to 999.9E.
 * Return: @buf.
 */
char *fmt_human(double value, char buf[FMT_LEN]);

/** fmt_count() - a whole number for people: all digits up to 99999, then as fmt_human(). Return: @buf. */
char *fmt_count(uint64_t value, char buf[FMT_LEN]);

/** fmt_rate() - @grown a second, as fmt_human(), or "-" where it is not known. Return: @buf. */
char *fmt_rate(const struct delta *delta, uint64_t elapsed_ns, char buf[FMT_LEN]);

/** fmt_usec() - a time of @us microseconds: "350us", "20.1ms", "1.23s". Return: @buf. */
char *fmt_usec(uint64_t us, char buf[FMT_LEN]);

/** fmt_clock() - local time of day, HH:MM:SS. Return: @buf. */
char *fmt_clock(uint64_t real_ns, char buf[FMT_LEN]);

/** fmt_iso() - UTC, RFC 3339, to the millisecond. Return: @buf. */
char *fmt_iso(uint64_t real_ns, char buf[FMT_LEN]);

/* Each byte can become \ooo. */
#define FMT_NAME_LEN (4 * CONN_TEXT_LEN + 1)

/**
 * fmt_name() - a name with backslash and bytes that do not print as \ooo, so that no name can disturb the terminal.
 *
 * Return: @buf.
 */
char *fmt_name(const char *name, char buf[FMT_NAME_LEN]);

/** fmt_path() - fmt_name() for what may be longer: as much as fits into @size bytes. Return: @buf. */
char *fmt_path(const char *path, char *buf, size_t size);

#endif /* COREMON_FMT_H */
