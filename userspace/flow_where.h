/* SPDX-License-Identifier: GPL-2.0-only */
/* What this network namespace knows of addresses: their interfaces, and how NAT changed them. */
#ifndef COREMON_FLOW_WHERE_H
#define COREMON_FLOW_WHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kmod/uapi/coremon.h"
#include "root.h"

struct mnl_socket;
struct where_address;

/** struct where - the addresses of this machine, in this network namespace */
struct where {
	const struct root *root;
	uint64_t netns;			/* inode number of this namespace; 0: not known */
	struct where_address *addresses;
	size_t nr;
	struct mnl_socket *conntrack;	/* NULL: not asked yet, or there is none */
	bool no_conntrack;
	uint32_t seq;
};

/** where_init() - begin; where_update() reads the addresses. */
void where_init(struct where *where, const struct root *root);

/** where_free() - end. */
void where_free(struct where *where);

/** where_update() - read the addresses again. */
void where_update(struct where *where);

/** where_interface() - Return: the interface with the local address; NULL where it is not known, or is on several. */
const char *where_interface(const struct where *where, uint32_t netns, const struct coremon_addr *addr);

/**
 * where_nat() - the addresses that the connection's first packet had when it came to this machine.
 * @passive: the peer began it, so that conntrack knows it the other way round
 * Return: false where that is not known; @nat is as @addr where there is no NAT.
 */
bool where_nat(struct where *where, uint32_t netns, const struct coremon_addr *addr, bool passive, struct coremon_addr *nat);

/**
 * where_answer() - what conntrack answered, @len bytes of netlink messages, to the question @seq.
 * @nat: the addresses of the first packet; as they were where there is an error
 *
 * Return: 0; -ENOENT where there is no entry; another negative errno, -EBADMSG for an answer that says nothing.
 */
int where_answer(const void *buf, size_t len, uint32_t seq, struct coremon_addr *nat);

/** where_plain() - write a v4-mapped connection as the IPv4 that its packets are. */
void where_plain(struct coremon_addr *addr);

#endif /* COREMON_FLOW_WHERE_H */
