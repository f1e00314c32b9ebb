/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each connection's counters were at the last reading, to know what it did since.
 *
 * A connection is its id (socket cookie) and network namespace. One that was not there at the last reading counts from its
 * birth if its age shows that it was born since then; otherwise nothing is known of what it did until the next reading. One
 * whose bytes went back is another connection under the same id. A single 32-bit counter that wrapped is unknown for once.
 *
 * Memory: some 150 bytes a connection, at most TRACK_MAX of them.
 */
#ifndef COREMON_TRACK_H
#define COREMON_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "column.h"

#define TRACK_MAX 16777216u	/* the most the module ever shows */

/** struct activity - what one connection did in the interval */
struct activity {
	uint32_t known;		/* bit per enum conn_counter */
	uint64_t grown[K_NR];
	bool active;		/* it did something, or is new */
};

struct track;

/** track_new() - Return: an empty table, or NULL. */
struct track *track_new(void);

/** track_free() - free the table. */
void track_free(struct track *track);

/** track_begin() - a reading begins. */
void track_begin(struct track *track);

/**
 * track_row() - take in one row of the reading.
 * @since_ns: time between the last reading and now: what is younger was born since. 0 where there was no reading.
 * Return: 0; -EEXIST where the reading had this connection already; -EINVAL for a row without an id; -ENOMEM where there is
 * no room for it. After an error @out is not set and the row is to be left out.
 */
int track_row(struct track *track, const struct conn *conn, uint64_t since_ns, struct activity *out);

/** track_end() - the reading is over: forget the connections that it did not show. */
void track_end(struct track *track);

/** track_count() - Return: how many connections the table holds. */
unsigned int track_count(const struct track *track);

#endif /* COREMON_TRACK_H */
