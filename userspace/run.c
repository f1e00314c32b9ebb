// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "fmt.h"
#include "lines.h"
#include "load.h"
#include "say.h"

#define NS_PER_S UINT64_C(1000000000)
#define MOST_SECONDS 315360000	/* ten years */

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

void run_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

bool run_stopped(void)
{
	return stopped;
}

enum run_wait run_wait(int fd, uint64_t ns)
{
	struct pollfd polled[] = { { .fd = STDOUT_FILENO }, { .fd = fd, .events = POLLIN } };
	struct timespec rest = { (time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S) };
	sigset_t block, old;
	int ready = 0;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &old);
	if (!stopped)
		ready = ppoll(polled, 2, ns == RUN_FOR_EVER ? NULL : &rest, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (stopped || ready < 0 || polled[0].revents & (POLLERR | POLLHUP | POLLNVAL))
		return RUN_END;
	return ready > 0 ? RUN_READY : RUN_TIME;
}

bool run_interval(const struct root *root, uint64_t *end_ns, uint64_t interval_ns)
{
	enum run_wait ended = RUN_TIME;
	struct stamp now;

	if (root->numbered)
		return !stopped;
	if (root_clock(root, &now) < 0)
		return false;
	if (!*end_ns)
		*end_ns = now.mono_ns;
	*end_ns += interval_ns;
	if (*end_ns < now.mono_ns)
		*end_ns += (now.mono_ns - *end_ns + interval_ns - 1) / interval_ns * interval_ns;
	do {
		if (now.mono_ns < *end_ns)
			ended = run_wait(-1, *end_ns - now.mono_ns);
		root_clock(root, &now);
	} while (ended != RUN_END && now.mono_ns < *end_ns);
	return ended != RUN_END && !stopped;
}

int run_flush(void)
{
	int error;

	if (fflush(stdout) == 0 && !ferror(stdout))
		return !stopped;
	error = errno;
	if (error == EPIPE || (stopped && error == EINTR))
		return 0;
	say("writing: %s", strerror(error));
	return -1;
}

bool run_duration(const char *text, uint64_t *ns)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t whole = strspn(text, "0123456789");
	uint64_t unit = NS_PER_S, seconds, scale = 1, fraction = 0;
	const char *rest = text + whole;
	char digits[16];

	if (whole == 0 || whole >= sizeof(digits))
		return false;
	memcpy(digits, text, whole);
	digits[whole] = '\0';
	if (!parse_number(digits, &seconds))
		return false;
	if (*rest == '.') {
		for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
			unit /= 10;
			fraction += unit * (uint64_t)(*rest - '0');
		}
	}
	if (*rest) {
		scale = 0;
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			scale = *rest == units[i].letter ? units[i].seconds : scale;
		rest++;
	}
	if (*rest || scale == 0 || seconds > MOST_SECONDS / scale)
		return false;
	*ns = (seconds * NS_PER_S + fraction) * scale;
	return *ns > 0;
}

bool run_filter_error(int argc, char **argv, const struct filter_extra *extra, struct filter **filter, char error[RUN_FILTER_ERROR_LEN])
{
	char *text, *end;
	size_t size = 1;

	*filter = NULL;
	error[0] = '\0';
	for (int i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	text = malloc(size);
	if (!text) {
		strcpy(error, "out of memory");
		return false;
	}
	end = text;
	for (int i = 0; i < argc; i++)
		end += sprintf(end, i ? " %s" : "%s", argv[i]);
	*end = '\0';
	if (text[strspn(text, " \t")])
		*filter = filter_parse_extra(text, extra, error, RUN_FILTER_ERROR_LEN);
	free(text);
	return !error[0];
}

bool run_filter(int argc, char **argv, const struct filter_extra *extra, struct filter **filter)
{
	char error[RUN_FILTER_ERROR_LEN];
	bool good = run_filter_error(argc, argv, extra, filter, error);

	if (!good)
		say("%s", error);
	return good;
}

void run_no_module(const struct root *root, const char *path, int error)
{
	if (error == -ENOENT)
		say("no %s: the coremon module is not loaded; %s", path, load_advice(root));
	else
		say("%s: %s%s", path, strerror(-error), error == -EACCES ? LOAD_READERS : "");
}

void run_json_number(json_t *object, const char *name, bool known, uint64_t value)
{
	json_object_set_new(object, name, known && value <= INT64_MAX ? json_integer((json_int_t)value) : json_null());
}

void run_json_text(json_t *object, const char *name, const char *value)
{
	char buf[4 * CGROUP_TEXT_LEN];
	json_t *text = value ? json_string(value) : json_null();

	/* A name that is not UTF-8 is written with \ooo. */
	json_object_set_new(object, name, text ? text : json_string(fmt_path(value, buf, sizeof(buf))));
}

bool run_json_print(json_t *object)
{
	bool written = object && json_dumpf(object, stdout, JSON_COMPACT) == 0;

	json_decref(object);
	if (written)
		putchar('\n');
	return written;
}
