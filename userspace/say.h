/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program says to its user outside the report: one line each, on stderr. */
#ifndef COREMON_SAY_H
#define COREMON_SAY_H

/** say_name() - set the name that begins every line. @name must stay valid. */
void say_name(const char *name);

/** say() - print "name: message" and a newline on stderr; at most 1,023 bytes of it, anything but ASCII as \ooo. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** say_help() - after a word on an option that is none: where those that are stand. */
void say_help(void);

/**
 * say_once() - say() the first time it is called with @key, then never again.
 *
 * A report runs for days: a file that is missing is told of once, not every interval. At most 64 keys are kept; past that
 * nothing is said, so that a hostile file cannot make the program talk without end.
 */
void say_once(const char *key, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif /* COREMON_SAY_H */
