// SPDX-License-Identifier: GPL-2.0-only
#include "socket_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "socket_pair.h"
#include "socket_read.h"

_Static_assert(SOCKET_VIEW_STATES == SOCKET_STATES, "a count for each state");

static int by_dropped(const void *p, const void *q)
{
	const struct socket_loss *a = p, *b = q;

	return a->dropped < b->dropped ? 1 : a->dropped > b->dropped ? -1 : 0;
}

static int by_queue(const void *p, const void *q)
{
	const struct socket *const *a = p, *const *b = q;
	uint64_t x = (*a)->num[SOCKET_RECV_Q], y = (*b)->num[SOCKET_RECV_Q];

	return x < y ? 1 : x > y ? -1 : 0;
}

static bool is_waiting(const struct socket *socket)
{
	return !socket->udp && socket->state == SOCKET_LISTEN && socket_known(socket, SOCKET_RECV_Q) && socket->num[SOCKET_RECV_Q];
}

static int find_waiting(struct socket_view *view, const struct sockets *now)
{
	unsigned int room = 1;

	for (unsigned int i = 0; i < now->nr; i++)
		room += is_waiting(&now->socket[i]);
	view->waiting = malloc(room * sizeof(*view->waiting));
	if (!view->waiting)
		return -ENOMEM;
	for (unsigned int i = 0; i < now->nr; i++) {
		if (is_waiting(&now->socket[i]))
			view->waiting[view->nr_waiting++] = &now->socket[i];
	}
	qsort(view->waiting, view->nr_waiting, sizeof(*view->waiting), by_queue);
	return 0;
}

static int add_loss(struct socket_view *view, const struct socket *socket, uint64_t dropped)
{
	struct socket_loss *loss = realloc(view->loss, (view->nr_losses + 1) * sizeof(*loss));

	if (!loss)
		return -ENOMEM;
	view->loss = loss;
	view->loss[view->nr_losses++] = (struct socket_loss){ *socket, dropped };
	return 0;
}

static int find_losses(struct socket_view *view, const struct sockets *before, const struct sockets *now)
{
	struct socket_pairs pairs;
	uint64_t dropped;
	int ret = socket_pairs_make(&pairs, before);

	for (unsigned int i = 0; i < now->nr && ret == 0; i++) {
		const struct socket *socket = &now->socket[i];

		if (socket->udp && socket_known(socket, SOCKET_DROPS) && socket->num[SOCKET_DROPS] &&
		    socket_pairs_drops(&pairs, socket, &dropped) && dropped)
			ret = add_loss(view, socket, dropped);
	}
	socket_pairs_free(&pairs);
	if (view->nr_losses)
		qsort(view->loss, view->nr_losses, sizeof(*view->loss), by_dropped);
	return ret;
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
	ret = find_waiting(view, now);
	if (ret < 0 || !view->losses_known)
		return ret;
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
