/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of a reading of sockets: what its parts call of each other. */
#ifndef COREMON_SOCKET_READ_H
#define COREMON_SOCKET_READ_H

#include <stddef.h>

#include "socket.h"

/* Kernel state numbers, include/net/tcp_states.h. */
enum socket_state { SOCKET_ESTABLISHED = 1, SOCKET_SYN_RECV = 3, SOCKET_TIME_WAIT = 6, SOCKET_CLOSE = 7, SOCKET_LISTEN = 10, SOCKET_STATES = 12 };

/** sockets_add() - Return: a new socket of which nothing is known, or NULL where there is no memory. Good until the next one. */
struct socket *sockets_add(struct sockets *sockets);

/** sockets_sort() - by protocol, state, addresses; what a dump that went on in a list that moved showed twice is there once. */
void sockets_sort(struct sockets *sockets);

/**
 * socket_diag_read() - add the sockets of TCP or UDP, IPv4 and IPv6, by inet_diag.
 * Return: 0; 1 where some may be missing; -ENOENT where this kernel has no inet_diag for the protocol; another negative errno.
 */
int socket_diag_read(struct sockets *sockets, const struct root *root, bool udp);

/**
 * socket_diag_messages() - add the sockets in @len bytes of netlink messages.
 * @seq: the sequence number messages must have, 0 for any.
 * Return: as netlink_messages().
 */
int socket_diag_messages(struct sockets *sockets, const void *buf, size_t len, uint32_t seq, bool udp);

/**
 * socket_proc_read() - add the sockets of TCP or UDP in /proc/net: without buffer sizes, and of a listener without its limit.
 * Return: 0, 1 where lines made no sense and were left out, or a negative errno.
 */
int socket_proc_read(struct sockets *sockets, const struct root *root, bool udp);

/**
 * socket_holders_read() - find who holds the sockets, by looking at the descriptors of all processes.
 *
 * A process that ends meanwhile is passed over. Return: 0; -EACCES where some processes may not be looked into; another
 * negative errno.
 */
int socket_holders_read(struct sockets *sockets, const struct root *root);

#endif /* COREMON_SOCKET_READ_H */
