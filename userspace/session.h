/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything one run of reports keeps between two intervals. */
#ifndef COREMON_SESSION_H
#define COREMON_SESSION_H

#include "options.h"
#include "server.h"
#include "totals.h"
#include "track.h"
#include "trouble.h"

/** struct session - one run */
struct session {
	const struct options *options;
	struct root root;
	struct source source;
	struct track *track;
	struct rank rank;
	struct server server;
	struct clients_view clients;
	struct lives lives;
	struct totals totals;
	struct trouble trouble;
	struct cgroups cgroups;
	struct host before;		/* the last reading */
	struct module_stats stats_before;
	struct stamp then;		/* when the last reading was made */
	struct stamp now;		/* when this reading was made */
	bool started;			/* there is a last reading */
	uint64_t known[CONN_KNOWN];	/* bit per enum conn_col: known of some connection */
	uint64_t lost;			/* rows of this reading there was no memory for */
};

/** session_init() - begin. Return: 0 or -ENOMEM; session_free() it in any case. */
int session_init(struct session *session, const struct options *options);

/** session_free() - end. */
void session_free(struct session *session);

/**
 * session_read() - make a reading, and a report of what happened since the last one.
 *
 * Return: 1 with @report set (valid until the next call; host_delta_free() its host), 0 when this was the first reading,
 * a negative errno where there can be no report.
 */
int session_read(struct session *session, struct report *report);

#endif /* COREMON_SESSION_H */
