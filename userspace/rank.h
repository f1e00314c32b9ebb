/* SPDX-License-Identifier: GPL-2.0-only */
/* The busiest connections of an interval, and the sums over all of them. */
#ifndef COREMON_RANK_H
#define COREMON_RANK_H

#include <stdbool.h>
#include <stdint.h>

#include "column.h"
#include "track.h"

/** struct rank_row - a connection and what it did */
struct rank_row {
	struct conn conn;
	struct activity activity;
};

/** struct rank_sum - what a number of connections did together; unknown parts count as nothing */
struct rank_sum {
	uint64_t connections;
	uint64_t bytes_sent, bytes_received;
	uint64_t unknown;	/* connections of which bytes are not known */
};

/** struct rank - the rows kept */
struct rank {
	struct rank_row *row;
	unsigned int nr, room;
	unsigned int limit;	/* keep so many; 0 for all */
	uint64_t lost;		/* rows there was no memory for */
	struct rank_sum all;	/* of all added, kept or not */
};

/** rank_init() - begin with nothing, keeping the @limit busiest rows (0: all). */
void rank_init(struct rank *rank, unsigned int limit);

/** rank_add() - take in one active connection. */
void rank_add(struct rank *rank, const struct conn *conn, const struct activity *activity);

/** rank_sort() - order the rows kept, busiest first: by bytes both ways, then segments, then id; those not known last. */
void rank_sort(struct rank *rank);

/** rank_left_out() - Return: the sums over all connections added but the first @shown of the sorted rows. */
struct rank_sum rank_left_out(const struct rank *rank, unsigned int shown);

/** rank_reset() - forget all rows, keep the memory. */
void rank_reset(struct rank *rank);

/** rank_free() - free the rows. */
void rank_free(struct rank *rank);

#endif /* COREMON_RANK_H */
