/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each connection's counters were when it was told of last, to know what it did since.
 *
 * A connection is its id (socket cookie), network namespace and, where the source tells it, time of birth. One that was not
 * there before counts from its birth if that shows that it was born since the last reading of all; otherwise nothing is known of what
 * it did until it is told of again. One whose bytes went back is another connection under the same id. A single 32-bit
 * counter that wrapped is unknown for once.
 *
 * A reading gives all connections, or only those that changed or ended; the others are not touched.
 *
 * Memory: some 300 bytes a connection, at most TRACK_MAX of them.
 */
#ifndef COREMON_TRACK_H
#define COREMON_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "column.h"

#define TRACK_MAX 16777216u	/* the most the module ever shows */
#define TRACK_NO_TAG UINT32_MAX

/** struct activity - what one connection did in the interval */
struct activity {
	uint64_t known;		/* bit per enum conn_counter */
	uint64_t grown[K_NR];	/* 0 where it is not known */
	bool active;		/* it did something, is new, or ended */
	bool born;		/* since the last reading */
};

struct track;

/** track_new() - Return: an empty table, or NULL. */
struct track *track_new(void);

/** track_free() - free the table. */
void track_free(struct track *track);

/** track_begin() - a reading begins. @then_ns: when the last one did, on the monotonic clock; 0 where there was none. */
void track_begin(struct track *track, uint64_t then_ns);

/**
 * track_row() - take in one row of the reading.
 * @since_ns: time between the last reading and now: what is younger was born since. 0 where there was no reading.
 * @tag: set to where the table keeps a number of the caller's for this connection, at first TRACK_NO_TAG; valid until the
 * next call. May be NULL.
 *
 * Return: 0; -EEXIST where the reading had this connection already; -EINVAL for a row without an id; -ENOMEM where there is
 * no room for it. After an error @out is not set and the row is to be left out. A row of a connection that ended is
 * compared with what was known of it; track_forget() it then.
 */
int track_row(struct track *track, const struct conn *conn, uint64_t since_ns, struct activity *out, uint32_t **tag);

/** track_tag() - Return: where the table keeps the caller's number for the connection of this row, or NULL. */
uint32_t *track_tag(struct track *track, const struct conn *conn);

/** track_forget() - forget the connection of this row, if it is known. */
void track_forget(struct track *track, const struct conn *conn);

/** typedef gone_fn - told of the tag of each connection that is forgotten because a reading of all did not show it */
typedef void (*gone_fn)(void *ctx, uint32_t tag);

/** track_end() - a reading of all connections is over: forget those that it did not show. @gone may be NULL. */
void track_end(struct track *track, gone_fn gone, void *ctx);

/** track_count() - Return: how many connections the table holds. */
unsigned int track_count(const struct track *track);

#endif /* COREMON_TRACK_H */
