/* SPDX-License-Identifier: GPL-2.0-only */
/* How large a UDP receive buffer that overflows should be: what the doctor and `coremon sockets` advise. */
#ifndef COREMON_UDP_BUFFER_H
#define COREMON_UDP_BUFFER_H

#include <stdint.h>

#include "counter.h"
#include "socket.h"

/** struct udp_buffer - what to do about it, in bytes */
struct udp_buffer {
	uint64_t ask;		/* of SO_RCVBUF, which the kernel doubles: four times what there is */
	uint64_t raise_max;	/* what net.core.rmem_max must be for that; 0: it is enough, or not known */
	uint64_t raise_default;	/* net.core.rmem_default of the same effect, of a program that asks for nothing; 0: this one asks, or that is not known */
};

/**
 * udp_buffer_advise() - what a larger buffer of @socket takes.
 * @socket: where its SOCKET_RCVBUF is not known, what waits in it is the least it has
 * @limits: with the sysctls of LAYER_LIMIT; those that are not known raise nothing
 */
struct udp_buffer udp_buffer_advise(const struct socket *socket, const struct counters *limits);

#endif /* COREMON_UDP_BUFFER_H */
