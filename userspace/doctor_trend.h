/* SPDX-License-Identifier: GPL-2.0-only */
/* The levels of bounded things over the readings of the doctor, for a forecast of when they are at their limit. */
#ifndef COREMON_DOCTOR_TREND_H
#define COREMON_DOCTOR_TREND_H

#include <stdint.h>

#include "counter.h"
#include "forecast.h"
#include "socket.h"

#define TRENDS_MAX 512u
#define TREND_OBJECT_LEN 96

enum trend_kind {
	TREND_LINK_RX, TREND_LINK_TX, TREND_ACCEPT, TREND_CONNTRACK, TREND_FD_SYSTEM, TREND_FD_PROCESS, TREND_TCP_MEMORY, TREND_PORTS,
	TREND_NR
};

/** struct trend - one bounded thing */
struct trend {
	enum trend_kind kind;
	char object[TREND_OBJECT_LEN];	/* interface, trend_listener(), "PID COMM", remote end */
	double limit;
	double highest;
	unsigned int nr;
	struct point point[FORECAST_MAX_POINTS];
};

/** struct trends - all of them */
struct trends {
	struct trend *trend;
	unsigned int nr, room;
	uint64_t first_ns;		/* the first reading, on the monotonic clock */
};

/* The layers that trends are made from. */
#define TREND_LAYERS (1u << LAYER_LINK | 1u << LAYER_CONNTRACK | 1u << LAYER_FD | 1u << LAYER_MEMORY | 1u << LAYER_LIMIT)

/** trends_counters() - take in a reading. @before: the one before, NULL for the first. */
void trends_counters(struct trends *trends, const struct counters *before, const struct counters *now);

/** trends_sockets() - take in a reading of sockets: accept queues, and ports to one remote end (@low to @high, 0: not known). */
void trends_sockets(struct trends *trends, const struct sockets *sockets, uint64_t low, uint64_t high);

/** trend_add() - a level at @s seconds. What there is no room for is left out. */
void trend_add(struct trends *trends, enum trend_kind kind, const char *object, double s, double value, double limit);

/** trend_find() - Return: the trend, or NULL. */
const struct trend *trend_find(const struct trends *trends, enum trend_kind kind, const char *object);

/** trend_listener() - "0.0.0.0:80 COOKIE": several sockets may listen on one port. Return: @buf. */
char *trend_listener(const struct socket *socket, char buf[TREND_OBJECT_LEN]);

/** trends_free() - end. */
void trends_free(struct trends *trends);

#endif /* COREMON_DOCTOR_TREND_H */
