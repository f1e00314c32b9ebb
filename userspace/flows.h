/* SPDX-License-Identifier: GPL-2.0-only */
/* coremon flows: flow records of every connection. */
#ifndef COREMON_FLOWS_H
#define COREMON_FLOWS_H

#include "flow.h"

/** struct flow_options - what the user asked for */
struct flow_options {
	uint64_t interval_ns;		/* between two records of a live connection */
	uint64_t for_ns;		/* or RUN_FOR_EVER */
	struct flow_format *format;
	struct filter *filter, *when;	/* or NULL */
	const char *account;
	const char *interface;		/* only this one; NULL: all */
	bool json, header, estimate;
};

enum flow_options_result { FLOW_OPTIONS_RUN, FLOW_OPTIONS_DONE, FLOW_OPTIONS_BAD };

/** flow_options_parse() - read the command line. Return: what to do; flow_options_free() the options in any case. */
enum flow_options_result flow_options_parse(struct flow_options *options, int argc, char **argv);

/** flow_options_free() - free what the options hold. */
void flow_options_free(struct flow_options *options);

/** verb_flows() - run it. Return: the exit code. */
int verb_flows(int argc, char **argv);

#endif /* COREMON_FLOWS_H */
