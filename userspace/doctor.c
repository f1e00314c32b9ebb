// SPDX-License-Identifier: GPL-2.0-only
/* The verb: readings over a few intervals, made into a view, diagnosed and told. */
#define _GNU_SOURCE
#include "doctor.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "arguments.h"
#include "lines.h"
#include "run.h"
#include "say.h"

#define INTERVALS 3
#define INTERVAL_NS UINT64_C(2000000000)
#define MOST_INTERVALS 100000

/* An interval has so many readings of levels alone: trends want more points than counts do. */
#define PARTS 4

/* Sockets are read for a trend only where they are so few that it costs little. */
#define SOCKETS_CHEAP 20000

/* Rules of a firewall drop what they are to drop: that is no fault. */
#define ALL_LAYERS ((1u << LAYER_NR) - 1 - (1u << LAYER_REASON) - (1u << LAYER_NETFILTER))
#define DROPS "/proc/coremon/drops"

/** struct settings - what the user asked for */
struct settings {
	uint64_t interval_ns, intervals;
	bool json, exit_code;
};

/** struct exam - the readings of one run */
struct exam {
	const struct settings *settings;
	struct root root;
	struct counters *first, *whole, *last;	/* the first, the last of all layers, the last; they may be the same */
	struct sockets sockets[2];		/* the first and the last */
	bool has_sockets[2];
	struct conns conns;
	struct trends trends;
	struct module_stats module[2];		/* the first and the last */
	uint64_t done;				/* intervals */
};

static const char help_text[] =
	"Usage: coremon-doctor [options]\n"
	"\n"
	"Look at everything for a few seconds and say what is wrong, the worst first:\n"
	"what it is, the counters that show it, what it does to the service, what to do\n"
	"about it (lines that begin with # are commands, as they are), and how sure that\n"
	"is. Then what was looked at, and what could not be.\n"
	"\n"
	"  -i, --interval=TIME  length of an interval: seconds, or 1m; 2 if not given\n"
	"  -n, --number=N       intervals; 3 if not given. Trends are better with more\n"
	"  -j, --json           one JSON object\n"
	"  -e, --exit-code      exit with 3 where something was found\n"
	"  -h, --help           this text\n"
	"  -V, --version        the version\n"
	"\n"
	"It needs root to see whose sockets are whose, and the coremon module for what\n"
	"only that knows. Nothing is changed. See coremon-doctor(8) for each finding and\n"
	"when it is one.\n";

/* Return: -1 to go on, else the exit code. */
static int parse_option(struct settings *settings, int opt)
{
	switch (opt) {
	case 'i':
		if (arguments_interval(optarg, &settings->interval_ns))
			return -1;
		say("-i: '%s' is not a time", optarg);
		return 2;
	case 'n':
		if (parse_number(optarg, &settings->intervals) && settings->intervals && settings->intervals <= MOST_INTERVALS)
			return -1;
		say("-n: '%s' is not a number of intervals", optarg);
		return 2;
	case 'j':
		settings->json = true;
		return -1;
	case 'e':
		settings->exit_code = true;
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
		{ "interval", required_argument, NULL, 'i' }, { "number", required_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },	      { "exit-code", no_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },	      { "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int opt, ret = -1;

	optind = 1;
	while (ret < 0 && (opt = getopt_long(argc, argv, "i:n:jehV", longs, NULL)) != -1)
		ret = parse_option(settings, opt);
	if (ret < 0 && optind < argc) {
		say("'%s' is one argument too many%s", argv[optind],
		    arguments_interval(argv[optind], &settings->interval_ns) ? ": -i and -n are the interval and how many" : "");
		ret = 2;
	}
	return ret;
}

static void drop(struct exam *exam, struct counters *counters)
{
	if (!counters || counters == exam->first || counters == exam->whole)
		return;
	counters_free(counters);
	free(counters);
}

static uint64_t limit_of(const struct exam *exam, const char *name)
{
	const struct counter *counter = exam->first ? counters_find(exam->first, LAYER_LIMIT, "", name) : NULL;

	return counter ? counter->value : 0;
}

static void trend_of_sockets(struct exam *exam, const struct sockets *sockets)
{
	trends_sockets(&exam->trends, sockets, limit_of(exam, "net.ipv4.ip_local_port_range.low"),
		       limit_of(exam, "net.ipv4.ip_local_port_range.high"));
}

/* Counters of @layers, and the trends they are part of. Return: 0 or -ENOMEM. */
static int read_counters(struct exam *exam, uint32_t layers)
{
	struct counters *now = calloc(1, sizeof(*now)), *last = exam->last;

	if (!now || counters_read(now, &exam->root, layers) < 0) {
		free(now);
		return -ENOMEM;
	}
	trends_counters(&exam->trends, last, now);
	exam->last = now;
	drop(exam, last);
	return 0;
}

/* Everything. Return: 0, or a negative errno after saying what failed. */
static int read_whole(struct exam *exam, bool last)
{
	struct counters *whole = exam->whole;
	unsigned int nr = exam->first != NULL;
	struct stamp now;
	int ret;

	if (root_clock(&exam->root, &now) < 0 || (exam->last && now.mono_ns <= exam->last->when.mono_ns)) {
		say("%s/%u/clock: not two numbers that go on from those before", exam->root.base, exam->root.tree);
		return -EINVAL;
	}
	/* Reasons are the module's; without it the list of what was not looked at says so. */
	ret = read_counters(exam, root_exists(&exam->root, DROPS) ? ALL_LAYERS | 1u << LAYER_REASON : ALL_LAYERS);
	if (ret == 0) {
		exam->whole = exam->last;
		if (!exam->first)
			exam->first = exam->last;
		else if (whole != exam->first)
			drop(exam, whole);
		if (exam->has_sockets[nr])
			sockets_free(&exam->sockets[nr]);
		ret = sockets_read(&exam->sockets[nr], &exam->root, last || exam->root.numbered);
		exam->has_sockets[nr] = ret == 0;
	}
	module_stats_read(&exam->module[nr], &exam->root);
	if (ret == 0) {
		trend_of_sockets(exam, &exam->sockets[nr]);
		ret = conns_read(&exam->conns, &exam->root, &now);
	}
	if (ret < 0)
		say("out of memory");
	return ret;
}

/* Levels alone, between two readings of everything. */
static int read_levels(struct exam *exam)
{
	struct sockets sockets = { 0 };
	int ret = read_counters(exam, TREND_LAYERS);

	if (ret == 0 && exam->sockets[0].nr < SOCKETS_CHEAP) {
		ret = sockets_read(&sockets, &exam->root, false);
		if (ret == 0) {
			trend_of_sockets(exam, &sockets);
			sockets_free(&sockets);
		}
	}
	if (ret < 0)
		say("out of memory");
	return ret;
}

static void progress(const struct exam *exam, bool end)
{
	if (!isatty(STDERR_FILENO) || exam->root.numbered)
		return;
	if (end)
		fprintf(stderr, "\r%*s\r", 40, "");
	else
		fprintf(stderr, "\rlooking: interval %" PRIu64 " of %" PRIu64 " ", exam->done + 1, exam->settings->intervals);
	fflush(stderr);
}

/* Wait for the end of an interval and read levels meanwhile. Return: 1, 0 when the run is to end, or a negative errno. */
static int pass_interval(struct exam *exam, uint64_t deadline_ns)
{
	uint64_t part_ns = exam->settings->interval_ns / PARTS;
	struct stamp now;
	int ret;

	for (unsigned int left = PARTS; left-- > 0;) {
		uint64_t until_ns = deadline_ns - left * part_ns;

		root_clock(&exam->root, &now);
		if (now.mono_ns >= until_ns)
			continue;
		if (run_wait(-1, until_ns - now.mono_ns) == RUN_END)
			return 0;
		ret = left ? read_levels(exam) : 0;
		if (ret < 0)
			return ret;
	}
	return 1;
}

/* Return: 0 with what there is to look at, or a negative errno after saying what failed. */
static int read_all(struct exam *exam)
{
	uint64_t deadline_ns;
	int ret = 1;

	if (!root_next(&exam->root))
		return 0;
	ret = read_whole(exam, false);
	if (ret < 0)
		return ret;
	deadline_ns = exam->first->when.mono_ns;
	while (exam->done < exam->settings->intervals) {
		progress(exam, false);
		deadline_ns += exam->settings->interval_ns;
		ret = exam->root.numbered ? root_next(&exam->root) : pass_interval(exam, deadline_ns);
		if (ret <= 0)
			break;
		ret = read_whole(exam, exam->done + 1 == exam->settings->intervals);
		if (ret < 0)
			break;
		exam->done++;
	}
	progress(exam, true);
	return ret < 0 ? ret : 0;
}

/* Why a layer was not looked at, where there is something to say: it was read whole, and nothing was in it. */
static const char *why_not(const struct exam *exam, enum layer layer)
{
	if (!(exam->first->known >> layer & exam->whole->known >> layer & 1))
		return "";
	switch (layer) {
	case LAYER_CONNTRACK:
		return " (not in use: the kernel's nf_conntrack is not loaded)";
	case LAYER_DRIVER:
		return " (no driver here has statistics of its own)";
	default:
		return "";
	}
}

/* The source was there at both ends, and said something: of what is not in use there is nothing to look at. */
static bool is_looked_at(const struct exam *exam, enum layer layer)
{
	if (!(exam->first->known >> layer & exam->whole->known >> layer & 1))
		return false;
	for (unsigned int i = 0; i < exam->whole->nr; i++) {
		if (exam->whole->counter[i].layer == layer)
			return true;
	}
	return false;
}

static void look_back(const struct exam *exam, struct looked *looked)
{
	looked->elapsed_ns = exam->whole->when.mono_ns - exam->first->when.mono_ns;
	looked->real_ns = exam->whole->when.real_ns;
	looked->intervals = (unsigned int)exam->done;
	looked->source = !exam->conns.known ? "none" : exam->conns.module ? "module" : "inet_diag";
	for (unsigned int layer = 0; layer < LAYER_NR; layer++) {
		if (!(ALL_LAYERS >> layer & 1))
			continue;
		if (is_looked_at(exam, layer))
			looked_at(looked, layer_name(layer));
		else
			not_looked_at(looked, "%s%s", layer_name(layer), why_not(exam, layer));
	}
	if (is_looked_at(exam, LAYER_REASON))
		looked_at(looked, layer_name(LAYER_REASON));
	if (exam->sockets[0].tcp_whole && exam->sockets[1].tcp_whole)
		looked_at(looked, "TCP sockets");
	else
		not_looked_at(looked, "TCP sockets: accept queues, ports");
	if (exam->sockets[0].udp_whole && exam->sockets[1].udp_whole)
		looked_at(looked, "UDP sockets");
	else
		not_looked_at(looked, "UDP sockets: whose buffer overflows");
	if (!exam->sockets[1].holders_whole)
		not_looked_at(looked, "processes of other users: whose sockets they are%s", geteuid() ? " (run it as root)" : "");
	if (exam->conns.known)
		looked_at(looked, "connections");
	else
		not_looked_at(looked, "connections: paths, windows, clients");
	if (exam->conns.known && !exam->conns.module)
		not_looked_at(looked, "retransmits by kind, undone recoveries, closed windows, owners (%s)",
			      exam->conns.denied ? "what the coremon module tells cannot be read" : "the coremon module is not loaded");
	if (exam->conns.held_lost)
		not_looked_at(looked, "%" PRIu64 " connections that something may hold up: too many", exam->conns.held_lost);
}

static unsigned int line_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t n;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 80)
		return size.ws_col < 120 ? size.ws_col : 120;
	return columns && parse_number(columns, &n) && n >= 80 && n <= 1000 ? (unsigned int)n : 80;
}

/* Return: the exit code. */
static int tell(struct exam *exam)
{
	struct view view = {
		.before = exam->first, .now = exam->whole, .conns = exam->conns.known ? &exam->conns : NULL, .trends = &exam->trends,
		.module_before = &exam->module[0], .module_now = &exam->module[1],
		.sockets_before = &exam->sockets[0], .sockets_now = &exam->sockets[1],
		.elapsed_ns = exam->whole->when.mono_ns - exam->first->when.mono_ns,
	};
	struct findings findings = { 0 };
	struct looked looked = { 0 };
	int ret;

	conns_end(&exam->conns);
	diagnose(&findings, &view);
	look_back(exam, &looked);
	if (!exam->settings->json) {
		findings_text(stdout, &findings, &looked, line_width());
	} else if (!findings_json(stdout, &findings, &looked)) {
		say("out of memory");
		findings.lost++;
	}
	/* A machine of which nothing can be read is not healthy, as far as anybody knows. */
	ret = run_flush() < 0 || findings.lost || !looked.nr_at ? 1 : exam->settings->exit_code && findings.nr ? 3 : 0;
	findings_free(&findings);
	looked_free(&looked);
	return ret;
}

static void exam_free(struct exam *exam)
{
	struct counters *list[] = { exam->first, exam->whole != exam->first ? exam->whole : NULL,
				    exam->last != exam->whole && exam->last != exam->first ? exam->last : NULL };

	for (unsigned int i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (list[i])
			counters_free(list[i]);
		free(list[i]);
	}
	for (unsigned int i = 0; i < 2; i++) {
		if (exam->has_sockets[i])
			sockets_free(&exam->sockets[i]);
	}
	conns_free(&exam->conns);
	trends_free(&exam->trends);
}

int verb_doctor(int argc, char **argv)
{
	struct settings settings = { .interval_ns = INTERVAL_NS, .intervals = INTERVALS };
	struct exam exam = { .settings = &settings };
	int ret;

	ret = parse_arguments(&settings, argc, argv);
	if (ret >= 0)
		return ret;
	run_signals();
	root_init(&exam.root);
	ret = conns_init(&exam.conns);
	if (ret < 0)
		say("out of memory");
	else
		ret = read_all(&exam);
	if (ret == 0 && exam.done)
		ret = tell(&exam);
	else if (ret == 0 && !run_stopped() && exam.root.numbered)
		ret = 1;
	exam_free(&exam);
	return ret < 0 ? 1 : ret;
}
