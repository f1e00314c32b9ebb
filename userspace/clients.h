/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each client of this host has and takes: connections, bytes, retransmits; and how fairly it is shared.
 *
 * A client is a remote address, or the network of a given length that it is in; a v4-mapped address is its IPv4 one. The
 * table is bounded: past CLIENTS_MAX at a time the others are summed up as one, which is no client and has no part in the
 * fairness.
 */
#ifndef COREMON_CLIENTS_H
#define COREMON_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "track.h"

#define CLIENTS_MAX 65536u	/* some 8 MB */

/* More than an equal share is more than 1.1 times the share that each would have if all had the same. */
#define CLIENTS_ABOVE 1.1

/** struct client_sum - what one client, or several together, did in the interval */
struct client_sum {
	uint64_t open;			/* connections, at its end */
	uint64_t opened;		/* in the interval */
	uint64_t ended;			/* in it */
	uint64_t failed;		/* of these, not by both ends closing */
	uint64_t bytes_sent, bytes_received, retrans;
	uint64_t unknown;		/* connections of which bytes are not known */
};

/** struct client - one */
struct client {
	struct prefix address;
	struct client_sum sum;
	uint32_t next;			/* in its bucket, or in the list of free ones */
	bool used;
};

/** struct clients - the table. client[0] are the others. */
struct clients {
	struct client *client;
	uint32_t nr, room, free;
	uint32_t *bucket;
	uint32_t mask;
	unsigned int bits4, bits6;	/* length of the networks */
	uint64_t seed;
	const struct client **order;	/* of the last clients_rank() */
};

/** struct clients_view - the clients of an interval, those who took most first */
struct clients_view {
	const struct client **client;
	unsigned int nr;		/* in @client */
	struct client_sum all;		/* of all clients and the others */
	struct client_sum left_out;	/* of those that are not in @client */
	uint64_t clients;		/* that have a connection open, or had one in the interval */
	uint64_t active;		/* that moved a byte */
	double fairness;		/* Jain's index over the active ones: 1 all the same, 1/active one has all; 0 for none */
	const struct client *most_open, *most_opened;	/* NULL: none */
};

/** clients_init() - begin. @bits4, @bits6: how many bits of an address tell a client. Return: 0 or -ENOMEM. */
int clients_init(struct clients *clients, unsigned int bits4, unsigned int bits6);

/** clients_free() - end. */
void clients_free(struct clients *clients);

/** clients_begin() - an interval begins: forget what was done in the last, and clients that have nothing open. */
void clients_begin(struct clients *clients);

/** clients_find() - Return: the number of the client at @remote, new if need be; 0, the others, where there is no room. */
uint32_t clients_find(struct clients *clients, const struct endpoint *remote);

/** clients_add() - a connection of client @nr did something. */
void clients_add(struct clients *clients, uint32_t nr, const struct activity *activity);

/** clients_rank() - the first @limit (0: all) of the clients, by bytes both ways. Good until the next call of any function here. */
void clients_rank(struct clients *clients, unsigned int limit, struct clients_view *view);

/** client_bytes() - Return: bytes both ways. */
uint64_t client_bytes(const struct client_sum *sum);

/** client_share() - Return: its part of all bytes, 0 to 1; 0 where there were none. */
double client_share(const struct clients_view *view, const struct client_sum *sum);

/** client_is_above() - Return: true where one of several active clients takes more than an equal share. */
bool client_is_above(const struct clients_view *view, const struct client *client);

#define CLIENT_STRLEN (ENDPOINT_STRLEN + 4)

/** client_format() - "192.0.2.1", or "192.0.2.0/24" for a network. Return: @buf. */
char *client_format(const struct client *client, char buf[CLIENT_STRLEN]);

#endif /* COREMON_CLIENTS_H */
