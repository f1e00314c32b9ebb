/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets of one reading found in the reading before. */
#ifndef COREMON_SOCKET_PAIR_H
#define COREMON_SOCKET_PAIR_H

#include "socket.h"

/** struct socket_pairs - the reading before, in an order to search in */
struct socket_pairs {
	const struct sockets *before;	/* NULL: there is none */
	const struct socket **socket;
	unsigned int nr;
};

/** socket_pairs_make() - from @before, which must outlive it; NULL is fine. Return: 0 or -ENOMEM. */
int socket_pairs_make(struct socket_pairs *pairs, const struct sockets *before);

/** socket_pairs_find() - Return: @socket as it was before, or NULL. */
const struct socket *socket_pairs_find(const struct socket_pairs *pairs, const struct socket *socket);

/**
 * socket_pairs_drops() - how many packets @socket dropped since the reading before.
 * Return: true with @drops set; false where there is no reading before, or it is not known.
 */
bool socket_pairs_drops(const struct socket_pairs *pairs, const struct socket *socket, uint64_t *drops);

/** socket_pairs_free() - free it. */
void socket_pairs_free(struct socket_pairs *pairs);

#endif /* COREMON_SOCKET_PAIR_H */
