// SPDX-License-Identifier: GPL-2.0-only
#include "socket_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "socket_read.h"

_Static_assert(SOCKET_VIEW_STATES == SOCKET_STATES, "a count for each state");

/* What tells a socket from others: its cookie, or where the source has none its inode. */
static uint64_t identity(const struct socket *socket, bool *known)
{
	enum socket_col col = socket_known(socket, K_COOKIE) ? K_COOKIE : K_INODE;

	*known = socket_known(socket, col);
	return socket->num[col];
}

static int by_identity(const void *p, const void *q)
{
	const struct socket *const *x = p, *const *y = q;
	bool known;
	uint64_t a = identity(*x, &known), b = identity(*y, &known);

	return a < b ? -1 : a > b;
}

static int by_dropped(const void *p, const void *q)
{
	const struct socket_loss *a = p, *b = q;

	return a->dropped < b->dropped ? 1 : a->dropped > b->dropped ? -1 : 0;
}

static int by_queue(const void *p, const void *q)
{
	const struct socket *const *a = p, *const *b = q;
	uint64_t x = (*a)->num[K_RECV_Q], y = (*b)->num[K_RECV_Q];

	return x < y ? 1 : x > y ? -1 : 0;
}

static bool has_dropped(const struct socket *socket)
{
	bool known;

	identity(socket, &known);
	return socket->udp && known && socket_known(socket, K_DROPS) && socket->num[K_DROPS];
}

static bool is_waiting(const struct socket *socket)
{
	return !socket->udp && socket->state == SOCKET_LISTEN && socket_known(socket, K_RECV_Q) && socket->num[K_RECV_Q];
}

/* Pointers to those sockets of a reading that @wanted chooses. Return: the list, to be freed, or NULL. */
static const struct socket **choose(const struct sockets *sockets, bool (*wanted)(const struct socket *), unsigned int *nr)
{
	const struct socket **list;
	unsigned int room = 1;

	for (unsigned int i = 0; i < sockets->nr; i++)
		room += wanted(&sockets->socket[i]);
	list = malloc(room * sizeof(*list));
	*nr = 0;
	for (unsigned int i = 0; list && i < sockets->nr; i++) {
		if (wanted(&sockets->socket[i]))
			list[(*nr)++] = &sockets->socket[i];
	}
	return list;
}

/*
 * What a socket dropped since. One that had not dropped yet, or was not there, counts from 0; of one whose count went back (it has 32
 * bits) nothing is known, and it is left out.
 */
static uint64_t dropped_since(const struct socket **old, unsigned int nr, const struct socket *socket)
{
	const struct socket **found = bsearch(&socket, old, nr, sizeof(*old), by_identity);
	uint64_t before = found ? (*found)->num[K_DROPS] : 0;

	return socket->num[K_DROPS] > before ? socket->num[K_DROPS] - before : 0;
}

static int find_losses(struct socket_view *view, const struct sockets *before, const struct sockets *now)
{
	unsigned int nr_old, nr;
	const struct socket **old = choose(before, has_dropped, &nr_old);
	const struct socket **dropped = choose(now, has_dropped, &nr);

	view->loss = calloc(nr + 1, sizeof(*view->loss));
	if (old && dropped && view->loss) {
		qsort(old, nr_old, sizeof(*old), by_identity);
		for (unsigned int i = 0; i < nr; i++) {
			uint64_t grown = dropped_since(old, nr_old, dropped[i]);

			if (grown)
				view->loss[view->nr_losses++] = (struct socket_loss){ *dropped[i], grown };
		}
		qsort(view->loss, view->nr_losses, sizeof(*view->loss), by_dropped);
	}
	nr = !old || !dropped || !view->loss;
	free(old);
	free(dropped);
	return nr ? -ENOMEM : 0;
}

/* A reading of the sockets that dropped alone, to find their processes. */
static int find_holders(struct socket_view *view, const struct root *root)
{
	struct sockets few = { 0 };
	int ret = 0;

	for (unsigned int i = 0; i < view->nr_losses && ret == 0; i++) {
		struct socket *socket = sockets_add(&few);

		if (socket)
			*socket = view->loss[i].socket;
		else
			ret = -ENOMEM;
	}
	if (ret == 0)
		ret = sockets_find_holders(&few, root);
	for (unsigned int i = 0; i < few.nr; i++)
		view->loss[i].socket = few.socket[i];
	sockets_free(&few);
	return ret;
}

static void count(struct socket_view *view, const struct sockets *now)
{
	for (unsigned int i = 0; i < now->nr; i++) {
		if (now->socket[i].udp)
			view->udp++;
		else if (now->socket[i].state < SOCKET_VIEW_STATES)
			view->tcp[now->socket[i].state]++;
	}
}

int socket_view_make(struct socket_view *view, const struct sockets *before, const struct sockets *now, const struct root *root)
{
	int ret;

	memset(view, 0, sizeof(*view));
	view->tcp_known = now->tcp_whole;
	view->udp_known = now->udp_whole;
	view->losses_known = before->udp_whole && now->udp_whole;
	count(view, now);
	view->waiting = choose(now, is_waiting, &view->nr_waiting);
	if (!view->waiting)
		return -ENOMEM;
	qsort(view->waiting, view->nr_waiting, sizeof(*view->waiting), by_queue);
	if (!view->losses_known)
		return 0;
	ret = find_losses(view, before, now);
	if (ret == 0 && view->nr_losses)
		ret = find_holders(view, root);
	return ret;
}

void socket_view_free(struct socket_view *view)
{
	free(view->waiting);
	free(view->loss);
	memset(view, 0, sizeof(*view));
}
