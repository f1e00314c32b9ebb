// SPDX-License-Identifier: GPL-2.0-only
/* One reading of everything, compared with the one before. */
#include "session.h"

#include <errno.h>
#include <string.h>

#include "say.h"

int session_init(struct session *session, const struct options *options)
{
	memset(session, 0, sizeof(*session));
	session->options = options;
	root_init(&session->root);
	session->track = track_new();
	if (!session->track)
		return -ENOMEM;
	return server_init(&session->server, options->client_bits4, options->client_bits6);
}

void session_free(struct session *session)
{
	source_close(&session->source);
	track_free(session->track);
	rank_free(&session->rank);
	server_free(&session->server);
	cgroups_free(&session->cgroups);
	host_free(&session->before);
}

/* Nanoseconds from the last reading to this very moment; what is younger than that was born since. */
static uint64_t since_last(const struct session *session)
{
	struct stamp now = session->now;

	if (!session->started)
		return 0;
	if (!session->root.numbered)
		root_clock(&session->root, &now);
	return now.mono_ns - session->then.mono_ns;
}

/* A listener that closes has done nothing itself. */
static bool is_listener_end(const struct conn *conn)
{
	return conn->ended && conn_known(conn, C_STATE) && strcmp(conn->state, "LISTEN") == 0;
}

static bool take_row(void *ctx, const struct conn *conn)
{
	struct session *session = ctx;
	struct activity activity;
	uint32_t *tag;
	bool wanted;
	int ret;

	ret = track_row(session->track, conn, since_last(session), &activity, &tag);
	if (ret == -ENOMEM)
		session->lost++;
	if (ret < 0)
		return ret == -ENOMEM;
	wanted = filter_match(session->options->filter, conn);
	server_row(&session->server, conn, &activity, tag, wanted);
	/* A path that is asked for once is known when the cgroup is gone. */
	if ((activity.born || !session->started) && conn_known(conn, C_CGROUP))
		cgroups_path(&session->cgroups, conn->num[C_CGROUP]);
	if (session->started && wanted) {
		lives_add(&session->lives, conn, &activity);
		if (activity.active && !is_listener_end(conn))
			rank_add(&session->rank, conn, &activity);
	}
	if (conn->ended)
		track_forget(session->track, conn);
	return true;
}

static enum source_kind read_connections(struct session *session)
{
	struct reading reading;
	enum source_kind source;

	session->rank.limit = session->options->writer->limit(&session->options->out);
	session->lost = 0;
	memset(&session->lives, 0, sizeof(session->lives));
	rank_reset(&session->rank);
	track_begin(session->track, session->started ? session->then.mono_ns : 0);
	server_begin(&session->server);
	source = source_read(&session->source, &session->root, &session->now, take_row, session, &reading);
	server_settle(&session->server, session->track);
	if (!reading.changes)
		track_end(session->track, server_gone, &session->server);
	rank_sort(&session->rank);
	clients_rank(&session->server.clients, session->options->out.clients, &session->clients);
	session->lives.known = reading.ends_known;
	session->lives.lost = reading.lost;
	if (session->lost + session->rank.lost)
		say("no memory for %llu connections: they are not in this report",
		    (unsigned long long)(session->lost + session->rank.lost));
	return source;
}

/* How many connections the module turned away, for lack of room or of memory. */
static struct delta refused(const struct module_stats *before, const struct module_stats *now)
{
	struct delta delta[2];

	for (unsigned int i = 0; i < 2; i++) {
		unsigned int stat = i ? M_REFUSED_NOMEM : M_REFUSED_FULL;

		delta[i] = delta_make(before->known >> stat & 1, before->val[stat], now->known >> stat & 1, now->val[stat]);
	}
	return delta_sum(delta[0], delta[1]);
}

int session_read(struct session *session, struct report *report)
{
	struct host host;
	int ret;

	memset(report, 0, sizeof(*report));
	ret = root_clock(&session->root, &session->now);
	if (ret == 0 && session->started && session->now.mono_ns <= session->then.mono_ns)
		ret = -EINVAL;
	if (ret < 0) {
		say("%s/%u/clock: not two numbers that go on from those before", session->root.base, session->root.tree);
		return ret;
	}
	report->now = session->now;
	report->elapsed_ns = session->now.mono_ns - session->then.mono_ns;
	cgroups_begin(&session->cgroups, &session->root);
	host_read(&host, &session->root);
	module_stats_read(&report->stats, &session->root);
	report->source = read_connections(session);
	report->rank = &session->rank;
	report->clients = &session->clients;
	report->lives = session->lives;
	report->cgroups = &session->cgroups;
	if (session->started) {
		ret = host_delta_make(&report->host, &session->before, &host);
		report->refused = refused(&session->stats_before, &report->stats);
	}
	/* Names in report->host are those of the reading that is kept. */
	host_free(&session->before);
	session->before = host;
	session->stats_before = report->stats;
	session->then = session->now;
	if (ret < 0) {
		say("out of memory");
		return ret;
	}
	ret = session->started;
	session->started = true;
	return ret;
}
