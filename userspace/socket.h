/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets of this network namespace, TCP and UDP, by inet_diag (and /proc/net/udp where the kernel has no udp_diag), with the
 * processes that hold them. Under COREMON_ROOT the answers are those captured in $COREMON_ROOT/netlink/.
 */
#ifndef COREMON_SOCKET_H
#define COREMON_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "root.h"

/*
 * Queues are in bytes: of TCP what nobody has read, and what the peer has not acknowledged; of UDP the memory of what waits. A
 * buffer's limit (SOCKET_RCVBUF, SOCKET_SNDBUF) bounds the memory that packets take (SOCKET_RMEM, SOCKET_WMEM, SOCKET_BACKLOG), not the bytes in them.
 */
enum socket_col {
	SOCKET_INODE, SOCKET_COOKIE, SOCKET_UID, SOCKET_RECV_Q, SOCKET_SEND_Q, SOCKET_RCVBUF, SOCKET_SNDBUF, SOCKET_RMEM, SOCKET_WMEM, SOCKET_BACKLOG, SOCKET_DROPS, SOCKET_TIMER_MS,
	SOCKET_COLS
};

/** struct socket - one socket */
struct socket {
	bool udp;
	uint8_t state;			/* TCP_*; UDP: ESTABLISHED where connected, else CLOSE */
	struct endpoint local, remote;
	uint32_t known;			/* bit per enum socket_col */
	uint64_t num[SOCKET_COLS];	/* LISTEN: recv_q is the accept queue, send_q its limit */
	uint32_t pid;			/* the process that holds it, of several the lowest but 1; 0: none, or not known */
	unsigned int holders;		/* how many processes do, of those this program may look into */
	char comm[16];			/* as the process has it, not escaped; "": not known */
};

/** struct sockets - one reading, sorted by protocol, state, addresses */
struct sockets {
	struct socket *socket;
	unsigned int nr, room;
	bool tcp_whole, udp_whole, holders_whole;	/* all was read; else what is missing is not known */
	struct stamp when;
};

/** socket_known() - Return: true when column @col of @socket has a value. */
static inline bool socket_known(const struct socket *socket, enum socket_col col)
{
	return socket->known >> col & 1;
}

/** socket_set() - give column @col of @socket its value. */
static inline void socket_set(struct socket *socket, enum socket_col col, uint64_t value)
{
	socket->num[col] = value;
	socket->known |= UINT32_C(1) << col;
}

/** sockets_read() - read them all. What cannot be read is told of once on stderr. Return: 0 or -ENOMEM. */
int sockets_read(struct sockets *sockets, const struct root *root, bool with_holders);

/** sockets_read_udp() - as sockets_read(), UDP alone and without who holds them: that costs little. */
int sockets_read_udp(struct sockets *sockets, const struct root *root);

/** sockets_find_holders() - find who holds the sockets of a reading: that takes a look at each process. Return: 0 or -ENOMEM. */
int sockets_find_holders(struct sockets *sockets, const struct root *root);

/** sockets_free() - free a reading; @sockets can be read into again. */
void sockets_free(struct sockets *sockets);

#endif /* COREMON_SOCKET_H */
