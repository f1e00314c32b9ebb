/* SPDX-License-Identifier: GPL-2.0-only */
/* What the headers of a packet say, where they can be read: any packet may be cut, broken, cloned, or have none. */
#ifndef _COREMON_PACKET_H
#define _COREMON_PACKET_H

#include <linux/types.h>

#include "uapi/coremon.h"

struct sk_buff;

/**
 * struct coremon_packet - A packet.
 * @protocol: see struct coremon_drop
 * @ports: @addr has its ports: it has a header of TCP, UDP or the like, and this is all of the packet or its first fragment
 * @addr: local: source; remote: destination; family 0: not known
 */
struct coremon_packet {
	u32 protocol;
	bool ports;
	struct coremon_addr addr;
};

void coremon_packet_parse(const struct sk_buff *skb, struct coremon_packet *packet);
bool coremon_packet_protocol_common(u32 protocol);
size_t coremon_packet_protocol_text(char *buf, size_t size, u32 protocol);

#endif /* _COREMON_PACKET_H */
