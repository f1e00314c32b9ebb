// SPDX-License-Identifier: GPL-2.0-only
/* The sysctls that bound sockets and queues, each beside what is in use. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fmt.h"
#include "socket_read.h"
#include "sockets.h"

#define WORTH_A_MARK 80		/* percent */

/** struct most - the socket that has most of something */
struct most {
	const struct socket *socket;
	uint64_t value, limit;
};

/** struct use - what the sockets use */
struct use {
	struct most udp_rcvbuf, tcp_rcvbuf, tcp_sndbuf, udp_sndbuf;
	struct most queue;	/* the fullest accept queue, with its own limit */
	struct most backlog;	/* the listener with the longest limit */
};

static void take_most(struct most *most, const struct socket *socket, enum socket_col col)
{
	if (socket_known(socket, col) && (!most->socket || socket->num[col] > most->value)) {
		most->socket = socket;
		most->value = socket->num[col];
	}
}

/* a/b against c/d, of numbers of 32 bits */
static bool fuller(const struct socket *socket, const struct most *most)
{
	return !most->socket || (double)socket->num[SOCKET_RECV_Q] * (double)most->limit > (double)most->value * (double)socket->num[SOCKET_SEND_Q];
}

static void measure(struct use *use, const struct sockets *sockets)
{
	memset(use, 0, sizeof(*use));
	for (unsigned int i = 0; i < sockets->nr; i++) {
		const struct socket *socket = &sockets->socket[i];

		if (socket->udp) {
			take_most(&use->udp_rcvbuf, socket, SOCKET_RCVBUF);
			take_most(&use->udp_sndbuf, socket, SOCKET_SNDBUF);
			continue;
		}
		if (socket->state != SOCKET_LISTEN) {
			take_most(&use->tcp_rcvbuf, socket, SOCKET_RCVBUF);
			take_most(&use->tcp_sndbuf, socket, SOCKET_SNDBUF);
			continue;
		}
		if (!socket_known(socket, SOCKET_SEND_Q) || !socket_known(socket, SOCKET_RECV_Q))
			continue;
		take_most(&use->backlog, socket, SOCKET_SEND_Q);
		if (fuller(socket, &use->queue))
			use->queue = (struct most){ socket, socket->num[SOCKET_RECV_Q], socket->num[SOCKET_SEND_Q] };
	}
}

/** struct bound - a row: a limit, what is in use of it, and in words what that is */
struct bound {
	const char *name;
	bool limit_known, use_known;
	bool bad;		/* it is bad to come near this limit; else it is only reached */
	uint64_t limit, use;
	char what[160];
};

typedef void (*bound_fn)(void *ctx, const struct bound *bound);

/** struct walk - who takes the rows */
struct walk {
	const struct sockets_reading *now;
	bound_fn take;
	void *ctx;
};

static bool find(const struct counters *counters, enum layer layer, const char *object, const char *name, uint64_t *value)
{
	const struct counter *counter = counters_find(counters, layer, object, name);

	*value = counter ? counter->value : 0;
	return counter;
}

/* A row for a limit and a level of the counters; none where neither is known. */
static void level(const struct walk *walk, const char *name, enum layer layer, const char *object, const char *limit, enum layer use_layer,
		  const char *use_object, const char *use, const char *what)
{
	struct bound bound = { .name = name, .bad = strcmp(limit, "low") != 0 };

	bound.limit_known = find(&walk->now->counters, layer, object, limit, &bound.limit);
	bound.use_known = find(&walk->now->counters, use_layer, use_object, use, &bound.use);
	snprintf(bound.what, sizeof(bound.what), "%s", what);
	if (bound.limit_known || bound.use_known)
		walk->take(walk->ctx, &bound);
}

/* A row for a limit that sockets have each for itself: the socket that has most of it. */
static void largest(const struct walk *walk, const char *name, const struct most *most, const char *what)
{
	char owner[SOCKET_OWNER_LEN], local[ENDPOINT_STRLEN];
	struct bound bound = { .name = name };

	bound.limit_known = find(&walk->now->counters, LAYER_LIMIT, "", name, &bound.limit);
	bound.use_known = most->socket;
	bound.use = most->value;
	snprintf(bound.what, sizeof(bound.what), "%s", what);
	if (most->socket)
		snprintf(bound.what, sizeof(bound.what), "%s: %s %s", what, endpoint_format(&most->socket->local, local),
			 socket_owner(most->socket, owner));
	if (bound.limit_known)
		walk->take(walk->ctx, &bound);
}

/* SO_RCVBUF and SO_SNDBUF ask for half of what the socket then has. */
static void asked(const struct walk *walk, const char *name, const struct most *most, const char *what)
{
	struct most half = *most;

	half.value /= 2;
	largest(walk, name, &half, what);
}

/* A limit that bounds what nobody counts. */
static void bare(const struct walk *walk, const char *name, const char *what)
{
	struct bound bound = { .name = name };

	bound.limit_known = find(&walk->now->counters, LAYER_LIMIT, "", name, &bound.limit);
	snprintf(bound.what, sizeof(bound.what), "%s", what);
	if (bound.limit_known)
		walk->take(walk->ctx, &bound);
}

/* The longest queue of packets that wait for a CPU; what was dropped there since boot. */
static void backlog(const struct walk *walk)
{
	const struct counters *counters = &walk->now->counters;
	struct bound bound = { .name = "net.core.netdev_max_backlog", .bad = true };
	uint64_t dropped = 0;

	bound.limit_known = find(counters, LAYER_LIMIT, "", bound.name, &bound.limit);
	for (unsigned int i = 0; i < counters->nr; i++) {
		const struct counter *counter = &counters->counter[i];

		if (counter->layer != LAYER_CPU)
			continue;
		if (strcmp(counter->name, "dropped") == 0)
			dropped += counter->value;
		if (strcmp(counter->name, "backlog_len") == 0) {
			bound.use_known = true;
			bound.use = counter->value > bound.use ? counter->value : bound.use;
		}
	}
	snprintf(bound.what, sizeof(bound.what), "wait for a CPU; %" PRIu64 " dropped", dropped);
	if (bound.limit_known)
		walk->take(walk->ctx, &bound);
}

/* The accept queue that is fullest, against its own limit, which somaxconn bounds. */
static void accept_queue(const struct walk *walk, const struct most *queue)
{
	char owner[SOCKET_OWNER_LEN], local[ENDPOINT_STRLEN];
	struct bound bound = { .name = "  the fullest accept queue", .bad = true };

	if (!queue->socket)
		return;
	bound.limit_known = bound.use_known = true;
	bound.limit = queue->limit;
	bound.use = queue->value;
	snprintf(bound.what, sizeof(bound.what), "%s %s", endpoint_format(&queue->socket->local, local),
		 socket_owner(queue->socket, owner));
	walk->take(walk->ctx, &bound);
}

static void memory(const struct walk *walk, const char *proto, const char *const name[3])
{
	static const char *const steps[] = { "low", "pressure", "high" };
	static const char *const whats[] = { "pages: no pressure below", "pages: pressure begins", "pages: no more than this" };

	for (unsigned int i = 0; i < 3; i++)
		level(walk, name[i], LAYER_MEMORY, proto, steps[i], LAYER_MEMORY, proto, "pages", whats[i]);
}

static void walk_all(const struct walk *walk)
{
	static const char *const tcp_mem[] = { "net.ipv4.tcp_mem low", "net.ipv4.tcp_mem pressure", "net.ipv4.tcp_mem high" };
	static const char *const udp_mem[] = { "net.ipv4.udp_mem low", "net.ipv4.udp_mem pressure", "net.ipv4.udp_mem high" };
	struct use use;

	measure(&use, &walk->now->sockets);
	bare(walk, "net.core.rmem_default", "of a UDP socket");
	asked(walk, "net.core.rmem_max", &use.udp_rcvbuf, "half the largest");
	bare(walk, "net.core.wmem_default", "of a UDP socket");
	asked(walk, "net.core.wmem_max", &use.udp_sndbuf, "half the largest");
	bare(walk, "net.ipv4.tcp_rmem.min", "under memory pressure");
	bare(walk, "net.ipv4.tcp_rmem.default", "TCP begins with it");
	largest(walk, "net.ipv4.tcp_rmem.max", &use.tcp_rcvbuf, "largest");
	bare(walk, "net.ipv4.tcp_wmem.min", "under memory pressure");
	bare(walk, "net.ipv4.tcp_wmem.default", "TCP begins with it");
	largest(walk, "net.ipv4.tcp_wmem.max", &use.tcp_sndbuf, "largest");
	memory(walk, "tcp", tcp_mem);
	memory(walk, "udp", udp_mem);
	largest(walk, "net.core.somaxconn", &use.backlog, "longest backlog");
	accept_queue(walk, &use.queue);
	backlog(walk);
	level(walk, "net.ipv4.tcp_max_tw_buckets", LAYER_LIMIT, "", "net.ipv4.tcp_max_tw_buckets", LAYER_SOCKET, "TCP", "tw",
	      "sockets in TIME_WAIT");
	level(walk, "net.ipv4.tcp_max_orphans", LAYER_LIMIT, "", "net.ipv4.tcp_max_orphans", LAYER_SOCKET, "TCP", "orphan",
	      "sockets nobody holds");
	level(walk, "net.netfilter.nf_conntrack_max", LAYER_LIMIT, "", "net.netfilter.nf_conntrack_max", LAYER_CONNTRACK, "", "entries",
	      "connections tracked");
	level(walk, "fs.file-max", LAYER_LIMIT, "", "fs.file-max", LAYER_FD, "", "allocated", "open files");
}

/* Return: how many percent of the limit are in use, or -1 where it is not known. */
static double percent(const struct bound *bound)
{
	return bound->limit_known && bound->use_known && bound->limit ? (double)bound->use * 100 / (double)bound->limit : -1;
}

/* ---- as text ---- */

static const struct table_column columns[] = {
	{ "Sysctl", .left = true }, { "Limit", .left = false }, { "In use", .left = false }, { "%", .left = false }, { "", .left = true, .fold = true },
};

static void put_row(void *ctx, const struct bound *bound)
{
	struct table *table = ctx;
	double part = percent(bound);

	table_row(table, bound->name);
	table_cell(table, "%s", bound->name);
	table_number(table, bound->limit_known, bound->limit);
	table_number(table, bound->use_known, bound->use);
	if (part < 0)
		table_cell(table, "-");
	else
		table_cell(table, "%.1f", part);
	table_cell(table, "%s%s", bound->bad && part >= WORTH_A_MARK ? "!! " : "", bound->what);
}

static void show(struct table *table, const struct sockets_options *options, const struct sockets_reading *now,
		 const struct sockets_reading *before)
{
	struct walk walk = { now, put_row, table };

	(void)options;
	(void)before;
	walk_all(&walk);
}

/* ---- for programs ---- */

static void put_record(void *ctx, const struct bound *bound)
{
	struct sink *sink = ctx;
	double part = percent(bound);

	sink_record(sink);
	sink_text(sink, "name", bound->name + strspn(bound->name, " "));
	sink_number(sink, "limit", bound->limit_known, bound->limit);
	sink_number(sink, "in_use", bound->use_known, bound->use);
	sink_real(sink, "percent", part >= 0, part);
	sink_text(sink, "what", bound->what);
}

static void records(struct sink *sink, const struct sockets_options *options, const struct sockets_reading *now,
		    const struct sockets_reading *before)
{
	struct walk walk = { now, put_record, sink };
	struct bound none = { .name = "" };

	(void)options;
	(void)before;
	if (sink_names(sink))
		put_record(sink, &none);
	walk_all(&walk);
}

const struct sockets_view sockets_limits_view = {
	.list = "limits", .sockets = true,
	.layers = 1u << LAYER_LIMIT | 1u << LAYER_MEMORY | 1u << LAYER_SOCKET | 1u << LAYER_CPU | 1u << LAYER_CONNTRACK | 1u << LAYER_FD,
	.column = columns, .columns = sizeof(columns) / sizeof(columns[0]), .table = show, .records = records,
};
