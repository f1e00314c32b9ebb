/* SPDX-License-Identifier: GPL-2.0-only */
/* What all connections did together in an interval: how much each of their counters grew. */
#ifndef COREMON_TOTALS_H
#define COREMON_TOTALS_H

#include "column.h"
#include "track.h"

/** struct totals - the sums */
struct totals {
	uint64_t connections;		/* that did anything */
	uint64_t known;			/* bit per enum conn_counter: its growth is known of one of these at least */
	uint64_t grown[K_NR];
	uint64_t losses;		/* ways into Loss, but for those of a SYN */
};

/** totals_add() - take in what a connection did. */
void totals_add(struct totals *totals, const struct activity *activity);

/** totals_known() - Return: true where the sum of counter @k says something: of one connection at least, or of none that did anything. */
static inline bool totals_known(const struct totals *totals, enum conn_counter k)
{
	return (totals->known >> k & 1) || !totals->connections;
}

#endif /* COREMON_TOTALS_H */
