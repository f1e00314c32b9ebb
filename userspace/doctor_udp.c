// SPDX-License-Identifier: GPL-2.0-only
/* Rules about UDP: receive buffers that overflow, and whose; memory. */
#include <inttypes.h>
#include <netinet/tcp.h>
#include <string.h>

#include "doctor.h"
#include "udp_buffer.h"

/* Sockets told of; the rest is summed up. */
#define SOCKETS_SHOWN 3

static bool same_socket(const struct socket *a, const struct socket *b)
{
	if (socket_known(a, SOCKET_COOKIE) && socket_known(b, SOCKET_COOKIE))
		return a->num[SOCKET_COOKIE] == b->num[SOCKET_COOKIE];
	return socket_known(a, SOCKET_INODE) && socket_known(b, SOCKET_INODE) && a->num[SOCKET_INODE] && a->num[SOCKET_INODE] == b->num[SOCKET_INODE];
}

/* How many a socket dropped since the first reading; one that is new since dropped all it ever did since. */
static uint64_t dropped(const struct view *view, const struct socket *now)
{
	const struct sockets *before = view->sockets_before;

	if (!now->udp || !socket_known(now, SOCKET_DROPS))
		return 0;
	for (unsigned int i = 0; i < before->nr; i++) {
		const struct socket *old = &before->socket[i];

		if (!old->udp || !same_socket(old, now))
			continue;
		/* The kernel's counter has 32 bits, and one that went back tells nothing. */
		return socket_known(old, SOCKET_DROPS) && now->num[SOCKET_DROPS] >= old->num[SOCKET_DROPS] ? now->num[SOCKET_DROPS] - old->num[SOCKET_DROPS] : 0;
	}
	return before->udp_whole ? now->num[SOCKET_DROPS] : 0;
}

/* What a program should ask for. */
static void buffer_advice(struct finding *finding, const struct view *view, const struct socket *socket)
{
	struct udp_buffer buffer = udp_buffer_advise(socket, view->now);
	uint64_t rmem_max, rmem_default;

	if (view_level(view, LAYER_LIMIT, "", "net.core.rmem_max", &rmem_max) &&
	    view_level(view, LAYER_LIMIT, "", "net.core.rmem_default", &rmem_default))
		finding_note(finding, "limits", "net.core.rmem_max %" PRIu64 ", rmem_default %" PRIu64 " bytes", rmem_max, rmem_default);
	if (buffer.raise_max)
		finding_command(finding, "sysctl -w net.core.rmem_max=%" PRIu64, buffer.raise_max);
	finding_advice(finding, "%s the program ask for setsockopt(SO_RCVBUF, %" PRIu64 "): the kernel doubles what is "
		       "asked for, and "
				"gives no more than twice rmem_max.", buffer.raise_max ? "Then have" : "Have", buffer.ask);
	if (buffer.raise_default) {
		finding_command(finding, "sysctl -w net.core.rmem_default=%" PRIu64, buffer.raise_default);
		finding_advice(finding, "That is for a program that asks for nothing, as this one; it holds for sockets made "
			       "after it: restart it.");
	}
	finding_advice(finding, "A larger buffer helps against bursts alone: a program that is too slow all the time needs more "
		       "threads or "
				"SO_REUSEPORT.");
}

static void counters_of(struct finding *finding, const struct view *view)
{
	view_evidence(finding, view, LAYER_UDP, "", "UdpRcvbufErrors", false);
	view_evidence(finding, view, LAYER_UDP, "", "Udp6RcvbufErrors", false);
	view_evidence(finding, view, LAYER_UDP, "", "UdpInDatagrams", false);
	view_evidence(finding, view, LAYER_UDP, "", "Udp6InDatagrams", false);
	view_reason(finding, view, "SOCKET_RCVBUFF");
}

static void of_socket(struct findings *findings, const struct view *view, const struct socket *socket, uint64_t lost)
{
	char local[ENDPOINT_STRLEN], process[PROCESS_LEN], rate[RATE_LEN];
	struct finding *finding = finding_add(findings, "udp-receive-buffer", SEVERITY_CRITICAL, SURE_CERTAIN, WEIGHT_LIMIT);

	endpoint_format(&socket->local, local);
	process_text(socket->comm, socket->pid, process);
	finding_title(finding, "the UDP receive buffer of %s at %s overflows", process, local);
	finding_effect(finding, "%s datagrams a second are lost before it reads them; nobody sends them again.",
		       rate_text(view_rate(view, lost), rate));
	finding_count(finding, "drops of the socket", socket->num[SOCKET_DROPS] - lost, socket->num[SOCKET_DROPS], view->elapsed_ns);
	counters_of(finding, view);
	if (socket_known(socket, SOCKET_RECV_Q) && socket_known(socket, SOCKET_RCVBUF))
		finding_note(finding, "queue", "%" PRIu64 " bytes wait, the buffer has %" PRIu64, socket->num[SOCKET_RECV_Q],
			     socket->num[SOCKET_RCVBUF]);
	else if (socket_known(socket, SOCKET_RECV_Q))
		finding_note(finding, "queue", "%" PRIu64 " bytes wait", socket->num[SOCKET_RECV_Q]);
	buffer_advice(finding, view, socket);
}

static void of_nobody(struct findings *findings, const struct view *view, uint64_t lost)
{
	static const struct socket nobody;
	char rate[RATE_LEN];
	struct finding *finding = finding_add(findings, "udp-receive-buffer", SEVERITY_CRITICAL, SURE_CERTAIN, WEIGHT_LIMIT);

	finding_title(finding, "a UDP receive buffer overflows; whose is not known");
	finding_effect(finding, "%s datagrams a second are lost before a program reads them; nobody sends them again.",
		       rate_text(view_rate(view, lost), rate));
	counters_of(finding, view);
	finding_command(finding, "coremon-sockets -u");
	buffer_advice(finding, view, &nobody);
}

void rule_udp_buffer(struct findings *findings, const struct view *view)
{
	struct grown four = view_grown(view, LAYER_UDP, "", "UdpRcvbufErrors"), six = view_grown(view, LAYER_UDP, "", "Udp6RcvbufErrors");
	uint64_t lost = four.by + six.by, all = lost, told = 0;
	unsigned int shown = 0;

	all += view_grown(view, LAYER_UDP, "", "UdpInDatagrams").by + view_grown(view, LAYER_UDP, "", "Udp6InDatagrams").by;
	if (!view_lost(lost, all))
		return;
	for (unsigned int i = 0; view->sockets_now && view->sockets_before && i < view->sockets_now->nr; i++) {
		const struct socket *socket = &view->sockets_now->socket[i];
		uint64_t by = dropped(view, socket);

		if (by < LOST_MIN)
			continue;
		told += by;
		if (shown++ < SOCKETS_SHOWN)
			of_socket(findings, view, socket, by);
	}
	if (told == 0)
		of_nobody(findings, view, lost);
}

void rule_udp_memory(struct findings *findings, const struct view *view)
{
	uint64_t pages = 0, pressure = 0, high = 0, low = 0;
	uint64_t lost = view_grown(view, LAYER_UDP, "", "UdpMemErrors").by + view_grown(view, LAYER_UDP, "", "Udp6MemErrors").by;
	bool known = view_level(view, LAYER_MEMORY, "udp", "pages", &pages) && view_level(view, LAYER_MEMORY, "udp", "low", &low) &&
		     view_level(view, LAYER_MEMORY, "udp", "pressure", &pressure) && view_level(view, LAYER_MEMORY, "udp",
												"high", &high) && high;
	struct finding *finding;

	/* UDP has no mode of pressure: it has memory, or has none. */
	if (lost < LOST_MIN && !(known && (double)pages >= NEAR_LIMIT * (double)high))
		return;
	finding = finding_add(findings, "udp-memory", lost >= LOST_MIN ? SEVERITY_CRITICAL : SEVERITY_WARNING, SURE_CERTAIN,
			      WEIGHT_CAUSE);
	finding_title(finding, lost >= LOST_MIN ? "UDP is out of memory: datagrams are lost" : "UDP is nearly out of memory");
	finding_effect(finding, "The limit is for all UDP sockets together: one that is not read takes it from all.");
	view_evidence(finding, view, LAYER_UDP, "", "UdpMemErrors", false);
	view_evidence(finding, view, LAYER_UDP, "", "Udp6MemErrors", false);
	if (known) {
		finding_note(finding, "memory of UDP", "%" PRIu64 " pages of %" PRIu64, pages, high);
		finding_command(finding, "sysctl -w net.ipv4.udp_mem=\"%" PRIu64 " %" PRIu64 " %" PRIu64 "\"", 2 * low,
				2 * pressure, 2 * high);
	}
	finding_command(finding, "coremon-sockets -u");
}
