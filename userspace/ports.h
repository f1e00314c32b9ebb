/* SPDX-License-Identifier: GPL-2.0-only */
/* The ports that this host listens on, in each network namespace: what tells a server's connections from a client's. */
#ifndef COREMON_PORTS_H
#define COREMON_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "column.h"

#define PORTS_MAX 1048576u	/* listeners; more than that are not looked at */

/** struct port - a listener's */
struct port {
	uint64_t netns;
	uint16_t port;
};

/** struct ports - a set of ports */
struct ports {
	struct port *port;
	unsigned int nr, room;	/* room: a power of two */
};

/** ports_add() - a port is listened on from now on. Without memory it stays unknown. */
void ports_add(struct ports *ports, uint64_t netns, uint16_t port);

/** ports_has() - Return: true where somebody listens on that port, or did. */
bool ports_has(const struct ports *ports, uint64_t netns, uint16_t port);

/** ports_free() - forget all. */
void ports_free(struct ports *ports);

#endif /* COREMON_PORTS_H */
