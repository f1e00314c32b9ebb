// SPDX-License-Identifier: GPL-2.0-only
/* Command lines of all verbs, a word a line, and the times and ends in them. Nothing runs: where there is no tree there is nothing to read. */
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "drops.h"
#include "endpoint.h"
#include "events.h"
#include "flows.h"
#include "fuzz.h"
#include "options.h"
#include "run.h"
#include "sockets.h"

#define MOST_WORDS 32

/* Its header and that of the options of a report have other things under one name. */
int verb_doctor(int argc, char **argv);

static void parse_report(int argc, char **argv)
{
	struct options options;

	if (options_parse(&options, argc, argv) == OPTIONS_RUN)
		fuzz_must(options.writer && options.interval_ns >= 10000000, "options of no sense are taken");
	options_free(&options);
}

static void parse_flows(int argc, char **argv)
{
	struct flow_options options;

	if (flow_options_parse(&options, argc, argv) == FLOW_OPTIONS_RUN)
		fuzz_must(options.format && options.interval_ns >= 100000000, "options of no sense are taken");
	flow_options_free(&options);
}

static void parse_sockets(int argc, char **argv)
{
	struct sockets_options options;

	if (sockets_options_parse(&options, argc, argv) == SOCKETS_RUN)
		fuzz_must(options.view, "options of no sense are taken");
	filter_free(options.filter);
}

static void parse_word(const char *word)
{
	struct endpoint ep;
	uint64_t ns;

	if (arguments_interval(word, &ns))
		fuzz_must(ns >= ARGUMENTS_LEAST_NS && ns < INT64_MAX, "a time out of its bounds");
	if (run_duration(word, &ns))
		fuzz_must(ns > 0 && ns < INT64_MAX, "a time out of its bounds");
	endpoint_parse(word, &ep);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const verbs[])(int argc, char **argv) = { verb_drops, verb_events, verb_doctor };
	char *argv[MOST_WORDS + 1] = { NULL }, *text;
	int argc = 0;

	if (size == 0)
		return 0;
	fuzz_files(NULL, 0, NULL, 0, 0);
	/* A tree without a clock: what would run ends at once. */
	fuzz_file(FUZZ_ROOT "/1/proc/x", NULL, 0);
	text = strndup((const char *)data + 1, size - 1);
	fuzz_must(text, "out of memory");
	for (char *rest = text; argc < MOST_WORDS && (argv[argc] = strsep(&rest, "\n"));)
		argc++;
	argv[argc] = NULL;
	fuzz_begin(FUZZ_ANY);
	for (int i = 0; i < argc; i++)
		parse_word(argv[i]);
	switch (data[0] % 6) {
	case 0:
		parse_report(argc, argv);
		break;
	case 1:
		parse_flows(argc, argv);
		break;
	case 2:
		parse_sockets(argc, argv);
		break;
	default:
		verbs[data[0] % 3](argc, argv);
		break;
	}
	fuzz_end();
	free(text);
	return 0;
}
