// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "events.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lines.h"
#include "reason.h"
#include "records.h"
#include "row.h"
#include "run.h"
#include "say.h"

#define EVENTS "/proc/coremon/events.bin"

/** struct settings - what the user asked for */
struct settings {
	struct events_style style;
	struct filter *filter;
	uint64_t count;		/* events, 0 for ever */
	uint64_t for_ns;	/* or RUN_FOR_EVER */
	uint32_t kinds;		/* bit per COREMON_EVENT_* */
};

static const char help_text[] =
	"Usage: coremon-events [options] [filter]\n"
	"\n"
	"Print what happens to TCP connections as it happens, an event a line: time,\n"
	"owner, local and remote end, and what: the change of the congestion avoidance\n"
	"state (Open>Disorder) or of the TCP state (SYN_SENT>ESTABLISHED), a segment sent\n"
	"again with its kind and the CA state, a reset, a window that closes or opens, a\n"
	"packet that this host dropped, of a connection or not.\n"
	"`lost N` stands where this program was too slow for N events.\n"
	"\n"
	"  -n, --number=N    end after N events\n"
	"  -f, --for=TIME    end after this time: seconds, or 90s, 10m, 2h, 1d\n"
	"  -k, --kinds=LIST  only these kinds, commas between: state ca retrans rst_sent\n"
	"                    rst_received zero_wnd_in zero_wnd_out sample drop; rst and\n"
	"                    zero_wnd are both ways\n"
	"  -u, --micro       times to the microsecond\n"
	"  -j, --json        one JSON object a line\n"
	"  -h, --help        this text\n"
	"  -V, --version     the version\n"
	"\n"
	"The filter chooses connections: src, dst, sport, dport, pid, comm, netns, id,\n"
	"family, state, ca_state, with and, or, not, ( ) as in coremon-report.\n"
	"Samples, an event for each segment received, are of the connections that the\n"
	"module's parameters watch_port and watch_id name, in\n"
	"/sys/module/coremon/parameters; event_kinds, event_port and event_id there\n"
	"choose what the module writes at all. See coremon-events(8).\n";

/* The columns that events have. */
static bool has_column(enum conn_col col)
{
	switch (col) {
	case C_ID:
	case C_NETNS:
	case C_FAMILY:
	case C_STATE:
	case C_CA_STATE:
	case C_LOCAL:
	case C_REMOTE:
	case C_PID:
	case C_COMM:
		return true;
	default:
		return false;
	}
}

static int no_words(const char *name, enum filter_extra_type *type)
{
	(void)name;
	(void)type;
	return -1;
}

static const struct filter_extra events_filter = { .help = "coremon-events", .has_column = has_column, .find = no_words };

static void to_conn(const struct coremon_event *event, struct conn *conn)
{
	const char *ca_state = name_ca_state(event->ca_state);
	struct coremon_row row = { .addr = event->addr, .state = event->state };

	row_to_conn(&row, conn);
	conn_set_num(conn, C_NETNS, event->netns);
	if (event->id != COREMON_UNKNOWN)
		conn_set_num(conn, C_ID, event->id);
	if (event->tgid != (uint32_t)COREMON_UNKNOWN)
		conn_set_num(conn, C_PID, event->tgid);
	if (event->comm[0] && memchr(event->comm, '\0', sizeof(event->comm)))
		conn_set_text(conn, C_COMM, event->comm);
	if (ca_state)
		conn_set_text(conn, C_CA_STATE, ca_state);
}

static uint32_t kind_bits(const char *name, size_t len)
{
	uint32_t bits = 0;

	for (unsigned int kind = COREMON_EVENT_STATE; kind <= COREMON_EVENT_DROP; kind++) {
		const char *known = kind == COREMON_EVENT_LOST ? "" : event_name(kind);
		bool both_ways = (len == 3 && kind >= COREMON_EVENT_RST_SENT && kind <= COREMON_EVENT_RST_RECEIVED) ||
				 (len == 8 && kind >= COREMON_EVENT_ZERO_WND_IN && kind <= COREMON_EVENT_ZERO_WND_OUT);

		if (((*known && strlen(known) == len) || both_ways) && strncmp(known, name, len) == 0)
			bits |= UINT32_C(1) << kind;
	}
	return bits;
}

static bool parse_kinds(const char *list, uint32_t *kinds)
{
	*kinds = 0;
	for (;;) {
		size_t len = strcspn(list, ",");
		uint32_t bits = kind_bits(list, len);

		if (!bits) {
			say("--kinds: '%.*s' is not a kind of event", (int)len, list);
			return false;
		}
		*kinds |= bits;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

/* A terminal's width, or COLUMNS; else lines are as long as they need to be, so that each is an event. */
static unsigned int line_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t n;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col < 80 ? 80 : size.ws_col;
	if (!columns || !parse_number(columns, &n) || n == 0 || n > 10000)
		return 0;
	return n < 80 ? 80 : (unsigned int)n;
}

/* Return: -1 to go on, else the exit code. */
static int parse_option(struct settings *settings, int opt)
{
	switch (opt) {
	case 'n':
		if (parse_number(optarg, &settings->count) && settings->count)
			return -1;
		say("-n: '%s' is not a number of events", optarg);
		return 2;
	case 'f':
		if (run_duration(optarg, &settings->for_ns))
			return -1;
		say("--for: '%s' is not a time", optarg);
		return 2;
	case 'k':
		return parse_kinds(optarg, &settings->kinds) ? -1 : 2;
	case 'u':
		settings->style.micro = true;
		return -1;
	case 'j':
		settings->style.json = true;
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
		{ "number", required_argument, NULL, 'n' }, { "for", required_argument, NULL, 'f' },
		{ "kinds", required_argument, NULL, 'k' },  { "micro", no_argument, NULL, 'u' },
		{ "json", no_argument, NULL, 'j' },	    { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },	    { NULL, 0, NULL, 0 },
	};
	int opt, ret = -1;

	optind = 1;
	while (ret < 0 && (opt = getopt_long(argc, argv, "n:f:k:ujhV", longs, NULL)) != -1)
		ret = parse_option(settings, opt);
	if (ret < 0 && settings->style.json && settings->style.micro) {
		say("-u is of text: --json has nanoseconds");
		ret = 2;
	}
	if (ret < 0 && !run_filter(argc - optind, argv + optind, &events_filter, &settings->filter))
		ret = 2;
	return ret;
}

static bool wanted(const struct settings *settings, const struct coremon_event *event)
{
	struct conn conn;

	if (event->kind == COREMON_EVENT_LOST)
		return true;
	/* A kind younger than this program is shown unless kinds were asked for. */
	if (event->kind >= 32 ? settings->kinds != UINT32_MAX : !(settings->kinds >> event->kind & 1))
		return false;
	if (!settings->filter)
		return true;
	to_conn(event, &conn);
	return filter_match_extra(settings->filter, &conn, NULL);
}

/* Print the events there are. Return: 1 to go on, 0 at the end of the run, -1 after saying what failed. */
static int drain(struct records *in, const struct settings *settings, uint64_t *left)
{
	struct coremon_event_drop record;
	struct coremon_event *event = &record.event;
	int ret;

	for (;;) {
		if (!records_waiting(in)) {
			ret = run_flush();
			if (ret <= 0)
				return ret;
		}
		ret = records_next(in, &record, sizeof(record));
		if (ret == -EAGAIN)
			return 1;
		if (ret == -EINTR || ret == 0)
			return 0;
		if (ret < 0) {
			if (ret != -EPROTO)
				say("%s: %s", EVENTS, strerror(-ret));
			return -1;
		}
		if (!wanted(settings, event))
			continue;
		if (!event_print(&record, &settings->style)) {
			say("out of memory");
			return -1;
		}
		if (event->kind != COREMON_EVENT_LOST && *left && --*left == 0)
			return run_flush() < 0 ? -1 : 0;
	}
}

/* The events of one file. Return: 1 when it is over, 0 at the end of the run, -1 after saying what failed. */
static int follow(const struct root *root, const struct settings *settings, uint64_t end_ns, uint64_t *left)
{
	struct stamp now = { 0 };
	struct records in;
	int ret;

	ret = records_open(&in, root, EVENTS);
	if (ret < 0) {
		run_no_module(root, EVENTS, ret);
		return -1;
	}
	event_head(&settings->style);
	fcntl(in.fd, F_SETFL, fcntl(in.fd, F_GETFL) | O_NONBLOCK);
	ret = 1;
	while (ret > 0) {
		uint64_t rest = RUN_FOR_EVER;

		if (end_ns != RUN_FOR_EVER && !root->numbered) {
			root_clock(root, &now);
			rest = now.mono_ns < end_ns ? end_ns - now.mono_ns : 0;
		}
		if (run_wait(in.fd, rest) != RUN_READY)
			break;
		ret = drain(&in, settings, left);
	}
	records_close(&in);
	return ret < 0 ? -1 : 0;
}

static int run(struct settings *settings)
{
	uint64_t left = settings->count, end_ns = RUN_FOR_EVER;
	struct stamp now;
	struct root root;
	int ret;

	root_init(&root);
	if (!root_next(&root) || root_clock(&root, &now) < 0) {
		say("%s: no clock", root.base);
		return 1;
	}
	reasons_read(&root);
	settings->style.offset_ns = now.real_ns - now.mono_ns;
	if (settings->for_ns != RUN_FOR_EVER)
		end_ns = now.mono_ns + settings->for_ns;
	if (settings->style.json) {
		settings->style.cgroups = event_cgroups_new(&root);
		if (!settings->style.cgroups) {
			say("out of memory");
			return 1;
		}
	}
	ret = follow(&root, settings, end_ns, &left);
	event_cgroups_free(settings->style.cgroups);
	return ret < 0;
}

int verb_events(int argc, char **argv)
{
	struct settings settings = { .for_ns = RUN_FOR_EVER, .kinds = UINT32_MAX };
	int ret;

	ret = parse_arguments(&settings, argc, argv);
	if (ret < 0) {
		run_signals();
		setvbuf(stdout, NULL, _IOFBF, 65536);	/* drain() writes it out before it waits */
		settings.style.width = line_width();
		ret = run(&settings);
	}
	filter_free(settings.filter);
	return ret;
}
