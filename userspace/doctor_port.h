/* SPDX-License-Identifier: GPL-2.0-only */
/* How many of the ephemeral ports go to one remote end: there they run out first. */
#ifndef COREMON_DOCTOR_PORT_H
#define COREMON_DOCTOR_PORT_H

#include "socket.h"

/** struct port_use - the ports of one local address to one remote end */
struct port_use {
	struct endpoint local, remote;	/* @local without a port */
	uint64_t used, time_wait;	/* of @used in TIME_WAIT */
	uint32_t pid;			/* of a process that has one; 0: not known */
	char comm[16];
};

/** ports_most() - the remote end that most ports of @low to @high go to. Return: true where there is one. */
bool ports_most(const struct sockets *sockets, uint64_t low, uint64_t high, struct port_use *out);

#endif /* COREMON_DOCTOR_PORT_H */
