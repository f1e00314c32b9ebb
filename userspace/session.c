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
	trouble_init(&session->trouble, &options->out.sections);
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
	trouble_free(&session->trouble);
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

static bool is_listener(const struct conn *conn)
{
	return conn_known(conn, C_STATE) && strcmp(conn->state, "LISTEN") == 0;
}

/* A listener that closes has done nothing itself. */
static bool is_listener_end(const struct conn *conn)
{
	return conn->ended && is_listener(conn);
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
	for (unsigned int i = 0; i < CONN_KNOWN; i++)
		session->known[i] |= conn->known[i];
	server_row(&session->server, conn, &activity, tag, wanted);
	/* A path that is asked for once is known when the cgroup is gone. */
	if ((activity.born || !session->started) && conn_known(conn, C_CGROUP))
		cgroups_path(&session->cgroups, conn->num[C_CGROUP]);
	if (session->started && wanted) {
		lives_add(&session->lives, conn, &activity);
		if (activity.active && !is_listener_end(conn)) {
			rank_add(&session->rank, conn, &activity);
			if (!is_listener(conn))
				totals_add(&session->totals, &activity);
		}
	}
	if (conn->ended)
		track_forget(session->track, conn);
	return true;
}

/* A filter that asks for what only the module knows would show nothing, and not why. */
static void check_filter(const struct session *session, enum source_kind source)
{
	const char *name;

	if (source != SOURCE_DIAG || !session->known[0])
		return;
	name = filter_unknown(session->options->filter, session->known);
	if (name)
		say_once("filter", "filter: '%s' is not known of any connection without the module, and what is not known matches nothing", name);
}

static enum source_kind read_connections(struct session *session)
{
	struct reading reading;
	enum source_kind source;

	session->rank.limit = session->options->writer->limit(&session->options->out);
	session->lost = 0;
	memset(&session->lives, 0, sizeof(session->lives));
	memset(&session->totals, 0, sizeof(session->totals));
	rank_reset(&session->rank);
	track_begin(session->track, session->started ? session->then.mono_ns : 0);
	server_begin(&session->server);
	source = source_read(&session->source, &session->root, &session->now, take_row, session, &reading);
	check_filter(session, source);
	server_settle(&session->server, session->track);
	if (!reading.changes)
		track_end(session->track, server_gone, &session->server);
	rank_sort(&session->rank);
	clients_rank(&session->server.clients, session->options->out.clients, &session->clients);
	session->lives.known = reading.ends_known;
	session->lives.lost = reading.lost;
	if (session->lost + session->rank.lost)
		say("no memory for %llu connections: they are not in this report",
		    (unsigned long long)session->lost + session->rank.lost);
	return source;
}

static struct delta stat_delta(const struct module_stats *before, const struct module_stats *now, enum module_stat stat)
{
	return delta_make(module_stat_known(before, stat), before->val[stat], module_stat_known(now, stat), now->val[stat]);
}

/* What the module counts of its own work. */
static void compare_stats(struct report *report, const struct module_stats *before)
{
	const struct module_stats *now = &report->stats;

	report->refused = delta_sum(stat_delta(before, now, M_REFUSED_FULL), stat_delta(before, now, M_REFUSED_NOMEM));
	report->hooks_us = stat_delta(before, now, M_HOOKS_TIME_US);
	report->thinned = stat_delta(before, now, M_THINNED);
}

/* Connections are read where a section speaks of them. */
static bool wants_connections(const struct session *session)
{
	const uint32_t sections = SECTION_BIT(SECTION_CONNECTIONS) | SECTION_BIT(SECTION_CLIENTS) | SECTION_BIT(SECTION_CONGESTION);

	return session->options->out.sections.shown & sections;
}

static int read_all(struct session *session, struct report *report, struct host *host)
{
	int ret;

	memset(host, 0, sizeof(*host));
	cgroups_begin(&session->cgroups, &session->root);
	if (section_shown(&session->options->out.sections, SECTION_LOAD))
		host_read(host, &session->root);
	/* Next to the counters of the load, before what may take long. */
	ret = trouble_read(&session->trouble, &session->root);
	if (wants_connections(session)) {
		module_stats_read(&report->stats, &session->root);
		report->source = read_connections(session);
	}
	return ret;
}

/* What this reading and the one before show together. */
static int compare(struct session *session, struct report *report, const struct host *host)
{
	int ret = host_delta_make(&report->host, &session->before, host);

	compare_stats(report, &session->stats_before);
	if (ret < 0)
		return ret;
	/* inet_diag tells neither kinds of retransmits nor states. */
	return trouble_make(&session->trouble, &session->root, report->source == SOURCE_MODULE ? &session->totals : NULL,
			    &session->lives);
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
	ret = read_all(session, report, &host);
	/*
	 * What is asked for the first time takes its time: modules are loaded, names looked up, all connections told of. So the parts of a
	 * first reading are of different moments, and what is compared with it would be of another interval than it says: read once more.
	 */
	if (ret == 0 && !session->started && !session->root.numbered) {
		host_free(&host);
		root_clock(&session->root, &session->now);
		ret = read_all(session, report, &host);
	}
	report->now = session->now;
	report->elapsed_ns = session->now.mono_ns - session->then.mono_ns;
	report->rank = &session->rank;
	report->clients = &session->clients;
	report->lives = session->lives;
	report->cgroups = &session->cgroups;
	report->totals = &session->totals;
	report->trouble = &session->trouble;
	if (ret == 0 && session->started)
		ret = compare(session, report, &host);
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
