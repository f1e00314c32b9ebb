/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections of a report that tell of trouble - congestion, drops, sockets - from two readings of the host's counters and sockets. */
#ifndef COREMON_TROUBLE_H
#define COREMON_TROUBLE_H

#include "congestion.h"
#include "counter.h"
#include "drop_view.h"
#include "lives.h"
#include "section.h"
#include "socket.h"
#include "socket_view.h"

/** struct trouble - what is kept between two readings, and what they show */
struct trouble {
	struct sections sections;
	struct counters before, now;
	struct sockets sockets_before, sockets;
	struct congestion congestion;
	struct drop_view drops;
	struct socket_view view;
};

/** trouble_init() - begin with nothing. */
void trouble_init(struct trouble *trouble, const struct sections *sections);

/** trouble_free() - end. */
void trouble_free(struct trouble *trouble);

/**
 * trouble_read() - a reading of what the wanted sections need, and of that alone. The last one becomes the one before.
 *
 * TCP sockets are read only where the section of sockets is wanted in full: there may be a million. Return: 0 or -ENOMEM.
 */
int trouble_read(struct trouble *trouble, const struct root *root);

/**
 * trouble_make() - what happened since the reading before. Good until the next trouble_read().
 * @totals, @lives: of the connections in the same interval; @totals is NULL where the source does not tell enough
 *
 * Return: 0 or -ENOMEM.
 */
int trouble_make(struct trouble *trouble, const struct root *root, const struct totals *totals, const struct lives *lives);

#endif /* COREMON_TROUBLE_H */
