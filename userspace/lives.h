/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many connections were born and died in an interval, and of what.
 *
 * A connect() that failed is a connection that was born, and is told of apart from those that ended. Listeners do not count.
 */
#ifndef COREMON_LIVES_H
#define COREMON_LIVES_H

#include <stdbool.h>
#include <stdint.h>

#include "column.h"
#include "track.h"

/* Why a connection ended: COREMON_CAUSE_*, and 0 for a cause that this program does not know. */
#define LIVES_CAUSES 11

/** struct lives - the counts of one interval */
struct lives {
	bool known;			/* the source tells of ends */
	uint64_t opened;		/* born in the interval */
	uint64_t cause[LIVES_CAUSES];	/* ended in it */
	uint64_t lost;			/* ended in it too, and nothing is known of them */
};

/** lives_add() - count what a row tells. */
void lives_add(struct lives *lives, const struct conn *conn, const struct activity *activity);

/** lives_cause() - Return: the number of a connection's cause of death; 0 where it is not known. */
unsigned int lives_cause(const struct conn *conn);

/** lives_cause_name() - Return: its name, "unknown" for 0. */
const char *lives_cause_name(unsigned int cause);

/** lives_is_failure() - Return: true for the causes of a connect() that failed. */
bool lives_is_failure(unsigned int cause);

/** lives_ended() - Return: how many ended; with @failed those that failed to connect, else the others. */
uint64_t lives_ended(const struct lives *lives, bool failed);

#endif /* COREMON_LIVES_H */
