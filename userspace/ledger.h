/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One ledger of what was lost, over all layers, from the wire to the program: each counter that tells of loss, what it was in an
 * interval, which of the kernel's drop reasons say the same, and what is left that they do not explain.
 */
#ifndef COREMON_LEDGER_H
#define COREMON_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "counter.h"
#include "rate.h"
#include "socket.h"

#define LEDGER_TEXT_LEN 160

enum ledger_kind {
	LEDGER_COUNTER,		/* a counter */
	LEDGER_LEVEL,		/* how full something is: value of limit */
	LEDGER_REASON,		/* a reason of the kernel; under a counter where @explains is not NULL */
	LEDGER_UNKNOWN,		/* of the layer not all is known: what is not there may have been lost all the same */
	LEDGER_UNEXPLAINED,	/* the counters of @explains and what their reasons are less */
};

/** struct ledger_row - one row */
struct ledger_row {
	enum ledger_kind kind;
	enum layer layer;
	char object[LEDGER_TEXT_LEN];	/* REASON: the place in the kernel */
	char name[LEDGER_TEXT_LEN];	/* the counter; REASON: the reason, "-" where the kernel has none */
	char protocol[32];		/* REASON */
	const char *explains;		/* name of what they explain; COUNTER: of what explains it; or NULL */
	const char *means;		/* in a few words, or NULL */
	struct delta delta;
	int64_t unexplained;		/* UNEXPLAINED: grown; more reasons than counted is below 0 */
	bool unexplained_known;
	uint64_t limit;			/* LEVEL, and COUNTER of a socket: of @level */
	uint64_t level;
	bool limit_known, level_known;
};

/** struct ledger_reading - what a ledger is made from */
struct ledger_reading {
	struct counters counters;
	struct sockets sockets;
};

/** struct ledger - rows, layer by layer */
struct ledger {
	struct ledger_row *row;
	unsigned int nr, room;
	uint64_t elapsed_ns;	/* 0: since boot */
	bool reasons_known;	/* the kernel gives reasons and all of them were read in both readings */
};

/**
 * ledger_read() - read all layers.
 * @before: an earlier reading or NULL: who holds a socket is found where one dropped since.
 * Return: 0 or -ENOMEM.
 */
int ledger_read(struct ledger_reading *reading, const struct root *root, const struct ledger_reading *before);

/** ledger_reading_free() - free it; it can be read into again. */
void ledger_reading_free(struct ledger_reading *reading);

/**
 * ledger_make() - what happened between two readings.
 * @before: NULL: since boot, and reasons since the module was loaded, so that nothing is compared.
 * @all: also what did not move
 * Return: 0 or -ENOMEM; ledger_free() it in any case.
 */
int ledger_make(struct ledger *ledger, const struct ledger_reading *before, const struct ledger_reading *now, bool all);

/** ledger_free() - free the rows. */
void ledger_free(struct ledger *ledger);

/* For the files that make rows. ledger_row(): a new row of zeroes, or NULL where there is no memory. */
struct ledger_row *ledger_row(struct ledger *ledger, enum ledger_kind kind, enum layer layer);
int ledger_sockets(struct ledger *ledger, const struct sockets *before, const struct sockets *now, bool all);
bool ledger_sockets_moved(const struct sockets *before, const struct sockets *now);
int ledger_levels(struct ledger *ledger, const struct counters *now, enum layer layer, bool all);

#endif /* COREMON_LEDGER_H */
