// SPDX-License-Identifier: GPL-2.0-only
/* The rows of a ledger that are no counters: how full something is, and the sockets that drop. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ledger.h"
#include "socket_read.h"

/** struct level - a gauge and what bounds it */
struct level {
	enum layer layer;
	const char *name, *limit;
	unsigned int percent;	/* of the limit from which on it is shown */
	const char *means;
};

static const struct level levels[] = {
	{ LAYER_CPU, "backlog_len", NULL, 0, "packets that wait in the CPU's backlog" },
	{ LAYER_QDISC, "backlog", NULL, 0, "bytes that wait in the queue" },
	{ LAYER_CONNTRACK, "entries", "max", 75, "tracked connections: nf_conntrack_max" },
	{ LAYER_FD, "allocated", "max", 75, "open files of the system: fs.file-max" },
	{ LAYER_FD, "open", "limit", 0, "open files of a process: RLIMIT_NOFILE" },
	{ LAYER_MEMORY, "pages", "pressure", 75, "memory of the protocol, in pages: tcp_mem, udp_mem" },
};

static int add_level(struct ledger *ledger, const struct counters *now, const struct counter *counter, const struct level *level, bool all)
{
	const struct counter *limit = level->limit ? counters_find(now, counter->layer, counter->object, level->limit) : NULL;
	struct ledger_row *row;

	if (level->limit ? !limit || counter->value < limit->value / 100 * level->percent : counter->value == 0) {
		if (!all)
			return 0;
	}
	row = ledger_row(ledger, LEDGER_LEVEL, counter->layer);
	if (!row)
		return -ENOMEM;
	snprintf(row->object, sizeof(row->object), "%s", counter->object);
	snprintf(row->name, sizeof(row->name), "%s", counter->name);
	row->means = level->means;
	row->level = counter->value;
	row->level_known = true;
	row->limit = limit ? limit->value : 0;
	row->limit_known = limit != NULL;
	return 0;
}

int ledger_levels(struct ledger *ledger, const struct counters *now, enum layer layer, bool all)
{
	int ret = 0;

	for (unsigned int i = 0; i < now->nr && ret == 0; i++) {
		const struct counter *counter = &now->counter[i];

		for (unsigned int l = 0; counter->layer == layer && l < sizeof(levels) / sizeof(levels[0]) && ret == 0; l++) {
			if (levels[l].layer == layer && strcmp(levels[l].name, counter->name) == 0)
				ret = add_level(ledger, now, counter, &levels[l], all);
		}
	}
	return ret;
}

/* The socket of an earlier reading that is the same one. */
static const struct socket *find_before(const struct sockets *before, const struct socket *socket)
{
	for (unsigned int i = 0; before && i < before->nr; i++) {
		if (before->socket[i].udp == socket->udp && socket_known(&before->socket[i], SOCKET_COOKIE) && socket_known(socket, SOCKET_COOKIE) &&
		    before->socket[i].num[SOCKET_COOKIE] == socket->num[SOCKET_COOKIE])
			return &before->socket[i];
	}
	return NULL;
}

static void name_socket(struct ledger_row *row, const struct socket *socket)
{
	char local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN];

	endpoint_format(&socket->local, local);
	if (socket->remote.port)
		snprintf(row->object, sizeof(row->object), "%s %s > %s", socket->udp ? "udp" : "tcp", local, endpoint_format(&socket->remote, remote));
	else
		snprintf(row->object, sizeof(row->object), "%s %s", socket->udp ? "udp" : "tcp", local);
	if (socket->pid) {
		size_t len = strlen(row->object);

		snprintf(row->object + len, sizeof(row->object) - len, " %s[%u]", socket->comm[0] ? socket->comm : "-", socket->pid);
	}
}

static void set_level(struct ledger_row *row, const struct socket *socket, enum socket_col level, enum socket_col limit)
{
	row->level = socket->num[level];
	row->level_known = socket_known(socket, level);
	row->limit = socket->num[limit];
	row->limit_known = socket_known(socket, limit);
}

/* An accept queue that has no room: the kernel lets one more wait than the limit says. */
static bool is_full(const struct socket *socket)
{
	return !socket->udp && socket_known(socket, SOCKET_SEND_Q) && socket_known(socket, SOCKET_RECV_Q) &&
	       socket->num[SOCKET_RECV_Q] > socket->num[SOCKET_SEND_Q];
}

/*
 * Sockets that lose packets by themselves: UDP, and listeners. Of an open TCP connection the drops are told of in
 * /proc/coremon/connections. Return: true where @socket is such a one, with what it dropped.
 */
static bool socket_drops(const struct sockets *before, const struct socket *socket, struct delta *delta)
{
	const struct socket *then;

	if ((!socket->udp && socket->state != SOCKET_LISTEN) || !socket_known(socket, SOCKET_DROPS))
		return false;
	then = socket->num[SOCKET_DROPS] ? find_before(before, socket) : NULL;
	/* One that is new counts from 0. */
	*delta = delta_make(before && (socket->udp ? before->udp_whole : before->tcp_whole), then ? then->num[SOCKET_DROPS] : 0, true,
			    socket->num[SOCKET_DROPS]);
	return true;
}

static bool has_dropped(const struct delta *delta)
{
	return delta->grown_known ? delta->grown > 0 : delta->now > 0;
}

bool ledger_sockets_moved(const struct sockets *before, const struct sockets *now)
{
	struct delta delta;

	for (unsigned int i = 0; i < now->nr; i++) {
		if (socket_drops(before, &now->socket[i], &delta) && (is_full(&now->socket[i]) || has_dropped(&delta)))
			return true;
	}
	return false;
}

static int add_drops(struct ledger *ledger, const struct socket *socket, const struct delta *delta)
{
	struct ledger_row *row = ledger_row(ledger, LEDGER_COUNTER, LAYER_SOCKET);

	if (!row)
		return -ENOMEM;
	name_socket(row, socket);
	strcpy(row->name, "drops");
	row->delta = *delta;
	if (socket->udp) {
		row->means = "receive buffer full: SO_RCVBUF, program too slow";
		set_level(row, socket, SOCKET_RMEM, SOCKET_RCVBUF);
	} else {
		row->means = "connections turned away: accept queue, backlog, somaxconn";
		set_level(row, socket, SOCKET_RECV_Q, SOCKET_SEND_Q);
	}
	return 0;
}

/* One that has no room and has not dropped is a level that is too high, and no loss. */
static int add_full(struct ledger *ledger, const struct socket *socket)
{
	struct ledger_row *row = ledger_row(ledger, LEDGER_LEVEL, LAYER_SOCKET);

	if (!row)
		return -ENOMEM;
	name_socket(row, socket);
	strcpy(row->name, "accept_queue");
	row->means = "full: the next connection is turned away";
	set_level(row, socket, SOCKET_RECV_Q, SOCKET_SEND_Q);
	return 0;
}

int ledger_sockets(struct ledger *ledger, const struct sockets *before, const struct sockets *now, bool all)
{
	int ret = 0;

	for (unsigned int i = 0; i < now->nr && ret == 0; i++) {
		const struct socket *socket = &now->socket[i];
		struct delta delta;

		if (!socket_drops(before, socket, &delta))
			continue;
		if (all || has_dropped(&delta))
			ret = add_drops(ledger, socket, &delta);
		else if (is_full(socket))
			ret = add_full(ledger, socket);
	}
	return ret;
}
