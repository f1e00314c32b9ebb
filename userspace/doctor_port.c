// SPDX-License-Identifier: GPL-2.0-only
/* Rules about ports: those to one remote end that run out, TIME_WAIT sockets that find no room. */
#include "doctor_port.h"

#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* The kernel looks for a free port by trying: long before all are in use connect() takes much longer. */
#define PORTS_NEAR 0.80

/* A bit a port: what this machine listens on is not ephemeral. */
static void listened_on(const struct sockets *sockets, uint8_t set[8192])
{
	memset(set, 0, 8192);
	for (unsigned int i = 0; i < sockets->nr; i++) {
		const struct socket *socket = &sockets->socket[i];

		if (!socket->udp && socket->state == TCP_LISTEN)
			set[socket->local.port / 8] |= (uint8_t)(1 << socket->local.port % 8);
	}
}

static int by_ends(const void *x, const void *y)
{
	const struct socket *a = *(const struct socket *const *)x, *b = *(const struct socket *const *)y;
	int ret = a->local.v6 - b->local.v6;

	if (ret == 0)
		ret = memcmp(a->local.addr, b->local.addr, sizeof(a->local.addr));
	if (ret == 0)
		ret = memcmp(a->remote.addr, b->remote.addr, sizeof(a->remote.addr));
	return ret ? ret : a->remote.port - b->remote.port;
}

static void take_group(struct port_use *most, const struct socket *const *list, unsigned int nr)
{
	struct port_use use = { .local = list[0]->local, .remote = list[0]->remote, .used = nr };

	if (nr <= most->used)
		return;
	use.local.port = 0;
	for (unsigned int i = 0; i < nr; i++) {
		use.time_wait += list[i]->state == TCP_TIME_WAIT;
		if (!use.pid && list[i]->pid) {
			use.pid = list[i]->pid;
			memcpy(use.comm, list[i]->comm, sizeof(use.comm));
		}
	}
	*most = use;
}

bool ports_most(const struct sockets *sockets, uint64_t low, uint64_t high, struct port_use *out)
{
	const struct socket **list;
	uint8_t listened[8192];
	unsigned int nr = 0;

	memset(out, 0, sizeof(*out));
	if (sockets->nr == 0 || high < low)
		return false;
	list = malloc(sockets->nr * sizeof(*list));
	if (!list)
		return false;
	listened_on(sockets, listened);
	for (unsigned int i = 0; i < sockets->nr; i++) {
		const struct socket *socket = &sockets->socket[i];
		uint16_t port = socket->local.port;

		if (!socket->udp && socket->state != TCP_LISTEN && socket->remote.port && port >= low && port <= high &&
		    !(listened[port / 8] >> port % 8 & 1))
			list[nr++] = socket;
	}
	if (nr)
		qsort(list, nr, sizeof(*list), by_ends);
	for (unsigned int i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr && by_ends(&list[i], &list[end]) == 0; end++)
			;
		take_group(out, list + i, end - i);
	}
	free(list);
	return out->used > 0;
}

void rule_ports(struct findings *findings, const struct view *view)
{
	char remote[ENDPOINT_STRLEN], process[PROCESS_LEN], share[SHARE_LEN];
	struct finding *finding;
	struct port_use use;
	uint64_t low, high, room;

	if (!view->sockets_now || !view_level(view, LAYER_LIMIT, "", "net.ipv4.ip_local_port_range.low", &low) ||
	    !view_level(view, LAYER_LIMIT, "", "net.ipv4.ip_local_port_range.high", &high) || high < low)
		return;
	room = high - low + 1;
	if (!ports_most(view->sockets_now, low, high, &use) || (double)use.used < PORTS_NEAR * (double)room)
		return;
	finding = finding_add(findings, "port-exhaustion", (double)use.used >= AT_LIMIT * (double)room ? SEVERITY_CRITICAL :
			      SEVERITY_WARNING,
			      SURE_CERTAIN, WEIGHT_CAUSE);
	finding_title(finding, "ports to %s run out: %s of the range in use", endpoint_format(&use.remote, remote),
		      share_text((double)use.used, (double)room, share));
	finding_effect(finding, "connect() to it is slow, and fails with EADDRNOTAVAIL when none is left.");
	finding_note(finding, "ports", "%" PRIu64 " of %" PRIu64 " (%" PRIu64 " to %" PRIu64 "), %" PRIu64 " in TIME_WAIT",
		     use.used, room, low,
		     high, use.time_wait);
	if (use.pid)
		finding_note(finding, "process", "%s", process_text(use.comm, use.pid, process));
	if (low > 1024 || high < 65535)
		finding_command(finding, "sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
	if (use.time_wait > use.used / 2) {
		finding_command(finding, "sysctl -w net.ipv4.tcp_tw_reuse=1");
		finding_advice(finding, "Better: have the program keep its connections open (keep-alive, a pool) and not open one "
			       "a request. A closed "
					"one holds its port for 60 s.");
	} else {
		finding_advice(finding, "The connections are open: let the program use fewer, several addresses of its own, or "
			       "more ports at the "
					"far end.");
	}
}

void rule_time_wait(struct findings *findings, const struct view *view)
{
	struct grown overflow = view_grown(view, LAYER_TCP, "", "TcpExtTCPTimeWaitOverflow");
	struct finding *finding;
	uint64_t max, tw;

	if (!overflow.known || overflow.by < LOST_MIN)
		return;
	finding = finding_add(findings, "time-wait", SEVERITY_WARNING, SURE_CERTAIN, WEIGHT_SLOW);
	finding_title(finding, "there is no room for more sockets in TIME_WAIT");
	finding_effect(finding, "Closed connections are forgotten at once: late segments of an old one can disturb a new one, and "
		       "a lost last ACK is "
				"answered with a reset.");
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPTimeWaitOverflow", true);
	if (view_level(view, LAYER_SOCKET, "TCP", "tw", &tw) && view_level(view, LAYER_LIMIT, "", "net.ipv4.tcp_max_tw_buckets", &max)) {
		finding_note(finding, "TIME_WAIT", "%" PRIu64 ", the limit is %" PRIu64, tw, max);
		finding_command(finding, "sysctl -w net.ipv4.tcp_max_tw_buckets=%" PRIu64, max < 16384 ? 65536 : 4 * max);
	}
	finding_advice(finding, "Programs that keep connections open have fewer; it is the end that closes first that has them.");
}
