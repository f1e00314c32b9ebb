// SPDX-License-Identifier: GPL-2.0-only
/* Rules about listeners: accept queues that overflow, floods of SYNs. */
#include <inttypes.h>
#include <netinet/tcp.h>
#include <string.h>

#include "doctor.h"

/*
 * A listener refuses a connection when its queue is longer than its limit. One refusal may be the burst of a moment, and the client's
 * SYN comes again a second later; these are a fault.
 */
#define OVERFLOWS_MIN 5

/* Of the cookies sent so many come back when those who connect are real; of a flood with made-up sources none do. */
#define COOKIES_REAL 0.5

/* How full the fullest a queue was seen is, 0 to 1 and above. */
static double fill(const struct view *view, const struct socket *socket)
{
	char object[TREND_OBJECT_LEN];
	const struct trend *trend;
	double most;

	if (socket->udp || socket->state != TCP_LISTEN || !socket_known(socket, SOCKET_RECV_Q) || !socket_known(socket, SOCKET_SEND_Q))
		return 0;
	most = (double)socket->num[SOCKET_RECV_Q];
	trend = view->trends ? trend_find(view->trends, TREND_ACCEPT, trend_listener(socket, object)) : NULL;
	if (trend && trend->highest > most)
		most = trend->highest;
	/* The kernel lets one more wait than the limit says. */
	return most / ((double)socket->num[SOCKET_SEND_Q] + 1);
}

double listen_fullest(const struct view *view, const struct socket **listener)
{
	double most = 0;

	*listener = NULL;
	for (unsigned int i = 0; view->sockets_now && i < view->sockets_now->nr; i++) {
		const struct socket *socket = &view->sockets_now->socket[i];
		double full = fill(view, socket);

		if (full > most) {
			most = full;
			*listener = socket;
		}
	}
	return most;
}

static void queue_advice(struct finding *finding, const struct socket *listener, bool has_max, uint64_t somaxconn)
{
	uint64_t limit = listener ? listener->num[SOCKET_SEND_Q] : 0, want = limit < 1024 ? 4096 : 4 * limit;

	if (has_max && (!listener || limit >= somaxconn || want > somaxconn))
		finding_command(finding, "sysctl -w net.core.somaxconn=%" PRIu64, want);
	if (listener && has_max && limit < somaxconn)
		finding_advice(finding, "The program itself asks for no more than listen(fd, %" PRIu64 "): raise the backlog in its "
					"configuration (nginx: listen ... backlog=%" PRIu64 ") and restart it.", limit, want);
	else
		finding_advice(finding, "Then restart the program: the limit is taken at its listen(), the lower of its backlog "
			       "and somaxconn.");
	finding_advice(finding, "A queue that is always full is of a program that is too slow to accept(): it waits for something "
		       "else, or "
				"is out of threads or descriptors. A longer queue only makes clients wait longer then.");
}

void rule_accept_queue(struct findings *findings, const struct view *view)
{
	struct grown overflows = view_grown(view, LAYER_TCP, "", "TcpExtListenOverflows");
	const struct socket *listener;
	double full = listen_fullest(view, &listener);
	bool was_full = full >= AT_LIMIT, has_max;
	char local[ENDPOINT_STRLEN], process[PROCESS_LEN], rate[RATE_LEN];
	struct finding *finding;
	uint64_t somaxconn;

	if (!overflows.known || overflows.by < OVERFLOWS_MIN)
		return;
	has_max = view_level(view, LAYER_LIMIT, "", "net.core.somaxconn", &somaxconn);
	finding = finding_add(findings, "accept-queue", SEVERITY_CRITICAL, SURE_CERTAIN, WEIGHT_LIMIT);
	if (full < 0.5)
		listener = NULL;	/* emptied before it could be seen: it may be any */
	if (listener) {
		finding_title(finding, "the accept queue of %s at %s overflows", process_text(listener->comm, listener->pid, process),
			      endpoint_format(&listener->local, local));
		finding_note(finding, "accept queue", "%" PRIu64 " wait now, the limit is %" PRIu64 "%s", listener->num[SOCKET_RECV_Q],
			     listener->num[SOCKET_SEND_Q], was_full ? "; it was seen full" : "");
	} else {
		finding_title(finding, "an accept queue overflows; whose is not known");
		finding_note(finding, "listener", "none was full when looked at: a burst, or in another network namespace");
	}
	finding_effect(finding, "Clients that connect get no answer and try again after 1, 3, 7 seconds: %s times a second.",
		       rate_text(view_rate(view, overflows.by), rate));
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtListenOverflows", true);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtListenDrops", false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpPassiveOpens", true);
	if (has_max)
		finding_note(finding, "net.core.somaxconn", "%" PRIu64, somaxconn);
	if (listener && listener->pid)
		finding_command(finding, "cat /proc/%u/stack /proc/%u/wchan", listener->pid, listener->pid);
	queue_advice(finding, listener, has_max, somaxconn);
}

void rule_syn_flood(struct findings *findings, const struct view *view)
{
	struct grown sent = view_grown(view, LAYER_TCP, "", "TcpExtSyncookiesSent"), back = view_grown(view, LAYER_TCP, "",
												       "TcpExtSyncookiesRecv");
	struct grown dropped = view_grown(view, LAYER_TCP, "", "TcpExtTCPReqQFullDrop");
	uint64_t backlog, refused = dropped.by;
	struct finding *finding;
	bool real;

	if (sent.by < LOST_MIN && refused < LOST_MIN)
		return;
	real = sent.by >= LOST_MIN && (double)back.by >= COOKIES_REAL * (double)sent.by;
	finding = finding_add(findings, real ? "syn-queue" : "syn-flood", refused || !real ? SEVERITY_CRITICAL : SEVERITY_WARNING,
			      real || refused ? SURE_CERTAIN : SURE_LIKELY, WEIGHT_LIMIT);
	if (real)
		finding_title(finding, "more clients connect at a time than the queue of handshakes holds");
	else
		finding_title(finding, "a SYN flood: %.0f handshakes a second that nobody completes",
			      view_rate(view, sent.by > refused ? sent.by : refused));
	if (refused)
		finding_effect(finding, "SYN cookies are off: SYNs of real clients are dropped with the others.");
	else
		finding_effect(finding, "SYN cookies keep the service up; connections made by one have no window scaling or SACK "
			       "where the client has "
					"no timestamps.");
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtSyncookiesSent", true);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtSyncookiesRecv", true);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtSyncookiesFailed", false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPReqQFullDrop", false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPReqQFullDoCookies", false);
	if (refused)
		finding_command(finding, "sysctl -w net.ipv4.tcp_syncookies=1");
	if (view_level(view, LAYER_LIMIT, "", "net.ipv4.tcp_max_syn_backlog", &backlog)) {
		finding_note(finding, "net.ipv4.tcp_max_syn_backlog", "%" PRIu64, backlog);
		finding_command(finding, "sysctl -w net.ipv4.tcp_max_syn_backlog=%" PRIu64, backlog < 2048 ? 8192 : 4 * backlog);
	}
	finding_command(finding, "ss -Htn state syn-recv | awk '{ print $4 }' | sort | uniq -c | sort -rn | head");
	finding_advice(finding, real ? "The queue is as long as the listener's backlog: raise that, too (see accept-queue)." :
				       "If few sources stand out there, block them; if they are all different, they are made up: "
				       "SYN cookies or a "
				       "filter in front are the remedy.");
}
