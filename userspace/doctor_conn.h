/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What TCP connections did over all readings of the doctor, summed up by the network at their far end; the connections that
 * something holds up; and the clients that have and take most.
 *
 * Everything is bounded: networks past PATHS_MAX are summed up as one that has no address, connections past HELD_MAX are
 * not looked at and counted.
 */
#ifndef COREMON_DOCTOR_CONN_H
#define COREMON_DOCTOR_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "root.h"

#define PATHS_MAX 16384u
#define HELD_MAX 4096u

/* A path is where packets go the same way, and a network of this many bits mostly does. */
#define PATH_BITS4 24
#define PATH_BITS6 64

#define OWNER_LEN 32

/* A connection that is busy for this part of the time, over this round trip at least, is looked at for what bounds it. */
#define BUSY_SHARE 0.8
#define BUSY_RTT_US 5000

/** struct owner - whose connection */
struct owner {
	char comm[OWNER_LEN];	/* "": not known */
	uint32_t pid;		/* 0: not known */
};

/** struct path - a remote network: what all connections with it did */
struct path {
	struct prefix prefix;
	uint64_t connections;		/* that did something */
	uint64_t data_segs_out, segs_in, bytes_acked;
	uint64_t retrans, timeout, fast, probe, syn, synack, other, spurious;
	uint64_t recoveries, losses, undone, undone_loss, reord_seen;
	uint64_t min_rtt_us;		/* the least of all; UINT64_MAX: not known */
	struct endpoint worst;		/* the far end that had most sent again */
	uint64_t worst_retrans;
};

/** struct held - a connection that something holds up */
struct held {
	uint64_t id, netns;
	struct endpoint local, remote;
	struct owner owner;
	uint64_t since_ns;		/* when it was first like this, on the monotonic clock */
	bool ended;
	uint64_t recv_q_first, recv_q;	/* bytes */
	uint64_t received;		/* bytes that came in since then */
	uint64_t zero_wnd_out, zero_wnd_in, zero_wnd_in_us;	/* since then */
	uint64_t busy_us, sent;		/* since then */
	uint64_t timeouts, timeouts_ever;	/* segments sent again after one; of all its life */
	uint64_t acked, retrans, bytes_retrans, segs_in;	/* since then */
	uint64_t srtt_us, send_q, rcv_wnd;
	bool rcv_wnd_known, srtt_known, in_loss;
	bool window_filled;		/* at some reading the congestion window, or the peer's, was all but used up */
};

/** struct taker - a client, and what it has */
struct taker {
	char name[64];
	uint64_t open, opened, bytes;
};

/** struct conns - all of it */
struct conns {
	bool denied;			/* the module is there, but does not let itself be read: no right, another version */
	bool module;			/* the module served; else kinds, owners, undos and closed windows are not known */
	bool known;			/* some source served at the first and the last reading */
	unsigned int readings;
	uint64_t first_ns, last_ns;	/* the first and the last */
	struct path *path;
	unsigned int nr_paths, room_paths;
	struct held *held;
	unsigned int nr_held, room_held;
	uint64_t held_lost;		/* had no room in @held */
	uint64_t clients, active, open, opened, bytes;		/* of all clients */
	struct taker most_open, most_opened, most_bytes;	/* name "": none */
	struct conns_reader *reader;
};

/** conns_init() - begin. Return: 0 or -ENOMEM; conns_free() it in any case. */
int conns_init(struct conns *conns);

/** conns_read() - a reading. Return: 0 or -ENOMEM. */
int conns_read(struct conns *conns, const struct root *root, const struct stamp *now);

/** conns_end() - after the last reading: the clients. */
void conns_end(struct conns *conns);

/** conns_free() - end. */
void conns_free(struct conns *conns);

/** path_find() - the path of @remote, a new one if need be. Return: NULL where there is no memory. */
struct path *path_find(struct conns *conns, const struct endpoint *remote);

#define PATH_STRLEN 64

/** path_text() - "10.1.2.0/24", "all other networks". Return: @buf. */
char *path_text(const struct path *path, char buf[PATH_STRLEN]);

/** path_host() - the address in @ep alone, without its port; a v4-mapped one as IPv4. Return: @buf. */
char *path_host(const struct endpoint *ep, char buf[PATH_STRLEN]);

/** path_is_here() - Return: true for the loopback network. */
bool path_is_here(const struct path *path);

#endif /* COREMON_DOCTOR_CONN_H */
