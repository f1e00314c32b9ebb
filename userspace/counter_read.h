/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that read a layer of counter.h each. All are called by counters_read() alone. What a source does not say is not
 * added; a source that is missing or cut is told of once on stderr, and its layer is not known then.
 */
#ifndef COREMON_COUNTER_READ_H
#define COREMON_COUNTER_READ_H

#include "counter.h"

/** counters_whole() - the source of @layer was read whole. */
static inline void counters_whole(struct counters *counters, enum layer layer)
{
	counters->known |= UINT32_C(1) << layer;
}

/** layer_wanted() - Return: true where @layers has @layer. */
static inline bool layer_wanted(uint32_t layers, enum layer layer)
{
	return layers >> layer & 1;
}

/* Each returns 0 or -ENOMEM. @layers: those that are wanted, where a file serves several. */
int counter_snmp_read(struct counters *counters, const struct root *root, uint32_t layers);	/* IP ICMP UDP TCP */
int counter_link_read(struct counters *counters, const struct root *root, uint32_t layers);	/* LINK DRIVER QDISC */
int counter_conntrack_read(struct counters *counters, const struct root *root, uint32_t layers);
int counter_netfilter_read(struct counters *counters, const struct root *root, uint32_t layers);
int counter_reason_read(struct counters *counters, const struct root *root, uint32_t layers);
int counter_cpu_read(struct counters *counters, const struct root *root, uint32_t layers);
int counter_fd_read(struct counters *counters, const struct root *root, uint32_t layers);
int counter_memory_read(struct counters *counters, const struct root *root, uint32_t layers);	/* SOCKET MEMORY */
int counter_limit_read(struct counters *counters, const struct root *root, uint32_t layers);

#endif /* COREMON_COUNTER_READ_H */
