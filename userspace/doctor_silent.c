// SPDX-License-Identifier: GPL-2.0-only
/* Rules about SYNs that nobody answers: of which network where the module tells, else of which far end the sockets that wait. */
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* SYNs sent again, of the connections with that network. */
#define SILENT_SHARE 0.1

static void say_what(struct finding *finding, const char *host)
{
	finding_effect(finding, "connect() there waits 1 s, 3 s, 7 s and longer, and may fail after two minutes.");
	finding_command(finding, "mtr -n -r -c 10 %s", host);
	finding_command(finding, "ip route get %s", host);
	finding_advice(finding, "A filter drops the SYNs, the host is gone, or its listener's queue is full.");
}

static void by_path(struct findings *findings, const struct view *view, const struct path *path)
{
	struct finding *finding;
	char name[PATH_STRLEN];

	if (path->syn < LOST_MIN || (double)path->syn < SILENT_SHARE * (double)path->connections)
		return;
	finding = finding_add(findings, "path-silent", SEVERITY_WARNING, SURE_LIKELY, WEIGHT_LOSS);
	finding_title(finding, "connections to %s get no answer", path_text(path, name));
	finding_note(finding, "SYN sent again", "%" PRIu64 " times, %.1f a second, by %" PRIu64 " connections", path->syn,
		     view_rate(view, path->syn), path->connections);
	finding_note(finding, "segments from there", "%" PRIu64, path->segs_in);
	say_what(finding, path_host(&path->worst, name));
}

static int by_remote(const void *x, const void *y)
{
	const struct endpoint *a = &(*(const struct socket *const *)x)->remote, *b = &(*(const struct socket *const *)y)->remote;
	int ret = a->v6 - b->v6;

	if (ret == 0)
		ret = memcmp(a->addr, b->addr, sizeof(a->addr));
	return ret ? ret : a->port - b->port;
}

/** struct waiting - sockets in SYN_SENT */
struct waiting {
	const struct socket *most;	/* one of those with the far end that most wait for; NULL: there is none */
	unsigned int nr, nr_most, ends;
};

static struct waiting find_waiting(const struct sockets *sockets)
{
	struct waiting waiting = { 0 };
	const struct socket **list;
	unsigned int nr = 0;

	list = sockets && sockets->nr ? malloc(sockets->nr * sizeof(*list)) : NULL;
	if (!list)
		return waiting;
	for (unsigned int i = 0; i < sockets->nr; i++) {
		if (!sockets->socket[i].udp && sockets->socket[i].state == TCP_SYN_SENT)
			list[nr++] = &sockets->socket[i];
	}
	if (nr)
		qsort(list, nr, sizeof(*list), by_remote);
	for (unsigned int i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr && by_remote(&list[i], &list[end]) == 0; end++)
			;
		if (end - i > waiting.nr_most) {
			waiting.nr_most = end - i;
			waiting.most = list[i];
		}
		waiting.ends++;
	}
	waiting.nr = nr;
	free(list);
	return waiting;
}

/* The counter is of the whole machine: that the sockets which wait now are those that sent again is likely, and not known. */
static void by_sockets(struct findings *findings, const struct view *view)
{
	struct grown again = view_grown(view, LAYER_TCP, "", "TcpExtTCPSynRetrans"), opened = view_grown(view, LAYER_TCP, "", "TcpActiveOpens");
	char remote[ENDPOINT_STRLEN], host[PATH_STRLEN], process[PROCESS_LEN];
	struct finding *finding;
	struct waiting waiting;

	if (again.by < LOST_MIN)
		return;
	waiting = find_waiting(view->sockets_now);
	if (!waiting.most || (double)again.by < SILENT_SHARE * (double)(opened.by + waiting.nr))
		return;
	finding = finding_add(findings, "path-silent", SEVERITY_WARNING, SURE_POSSIBLE, WEIGHT_LOSS);
	finding_title(finding, "connections to %s may get no answer", endpoint_format(&waiting.most->remote, remote));
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPSynRetrans", true);
	view_evidence(finding, view, LAYER_TCP, "", "TcpActiveOpens", false);
	finding_note(finding, "in SYN_SENT", "%u sockets, to %u far ends; %u of them to %s", waiting.nr, waiting.ends, waiting.nr_most,
		     remote);
	if (waiting.most->pid)
		finding_note(finding, "process", "%s", process_text(waiting.most->comm, waiting.most->pid, process));
	say_what(finding, path_host(&waiting.most->remote, host));
	finding_advice(finding, "SYN-ACKs are in the counter, too. With the coremon module loaded it is known which connections sent again.");
}

void rule_silent(struct findings *findings, const struct view *view)
{
	const struct conns *conns = view->conns;

	if (!conns || !conns->module) {
		by_sockets(findings, view);
		return;
	}
	for (unsigned int i = 0; i < conns->nr_paths; i++)
		by_path(findings, view, &conns->path[i]);
}
