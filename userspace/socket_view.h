/* SPDX-License-Identifier: GPL-2.0-only */
/* The section `sockets`: how many there are in each state, whose accept queue is not empty, and which UDP sockets drop. */
#ifndef COREMON_SOCKET_VIEW_H
#define COREMON_SOCKET_VIEW_H

#include "socket.h"

#define SOCKET_VIEW_STATES 12	/* TCP_* */

/** struct socket_loss - a UDP socket that dropped in the interval */
struct socket_loss {
	struct socket socket;
	uint64_t dropped;
};

/** struct socket_view - one interval */
struct socket_view {
	bool tcp_known, udp_known;	/* all of them were read */
	uint64_t tcp[SOCKET_VIEW_STATES];
	uint64_t udp;
	const struct socket **waiting;	/* listeners with connections that wait to be accepted, the longest queue first */
	unsigned int nr_waiting;
	struct socket_loss *loss;	/* most dropped first */
	unsigned int nr_losses;
	bool losses_known;		/* both readings had all UDP sockets */
};

/**
 * socket_view_make() - what two readings show together. What it points to is @now's.
 *
 * Who holds a socket is looked for only where one dropped, as that takes a look at all processes: @root.
 * Return: 0 or -ENOMEM.
 */
int socket_view_make(struct socket_view *view, const struct sockets *before, const struct sockets *now, const struct root *root);

/** socket_view_free() - free what socket_view_make() made. */
void socket_view_free(struct socket_view *view);

#endif /* COREMON_SOCKET_VIEW_H */
