/* SPDX-License-Identifier: GPL-2.0-only */
/* The interfaces of this network namespace: which name goes with which number. */
#ifndef COREMON_LINK_H
#define COREMON_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "root.h"

#define LINK_NAME_LEN 16	/* IFNAMSIZ */

/** struct link - an interface */
struct link {
	uint32_t index;
	char name[LINK_NAME_LEN];
};

/** struct links - all of them, in the order of the kernel's dump */
struct links {
	struct link *link;
	unsigned int nr, room;
	unsigned int last;	/* where the one that was looked for last is */
};

struct counters;

/** links_name() - Return: the name of the interface with this number, or NULL. */
const char *links_name(struct links *links, uint32_t index);

/* For counter_link.c. @whole: all interfaces are in @links. Return: 0 or -ENOMEM. */
int counter_driver_read(struct counters *counters, const struct root *root, uint32_t layers, const struct links *links, bool whole);
int counter_qdisc_read(struct counters *counters, const struct root *root, struct links *links, bool whole);

#endif /* COREMON_LINK_H */
