/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host counts of packets on their way, all layers in one list: links, drivers, CPUs, queueing disciplines, conntrack,
 * rules, IP, UDP, TCP, sockets, descriptors, memory, and the drops that the module saw. A counter is found by layer, object and
 * name; two readings are compared name by name. What a source does not say is not in the list: it is not known, never 0.
 *
 * Each layer is read by one file (counter_link.c, counter_qdisc.c ...). Under COREMON_ROOT netlink answers are those captured in
 * $COREMON_ROOT/netlink/NAME, messages one after the other as the kernel sends them.
 */
#ifndef COREMON_COUNTER_H
#define COREMON_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "root.h"

/*
 * layer       object              names (as the kernel has them; G: a gauge)
 * LINK        interface           rtnl_link_stats64: rx_packets ... ; G mtu, flags, tx_queue_len, speed_mbps, operstate, carrier_changes
 * DRIVER      interface           strings of ethtool -S
 * CPU         cpuN                processed dropped time_squeeze received_rps flow_limit_count; G backlog_len
 * QDISC       "eth0 fq_codel 1:"  bytes packets drops overlimits requeues; G qlen backlog parent (classes: "eth0 htb 1:10")
 * CONNTRACK   ""                  found invalid insert insert_failed drop early_drop error search_restart chain_toolong; G entries, max
 * NETFILTER   "inet filter input handle 7"  drop, reject: of a rule of nf_tables; "ip filter INPUT": policy
 * IP ICMP UDP TCP  ""             as nstat has them: IpInDiscards Ip6InDiscards IpExtInCsumErrors UdpRcvbufErrors TcpExtListenDrops
 * SOCKET      TCP, UDP, UDPLITE, RAW, FRAG, those with a 6, sockets   G of /proc/net/sockstat: inuse orphan tw alloc mem memory
 * FD          ""                  G allocated, max;   object "PID COMM": G open, limit (processes at half their limit or more)
 * MEMORY      tcp, udp            G pages, low, pressure, high (tcp_mem, udp_mem)
 * LIMIT       ""                  G sysctls: net.core.somaxconn, net.core.rmem_max, net.ipv4.tcp_rmem.max ...
 * REASON      "REASON|PLACE|PROTOCOL"  count (/proc/coremon/drops, all namespaces this reader sees; REASON is - before 5.17),
 *                                 count_here (those of this reader's namespace alone); "": G reasons, names the kernel has
 */
enum layer {
	LAYER_LINK, LAYER_DRIVER, LAYER_CPU, LAYER_QDISC, LAYER_CONNTRACK, LAYER_NETFILTER, LAYER_IP, LAYER_ICMP, LAYER_UDP,
	LAYER_TCP, LAYER_SOCKET, LAYER_FD, LAYER_MEMORY, LAYER_LIMIT, LAYER_REASON, LAYER_NR
};

/** struct counter - one number */
struct counter {
	enum layer layer;
	bool gauge;		/* a level; else a count since boot */
	const char *object;	/* whose, or "" */
	const char *name;
	uint64_t value;
};

/** struct counters - one reading, sorted by layer, object, name; each once */
struct counters {
	struct counter *counter;
	unsigned int nr, room;
	uint32_t known;		/* bit per layer: its source was read whole */
	struct stamp when;
	void *strings;		/* what object and name point to */
};

/** counters_read() - read the layers in @layers (bit per layer). What cannot be read is told of once on stderr and is missing. Return: 0 or -ENOMEM. */
int counters_read(struct counters *counters, const struct root *root, uint32_t layers);

/** counters_free() - free a reading; @counters can be read into again. */
void counters_free(struct counters *counters);

/** counters_find() - Return: the counter, or NULL where it is not known. */
const struct counter *counters_find(const struct counters *counters, enum layer layer, const char *object, const char *name);

/**
 * counters_delta() - how much a count grew from one reading to the next.
 * A row of LAYER_REASON that was not there before, in a reading that knew all, counts from 0.
 * Return: true with @delta set; false where one of the two is not known or it went back.
 */
bool counters_delta(const struct counters *before, const struct counters *now, enum layer layer, const char *object,
		    const char *name, uint64_t *delta);

/**
 * counters_grown() - the same for one @counter of the later reading, for who goes through them all in their order: @hint, 0 for the
 * first, goes through @before beside them.
 */
bool counters_grown(const struct counters *before, const struct counter *counter, unsigned int *hint, uint64_t *delta);

/** counters_add() - for the files that read a layer. Return: 0 or -ENOMEM. */
int counters_add(struct counters *counters, enum layer layer, bool gauge, const char *object, const char *name, uint64_t value);

/**
 * counters_sort() - make a list that was filled with counters_add() one that can be searched; counters_read() has done so.
 * What comes twice is not known to mean what it says and is left out, but rows of LAYER_REASON, which are added up.
 */
void counters_sort(struct counters *counters);

/** layer_name() - Return: "link", "driver" ... */
const char *layer_name(enum layer layer);

#endif /* COREMON_COUNTER_H */
