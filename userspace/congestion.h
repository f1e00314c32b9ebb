/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The section `congestion`: the host's counters of retransmits, Recovery, Loss and of what was taken back, each with a word on what
 * it means; the same of the connections; and a verdict on each of the two.
 */
#ifndef COREMON_CONGESTION_H
#define COREMON_CONGESTION_H

#include "counter.h"
#include "rate.h"
#include "totals.h"
#include "verdict.h"

#define CONGESTION_ROWS 32

/** struct congestion_row - a counter of the host */
struct congestion_row {
	const char *name;	/* as nstat has it */
	const char *word;	/* what it means; at most 44 characters */
};

extern const struct congestion_row congestion_rows[CONGESTION_ROWS];
extern const unsigned int congestion_rows_nr;

/** struct congestion_sum - a counter of the connections */
struct congestion_sum {
	const char *name;	/* as in /proc/coremon/connections */
	enum conn_counter counter;
};

extern const struct congestion_sum congestion_sums[];
extern const unsigned int congestion_sums_nr;

/** struct congestion - one interval */
struct congestion {
	struct delta row[CONGESTION_ROWS];
	struct evidences host;
	struct verdict host_verdict;
	bool host_tells;		/* something happened that costs: a segment was sent again, or marked by ECN */
	bool connections_known;		/* the source tells retransmits by kind */
	struct evidences connections;
	struct verdict connections_verdict;
	bool connections_tell;
};

/** congestion_layers() - Return: the layers of counters it is made of, a bit each. */
uint32_t congestion_layers(void);

/**
 * congestion_make() - what happened between two readings.
 * @totals: of the connections, NULL where not known; @given_up: how many of these ended because nobody answered, where @given_up_known.
 */
void congestion_make(struct congestion *congestion, const struct counters *before, const struct counters *now, const struct totals *totals,
		     bool given_up_known, uint64_t given_up);

#endif /* COREMON_CONGESTION_H */
