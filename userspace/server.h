/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which connections are of clients, and whose.
 *
 * Those are of clients that a listener of this host took (passive). Of one that is older than the module, or where the source
 * does not tell how connections began, it is taken to be so where its local port is one that is listened on.
 */
#ifndef COREMON_SERVER_H
#define COREMON_SERVER_H

#include "clients.h"
#include "column.h"
#include "ports.h"
#include "track.h"

/** struct undecided - a connection that may turn out to be of a client when all listeners are known */
struct undecided;

/** struct server - the listening side of this host */
struct server {
	struct ports ports;
	struct clients clients;
	struct undecided *undecided;
	unsigned int nr_undecided, room_undecided;
	bool settled;		/* the listeners are known */
};

/** server_init() - begin. @bits4, @bits6: see clients_init(). Return: 0 or -ENOMEM. */
int server_init(struct server *server, unsigned int bits4, unsigned int bits6);

/** server_free() - end. */
void server_free(struct server *server);

/** server_begin() - a reading begins. */
void server_begin(struct server *server);

/**
 * server_row() - take in a row.
 * @tag: what the table of connections keeps for us: the number of the client
 * @wanted: it passes the user's filter
 */
void server_row(struct server *server, const struct conn *conn, const struct activity *activity, uint32_t *tag, bool wanted);

/** server_gone() - a connection with this tag is no more. @ctx is the server: this is a gone_fn. */
void server_gone(void *ctx, uint32_t tag);

/** server_settle() - a reading is over, and before connections are forgotten: @track has all of them. */
void server_settle(struct server *server, struct track *track);

#endif /* COREMON_SERVER_H */
