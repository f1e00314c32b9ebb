// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "say.h"
#include "session.h"

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* SIGINT and SIGTERM end the run between two reports; a reader of our output that goes away is an error of write(). */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

/* Sleep until @deadline_ns on the monotonic clock. Return: false when the run is to end: a signal, or nobody reads us any more. */
static bool sleep_until(const struct root *root, uint64_t deadline_ns)
{
	struct pollfd output = { .fd = STDOUT_FILENO };
	sigset_t block, old;
	bool gone = false;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &old);
	while (!stopped && !gone) {
		struct timespec rest;
		struct stamp now;

		root_clock(root, &now);
		if (now.mono_ns >= deadline_ns)
			break;
		rest.tv_sec = (time_t)((deadline_ns - now.mono_ns) / 1000000000u);
		rest.tv_nsec = (long)((deadline_ns - now.mono_ns) % 1000000000u);
		gone = ppoll(&output, 1, &rest, &old) > 0 && output.revents & (POLLERR | POLLHUP | POLLNVAL);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return !stopped && !gone;
}

/* Return: 1 when what was written is out, 0 when the run is to end, -1 after saying why it could not be written. */
static int check_output(void)
{
	int error;

	if (fflush(stdout) == 0 && !ferror(stdout))
		return !stopped;
	error = errno;
	if (stopped || error == EPIPE)
		return 0;
	say("writing the report: %s", strerror(error));
	return -1;
}

/* The end of the interval after the one that ended at @deadline_ns; ends that are past already are passed over. */
static uint64_t next_deadline(uint64_t deadline_ns, uint64_t interval_ns, const struct root *root)
{
	struct stamp now;

	root_clock(root, &now);
	deadline_ns += interval_ns;
	if (deadline_ns < now.mono_ns)
		deadline_ns += (now.mono_ns - deadline_ns + interval_ns - 1) / interval_ns * interval_ns;
	return deadline_ns;
}

static int run(struct session *session, const struct options *options)
{
	uint64_t deadline_ns = 0, done = 0;
	struct report report;
	int ret = 1;

	options->writer->begin(stdout);
	while (ret > 0 && root_next(&session->root)) {
		ret = session_read(session, &report);
		if (ret < 0)
			return ret;
		if (ret == 0)
			deadline_ns = report.now.mono_ns;
		if (ret > 0 && !stopped)
			options->writer->interval(stdout, &report, &options->out);
		done += (uint64_t)ret;
		host_delta_free(&report.host);
		ret = check_output();
		if (ret <= 0 || (options->count && done == options->count))
			return ret;
		if (session->root.numbered)
			continue;
		deadline_ns = next_deadline(deadline_ns, options->interval_ns, &session->root);
		ret = sleep_until(&session->root, deadline_ns);
	}
	return ret;
}

int verb_report(int argc, char **argv)
{
	struct session session;
	struct options options;
	int ret;

	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_DONE:
		return check_output() < 0;
	case OPTIONS_BAD:
		options_free(&options);
		return 2;
	default:
		break;
	}
	catch_signals();
	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = session_init(&session, &options);
	if (ret < 0)
		say("out of memory");
	else
		ret = run(&session, &options);
	session_free(&session);
	options_free(&options);
	return ret < 0;
}
