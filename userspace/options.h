/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of `coremon report`. */
#ifndef COREMON_OPTIONS_H
#define COREMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"
#include "out.h"

/** struct options - what the user asked for */
struct options {
	uint64_t interval_ns;
	uint64_t count;			/* intervals, 0 for ever */
	const struct writer *writer;
	struct out_options out;
	struct filter *filter;		/* or NULL */
	bool clients_asked, prefix_asked;	/* by --clients, --client-prefix */
	unsigned int client_bits4, client_bits6;	/* of an address that tell one client from another */
};

enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_BAD };

/**
 * options_parse() - read the command line.
 *
 * Return: OPTIONS_RUN with @options set (options_free() it); OPTIONS_DONE after --help or --version; OPTIONS_BAD after one
 * line on stderr.
 */
enum options_result options_parse(struct options *options, int argc, char **argv);

/** options_free() - free the filter. */
void options_free(struct options *options);

#endif /* COREMON_OPTIONS_H */
