// SPDX-License-Identifier: GPL-2.0-only
/* Whose receive buffers overflow. */
#include "sockets_loss.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "socket_pair.h"
#include "udp_buffer.h"

#define LONGEST_LIST 5	/* sockets told of in lines of text */

/* UDP's count of both families. Return: true where it is known. */
static bool count(const struct counters *counters, const char *name, uint64_t *value)
{
	const struct counter *v4, *v6;
	char full[64];

	snprintf(full, sizeof(full), "Udp%s", name);
	v4 = counters_find(counters, LAYER_UDP, "", full);
	snprintf(full, sizeof(full), "Udp6%s", name);
	v6 = counters_find(counters, LAYER_UDP, "", full);
	*value = (v4 ? v4->value : 0) + (v6 ? v6->value : 0);
	/* A kernel without IPv6 has no counters of it. */
	return v4 != NULL;
}

static uint64_t above(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static int by_drops(const void *p, const void *q)
{
	const struct udp_loser *a = p, *b = q;

	if (a->drops != b->drops)
		return a->drops > b->drops ? -1 : 1;
	return a->socket < b->socket ? -1 : a->socket > b->socket;
}

/* How many the counters say there were, at the least and at the most, given when they were read. */
static bool bounds(const struct sockets_reading *now, const struct sockets_reading *before, uint64_t *least, uint64_t *most)
{
	uint64_t early = 0, late = 0, old_early = 0, old_late = 0;

	if (!count(&now->counters, "RcvbufErrors", &early) || !count(&now->udp_after, "RcvbufErrors", &late))
		return false;
	if (before && (!count(&before->counters, "RcvbufErrors", &old_early) || !count(&before->udp_after, "RcvbufErrors", &old_late)))
		return false;
	if (late < early || early < old_late || old_late < old_early)
		return false;
	*least = early - old_late;
	*most = late - old_early;
	return true;
}

int udp_loss_find(struct udp_loss *loss, const struct sockets_reading *now, const struct sockets_reading *before)
{
	struct socket_pairs pairs;
	uint64_t least = 0;
	int ret;

	memset(loss, 0, sizeof(*loss));
	ret = socket_pairs_make(&pairs, before ? &before->sockets : NULL);
	if (ret < 0)
		return ret;
	loss->loser = calloc(now->sockets.nr + 1, sizeof(*loss->loser));
	if (!loss->loser) {
		socket_pairs_free(&pairs);
		return -ENOMEM;
	}
	loss->sockets_known = now->sockets.udp_whole;
	for (unsigned int i = 0; i < now->sockets.nr; i++) {
		const struct socket *socket = &now->sockets.socket[i];
		uint64_t drops = socket->num[SOCKET_DROPS];

		if (!socket->udp)
			continue;
		if (before ? !socket_pairs_drops(&pairs, socket, &drops) : !socket_known(socket, SOCKET_DROPS)) {
			loss->sockets_known = false;
			continue;
		}
		if (!drops)
			continue;
		loss->loser[loss->nr++] = (struct udp_loser){ .socket = socket, .drops = drops };
		loss->by_sockets += drops;
	}
	socket_pairs_free(&pairs);
	qsort(loss->loser, loss->nr, sizeof(*loss->loser), by_drops);
	loss->known = bounds(now, before, &least, &loss->errors);
	if (loss->known && loss->sockets_known) {
		loss->unexplained = above(least, loss->by_sockets);
		loss->other = above(loss->by_sockets, loss->errors);
	}
	return 0;
}

void udp_loss_free(struct udp_loss *loss)
{
	free(loss->loser);
	memset(loss, 0, sizeof(*loss));
}

char *udp_loss_advice(const struct socket *socket, const struct counters *limits, char buf[UDP_LOSS_ADVICE_LEN])
{
	struct udp_buffer buffer = udp_buffer_advise(socket, limits);
	int len = snprintf(buf, UDP_LOSS_ADVICE_LEN, "SO_RCVBUF %" PRIu64, buffer.ask);

	if (buffer.raise_default)
		snprintf(buf + len, UDP_LOSS_ADVICE_LEN - (size_t)len, " or rmem_default %" PRIu64, buffer.raise_default);
	return buf;
}

/* ---- as text ---- */

static void put_count(struct table *table, const char *name, const struct sockets_reading *now, const struct sockets_reading *before)
{
	uint64_t value, old = 0;

	if (!count(&now->counters, name, &value) || (before && (!count(&before->counters, name, &old) || value < old)))
		return;
	if (value - old)
		table_text(table, "UDP counted in all: %sErrors %" PRIu64, name, value - old);
}

static const char *since(const struct sockets_reading *now, const struct sockets_reading *before, char buf[FMT_LEN])
{
	if (!before)
		return "since boot";
	snprintf(buf, FMT_LEN, "in %.1f s", (double)(now->when.mono_ns - before->when.mono_ns) / 1e9);
	return buf;
}

static void put_limits(struct table *table, const struct counters *limits)
{
	const struct counter *standard = counters_find(limits, LAYER_LIMIT, "", "net.core.rmem_default");
	const struct counter *max = counters_find(limits, LAYER_LIMIT, "", "net.core.rmem_max");

	if (standard && max)
		table_text(table, "net.core.rmem_default is %" PRIu64 ", rmem_max %" PRIu64 ". The kernel doubles what SO_RCVBUF asks for: "
			   "buffers of up to %" PRIu64 " are to be had.", standard->value, max->value, 2 * max->value);
}

static void put_loser(struct table *table, const struct udp_loser *loser, const struct counters *limits)
{
	char owner[SOCKET_OWNER_LEN], local[ENDPOINT_STRLEN], advice[UDP_LOSS_ADVICE_LEN];
	const struct socket *socket = loser->socket;

	table_text(table, "  %" PRIu64 " by %s on %s: it should have %s", loser->drops, socket_owner(socket, owner),
		   endpoint_format(&socket->local, local), udp_loss_advice(socket, limits, advice));
}

void sockets_loss_text(struct table *table, const struct sockets_reading *now, const struct sockets_reading *before)
{
	struct udp_loss loss;
	char buf[FMT_LEN];

	if (udp_loss_find(&loss, now, before) < 0) {
		table->failed = true;
		return;
	}
	if (loss.known && (loss.errors || loss.nr)) {
		table_text(table, "UDP receive buffers lost %" PRIu64 " datagrams %s%s", loss.errors, since(now, before, buf),
			   before ? ":" : " (--loss tells whose)");
		for (unsigned int i = 0; before && i < loss.nr && i < LONGEST_LIST; i++)
			put_loser(table, &loss.loser[i], &now->counters);
		if (before && loss.nr > LONGEST_LIST)
			table_text(table, "  and %u more sockets (--loss)", loss.nr - LONGEST_LIST);
		if (before && loss.unexplained)
			table_text(table, "  %" PRIu64 " by sockets that are gone", loss.unexplained);
	}
	udp_loss_free(&loss);
}

/* ---- the view ---- */

static const struct table_column columns[] = {
	{ "Lost", .left = false }, { "PID/Program", .left = true }, { "Local address", .left = true }, { "Recv-Q", .left = false },
	{ "Rcv mem/buf", .left = false }, { "What to do", .left = true, .fold = true },
};

static void put_row(struct table *table, const struct udp_loser *loser, const struct counters *limits)
{
	char owner[SOCKET_OWNER_LEN], local[ENDPOINT_STRLEN], key[32];
	const struct socket *socket = loser->socket;
	char advice[UDP_LOSS_ADVICE_LEN];

	snprintf(key, sizeof(key), "%" PRIx64 "/%" PRIu64, socket->num[SOCKET_COOKIE], socket->num[SOCKET_INODE]);
	table_row(table, key);
	table_number(table, true, loser->drops);
	table_cell(table, "%s", socket_owner(socket, owner));
	table_cell(table, "%s", endpoint_format(&socket->local, local));
	table_number(table, socket_known(socket, SOCKET_RECV_Q), socket->num[SOCKET_RECV_Q]);
	if (socket_known(socket, SOCKET_RMEM) && socket_known(socket, SOCKET_RCVBUF))
		table_cell(table, "%" PRIu64 "/%" PRIu64, socket->num[SOCKET_RMEM], socket->num[SOCKET_RCVBUF]);
	else
		table_cell(table, "-");
	table_cell(table, "%s", udp_loss_advice(socket, limits, advice));
}

/* What holds for all of them, once. */
static void put_how(struct table *table, const struct udp_loss *loss, const struct counters *limits)
{
	uint64_t most = 0;
	bool standard = false;

	for (unsigned int i = 0; i < loss->nr; i++) {
		struct udp_buffer buffer = udp_buffer_advise(loss->loser[i].socket, limits);

		most = buffer.raise_max > most ? buffer.raise_max : most;
		standard |= buffer.raise_default > 0;
	}
	if (loss->nr == 0)
		return;
	if (most)
		table_text(table, "First: sysctl -w net.core.rmem_max=%" PRIu64 ", for nobody gets more than twice that.", most);
	table_text(table, "SO_RCVBUF is what the program is to ask for with setsockopt(), or in its configuration. It helps against bursts: a "
		   "program that is too slow all the time needs more threads, or SO_REUSEPORT.");
	if (standard)
		table_text(table, "rmem_default is for a program that asks for nothing: sysctl -w net.core.rmem_default=N before it starts.");
}

static void put_rest(struct table *table, const char *key, uint64_t nr, const char *what)
{
	table_row(table, key);
	table_number(table, true, nr);
	table_cell(table, "-");
	table_cell(table, "-");
	table_cell(table, "-");
	table_cell(table, "-");
	table_cell(table, "%s", what);
}

static void show(struct table *table, const struct sockets_options *options, const struct sockets_reading *now,
		 const struct sockets_reading *before)
{
	struct udp_loss loss;
	char buf[FMT_LEN];

	(void)options;
	if (udp_loss_find(&loss, now, before) < 0) {
		table->failed = true;
		return;
	}
	if (loss.known)
		table_text(table, "UDP receive buffers lost %" PRIu64 " datagrams %s (RcvbufErrors)", loss.errors,
			   since(now, before, buf));
	else
		table_text(table, "how many datagrams UDP receive buffers lost is not known");
	put_limits(table, &now->counters);
	for (unsigned int i = 0; i < loss.nr; i++)
		put_row(table, &loss.loser[i], &now->counters);
	if (loss.unexplained)
		put_rest(table, "unexplained", loss.unexplained, "unexplained by any socket there is: those that lost them are gone");
	if (loss.other) {
		put_rest(table, "other", loss.other, "of these dropped for another reason than a full buffer: checksum, filter, udp_mem");
		put_count(table, "InCsum", now, before);
		put_count(table, "Mem", now, before);
	}
	put_how(table, &loss, &now->counters);
	if (!loss.sockets_known)
		table_text(table, "not all UDP sockets and their drops are known");
	udp_loss_free(&loss);
}

static void put_record(struct sink *sink, const struct udp_loser *loser, const char *what, const struct counters *limits)
{
	const struct socket *socket = loser->socket;
	char local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN], advice[UDP_LOSS_ADVICE_LEN];
	struct udp_buffer buffer = { 0 };

	if (socket)
		buffer = udp_buffer_advise(socket, limits);
	sink_record(sink);
	sink_text(sink, "what", what);
	sink_number(sink, "lost", true, loser->drops);
	sink_number(sink, "pid", socket && socket->pid, socket ? socket->pid : 0);
	sink_text(sink, "comm", socket && socket->comm[0] ? socket->comm : NULL);
	sink_text(sink, "local", socket ? endpoint_format(&socket->local, local) : NULL);
	sink_text(sink, "remote", socket ? endpoint_format(&socket->remote, remote) : NULL);
	sink_number(sink, "recv_q", socket && socket_known(socket, SOCKET_RECV_Q), socket ? socket->num[SOCKET_RECV_Q] : 0);
	sink_number(sink, "rmem", socket && socket_known(socket, SOCKET_RMEM), socket ? socket->num[SOCKET_RMEM] : 0);
	sink_number(sink, "rcvbuf", socket && socket_known(socket, SOCKET_RCVBUF), socket ? socket->num[SOCKET_RCVBUF] : 0);
	sink_number(sink, "drops", socket && socket_known(socket, SOCKET_DROPS), socket ? socket->num[SOCKET_DROPS] : 0);
	sink_text(sink, "advice", socket ? udp_loss_advice(socket, limits, advice) : NULL);
	sink_number(sink, "ask_rcvbuf", socket, buffer.ask);
	sink_number(sink, "raise_rmem_max", buffer.raise_max, buffer.raise_max);
	sink_number(sink, "raise_rmem_default", buffer.raise_default, buffer.raise_default);
}

static void records(struct sink *sink, const struct sockets_options *options, const struct sockets_reading *now,
		    const struct sockets_reading *before)
{
	struct udp_loser rest = { NULL, 0 };
	struct udp_loss loss;

	(void)options;
	if (udp_loss_find(&loss, now, before) < 0) {
		sink->failed = true;
		return;
	}
	sink_about(sink, "rcvbuf_errors", loss.known, loss.errors);
	sink_about(sink, "by_sockets", loss.sockets_known, loss.by_sockets);
	sink_about(sink, "unexplained", loss.known && loss.sockets_known, loss.unexplained);
	sink_about(sink, "other_reasons", loss.known && loss.sockets_known, loss.other);
	if (sink_names(sink))
		put_record(sink, &rest, NULL, &now->counters);
	for (unsigned int i = 0; i < loss.nr; i++)
		put_record(sink, &loss.loser[i], "socket", &now->counters);
	rest.drops = loss.unexplained;
	if (rest.drops)
		put_record(sink, &rest, "unexplained", &now->counters);
	udp_loss_free(&loss);
}

const struct sockets_view sockets_loss_view = {
	.list = "udp_loss", .layers = 1u << LAYER_UDP | 1u << LAYER_LIMIT, .sockets = true, .differences = true,
	.column = columns, .columns = sizeof(columns) / sizeof(columns[0]), .table = show, .records = records,
};
