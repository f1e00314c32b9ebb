/* SPDX-License-Identifier: GPL-2.0-only */
/* What the verbs that run until they are stopped have in common. */
#ifndef COREMON_RUN_H
#define COREMON_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "filter.h"
#include "root.h"

#define RUN_FOR_EVER UINT64_MAX

/** run_signals() - from now on SIGINT and SIGTERM stop the run, and SIGPIPE is an error of write(). */
void run_signals(void);

/** run_stopped() - Return: true after SIGINT or SIGTERM. */
bool run_stopped(void);

enum run_wait { RUN_READY, RUN_TIME, RUN_END };

/**
 * run_wait() - wait until @fd (-1: nothing) can be read, or for @ns nanoseconds.
 *
 * Return: RUN_READY, RUN_TIME when the time is over, RUN_END after a signal or when nobody reads the output any more.
 */
enum run_wait run_wait(int fd, uint64_t ns);

/**
 * run_interval() - wait until the next interval ends; with numbered trees nobody waits.
 * @end_ns: the end of the last one on the monotonic clock, 0: now. Set to that of the next; ends that are past already are passed over.
 *
 * Return: false when the run is to end, as after RUN_END.
 */
bool run_interval(const struct root *root, uint64_t *end_ns, uint64_t interval_ns);

/** run_flush() - Return: 1 when what was written is out, 0 when the run is to end, -1 after saying why it cannot be written. */
int run_flush(void);

/** run_duration() - read "10", "0.5", "90s", "10m", "2h", "1d" into nanoseconds. Return: true when @text is a time. */
bool run_duration(const char *text, uint64_t *ns);

/** run_filter() - make *@filter, NULL where there are no words, of the words in @argv. Return: false after saying what is wrong. */
bool run_filter(int argc, char **argv, const struct filter_extra *extra, struct filter **filter);

#define RUN_FILTER_ERROR_LEN 256

/** run_filter_error() - run_filter() that says nothing: false with what is wrong in @error. */
bool run_filter_error(int argc, char **argv, const struct filter_extra *extra, struct filter **filter, char error[RUN_FILTER_ERROR_LEN]);

/** run_no_module() - say in one line why @path of the module could not be opened, and what to do: @error is a negative errno. */
void run_no_module(const struct root *root, const char *path, int error);

/* A JSON number, null where it is not known or past what JSON readers can hold; a name; NULL is null. */
void run_json_number(json_t *object, const char *name, bool known, uint64_t value);
void run_json_text(json_t *object, const char *name, const char *value);

/** run_json_print() - print @object in a line and free it. Return: false where there was no memory. */
bool run_json_print(json_t *object);

#endif /* COREMON_RUN_H */
