// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "flows.h"
#include "run.h"
#include "say.h"

#define DEFAULT_INTERVAL UINT64_C(60000000000)
#define LEAST_INTERVAL UINT64_C(100000000)
#define ESTIMATE_TIME UINT64_C(10000000000)

enum { OPT_FORMAT = 256, OPT_ACCOUNT, OPT_WHEN, OPT_ESTIMATE, OPT_INTERFACE };

static const char help_text[] =
	"Usage: coremon-flows [options] [filter]\n"
	"\n"
	"Print flow records as AWS's VPC flow logs have them, one for each direction of\n"
	"each TCP connection: every interval of what went over it in that time, and of\n"
	"what is left when it ended. The direction of the SYN comes first, older\n"
	"connections before younger.\n"
	"\n"
	"  -i, --interval=TIME   between two records of a connection: seconds, or 90s,\n"
	"                        10m (60)\n"
	"  -f, --for=TIME        end after this time\n"
	"      --format=FORMAT   fields to print, as '${srcaddr} ${dstaddr} ${tcp-flags}'\n"
	"      --account-id=ID   what stands for ${account-id} (-)\n"
	"      --interface=NAME  only of this interface\n"
	"      --when=FILTER     only records that tell of trouble, as\n"
	"                        --when 'retrans > 0 or rst'\n"
	"      --estimate        print nothing but how many records and bytes an hour it\n"
	"                        would be, measured for 10 s, or --for\n"
	"  -H, --header          a first line with the names of the fields\n"
	"  -j, --json            one JSON object a line, of all fields that have a value\n"
	"                        here, or of those of --format\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n"
	"\n"
	"The filter, and that of --when, chooses as in coremon-report: src, dst, sport,\n"
	"dport, state, family, id, any field below that begins with coremon- (without\n"
	"that, and with _ for -), such as comm, pid, netns, retrans_fast, cause, and the\n"
	"words rst, fin, syn, refused, ended. Counters are those of the record's time.\n"
	"\n"
	"Fields:\n";

static bool parse_filter(char *text, struct filter **filter)
{
	filter_free(*filter);
	return run_filter(1, &text, &flow_filter, filter);
}

static bool parse_time(const char *option, const char *text, uint64_t *ns)
{
	if (run_duration(text, ns))
		return true;
	say("%s: '%s' is not a time", option, text);
	return false;
}

static enum flow_options_result parse_option(struct flow_options *options, int opt)
{
	bool good = true;

	switch (opt) {
	case 'i':
		good = parse_time("--interval", optarg, &options->interval_ns);
		if (good && options->interval_ns < LEAST_INTERVAL) {
			say("--interval: '%s' is less than 0.1", optarg);
			good = false;
		}
		break;
	case 'f':
		good = parse_time("--for", optarg, &options->for_ns);
		break;
	case OPT_FORMAT:
		flow_format_free(options->format);
		options->format = flow_format_parse(optarg);
		good = options->format;
		break;
	case OPT_ACCOUNT:
		options->account = optarg;
		break;
	case OPT_INTERFACE:
		options->interface = optarg;
		break;
	case OPT_WHEN:
		good = parse_filter(optarg, &options->when);
		break;
	case OPT_ESTIMATE:
		options->estimate = true;
		break;
	case 'H':
		options->header = true;
		break;
	case 'j':
		options->json = true;
		break;
	case 'h':
		fputs(help_text, stdout);
		flow_format_list();
		fputs("\nSee coremon-flows(8).\n", stdout);
		return FLOW_OPTIONS_DONE;
	case 'V':
		puts("coremon " COREMON_RELEASE);
		return FLOW_OPTIONS_DONE;
	default:
		say_help();	/* getopt has said why */
		good = false;
	}
	return good ? FLOW_OPTIONS_RUN : FLOW_OPTIONS_BAD;
}

/* What was not asked for. */
static enum flow_options_result complete(struct flow_options *options)
{
	if (options->header && (options->json || options->estimate)) {
		say("--header: there is none with %s", options->json ? "--json" : "--estimate");
		return FLOW_OPTIONS_BAD;
	}
	if (!options->format)
		options->format = options->json ? flow_format_all() : flow_format_parse(flow_default_format);
	if (!options->format)
		return FLOW_OPTIONS_BAD;
	if (options->estimate && options->for_ns == RUN_FOR_EVER)
		options->for_ns = ESTIMATE_TIME;
	return FLOW_OPTIONS_RUN;
}

enum flow_options_result flow_options_parse(struct flow_options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "interval", required_argument, NULL, 'i' },	 { "for", required_argument, NULL, 'f' },
		{ "format", required_argument, NULL, OPT_FORMAT }, { "account-id", required_argument, NULL, OPT_ACCOUNT },
		{ "interface", required_argument, NULL, OPT_INTERFACE }, { "when", required_argument, NULL, OPT_WHEN },
		{ "estimate", no_argument, NULL, OPT_ESTIMATE }, { "header", no_argument, NULL, 'H' },
		{ "json", no_argument, NULL, 'j' },		 { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },		 { NULL, 0, NULL, 0 },
	};
	enum flow_options_result result = FLOW_OPTIONS_RUN;
	int opt;

	memset(options, 0, sizeof(*options));
	options->interval_ns = DEFAULT_INTERVAL;
	options->for_ns = RUN_FOR_EVER;
	optind = 1;
	while (result == FLOW_OPTIONS_RUN && (opt = getopt_long(argc, argv, "i:f:HjhV", longs, NULL)) != -1)
		result = parse_option(options, opt);
	if (result == FLOW_OPTIONS_RUN && !run_filter(argc - optind, argv + optind, &flow_filter, &options->filter))
		result = FLOW_OPTIONS_BAD;
	return result == FLOW_OPTIONS_RUN ? complete(options) : result;
}

void flow_options_free(struct flow_options *options)
{
	flow_format_free(options->format);
	filter_free(options->filter);
	filter_free(options->when);
	memset(options, 0, sizeof(*options));
}
