// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "lines.h"
#include "run.h"
#include "say.h"

#define DEFAULT_INTERVAL UINT64_C(5000000000)
#define MOST_ROWS 16777216
#define DEFAULT_CLIENTS 10
#define DEFAULT_CLIENTS_FILE 100	/* where programs read */

enum { OPT_CLIENTS = 256, OPT_CLIENT_PREFIX, OPT_SECTION };

static const char help_text[] =
	"Usage: coremon-report [options] [interval [count]] [filter]\n"
	"\n"
	"Every interval (seconds, 0.01 or more, or 90s, 10m; 5 if not given) print what\n"
	"the machine's network did in it, count times or for ever. The first report comes\n"
	"after the first interval.\n"
	"\n"
	"  -n, --number=N    show N connections, 0 for all (as many as fit on a terminal,\n"
	"                    else 20; all with --json and --csv)\n"
	"  -j, --json        one JSON object a line for each interval, exact numbers\n"
	"  -c, --csv[=WHAT]  comma separated values, exact numbers; WHAT is system (if\n"
	"                    not given), interfaces, connections, clients, congestion,\n"
	"                    drops or sockets\n"
	"      --section=NAME[,NAME]\n"
	"                    these sections and no others, in full: load, connections,\n"
	"                    clients, congestion, drops, sockets, or all. If not given:\n"
	"                    load and connections, and of the last three what moved\n"
	"      --clients[=N] with a table of the N clients (10 if not given; 0 for all)\n"
	"                    that took most\n"
	"      --client-prefix=A[/B]\n"
	"                    the same, a client is a network of A bits (IPv4) or B (IPv6)\n"
	"  -h, --help        this text\n"
	"  -V, --version     the version\n"
	"\n"
	"Tr is sent, Re is received, retr and Retr are retransmitted. k, M, G are\n"
	"thousands, millions, thousands of millions. `-` is not known. The first row of\n"
	"numbers is the sum over all interfaces but lo; each interface that did anything\n"
	"has a row below.\n"
	"Shown are connections that did anything in the interval, the busiest first, with\n"
	"those that ended in it. Open* is a connection that left that state in between.\n"
	"rt t f p s a o: sent again for a timeout, fast, as probe, SYN, SYN-ACK, other.\n"
	"\n"
	"The filter chooses connections as ss does: comparisons joined by and, or, not,\n"
	"( ).\n"
	"  state established   exclude time-wait   state connected   sport = :22\n"
	"  dport :443   src 10.0.0.0/8   dst [2001:db8::]/32:443   comm nginx   pid 123\n"
	"and = != < > <= >= with any column:\n";

static void print_help(void)
{
	int at = 0;

	fputs(help_text, stdout);
	for (int col = 0; col < C_NR; col++) {
		int len = (int)strlen(conn_columns[col].name);

		if (at == 0 || at + 1 + len > 79) {
			printf("%s  %s", at ? "\n" : "", conn_columns[col].name);
			at = 2 + len;
		} else {
			printf(" %s", conn_columns[col].name);
			at += 1 + len;
		}
	}
	fputs("\n\nSee coremon-report(8).\n", stdout);
}

static const struct writer *csv_writer(const char *what)
{
	static const struct {
		const char *name;
		const struct writer *writer;
	} kinds[] = {
		{ "system", &csv_system_writer },
		{ "interfaces", &csv_interfaces_writer },
		{ "connections", &csv_connections_writer },
		{ "clients", &csv_clients_writer },
		{ "congestion", &csv_congestion_writer },
		{ "drops", &csv_drops_writer },
		{ "sockets", &csv_sockets_writer },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!what || strcmp(what, kinds[i].name) == 0)
			return kinds[i].writer;
	}
	return NULL;
}

/* One way of writing alone. */
static enum options_result choose_writer(struct options *options, const struct writer *writer)
{
	if (options->writer != &text_writer && options->writer != writer) {
		say("--json, --csv=WHAT: one of them, and of one kind");
		return OPTIONS_BAD;
	}
	options->writer = writer;
	return OPTIONS_RUN;
}

/* "24" or "24/64". */
static bool parse_client_prefix(struct options *options, const char *text)
{
	const char *slash = strchr(text, '/');
	uint64_t bits4, bits6 = options->client_bits6;
	char digits[8] = "";

	if (strlen(text) >= sizeof(digits))
		return false;
	strcpy(digits, text);
	if (slash)
		digits[slash - text] = '\0';
	if (!parse_number(digits, &bits4) || bits4 > 32)
		return false;
	if (slash && (!parse_number(slash + 1, &bits6) || bits6 > 128))
		return false;
	options->client_bits4 = (unsigned int)bits4;
	options->client_bits6 = (unsigned int)bits6;
	return true;
}

/* The options that have no letter. */
static enum options_result parse_long_option(struct options *options, int opt)
{
	uint64_t n;

	switch (opt) {
	case OPT_CLIENTS:
		options->clients_asked = true;
		if (!optarg)
			return OPTIONS_RUN;
		if (parse_number(optarg, &n) && n <= CLIENTS_MAX) {
			options->out.clients = (unsigned int)n;
			return OPTIONS_RUN;
		}
		say("--clients: '%s' is not a number of clients", optarg);
		return OPTIONS_BAD;
	case OPT_SECTION:
		if (sections_parse(optarg, &options->out.sections.full))
			return OPTIONS_RUN;
		say("--section: '%s' is not of load, connections, clients, congestion, drops, sockets, all", optarg);
		return OPTIONS_BAD;
	case OPT_CLIENT_PREFIX:
		options->prefix_asked = true;
		if (parse_client_prefix(options, optarg))
			return OPTIONS_RUN;
		say("--client-prefix: '%s' is not a number of bits, for IPv4[/IPv6]", optarg);
		return OPTIONS_BAD;
	default:
		say_help();	/* getopt has said why */
		return OPTIONS_BAD;
	}
}

static enum options_result parse_option(struct options *options, int opt)
{
	const struct writer *writer;
	uint64_t n;

	switch (opt) {
	case 'n':
		if (!parse_number(optarg, &n) || n > MOST_ROWS) {
			say("-n: '%s' is not a number of connections", optarg);
			return OPTIONS_BAD;
		}
		options->out.limit = (long)n;
		return OPTIONS_RUN;
	case 'j':
		return choose_writer(options, &json_writer);
	case 'c':
		writer = csv_writer(optarg);
		if (writer)
			return choose_writer(options, writer);
		say("--csv: '%s' is not one of system, interfaces, connections, clients, congestion, drops, sockets", optarg);
		return OPTIONS_BAD;
	case 'h':
		print_help();
		return OPTIONS_DONE;
	case 'V':
		puts("coremon " COREMON_RELEASE);
		return OPTIONS_DONE;
	default:
		return parse_long_option(options, opt);
	}
}

static enum options_result parse_arguments(struct options *options, int argc, char **argv)
{
	int taken = arguments_times(argc, argv, &options->interval_ns, &options->count);

	return taken >= 0 && arguments_filter(argc - taken, argv + taken, NULL, &options->filter) ? OPTIONS_RUN : OPTIONS_BAD;
}

/* Those that were asked for, in full; else what suits the output. */
static enum options_result choose_sections(struct options *options)
{
	struct sections *sections = &options->out.sections;

	if (sections->full && options->writer != &text_writer && options->writer != &json_writer) {
		say("--section is of text and --json; --csv=WHAT chooses one kind of record");
		return OPTIONS_BAD;
	}
	if (sections->full)
		sections->shown = sections->full;
	else
		*sections = options->writer->sections;
	/* Sections that are named are these and no others. */
	if ((options->clients_asked || options->prefix_asked) && options->writer == &text_writer && !sections->full)
		sections->shown |= SECTION_BIT(SECTION_CLIENTS);
	return OPTIONS_RUN;
}

/* What is asked of something that is not shown would be passed over without a word. */
static enum options_result check_shown(const struct options *options)
{
	const struct sections *sections = &options->out.sections;
	bool clients = section_shown(sections, SECTION_CLIENTS), connections = section_shown(sections, SECTION_CONNECTIONS);

	if ((options->clients_asked || options->prefix_asked) && !clients)
		say("%s: no clients are shown", options->clients_asked ? "--clients" : "--client-prefix");
	else if (options->out.limit >= 0 && !connections)
		say("-n: no connections are shown");
	else if (options->filter && !connections && !clients && !section_shown(sections, SECTION_CONGESTION))
		say("the filter is of connections, and nothing is shown of any");
	else
		return OPTIONS_RUN;
	return OPTIONS_BAD;
}

enum options_result options_parse(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "number", required_argument, NULL, 'n' }, { "json", no_argument, NULL, 'j' },
		{ "csv", optional_argument, NULL, 'c' },    { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },	    { "clients", optional_argument, NULL, OPT_CLIENTS },
		{ "client-prefix", required_argument, NULL, OPT_CLIENT_PREFIX },
		{ "section", required_argument, NULL, OPT_SECTION }, { NULL, 0, NULL, 0 },
	};
	enum options_result result = OPTIONS_RUN;
	int opt;

	memset(options, 0, sizeof(*options));
	options->interval_ns = DEFAULT_INTERVAL;
	options->writer = &text_writer;
	options->out.limit = -1;
	options->out.clients = UINT_MAX;
	options->client_bits4 = 32;
	options->client_bits6 = 128;
	optind = 1;
	while (result == OPTIONS_RUN && (opt = getopt_long(argc, argv, "n:jc::hV", longs, NULL)) != -1)
		result = parse_option(options, opt);
	if (result == OPTIONS_RUN)
		result = choose_sections(options);
	if (options->out.clients == UINT_MAX)
		options->out.clients = options->writer == &text_writer ? DEFAULT_CLIENTS : DEFAULT_CLIENTS_FILE;
	if (result == OPTIONS_RUN)
		result = parse_arguments(options, argc - optind, argv + optind);
	if (result == OPTIONS_RUN)
		result = check_shown(options);
	return result;
}

void options_free(struct options *options)
{
	filter_free(options->filter);
	options->filter = NULL;
}
