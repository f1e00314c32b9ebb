// SPDX-License-Identifier: GPL-2.0-only
#include "socket_pair.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The kernel never gives a cookie again; an inode, of which there is always one where there is no cookie, only after long. */
static uint64_t identity(const struct socket *socket)
{
	return socket_known(socket, SOCKET_COOKIE) ? socket->num[SOCKET_COOKIE] : socket->num[SOCKET_INODE];
}

static int compare(const void *p, const void *q)
{
	const struct socket *a = *(const struct socket *const *)p, *b = *(const struct socket *const *)q;

	if (a->udp != b->udp)
		return a->udp ? 1 : -1;
	return identity(a) < identity(b) ? -1 : identity(a) > identity(b);
}

int socket_pairs_make(struct socket_pairs *pairs, const struct sockets *before)
{
	memset(pairs, 0, sizeof(*pairs));
	if (!before)
		return 0;
	pairs->socket = calloc(before->nr + 1, sizeof(const struct socket *));
	if (!pairs->socket)
		return -ENOMEM;
	pairs->before = before;
	for (unsigned int i = 0; i < before->nr; i++) {
		const struct socket *socket = &before->socket[i];

		if (socket_known(socket, SOCKET_COOKIE) || socket_known(socket, SOCKET_INODE))
			pairs->socket[pairs->nr++] = socket;
	}
	qsort(pairs->socket, pairs->nr, sizeof(const struct socket *), compare);
	return 0;
}

const struct socket *socket_pairs_find(const struct socket_pairs *pairs, const struct socket *socket)
{
	const struct socket **found;

	if (pairs->nr == 0 || (!socket_known(socket, SOCKET_COOKIE) && !socket_known(socket, SOCKET_INODE)))
		return NULL;
	found = bsearch(&socket, pairs->socket, pairs->nr, sizeof(const struct socket *), compare);
	/* What was read in another way (inet_diag failed once) is told apart by this. */
	return found && socket_known(*found, SOCKET_COOKIE) == socket_known(socket, SOCKET_COOKIE) ? *found : NULL;
}

bool socket_pairs_drops(const struct socket_pairs *pairs, const struct socket *socket, uint64_t *drops)
{
	const struct socket *old;

	if (!pairs->before || !socket_known(socket, SOCKET_DROPS))
		return false;
	old = socket_pairs_find(pairs, socket);
	*drops = socket->num[SOCKET_DROPS];
	/* One that was not there is new, and so is all that it dropped: if all were read then. */
	if (!old)
		return socket->udp ? pairs->before->udp_whole : pairs->before->tcp_whole;
	if (!socket_known(old, SOCKET_DROPS))
		return false;
	/* The kernel's counter has 32 bits. */
	*drops = (uint32_t)(socket->num[SOCKET_DROPS] - old->num[SOCKET_DROPS]);
	return true;
}

void socket_pairs_free(struct socket_pairs *pairs)
{
	free(pairs->socket);
	memset(pairs, 0, sizeof(*pairs));
}
