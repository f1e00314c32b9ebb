/* SPDX-License-Identifier: GPL-2.0-only */
/* What follows the options of verbs that report again and again: [interval [count]] [filter]. */
#ifndef COREMON_ARGUMENTS_H
#define COREMON_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"

#define ARGUMENTS_LEAST_NS UINT64_C(10000000)	/* of an interval */

/** arguments_interval() - read "5", "0.5", "90s", "10m" into nanoseconds. Return: true when @text is a time of 10 ms or more. */
bool arguments_interval(const char *text, uint64_t *ns);

/**
 * arguments_times() - read the interval and the count, where the first words of @argv begin with a digit.
 * @interval_ns, @count: left as they are where they are not given
 *
 * Return: how many words that were, or -1 after saying what is wrong.
 */
int arguments_times(int argc, char **argv, uint64_t *interval_ns, uint64_t *count);

/** arguments_filter() - run_filter() of what follows them, which says where numbers stand that are at the wrong end. */
bool arguments_filter(int argc, char **argv, const struct filter_extra *extra, struct filter **filter);

#endif /* COREMON_ARGUMENTS_H */
