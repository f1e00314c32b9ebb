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
	return session->track ? 0 : -ENOMEM;
}

void session_free(struct session *session)
{
	track_free(session->track);
	rank_free(&session->rank);
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

static bool take_row(void *ctx, const struct conn *conn)
{
	struct session *session = ctx;
	struct activity activity;
	int ret;

	ret = track_row(session->track, conn, since_last(session), &activity);
	if (ret == -ENOMEM)
		session->lost++;
	if (ret == 0 && session->started && activity.active && filter_match(session->options->filter, conn))
		rank_add(&session->rank, conn, &activity);
	return ret == 0 || ret == -ENOMEM;
}

static enum source_kind read_connections(struct session *session)
{
	enum source_kind source;

	session->rank.limit = session->options->writer->limit(&session->options->out);
	session->lost = 0;
	rank_reset(&session->rank);
	track_begin(session->track);
	source = source_read(&session->root, take_row, session);
	track_end(session->track);
	rank_sort(&session->rank);
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
	host_read(&host, &session->root);
	module_stats_read(&report->stats, &session->root);
	report->source = read_connections(session);
	report->rank = &session->rank;
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
