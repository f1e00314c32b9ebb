/* SPDX-License-Identifier: GPL-2.0-only */
/* coremon sockets: the sockets, the interfaces, the protocols, and what bounds them. */
#ifndef COREMON_SOCKETS_H
#define COREMON_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "counter.h"
#include "filter.h"
#include "sink.h"
#include "socket.h"
#include "table.h"

/**
 * struct sockets_reading - what was read at one time
 *
 * UDP's counters move on while the sockets are read: they are read before (in @counters) and again after, so that a difference
 * between counters and sockets is only claimed where there was one all the time.
 */
struct sockets_reading {
	struct stamp when;
	struct sockets sockets;
	struct counters counters;
	struct counters udp_after;
};

/** struct sockets_options - what the user asked for */
struct sockets_options {
	const struct sockets_view *view;
	bool tcp, udp, v4, v6;
	bool listening, all;
	bool json, csv, watch;
	uint64_t interval_ns;	/* 0: once */
	uint64_t count;		/* 0: for ever */
	struct filter *filter;
};

/** struct sockets_view - one thing to show */
struct sockets_view {
	const char *list;	/* its name in JSON */
	uint32_t layers;	/* of the counters it is made of */
	bool sockets;		/* is made of sockets */
	bool filtered;		/* takes a filter */
	bool differences;	/* with an interval: is of what happened in it, so the first reading is not shown */
	const struct table_column *column;
	unsigned int columns;
	/* @before: the reading before, or NULL */
	void (*table)(struct table *table, const struct sockets_options *options, const struct sockets_reading *now,
		      const struct sockets_reading *before);
	void (*records)(struct sink *sink, const struct sockets_options *options, const struct sockets_reading *now,
			const struct sockets_reading *before);
};

extern const struct sockets_view sockets_table_view;
extern const struct sockets_view sockets_links_view;
extern const struct sockets_view sockets_stats_view;
extern const struct sockets_view sockets_limits_view;
extern const struct sockets_view sockets_loss_view;

/* The words that filters have beside the columns of connections. */
extern const struct filter_extra sockets_filter;

enum sockets_parsed { SOCKETS_RUN, SOCKETS_DONE, SOCKETS_BAD };

/** sockets_options_parse() - read the command line. Return: SOCKETS_DONE after --help, SOCKETS_BAD after saying what is wrong. */
enum sockets_parsed sockets_options_parse(struct sockets_options *options, int argc, char **argv);

#define SOCKET_OWNER_LEN 96

/** socket_owner() - "PID/NAME", with " +N" for N further processes, or "-". Return: @buf. */
char *socket_owner(const struct socket *socket, char buf[SOCKET_OWNER_LEN]);

/** socket_proto() - Return: "tcp", "tcp6", "udp", "udp6". */
const char *socket_proto(const struct socket *socket);

/** socket_shown() - Return: true where the options ask for @socket. */
bool socket_shown(const struct sockets_options *options, const struct socket *socket);

/** sockets_words_place() - Return: where a counter stands in the kernel's order, -1 for one that has no words. */
int sockets_words_place(const char *name);

/** sockets_words() - Return: a counter of IP, ICMP, UDP or TCP in words that follow its number, or NULL. */
const char *sockets_words(const char *name);

/** verb_sockets() - run it. Return: the exit code. */
int verb_sockets(int argc, char **argv);

#endif /* COREMON_SOCKETS_H */
