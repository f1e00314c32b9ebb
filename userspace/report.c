// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <stdio.h>

#include "options.h"
#include "run.h"
#include "say.h"
#include "session.h"

static int run(struct session *session, const struct options *options)
{
	uint64_t end_ns = 0, done = 0;
	struct report report;
	int ret = 1;

	options->writer->begin(stdout);
	while (ret > 0 && root_next(&session->root)) {
		ret = session_read(session, &report);
		if (ret < 0)
			return ret;
		if (ret == 0)
			end_ns = report.now.mono_ns;
		if (ret > 0 && !run_stopped())
			options->writer->interval(stdout, &report, &options->out);
		done += (uint64_t)ret;
		host_delta_free(&report.host);
		ret = run_flush();
		if (ret <= 0 || (options->count && done == options->count))
			return ret;
		ret = run_interval(&session->root, &end_ns, options->interval_ns);
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
