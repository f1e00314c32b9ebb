// SPDX-License-Identifier: GPL-2.0-only
/* An open hash table; a slot of port 0 is empty. */
#include "ports.h"

#include <stdlib.h>
#include <string.h>

static struct port *slot_of(const struct ports *ports, uint64_t netns, uint16_t port)
{
	uint64_t hash = (netns << 16 ^ netns >> 48 ^ port) * UINT64_C(0x9e3779b97f4a7c15);
	unsigned int i = (unsigned int)(hash >> 32) & (ports->room - 1);

	while (ports->port[i].port && (ports->port[i].port != port || ports->port[i].netns != netns))
		i = (i + 1) & (ports->room - 1);
	return &ports->port[i];
}

/* Keep the table at most half full. */
static bool make_room(struct ports *ports)
{
	struct ports larger = { .nr = ports->nr, .room = ports->room ? 2 * ports->room : 64 };

	if (2 * ports->nr < ports->room)
		return true;
	if (ports->nr >= PORTS_MAX)
		return false;
	larger.port = calloc(larger.room, sizeof(*larger.port));
	if (!larger.port)
		return false;
	for (unsigned int i = 0; i < ports->room; i++) {
		if (ports->port[i].port)
			*slot_of(&larger, ports->port[i].netns, ports->port[i].port) = ports->port[i];
	}
	free(ports->port);
	*ports = larger;
	return true;
}

bool ports_has(const struct ports *ports, uint64_t netns, uint16_t port)
{
	return ports->nr && port && slot_of(ports, netns, port)->port;
}

void ports_add(struct ports *ports, uint64_t netns, uint16_t port)
{
	struct port *slot;

	if (!port || ports_has(ports, netns, port) || !make_room(ports))
		return;
	slot = slot_of(ports, netns, port);
	slot->netns = netns;
	slot->port = port;
	ports->nr++;
}

void ports_free(struct ports *ports)
{
	free(ports->port);
	memset(ports, 0, sizeof(*ports));
}
