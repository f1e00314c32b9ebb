// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_trend.h"

#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "doctor_port.h"

/*
 * How far a trend is drawn out at most, in seconds. Ports and conntrack entries of closed connections are given back after so
 * long (TIME_WAIT; nf_conntrack_tcp_timeout_time_wait): what would not be full by then levels off.
 */
static const double most_s[TREND_NR] = { [TREND_PORTS] = 60, [TREND_CONNTRACK] = 120 };

/* A limit that is reached within this time wants somebody now. */
#define SOON_S 300

struct trend_text {
	const char *what, *unit, *effect;
};

static const struct trend_text texts[TREND_NR] = {
	[TREND_LINK_RX] = { "%s, what it receives,", "Mbit/s", "Then packets wait, and bursts are dropped before they get here." },
	[TREND_LINK_TX] = { "%s, what it sends,", "Mbit/s", "Then everything that is sent waits, and bursts are dropped." },
	[TREND_ACCEPT] = { "the accept queue of %s", "connections", "Then clients that connect get no answer." },
	[TREND_CONNTRACK] = { "the conntrack table%s", "entries", "Then packets of new connections are dropped." },
	[TREND_FD_SYSTEM] = { "the machine's table of file descriptors%s", "descriptors", "Then no process opens a file or takes "
			     "a connection." },
	[TREND_FD_PROCESS] = { "the descriptors of process %s", "descriptors", "Then it takes no more connections (EMFILE)." },
	[TREND_TCP_MEMORY] = { "the memory of TCP%s", "pages", "Then connections are starved and killed." },
	[TREND_PORTS] = { "the range of ports, to %s,", "ports", "Then connect() to it fails with EADDRNOTAVAIL." },
};

void trend_add(struct trends *trends, enum trend_kind kind, const char *object, double s, double value, double limit)
{
	struct trend *trend = (struct trend *)trend_find(trends, kind, object);

	if (!trend) {
		unsigned int room = trends->room ? 2 * trends->room : 16;

		if (trends->nr == TRENDS_MAX || strlen(object) >= TREND_OBJECT_LEN)
			return;
		if (trends->nr == trends->room) {
			struct trend *list = realloc(trends->trend, room * sizeof(*list));

			if (!list)
				return;
			trends->trend = list;
			trends->room = room;
		}
		trend = &trends->trend[trends->nr++];
		memset(trend, 0, sizeof(*trend));
		trend->kind = kind;
		strcpy(trend->object, object);
	}
	/* Every other one is let go, when there are too many. */
	if (trend->nr == FORECAST_MAX_POINTS) {
		for (size_t i = 0; i < trend->nr / 2; i++)
			trend->point[i] = trend->point[2 * i];
		trend->nr /= 2;
	}
	trend->point[trend->nr++] = (struct point){ s, value };
	trend->limit = limit;
	if (value > trend->highest)
		trend->highest = value;
}

const struct trend *trend_find(const struct trends *trends, enum trend_kind kind, const char *object)
{
	for (unsigned int i = 0; i < trends->nr; i++) {
		if (trends->trend[i].kind == kind && strcmp(trends->trend[i].object, object) == 0)
			return &trends->trend[i];
	}
	return NULL;
}

void trends_free(struct trends *trends)
{
	free(trends->trend);
	memset(trends, 0, sizeof(*trends));
}

char *trend_listener(const struct socket *socket, char buf[TREND_OBJECT_LEN])
{
	char local[ENDPOINT_STRLEN];

	snprintf(buf, TREND_OBJECT_LEN, "%s %" PRIx64, endpoint_format(&socket->local, local),
		 socket_known(socket, SOCKET_COOKIE) ? socket->num[SOCKET_COOKIE] : socket->num[SOCKET_INODE]);
	return buf;
}

static double since(struct trends *trends, const struct stamp *when)
{
	if (!trends->first_ns)
		trends->first_ns = when->mono_ns;
	return (double)(when->mono_ns - trends->first_ns) / 1e9;
}

static void level(struct trends *trends, const struct counters *now, enum trend_kind kind, enum layer layer, const char *object,
		  const char *used, const char *limit)
{
	const struct counter *value = counters_find(now, layer, object, used), *bound = counters_find(now, layer, object, limit);

	if (value && bound)
		trend_add(trends, kind, layer == LAYER_FD ? object : "", since(trends, &now->when), (double)value->value,
			  (double)bound->value);
}

static void rates(struct trends *trends, const struct counters *before, const struct counters *now, const struct counter *speed)
{
	static const char *const names[] = { "rx_bytes", "tx_bytes" };
	uint64_t elapsed = now->when.mono_ns - before->when.mono_ns, bytes;

	for (unsigned int i = 0; i < 2 && elapsed && speed->value; i++) {
		if (counters_delta(before, now, LAYER_LINK, speed->object, names[i], &bytes))
			trend_add(trends, i ? TREND_LINK_TX : TREND_LINK_RX, speed->object, since(trends, &now->when),
				  (double)bytes * 8e3 / (double)elapsed, (double)speed->value);
	}
}

void trends_counters(struct trends *trends, const struct counters *before, const struct counters *now)
{
	level(trends, now, TREND_CONNTRACK, LAYER_CONNTRACK, "", "entries", "max");
	level(trends, now, TREND_FD_SYSTEM, LAYER_FD, "", "allocated", "max");
	level(trends, now, TREND_TCP_MEMORY, LAYER_MEMORY, "tcp", "pages", "high");
	for (unsigned int i = 0; i < now->nr; i++) {
		const struct counter *counter = &now->counter[i];

		if (counter->layer == LAYER_FD && *counter->object && strcmp(counter->name, "open") == 0)
			level(trends, now, TREND_FD_PROCESS, LAYER_FD, counter->object, "open", "limit");
		if (before && counter->layer == LAYER_LINK && strcmp(counter->name, "speed_mbps") == 0)
			rates(trends, before, now, counter);
	}
}

void trends_sockets(struct trends *trends, const struct sockets *sockets, uint64_t low, uint64_t high)
{
	char object[TREND_OBJECT_LEN];
	struct port_use use;

	for (unsigned int i = 0; i < sockets->nr; i++) {
		const struct socket *socket = &sockets->socket[i];

		if (!socket->udp && socket->state == TCP_LISTEN && socket_known(socket, SOCKET_RECV_Q) && socket_known(socket, SOCKET_SEND_Q))
			trend_add(trends, TREND_ACCEPT, trend_listener(socket, object), since(trends, &sockets->when),
				  (double)socket->num[SOCKET_RECV_Q], (double)socket->num[SOCKET_SEND_Q] + 1);
	}
	if (high > low && ports_most(sockets, low, high, &use))
		trend_add(trends, TREND_PORTS, endpoint_format(&use.remote, object), since(trends, &sockets->when), (double)use.used,
			  (double)(high - low + 1));
}

static void tell(struct findings *findings, const struct trend *trend, const struct forecast *when)
{
	const struct trend_text *text = &texts[trend->kind];
	struct finding *finding = finding_add(findings, "forecast", when->mid <= SOON_S ? SEVERITY_WARNING : SEVERITY_NOTE, SURE_POSSIBLE,
					      WEIGHT_FORECAST);
	double seen = trend->point[trend->nr - 1].s - trend->point[0].s, now = trend->point[trend->nr - 1].value;
	char what[TREND_OBJECT_LEN + 64], object[TREND_OBJECT_LEN], mid[SPAN_LEN], soonest[SPAN_LEN], latest[SPAN_LEN];
	size_t len = 0;

	/* Of a listener without its cookie. */
	snprintf(object, sizeof(object), "%.*s", trend->kind == TREND_ACCEPT ? (int)strcspn(trend->object, " ") : (int)sizeof(object) - 1,
		 trend->object);
	for (const char *c = text->what; *c && len + 1 < sizeof(what); c++) {
		if (c[0] == '%' && c[1] == 's') {
			len += (size_t)snprintf(what + len, sizeof(what) - len, "%s", object);
			c++;
		} else {
			what[len++] = *c;
		}
		if (len >= sizeof(what))
			len = sizeof(what) - 1;
	}
	what[len] = '\0';
	finding_title(finding, "%s may be at its limit in %s", what, span_text(when->mid, mid));
	finding_effect(finding, "%s", text->effect);
	finding_note(finding, "level", "%.0f of %.0f %s", now, trend->limit, text->unit);
	finding_note(finding, "trend", "%+.3g a second (%.3g to %.3g), from %u readings in %.0f s", when->slope.mid,
		     when->slope.low, when->slope.high,
		     trend->nr, seen);
	finding_note(finding, "limit reached", "in %s to %s, if it goes on like this", span_text(when->soonest, soonest),
		     span_text(when->latest, latest));
	finding_command(finding, "coremon-doctor -i 10 -n 30");
	finding_advice(finding, "A trend of seconds is weak: look for longer before you act on it.");
}

void rule_forecast(struct findings *findings, const struct view *view)
{
	struct forecast when;

	for (unsigned int i = 0; view->trends && i < view->trends->nr; i++) {
		const struct trend *trend = &view->trends->trend[i];

		/* What is nearly at its limit was told of as that. */
		if (trend->nr && trend->point[trend->nr - 1].value < NEAR_LIMIT * trend->limit &&
		    forecast(trend->point, trend->nr, trend->limit, most_s[trend->kind], &when))
			tell(findings, trend, &when);
	}
}
