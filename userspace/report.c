// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <stdio.h>

#include "options.h"
#include "run.h"
#include "say.h"
#include "session.h"

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
		if (ret > 0 && !run_stopped())
			options->writer->interval(stdout, &report, &options->out);
		done += (uint64_t)ret;
		host_delta_free(&report.host);
		ret = run_flush();
		if (ret <= 0 || (options->count && done == options->count))
			return ret;
		if (session->root.numbered)
			continue;
		deadline_ns = next_deadline(deadline_ns, options->interval_ns, &session->root);
		ret = run_wait_until(&session->root, deadline_ns) != RUN_END;
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
		return run_flush() < 0;
	case OPTIONS_BAD:
		options_free(&options);
		return 2;
	default:
		break;
	}
	run_signals();
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
