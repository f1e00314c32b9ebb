// SPDX-License-Identifier: GPL-2.0-only
/* Rules about what holds connections up at their ends: programs that do not read, peers that do not, send buffers. */
#include <inttypes.h>
#include <stdio.h>

#include "doctor.h"

/*
 * A program is slow where what waits for it would take it this long to read. A busy one that keeps up has a full queue as well, for
 * a few hundredths of a second.
 */
#define WAITS_S 1.0
#define WAITS_BYTES 65536	/* or the window is closed */
#define SEEN_SHARE 0.5		/* of the time; a connection that was only just looked at tells nothing */

/* A peer's window that is closed for this part of the time. */
#define CLOSED_SHARE 0.2

#define HELD_SHOWN 3

static double seconds(const struct conns *conns, const struct held *held)
{
	return (double)(conns->last_ns - held->since_ns) / 1e9;
}

static bool seen_long(const struct conns *conns, const struct held *held)
{
	return conns->last_ns > held->since_ns &&
	       (double)(conns->last_ns - held->since_ns) >= SEEN_SHARE * (double)(conns->last_ns - conns->first_ns);
}

/* Bytes a second that the program read. */
static double read_rate(const struct conns *conns, const struct held *held)
{
	double more = (double)held->recv_q - (double)held->recv_q_first, read = (double)held->received - more;

	return read > 0 ? read / seconds(conns, held) : 0;
}

static bool is_slow_reader(const struct conns *conns, const struct held *held)
{
	bool closed = held->zero_wnd_out || (held->rcv_wnd_known && held->rcv_wnd == 0);

	if (held->ended || held->recv_q == 0 || held->recv_q_first == 0 || !seen_long(conns, held))
		return false;
	return (closed || held->recv_q >= WAITS_BYTES) && (double)held->recv_q >= WAITS_S * read_rate(conns, held);
}

/* Return: the socket of a connection, or NULL. */
static const struct socket *socket_of(const struct view *view, const struct held *held)
{
	for (unsigned int i = 0; view->sockets_now && i < view->sockets_now->nr; i++) {
		const struct socket *socket = &view->sockets_now->socket[i];

		if (!socket->udp && endpoint_same(&socket->local, &held->local) && endpoint_same(&socket->remote, &held->remote))
			return socket;
	}
	return NULL;
}

/* The owner as the module saw it, else who holds the socket. */
static struct owner owner_of(const struct view *view, const struct held *held)
{
	const struct socket *socket = held->owner.pid ? NULL : socket_of(view, held);
	struct owner owner = held->owner;

	if (socket) {
		owner.pid = socket->pid;
		snprintf(owner.comm, sizeof(owner.comm), "%.*s", (int)sizeof(socket->comm), socket->comm);
	}
	return owner;
}

static void slow_reader(struct findings *findings, const struct view *view, const struct held *held, unsigned int more)
{
	char process[PROCESS_LEN], local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN];
	struct owner owner = owner_of(view, held);
	bool closed = held->zero_wnd_out || (held->rcv_wnd_known && held->rcv_wnd == 0);
	double rate = read_rate(view->conns, held);
	struct finding *finding = finding_add(findings, "slow-reader", SEVERITY_WARNING, closed ? SURE_CERTAIN : SURE_LIKELY,
					      WEIGHT_LIMIT + (rate > 0 ? 0 : 1));

	process_text(owner.comm, owner.pid, process);
	if (rate > 0)
		finding_title(finding, "%s reads too slowly from its connection with %s", process,
			      endpoint_format(&held->remote, remote));
	else
		finding_title(finding, "%s does not read from its connection with %s", process, endpoint_format(&held->remote, remote));
	finding_effect(finding, closed ? "Its window is closed: the peer must wait. The network is not to blame." :
					 "Data waits here; soon the window closes and the peer must wait. The network is not to blame.");
	finding_note(finding, "waiting", "%" PRIu64 " bytes; it was %" PRIu64 " %.0f s ago, and %.0f a second are read", held->recv_q,
		     held->recv_q_first, seconds(view->conns, held), rate);
	finding_note(finding, "connection", "%s", endpoint_format(&held->local, local));
	if (held->zero_wnd_out)
		finding_note(finding, "window closed", "%" PRIu64 " times by this end", held->zero_wnd_out);
	if (held->rcv_wnd_known)
		finding_note(finding, "window now", "%" PRIu64 " bytes", held->rcv_wnd);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPToZeroWindowAdv", false);
	if (more)
		finding_note(finding, "others", "%u more connections like this", more);
	if (owner.pid) {
		finding_command(finding, "cat /proc/%u/wchan /proc/%u/stack", owner.pid, owner.pid);
		finding_command(finding, "top -H -p %u", owner.pid);
	}
	finding_advice(finding, "The program waits for something else (a disk, a lock, a database), or has no CPU. A larger "
		       "buffer does not help a reader that "
				"is slower than its sender.");
}

/* Connections of one program are told of once. */
static unsigned int like_it(const struct conns *conns, const struct held *first)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < conns->nr_held; i++) {
		const struct held *held = &conns->held[i];

		if (is_slow_reader(conns, held) && held->owner.pid == first->owner.pid) {
			if (held < first)
				return UINT32_MAX;
			nr++;
		}
	}
	return nr - 1;
}

void rule_slow_reader(struct findings *findings, const struct view *view)
{
	const struct conns *conns = view->conns;
	unsigned int shown = 0, more;

	for (unsigned int i = 0; conns && i < conns->nr_held && shown < HELD_SHOWN; i++) {
		if (!is_slow_reader(conns, &conns->held[i]))
			continue;
		more = like_it(conns, &conns->held[i]);
		if (more == UINT32_MAX)
			continue;
		slow_reader(findings, view, &conns->held[i], more);
		shown++;
	}
}

/* The other end is here as well, and was told of. */
static bool other_end_told(const struct conns *conns, const struct held *held)
{
	for (unsigned int i = 0; i < conns->nr_held; i++) {
		const struct held *other = &conns->held[i];

		if (endpoint_same(&other->local, &held->remote) && endpoint_same(&other->remote, &held->local) && is_slow_reader(conns, other))
			return true;
	}
	return false;
}

void rule_peer_window(struct findings *findings, const struct view *view)
{
	const struct conns *conns = view->conns;
	double elapsed_us = (double)view->elapsed_ns / 1e3;
	char process[PROCESS_LEN], remote[ENDPOINT_STRLEN], share[SHARE_LEN];
	const struct held *worst = NULL;
	struct finding *finding;
	struct owner owner;
	unsigned int nr = 0;

	for (unsigned int i = 0; conns && i < conns->nr_held; i++) {
		const struct held *held = &conns->held[i];

		if (held->ended || (double)held->zero_wnd_in_us < CLOSED_SHARE * elapsed_us || other_end_told(conns, held))
			continue;
		nr++;
		if (!worst || held->zero_wnd_in_us > worst->zero_wnd_in_us)
			worst = held;
	}
	if (!worst)
		return;
	owner = owner_of(view, worst);
	finding = finding_add(findings, "peer-window", SEVERITY_WARNING, SURE_CERTAIN, WEIGHT_SLOW);
	finding_title(finding, "%s does not read what is sent to it", endpoint_format(&worst->remote, remote));
	finding_effect(finding, "%s must wait: the peer's window is closed. Neither this machine nor the network is to blame.",
		       process_text(owner.comm, owner.pid, process));
	finding_note(finding, "window closed", "for %s of the time, %" PRIu64 " times closed",
		     share_text((double)worst->zero_wnd_in_us, elapsed_us, share),
		     worst->zero_wnd_in);
	finding_note(finding, "waiting here", "%" PRIu64 " bytes", worst->send_q);
	if (nr > 1)
		finding_note(finding, "others", "%u more connections like this", nr - 1);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPWinProbe", false);
	finding_command(finding, "coremon-doctor");
	finding_advice(finding, "Run it at the peer: a program there reads too slowly.");
}

/*
 * A sender that its buffer holds up: busy nearly all the time, never as much under way as the windows allow, over a round trip at
 * which that matters, and its send buffer is full. (The kernel's own sndbuf_limited counts the first round trips alone: measured
 * 6 % of three seconds with a buffer that was the limit all the time.)
 */
static bool is_buffer_full(const struct view *view, const struct held *held, double elapsed_us)
{
	const struct socket *socket;

	if (held->ended || !held->srtt_known || held->srtt_us < BUSY_RTT_US || held->window_filled ||
	    (double)held->busy_us < BUSY_SHARE * elapsed_us)
		return false;
	socket = socket_of(view, held);
	return socket && socket_known(socket, SOCKET_WMEM) && socket_known(socket, SOCKET_SNDBUF) && socket->num[SOCKET_WMEM] >= socket->num[SOCKET_SNDBUF];
}

void rule_send_buffer(struct findings *findings, const struct view *view)
{
	const struct conns *conns = view->conns;
	double elapsed_us = (double)view->elapsed_ns / 1e3;
	char process[PROCESS_LEN], remote[ENDPOINT_STRLEN], share[SHARE_LEN];
	uint64_t low, standard, most;
	const struct held *worst = NULL;
	const struct socket *socket;
	struct finding *finding;
	struct owner owner;

	for (unsigned int i = 0; conns && i < conns->nr_held; i++) {
		const struct held *held = &conns->held[i];

		if (!is_buffer_full(view, held, elapsed_us))
			continue;
		if (!worst || held->sent > worst->sent)
			worst = held;
	}
	if (!worst)
		return;
	owner = owner_of(view, worst);
	finding = finding_add(findings, "send-buffer", SEVERITY_WARNING, SURE_CERTAIN, WEIGHT_SLOW);
	finding_title(finding, "%s sends to %s no faster than its send buffer allows", process_text(owner.comm, owner.pid, process),
		      endpoint_format(&worst->remote, remote));
	finding_effect(finding, "It makes %.1f Mbit/s: one buffer a round trip of %.0f ms, though window and network would take more.",
		       view_rate(view, worst->sent) * 8e-6, (double)worst->srtt_us / 1000);
	finding_note(finding, "busy", "%s of the time, with the windows never used up", share_text((double)worst->busy_us, elapsed_us, share));
	socket = socket_of(view, worst);
	if (socket)
		finding_note(finding, "send buffer", "%" PRIu64 " bytes of memory in it, it has %" PRIu64, socket->num[SOCKET_WMEM],
			     socket->num[SOCKET_SNDBUF]);
	finding_note(finding, "send queue", "%" PRIu64 " bytes", worst->send_q);
	if (view_level(view, LAYER_LIMIT, "", "net.ipv4.tcp_wmem.min", &low) &&
	    view_level(view, LAYER_LIMIT, "", "net.ipv4.tcp_wmem.default", &standard) &&
	    view_level(view, LAYER_LIMIT, "", "net.ipv4.tcp_wmem.max", &most)) {
		finding_note(finding, "net.ipv4.tcp_wmem", "%" PRIu64 " %" PRIu64 " %" PRIu64 " bytes", low, standard, most);
		if (worst->send_q > most / 4)
			finding_command(finding, "sysctl -w net.ipv4.tcp_wmem=\"%" PRIu64 " %" PRIu64 " %" PRIu64 "\"", low,
					standard, 4 * most);
	}
	finding_advice(finding, "A program that sets SO_SNDBUF itself takes the kernel's tuning away: best let it not, or set "
		       "bandwidth times round trip.");
}
