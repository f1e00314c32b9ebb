/* SPDX-License-Identifier: GPL-2.0-only */
/* coremon drops: where packets are lost, in one ledger. */
#ifndef COREMON_DROPS_H
#define COREMON_DROPS_H

#include "ledger.h"

/** verb_drops() - run it. Return: the exit code. */
int verb_drops(int argc, char **argv);

/**
 * drops_text() - print a ledger for people.
 * @when: the end of its interval
 * @width: of a line, at least 80; 0 where there is no limit
 * @unknown: a bit for each layer of which not all was known in the ledger printed before, of which nothing is said again; set to
 *	this one's
 */
void drops_text(const struct ledger *ledger, const struct stamp *when, unsigned int width, uint32_t *unknown);

#endif /* COREMON_DROPS_H */
