/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of pairs of lines, "Tcp: names" and "Tcp: values": /proc/net/snmp and /proc/net/netstat. */
#ifndef COREMON_SNMP_H
#define COREMON_SNMP_H

#include <stdbool.h>

#include "lines.h"

/** typedef snmp_fn - takes one value, as text, that may be no number. */
typedef void (*snmp_fn)(void *ctx, const char *group, const char *name, const char *value);

/**
 * snmp_pairs() - call @fn for each value of @in.
 *
 * A pair whose two lines are of different groups, or have not the same number of words, is passed over.
 * Return: true where all lines were of such pairs.
 */
bool snmp_pairs(struct lines *in, snmp_fn fn, void *ctx);

#endif /* COREMON_SNMP_H */
