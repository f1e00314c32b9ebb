/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections of a report, and which are wanted. */
#ifndef COREMON_SECTION_H
#define COREMON_SECTION_H

#include <stdbool.h>
#include <stdint.h>

enum section {
	SECTION_LOAD,		/* the machine's tables: interfaces, protocols, disks */
	SECTION_CONNECTIONS,	/* those that did anything, and how many came and went */
	SECTION_CLIENTS,	/* who takes what */
	SECTION_CONGESTION,	/* counters of retransmits and recovery, with a verdict */
	SECTION_DROPS,		/* where packets were lost on this machine */
	SECTION_SOCKETS,	/* sums by state, accept queues, UDP sockets that drop */
	SECTION_NR
};

#define SECTION_BIT(section) (UINT32_C(1) << (section))
#define SECTION_ALL (SECTION_BIT(SECTION_NR) - 1)

/** struct sections - what is wanted, a bit per section */
struct sections {
	uint32_t shown;		/* shown at all */
	uint32_t full;		/* of these, in full; the others in short, and only where something moved */
};

/* This one, in full, and no other. */
#define SECTION_ONLY(section) { SECTION_BIT(section), SECTION_BIT(section) }

/** section_shown() - Return: true where @section is wanted. */
static inline bool section_shown(const struct sections *sections, enum section section)
{
	return sections->shown >> section & 1;
}

/** section_full() - Return: true where @section is wanted in full. */
static inline bool section_full(const struct sections *sections, enum section section)
{
	return sections->full >> section & 1;
}

/** section_name() - Return: "load", "connections" ... */
const char *section_name(enum section section);

/** sections_parse() - add the sections of @text, names with commas between, or "all", to *@bits. Return: true when all are sections. */
bool sections_parse(const char *text, uint32_t *bits);

#endif /* COREMON_SECTION_H */
