/* SPDX-License-Identifier: GPL-2.0-only */
/* What one interval has to say, and the writers that say it: as text, JSON or CSV. */
#ifndef COREMON_OUT_H
#define COREMON_OUT_H

#include <stdio.h>

#include "cgroup.h"
#include "clients.h"
#include "lives.h"
#include "rank.h"
#include "rate.h"
#include "root.h"
#include "section.h"
#include "source.h"
#include "totals.h"
#include "trouble.h"

/** struct report - one interval */
struct report {
	struct stamp now;		/* its end */
	uint64_t elapsed_ns;		/* its length, on the monotonic clock */
	struct host_delta host;
	enum source_kind source;	/* of the connections */
	struct rank *rank;		/* the connections that did anything and passed the filter, sorted */
	struct lives lives;		/* of the connections that pass the filter */
	struct clients_view *clients;	/* of the same */
	struct cgroups *cgroups;
	struct module_stats stats;
	struct delta refused;		/* connections the module had no room for */
	struct delta hooks_us;		/* the CPU's time that its hooks took, all CPUs added up */
	struct delta thinned;		/* calls it did not handle, to keep within its CPU budget */
	const struct totals *totals;	/* of the connections that pass the filter */
	const struct trouble *trouble;	/* what the other sections show */
};

/** struct out_options - how to write it */
struct out_options {
	long limit;		/* connections to show; 0 for all, -1 for as many as suit the output */
	struct sections sections;
	unsigned int clients;	/* clients to show, 0 for all */
};

/** struct writer - one way to write reports */
struct writer {
	struct sections sections;	/* what it writes where the user has not chosen */
	void (*begin)(FILE *out);
	/* how many connections to keep for one interval; 0 for all */
	unsigned int (*limit)(const struct out_options *options);
	void (*interval)(FILE *out, const struct report *report, const struct out_options *options);
};

extern const struct writer text_writer;
extern const struct writer json_writer;
extern const struct writer csv_system_writer;
extern const struct writer csv_interfaces_writer;
extern const struct writer csv_connections_writer;
extern const struct writer csv_clients_writer;
extern const struct writer csv_congestion_writer;
extern const struct writer csv_drops_writer;
extern const struct writer csv_sockets_writer;

#define RATE_NAME_LEN 48

/** rate_name() - the name of a rate: "@name_per_s". Return: @buf. */
char *rate_name(const char *name, char buf[RATE_NAME_LEN]);

/** conn_delta() - a counter of a connection and how much it grew. */
struct delta conn_delta(const struct rank_row *row, enum conn_counter k);

/** conn_counter_of() - Return: which counter column @col is, or -1 for one that is none. */
int conn_counter_of(enum conn_col col);

/** file_limit() - the limit() of writers whose readers are programs: all, if not told otherwise. */
unsigned int file_limit(const struct out_options *options);

#endif /* COREMON_OUT_H */
