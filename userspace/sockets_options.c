// SPDX-License-Identifier: GPL-2.0-only
/* The command line of coremon sockets. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "run.h"
#include "say.h"
#include "sockets.h"

#define WATCH_INTERVAL UINT64_C(2000000000)

enum { OPT_LIMITS = 256, OPT_LOSS };

static const char help_text[] =
	"Usage: coremon-sockets [options] [interval [count]] [filter]\n"
	"\n"
	"Print the TCP and UDP sockets: who holds them, what waits in their queues, how\n"
	"full their buffers are and what they dropped. With an interval (seconds, or 90s,\n"
	"10m) again and again, count times or for ever, with what was dropped meanwhile.\n"
	"\n"
	"  -t, --tcp         TCP alone           -u, --udp   UDP alone\n"
	"  -4, -6            IPv4, IPv6 alone\n"
	"  -l, --listening   what listens: TCP in LISTEN, UDP that is not connected\n"
	"  -a, --all         TIME_WAIT and SYN_RECV, too; with -s what is 0, too\n"
	"  -n, -p            taken, as they always hold: numbers, and the process\n"
	"\n"
	"  -i, --interfaces  instead, the interfaces: packets, errors, drops, overruns\n"
	"  -s, --statistics  instead, what the protocols counted, in words (-t, -u: of\n"
	"                    TCP, UDP); with an interval what was counted in it\n"
	"      --limits      instead, the sysctls that bound it all, beside the use\n"
	"      --loss        instead, whose UDP receive buffers overflow, and what to do\n"
	"\n"
	"  -w, --watch       draw it again every interval (2 s if not given), mark what\n"
	"                    changed: in inverse video, on a pipe with `*` behind it; +\n"
	"                    is new, - is gone\n"
	"  -j, --json        one JSON object a line for each reading, exact numbers\n"
	"  -c, --csv         comma separated values\n"
	"  -h, --help        this text\n"
	"  -V, --version     the version\n"
	"\n"
	"Recv-Q, Send-Q: bytes nobody has read, bytes not acknowledged; in LISTEN how\n"
	"many connections wait to be accepted, and how many may. mem/buf: memory in use\n"
	"and the buffer's size. PID/Program +2: two more hold it. `-` is not known.\n"
	"\n"
	"The filter chooses sockets of any state, as ss does: comparisons joined by and,\n"
	"or, not, ( ).  sport = :53   dst 10.0.0.0/8   state listening   comm nginx   udp\n"
	"and = != < > <= >= with  id family state local remote uid pid comm send_q recv_q\n"
	"inode rcvbuf sndbuf rmem wmem backlog drops timer_ms holders proto.\n"
	"\n"
	"See coremon-sockets(8).\n";

static bool choose(struct sockets_options *options, const struct sockets_view *view)
{
	if (options->view != &sockets_table_view && options->view != view) {
		say("-i, -s, --limits, --loss: one of them at a time");
		return false;
	}
	options->view = view;
	return true;
}

static enum sockets_parsed parse_option(struct sockets_options *options, int opt)
{
	switch (opt) {
	case 't':
		options->tcp = true;
		return SOCKETS_RUN;
	case 'u':
		options->udp = true;
		return SOCKETS_RUN;
	case '4':
		options->v4 = true;
		return SOCKETS_RUN;
	case '6':
		options->v6 = true;
		return SOCKETS_RUN;
	case 'l':
		options->listening = true;
		return SOCKETS_RUN;
	case 'a':
		options->all = true;
		return SOCKETS_RUN;
	case 'n':
	case 'p':
		return SOCKETS_RUN;
	case 'i':
		return choose(options, &sockets_links_view) ? SOCKETS_RUN : SOCKETS_BAD;
	case 's':
		return choose(options, &sockets_stats_view) ? SOCKETS_RUN : SOCKETS_BAD;
	case OPT_LIMITS:
		return choose(options, &sockets_limits_view) ? SOCKETS_RUN : SOCKETS_BAD;
	case OPT_LOSS:
		return choose(options, &sockets_loss_view) ? SOCKETS_RUN : SOCKETS_BAD;
	case 'w':
		options->watch = true;
		return SOCKETS_RUN;
	case 'j':
		options->json = true;
		return SOCKETS_RUN;
	case 'c':
		options->csv = true;
		return SOCKETS_RUN;
	case 'h':
		fputs(help_text, stdout);
		return SOCKETS_DONE;
	case 'V':
		puts("coremon " COREMON_RELEASE);
		return SOCKETS_DONE;
	default:
		say_help();	/* getopt has said why */
		return SOCKETS_BAD;
	}
}

static enum sockets_parsed parse_arguments(struct sockets_options *options, int argc, char **argv)
{
	int taken = arguments_times(argc, argv, &options->interval_ns, &options->count);

	if (taken < 0)
		return SOCKETS_BAD;
	if (taken < argc && !options->view->filtered) {
		say("'%s': only the table of sockets takes a filter", argv[taken]);
		return SOCKETS_BAD;
	}
	return arguments_filter(argc - taken, argv + taken, &sockets_filter, &options->filter) ? SOCKETS_RUN : SOCKETS_BAD;
}

/* Options that choose sockets have nothing to choose from in other views. Return: one that is passed over, or NULL. */
static const char *useless(const struct sockets_options *options)
{
	const struct sockets_view *view = options->view;
	bool stats = view == &sockets_stats_view;

	if (view == &sockets_table_view)
		return NULL;
	if (options->listening)
		return "-l";
	if (options->v4 || options->v6)
		return options->v4 ? "-4" : "-6";
	if (options->all && !stats)
		return "-a";
	if (options->tcp && !stats)
		return "-t";
	return options->udp && !stats && view != &sockets_loss_view ? "-u" : NULL;
}

static enum sockets_parsed settle(struct sockets_options *options)
{
	const char *option = useless(options);

	if (option) {
		say("%s chooses sockets, and this view has no table of them", option);
		return SOCKETS_BAD;
	}
	if (options->listening && options->all) {
		say("-l is what listens alone, -a TIME_WAIT and SYN_RECV too: one of them");
		return SOCKETS_BAD;
	}
	/* Neither is both. */
	if (!options->tcp && !options->udp)
		options->tcp = options->udp = true;
	if (!options->v4 && !options->v6)
		options->v4 = options->v6 = true;
	if (options->json && options->csv) {
		say("--json or --csv, not both");
		return SOCKETS_BAD;
	}
	if (options->watch && (options->json || options->csv)) {
		say("--watch is for people: not with --json or --csv");
		return SOCKETS_BAD;
	}
	if (options->watch && !options->interval_ns)
		options->interval_ns = WATCH_INTERVAL;
	return SOCKETS_RUN;
}

enum sockets_parsed sockets_options_parse(struct sockets_options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "tcp", no_argument, NULL, 't' },	  { "udp", no_argument, NULL, 'u' },
		{ "ipv4", no_argument, NULL, '4' },	  { "ipv6", no_argument, NULL, '6' },
		{ "listening", no_argument, NULL, 'l' },  { "all", no_argument, NULL, 'a' },
		{ "numeric", no_argument, NULL, 'n' },	  { "processes", no_argument, NULL, 'p' },
		{ "programs", no_argument, NULL, 'p' },	  { "interfaces", no_argument, NULL, 'i' },
		{ "statistics", no_argument, NULL, 's' }, { "limits", no_argument, NULL, OPT_LIMITS },
		{ "loss", no_argument, NULL, OPT_LOSS },  { "watch", no_argument, NULL, 'w' },
		{ "json", no_argument, NULL, 'j' },	  { "csv", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },	  { "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	enum sockets_parsed parsed = SOCKETS_RUN;
	int opt;

	memset(options, 0, sizeof(*options));
	options->view = &sockets_table_view;
	optind = 1;
	while (parsed == SOCKETS_RUN && (opt = getopt_long(argc, argv, "tu46lanpiswjchV", longs, NULL)) != -1)
		parsed = parse_option(options, opt);
	if (parsed == SOCKETS_RUN)
		parsed = parse_arguments(options, argc - optind, argv + optind);
	return parsed == SOCKETS_RUN ? settle(options) : parsed;
}
