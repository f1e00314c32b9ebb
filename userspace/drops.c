// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "drops.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "run.h"
#include "say.h"
#include "screen.h"
#include "sink.h"

/** struct settings - what the user asked for */
struct settings {
	bool all, records;
	struct sink sink;
	uint64_t interval_ns;	/* 0: totals alone */
	uint64_t count;		/* intervals, 0 for ever */
	unsigned int width;
	uint32_t unknown;	/* layers of which it was said that not all is known */
};

static const char help_text[] =
	"Usage: coremon-drops [options] [interval [count]]\n"
	"\n"
	"Where packets are lost, from the wire to the program: first the totals since\n"
	"boot that are not 0, then, every interval (seconds, 0.01 or more, or 90s, 10m),\n"
	"count times or for ever, what moved. Without an interval the totals alone.\n"
	"\n"
	"  -a, --all         also what is 0 or did not move\n"
	"  -j, --json        one JSON object a line for each report, exact numbers\n"
	"  -c, --csv         comma separated values, a row a line\n"
	"  -h, --help        this text\n"
	"  -V, --version     the version\n"
	"\n"
	"A row is a counter: its layer (link, driver, cpu, qdisc, conntrack, netfilter,\n"
	"ip, icmp, udp, tcp, socket, fd, memory), whose it is, its name in the kernel,\n"
	"the total, the growth in the interval and a second. Under it stand, after `<`,\n"
	"the reasons for which the kernel dropped packets (with the coremon module,\n"
	"from Linux 5.17 on), and where in the kernel; `unexplained` is what the\n"
	"counters above have more than their reasons, or less. Drops that no counter\n"
	"tells of are rows of the layer `reason`. `-` is not known; of a layer of which\n"
	"not all could be read a row says so, once. What a counter means is said in\n"
	"lines of 140 columns, or where the output is no terminal. See coremon-drops(8).\n";

/* The fields of a record: always the same, so that they can be columns. */
static void put_record(struct sink *sink, const struct ledger_row *row, uint64_t elapsed_ns)
{
	static const char *const kinds[] = {
		[LEDGER_COUNTER] = "counter", [LEDGER_LEVEL] = "level", [LEDGER_REASON] = "reason", [LEDGER_UNEXPLAINED] = "unexplained",
		[LEDGER_UNKNOWN] = "unknown",
	};
	const struct delta *delta = &row->delta;
	bool reason = row->kind == LEDGER_REASON, rest = row->kind == LEDGER_UNEXPLAINED || row->kind == LEDGER_UNKNOWN;

	sink_record(sink);
	sink_text(sink, "kind", kinds[row->kind]);
	sink_text(sink, "layer", layer_name(row->layer));
	sink_text(sink, "object", reason || rest ? NULL : row->object);
	sink_text(sink, "counter", reason || rest ? NULL : row->name);
	sink_text(sink, "explains", row->explains);
	sink_text(sink, "reason", reason && strcmp(row->name, "-") != 0 ? row->name : NULL);
	sink_text(sink, "place", reason && strcmp(row->object, "-") != 0 ? row->object : NULL);
	sink_text(sink, "protocol", reason && strcmp(row->protocol, "-") != 0 ? row->protocol : NULL);
	sink_number(sink, "total", delta->now_known, delta->now);
	sink_number(sink, "grown", delta->grown_known, delta->grown);
	sink_real(sink, "grown_per_s", delta->grown_known, per_second(delta->grown, elapsed_ns));
	sink_signed(sink, "unexplained", row->unexplained_known, row->unexplained);
	sink_number(sink, "level", row->level_known, row->level);
	sink_number(sink, "limit", row->limit_known, row->limit);
	sink_text(sink, "means", row->means);
}

static bool print_records(struct settings *settings, const struct ledger *ledger, const struct stamp *when)
{
	static const struct ledger_row none;

	sink_begin(&settings->sink, "drops", when, ledger->elapsed_ns);
	sink_about(&settings->sink, "reasons_known", true, ledger->reasons_known);
	if (sink_names(&settings->sink))
		put_record(&settings->sink, &none, 0);
	for (unsigned int i = 0; i < ledger->nr; i++)
		put_record(&settings->sink, &ledger->row[i], ledger->elapsed_ns);
	return sink_end(&settings->sink);
}

/* Return: 1 when it is out, 0 at the end of the run, -1 after saying what failed. */
static int print(struct settings *settings, const struct ledger_reading *before, const struct ledger_reading *now)
{
	struct ledger ledger;
	bool good = ledger_make(&ledger, before, now, settings->all) == 0;

	if (good && settings->records)
		good = print_records(settings, &ledger, &now->counters.when);
	else if (good)
		drops_text(&ledger, &now->counters.when, settings->width, &settings->unknown);
	ledger_free(&ledger);
	if (!good) {
		say("out of memory");
		return -1;
	}
	return run_flush();
}

/* Return: 0, or -1 after saying what failed. */
static int run(struct settings *settings, struct root *root)
{
	struct ledger_reading before = { 0 }, now;
	uint64_t end_ns = 0, done = 0;
	bool first = true;
	int ret = 1;

	while (ret > 0) {
		if (ledger_read(&now, root, first ? NULL : &before) < 0) {
			say("out of memory");
			ret = -1;
			break;
		}
		if (now.counters.when.mono_ns == 0 || (!first && now.counters.when.mono_ns <= before.counters.when.mono_ns)) {
			say("%s/%u/clock: not two numbers that go on from those before", root->base, root->tree);
			ledger_reading_free(&now);
			ret = -1;
			break;
		}
		if (first)
			end_ns = now.counters.when.mono_ns;
		if (!run_stopped())
			ret = print(settings, first ? NULL : &before, &now);
		done += !first;
		first = false;
		ledger_reading_free(&before);
		before = now;
		if (run_stopped() || settings->interval_ns == 0 || (settings->count && done == settings->count))
			break;
		if (ret > 0 && !(run_interval(root, &end_ns, settings->interval_ns) && root_next(root)))
			break;
	}
	ledger_reading_free(&before);
	return ret < 0 ? -1 : 0;
}

/* Return: -1 to go on, else the exit code. */
static int parse_option(struct settings *settings, int opt)
{
	switch (opt) {
	case 'a':
		settings->all = true;
		return -1;
	case 'j':
	case 'c':
		if (settings->records && settings->sink.csv != (opt == 'c')) {
			say("--json or --csv, not both");
			return 2;
		}
		settings->records = true;
		settings->sink.csv = opt == 'c';
		return -1;
	case 'h':
		fputs(help_text, stdout);
		return run_flush() < 0;
	case 'V':
		puts("coremon " COREMON_RELEASE);
		return run_flush() < 0;
	default:
		say_help();	/* getopt has said why */
		return 2;
	}
}

static int parse_arguments(struct settings *settings, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },  { "json", no_argument, NULL, 'j' },	   { "csv", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int opt, taken, ret = -1;

	optind = 1;
	while (ret < 0 && (opt = getopt_long(argc, argv, "ajchV", longs, NULL)) != -1)
		ret = parse_option(settings, opt);
	if (ret >= 0)
		return ret;
	taken = arguments_times(argc - optind, argv + optind, &settings->interval_ns, &settings->count);
	if (taken < 0)
		return 2;
	optind += taken;
	if (optind < argc) {
		say(taken ? "'%s' is one argument too many" : "'%s' is not an interval", argv[optind]);
		return 2;
	}
	return -1;
}

int verb_drops(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct root root;
	int ret = parse_arguments(&settings, argc, argv);

	if (ret >= 0)
		return ret;
	run_signals();
	setvbuf(stdout, NULL, _IOFBF, 65536);
	settings.width = screen_width();
	root_init(&root);
	if (!root_next(&root)) {
		say("%s: nothing to read", root.base);
		return 1;
	}
	return run(&settings, &root) < 0;
}
