// SPDX-License-Identifier: GPL-2.0-only
/* The table of sockets: which of them are shown, and how. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fmt.h"
#include "row.h"
#include "socket_pair.h"
#include "socket_read.h"
#include "sockets.h"
#include "sockets_loss.h"

#define NEARLY_FULL 90	/* percent of a receive buffer */

char *socket_owner(const struct socket *socket, char buf[SOCKET_OWNER_LEN])
{
	char name[4 * sizeof(socket->comm) + 1];
	int len;

	if (!socket->pid)
		return strcpy(buf, "-");
	len = snprintf(buf, SOCKET_OWNER_LEN, "%u/%s", socket->pid, socket->comm[0] ? fmt_path(socket->comm, name, sizeof(name)) : "-");
	if (socket->holders > 1)
		snprintf(buf + len, SOCKET_OWNER_LEN - (size_t)len, " +%u", socket->holders - 1);
	return buf;
}

const char *socket_proto(const struct socket *socket)
{
	static const char *const names[2][2] = { { "tcp", "tcp6" }, { "udp", "udp6" } };

	return names[socket->udp][socket->local.v6];
}

/* UDP's states are called as ss calls them. */
static const char *state_name(const struct socket *socket)
{
	if (socket->udp && socket->state == SOCKET_CLOSE)
		return "UNCONN";
	return name_state(socket->state) ? name_state(socket->state) : "-";
}

/* ---- which ---- */

enum word { WORD_TCP = SOCKET_COLS, WORD_UDP, WORD_HOLDERS, WORD_PROTO, WORDS };

static const char *const words[WORDS] = {
	[SOCKET_INODE] = "inode", [SOCKET_RCVBUF] = "rcvbuf", [SOCKET_SNDBUF] = "sndbuf", [SOCKET_RMEM] = "rmem", [SOCKET_WMEM] = "wmem",
	[SOCKET_BACKLOG] = "backlog", [SOCKET_DROPS] = "drops", [SOCKET_TIMER_MS] = "timer_ms", [WORD_TCP] = "tcp", [WORD_UDP] = "udp",
	[WORD_HOLDERS] = "holders", [WORD_PROTO] = "proto",
};

static int find(const char *name, enum filter_extra_type *type)
{
	for (int word = 0; word < WORDS; word++) {
		if (!words[word] || strcmp(words[word], name) != 0)
			continue;
		*type = word == WORD_PROTO ? EXTRA_TEXT : word == WORD_TCP || word == WORD_UDP ? EXTRA_FLAG : EXTRA_NUMBER;
		return word;
	}
	return -1;
}

static bool number(const void *ctx, int word, uint64_t *value)
{
	const struct socket *socket = ctx;

	switch (word) {
	case WORD_TCP:
		*value = !socket->udp;
		return true;
	case WORD_UDP:
		*value = socket->udp;
		return true;
	case WORD_HOLDERS:
		*value = socket->holders;
		return true;
	default:
		*value = socket->num[word];
		return socket_known(socket, (enum socket_col)word);
	}
}

static const char *text(const void *ctx, int word)
{
	(void)word;
	return socket_proto(ctx);
}

static bool has_column(enum conn_col col)
{
	switch (col) {
	case C_ID:
	case C_FAMILY:
	case C_STATE:
	case C_LOCAL:
	case C_REMOTE:
	case C_UID:
	case C_PID:
	case C_COMM:
	case C_SEND_Q:
	case C_RECV_Q:
		return true;
	default:
		return false;
	}
}

const struct filter_extra sockets_filter = {
	.help = "coremon-sockets", .has_column = has_column, .find = find, .number = number, .text = text,
};

static bool matches(const struct filter *filter, const struct socket *socket)
{
	static const struct {
		enum socket_col from;
		enum conn_col to;
	} same[] = { { SOCKET_COOKIE, C_ID }, { SOCKET_UID, C_UID }, { SOCKET_SEND_Q, C_SEND_Q }, { SOCKET_RECV_Q, C_RECV_Q } };
	struct conn conn;

	conn_clear(&conn);
	conn_set_text(&conn, C_FAMILY, socket->local.v6 ? "inet6" : "inet");
	if (name_state(socket->state))
		conn_set_text(&conn, C_STATE, name_state(socket->state));
	conn_set_endpoint(&conn, C_LOCAL, &socket->local);
	conn_set_endpoint(&conn, C_REMOTE, &socket->remote);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		if (socket_known(socket, same[i].from))
			conn_set_num(&conn, same[i].to, socket->num[same[i].from]);
	}
	if (socket->pid) {
		conn_set_num(&conn, C_PID, socket->pid);
		if (socket->comm[0])
			conn_set_text(&conn, C_COMM, socket->comm);
	}
	return filter_match_extra(filter, &conn, socket);
}

bool socket_shown(const struct sockets_options *options, const struct socket *socket)
{
	bool listening = socket->udp ? socket->state == SOCKET_CLOSE : socket->state == SOCKET_LISTEN;
	bool small = !socket->udp && (socket->state == SOCKET_TIME_WAIT || socket->state == SOCKET_SYN_RECV);

	if (!(socket->udp ? options->udp : options->tcp) || !(socket->local.v6 ? options->v6 : options->v4))
		return false;
	if (options->listening && !listening)
		return false;
	if (small && !options->all && !options->filter)
		return false;
	return !options->filter || matches(options->filter, socket);
}

/* ---- as text ---- */

static const struct table_column columns[] = {
	{ "Proto", .left = true },	   { "Recv-Q", .left = false },	    { "Send-Q", .left = false },
	{ "Local address", .left = true }, { "Remote address", .left = true }, { "State", .left = true },
	{ "PID/Program", .left = true, .fold = true }, { "Rcv mem/buf", .left = false }, { "Snd mem/buf", .left = false },
	{ "Drops", .left = false }, { "Note", .left = true },
};

static void put_buffer(struct table *table, const struct socket *socket, enum socket_col mem, enum socket_col buf)
{
	if (socket_known(socket, mem) && socket_known(socket, buf))
		table_cell(table, "%" PRIu64 "/%" PRIu64, socket->num[mem], socket->num[buf]);
	else
		table_cell(table, "-");
}

/* What stands out. */
static const char *note(const struct socket *socket, uint64_t dropped)
{
	bool full = socket_known(socket, SOCKET_RMEM) && socket_known(socket, SOCKET_RCVBUF) && socket->num[SOCKET_RCVBUF] &&
		    socket->num[SOCKET_RMEM] / NEARLY_FULL >= socket->num[SOCKET_RCVBUF] / 100 && socket->num[SOCKET_RMEM];

	if (!socket->udp && socket->state == SOCKET_LISTEN) {
		/* The kernel lets one more wait than the limit says. */
		full = socket_known(socket, SOCKET_SEND_Q) && socket->num[SOCKET_RECV_Q] > socket->num[SOCKET_SEND_Q];
		return !full ? dropped ? "dropping" : "" : dropped ? "accept queue full, dropping" : "accept queue full";
	}
	return !full ? dropped ? "dropping" : "" : dropped ? "receive buffer full, dropping" : "receive buffer full";
}

static void put_row(struct table *table, const struct socket *socket, const struct socket_pairs *pairs)
{
	char local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN], owner[SOCKET_OWNER_LEN], key[2 * ENDPOINT_STRLEN + 64];
	uint64_t dropped = 0;
	bool grown = socket_pairs_drops(pairs, socket, &dropped);

	endpoint_format(&socket->local, local);
	endpoint_format(&socket->remote, remote);
	snprintf(key, sizeof(key), "%s %" PRIx64 " %" PRIu64 " %s %s", socket_proto(socket), socket->num[SOCKET_COOKIE], socket->num[SOCKET_INODE],
		 socket_known(socket, SOCKET_COOKIE) ? "" : local, socket_known(socket, SOCKET_COOKIE) ? "" : remote);
	table_row(table, key);
	table_cell(table, "%s", socket_proto(socket));
	table_number(table, socket_known(socket, SOCKET_RECV_Q), socket->num[SOCKET_RECV_Q]);
	table_number(table, socket_known(socket, SOCKET_SEND_Q), socket->num[SOCKET_SEND_Q]);
	table_cell(table, "%s", local);
	table_cell(table, "%s", remote);
	table_cell(table, "%s", state_name(socket));
	table_cell(table, "%s", socket_owner(socket, owner));
	put_buffer(table, socket, SOCKET_RMEM, SOCKET_RCVBUF);
	put_buffer(table, socket, SOCKET_WMEM, SOCKET_SNDBUF);
	if (grown && dropped)
		table_cell(table, "%" PRIu64 " (+%" PRIu64 ")", socket->num[SOCKET_DROPS], dropped);
	else
		table_number(table, socket_known(socket, SOCKET_DROPS), socket->num[SOCKET_DROPS]);
	table_cell(table, "%s", note(socket, grown ? dropped : 0));
}

static void put_left_out(struct table *table, const struct sockets_options *options, const struct sockets *sockets)
{
	unsigned int time_wait = 0, syn_recv = 0;

	for (unsigned int i = 0; i < sockets->nr; i++) {
		time_wait += !sockets->socket[i].udp && sockets->socket[i].state == SOCKET_TIME_WAIT;
		syn_recv += !sockets->socket[i].udp && sockets->socket[i].state == SOCKET_SYN_RECV;
	}
	if (options->tcp && !options->all && !options->filter && !options->listening && time_wait + syn_recv)
		table_text(table, "not shown: %u in TIME_WAIT, %u in SYN_RECV (-a)", time_wait, syn_recv);
	if ((options->tcp && !sockets->tcp_whole) || (options->udp && !sockets->udp_whole))
		table_text(table, "not all sockets of %s are known", !sockets->tcp_whole && options->tcp ? "TCP" : "UDP");
}

static void show(struct table *table, const struct sockets_options *options, const struct sockets_reading *now,
		 const struct sockets_reading *before)
{
	struct socket_pairs pairs;
	unsigned int nr = 0;

	if (socket_pairs_make(&pairs, before ? &before->sockets : NULL) < 0) {
		table->failed = true;
		return;
	}
	table->names_first = true;
	for (unsigned int i = 0; i < now->sockets.nr; i++) {
		if (!socket_shown(options, &now->sockets.socket[i]))
			continue;
		put_row(table, &now->sockets.socket[i], &pairs);
		nr++;
	}
	socket_pairs_free(&pairs);
	if (nr == 0)
		table_text(table, options->filter ? "none of %u sockets passes the filter" : "none of %u sockets is of the kind asked for", now->sockets.nr);
	put_left_out(table, options, &now->sockets);
	if (options->udp && !options->filter)
		sockets_loss_text(table, now, before);
}

/* ---- for programs ---- */

static void put_col(struct sink *sink, const char *name, const struct socket *socket, enum socket_col col)
{
	sink_number(sink, name, socket_known(socket, col), socket->num[col]);
}

static void put_record(struct sink *sink, const struct socket *socket, const struct socket_pairs *pairs)
{
	char local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN], cookie[32];
	bool listen = !socket->udp && socket->state == SOCKET_LISTEN;
	uint64_t dropped = 0;
	bool grown = socket_pairs_drops(pairs, socket, &dropped);

	snprintf(cookie, sizeof(cookie), sink->csv ? "0x%" PRIx64 : "%" PRIx64, socket->num[SOCKET_COOKIE]);
	sink_record(sink);
	sink_text(sink, "proto", socket_proto(socket));
	sink_text(sink, "state", state_name(socket));
	sink_text(sink, "local", endpoint_format(&socket->local, local));
	sink_text(sink, "remote", endpoint_format(&socket->remote, remote));
	put_col(sink, "recv_q", socket, SOCKET_RECV_Q);
	put_col(sink, "send_q", socket, SOCKET_SEND_Q);
	sink_number(sink, "accept_queue", listen && socket_known(socket, SOCKET_RECV_Q), socket->num[SOCKET_RECV_Q]);
	sink_number(sink, "accept_limit", listen && socket_known(socket, SOCKET_SEND_Q), socket->num[SOCKET_SEND_Q]);
	sink_number(sink, "pid", socket->pid, socket->pid);
	sink_text(sink, "comm", socket->comm[0] ? socket->comm : NULL);
	sink_number(sink, "holders", socket->holders, socket->holders);
	put_col(sink, "uid", socket, SOCKET_UID);
	put_col(sink, "rmem", socket, SOCKET_RMEM);
	put_col(sink, "rcvbuf", socket, SOCKET_RCVBUF);
	put_col(sink, "wmem", socket, SOCKET_WMEM);
	put_col(sink, "sndbuf", socket, SOCKET_SNDBUF);
	put_col(sink, "backlog", socket, SOCKET_BACKLOG);
	put_col(sink, "drops", socket, SOCKET_DROPS);
	sink_number(sink, "drops_in_interval", grown, dropped);
	put_col(sink, "timer_ms", socket, SOCKET_TIMER_MS);
	put_col(sink, "inode", socket, SOCKET_INODE);
	sink_text(sink, "id", socket_known(socket, SOCKET_COOKIE) ? cookie : NULL);
}

static void records(struct sink *sink, const struct sockets_options *options, const struct sockets_reading *now,
		    const struct sockets_reading *before)
{
	static const struct socket none = { .state = SOCKET_CLOSE };
	const struct sockets *sockets = &now->sockets;
	struct socket_pairs pairs;

	if (socket_pairs_make(&pairs, before ? &before->sockets : NULL) < 0) {
		sink->failed = true;
		return;
	}
	if (sink_names(sink))
		put_record(sink, &none, &pairs);
	for (unsigned int i = 0; i < sockets->nr; i++) {
		if (socket_shown(options, &sockets->socket[i]))
			put_record(sink, &sockets->socket[i], &pairs);
	}
	socket_pairs_free(&pairs);
	sink_about_bool(sink, "tcp_whole", sockets->tcp_whole);
	sink_about_bool(sink, "udp_whole", sockets->udp_whole);
	sink_about_bool(sink, "holders_whole", sockets->holders_whole);
}

const struct sockets_view sockets_table_view = {
	.list = "sockets", .layers = 1u << LAYER_UDP | 1u << LAYER_LIMIT, .sockets = true, .filtered = true,
	.column = columns, .columns = sizeof(columns) / sizeof(columns[0]), .table = show, .records = records,
};
