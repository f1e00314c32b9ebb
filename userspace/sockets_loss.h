/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams for which there was no room: what UDP counted joined to the sockets that dropped them. */
#ifndef COREMON_SOCKETS_LOSS_H
#define COREMON_SOCKETS_LOSS_H

#include "sockets.h"

/** struct udp_loser - a socket that dropped */
struct udp_loser {
	const struct socket *socket;
	uint64_t drops;
};

/** struct udp_loss - since the reading before, or since boot (of a socket: since it was made) where there is none */
struct udp_loss {
	bool known;			/* @errors and what is made of it */
	uint64_t errors;		/* UdpRcvbufErrors and Udp6RcvbufErrors */
	bool sockets_known;
	uint64_t by_sockets;		/* dropped by the sockets there are */
	/*
	 * What the counters and the sockets do not agree about, at least: lost by sockets that are gone, or dropped by sockets for
	 * other reasons than a full buffer (checksum, filter, memory of all of UDP).
	 */
	uint64_t unexplained, other;
	struct udp_loser *loser;	/* that dropped most first */
	unsigned int nr;
};

/** udp_loss_find() - join what @now, and @before where it is not NULL, have read. Return: 0 or -ENOMEM. */
int udp_loss_find(struct udp_loss *loss, const struct sockets_reading *now, const struct sockets_reading *before);

#define UDP_LOSS_ADVICE_LEN 96

/** udp_loss_advice() - the size that the buffer of a socket that loses should have: "SO_RCVBUF 1048576". Return: @buf. */
char *udp_loss_advice(const struct socket *socket, const struct counters *limits, char buf[UDP_LOSS_ADVICE_LEN]);

/** udp_loss_free() - free what was found. */
void udp_loss_free(struct udp_loss *loss);

/** sockets_loss_text() - add what was lost to a table as lines of text; nothing where nothing was. */
void sockets_loss_text(struct table *table, const struct sockets_reading *now, const struct sockets_reading *before);

#endif /* COREMON_SOCKETS_LOSS_H */
