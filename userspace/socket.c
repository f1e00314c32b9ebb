// SPDX-License-Identifier: GPL-2.0-only
#include "socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "socket_read.h"

struct socket *sockets_add(struct sockets *sockets)
{
	struct socket *socket;

	if (sockets->nr == sockets->room) {
		unsigned int room = sockets->room ? sockets->room * 2 : 64;

		if (room < sockets->room)
			return NULL;
		socket = realloc(sockets->socket, room * sizeof(*socket));
		if (!socket)
			return NULL;
		sockets->socket = socket;
		sockets->room = room;
	}
	socket = &sockets->socket[sockets->nr++];
	memset(socket, 0, sizeof(*socket));
	return socket;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_endpoints(const struct endpoint *a, const struct endpoint *b)
{
	int ret = compare(a->v6, b->v6);

	if (ret == 0)
		ret = memcmp(a->addr, b->addr, sizeof(a->addr));
	return ret ? ret : compare(a->port, b->port);
}

/* A socket that is shown twice has the same cookie. One without a cookie is never the same as another. */
static int by_cookie(const void *p, const void *q)
{
	const struct socket *a = p, *b = q;
	int ret = compare(a->udp, b->udp);

	if (ret == 0)
		ret = compare(socket_known(a, SOCKET_COOKIE), socket_known(b, SOCKET_COOKIE));
	return ret ? ret : compare(a->num[SOCKET_COOKIE], b->num[SOCKET_COOKIE]);
}

static int in_order(const void *p, const void *q)
{
	const struct socket *a = p, *b = q;
	int ret = compare(a->udp, b->udp);

	if (ret == 0)
		ret = compare(a->state, b->state);
	if (ret == 0)
		ret = compare_endpoints(&a->local, &b->local);
	if (ret == 0)
		ret = compare_endpoints(&a->remote, &b->remote);
	if (ret == 0)
		ret = compare(a->num[SOCKET_INODE], b->num[SOCKET_INODE]);
	return ret ? ret : compare(a->num[SOCKET_COOKIE], b->num[SOCKET_COOKIE]);
}

void sockets_sort(struct sockets *sockets)
{
	struct socket *socket = sockets->socket;
	unsigned int kept = 0;

	if (sockets->nr == 0)
		return;
	qsort(socket, sockets->nr, sizeof(*socket), by_cookie);
	for (unsigned int i = 0; i < sockets->nr; i++) {
		bool again = kept > 0 && socket_known(&socket[i], SOCKET_COOKIE) && by_cookie(&socket[kept - 1], &socket[i]) == 0;

		if (!again)
			socket[kept++] = socket[i];
	}
	sockets->nr = kept;
	qsort(socket, kept, sizeof(*socket), in_order);
}

/* Return: true where all sockets of the protocol were read; -ENOMEM in @error. */
static bool read_protocol(struct sockets *sockets, const struct root *root, bool udp, int *error)
{
	const char *name = udp ? "udp" : "tcp";
	int ret = socket_diag_read(sockets, root, udp);

	if (ret == -ENOENT) {
		ret = socket_proc_read(sockets, root, udp);
		if (ret >= 0)
			say_once(udp ? "udp_diag" : "tcp_diag", "no %s_diag: using /proc/net/%s, which has no buffer sizes", name, name);
	}
	if (ret == -ENOMEM)
		*error = ret;
	else if (ret < 0)
		say_once(name, "sockets of %s: %s", name, ret == -EBADMSG ? "what the kernel answered makes no sense" : strerror(-ret));
	return ret == 0;
}

static void begin(struct sockets *sockets, const struct root *root)
{
	sockets->nr = 0;
	sockets->tcp_whole = false;
	sockets->udp_whole = false;
	sockets->holders_whole = false;
	if (root_clock(root, &sockets->when) < 0)
		memset(&sockets->when, 0, sizeof(sockets->when));
}

int sockets_read_udp(struct sockets *sockets, const struct root *root)
{
	int error = 0;

	begin(sockets, root);
	sockets->udp_whole = read_protocol(sockets, root, true, &error);
	if (error == 0)
		sockets_sort(sockets);
	return error;
}

int sockets_find_holders(struct sockets *sockets, const struct root *root)
{
	int ret = socket_holders_read(sockets, root);

	if (ret == -ENOMEM)
		return ret;
	if (ret == -EACCES)
		say_once("holders", "processes of other users may not be looked into: who holds their sockets is not known");
	else if (ret < 0)
		say_once("holders", "/proc: %s: who holds the sockets is not known", strerror(-ret));
	sockets->holders_whole = ret == 0;
	return 0;
}

int sockets_read(struct sockets *sockets, const struct root *root, bool with_holders)
{
	int error = 0;

	begin(sockets, root);
	sockets->tcp_whole = read_protocol(sockets, root, false, &error);
	sockets->udp_whole = error == 0 && read_protocol(sockets, root, true, &error);
	if (error)
		return error;
	sockets_sort(sockets);
	return with_holders ? sockets_find_holders(sockets, root) : 0;
}

void sockets_free(struct sockets *sockets)
{
	free(sockets->socket);
	memset(sockets, 0, sizeof(*sockets));
}
