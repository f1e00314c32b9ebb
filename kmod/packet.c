// SPDX-License-Identifier: GPL-2.0-only
#include "packet.h"

#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/ip.h>
#include <net/ipv6.h>

#define EXTENSIONS_MAX 8
#define TAGS_MAX 4

/*
 * All offsets are from skb->data, and negative where that is past a header already. Those that come from the packet's own
 * notes (network_header, mac_header) count from skb->head and are no less than 0, so nothing before the buffer is read;
 * skb_header_pointer() reads nothing past its end, or the packet's.
 */
static bool copy(const struct sk_buff *skb, int offset, void *to, int len)
{
	const void *at = skb_header_pointer(skb, offset, len, to);

	if (!at)
		return false;
	if (at != to)
		memcpy(to, at, len);
	return true;
}

static int mac_offset(const struct sk_buff *skb)
{
	return (int)skb->mac_header - (int)skb_headroom(skb);
}

/* Where the header of the network layer is. Returns false where nothing says so. */
static bool network_offset(const struct sk_buff *skb, int *offset)
{
	if (skb->network_header || !skb_headroom(skb)) {
		*offset = skb_network_offset(skb);
		return skb_network_header(skb) <= skb_tail_pointer(skb);
	}
	/* Nobody has set it: a packet that was just received begins there, behind the header of its link. */
	*offset = 0;
	return skb_mac_header_was_set(skb) && mac_offset(skb) == -ETH_HLEN;
}

/* Past the tags that are in the packet itself. */
static bool skip_tags(const struct sk_buff *skb, __be16 *protocol, int *offset)
{
	struct vlan_hdr tag;
	int at, i;

	if (!skb_mac_header_was_set(skb))
		return false;
	at = mac_offset(skb) + ETH_HLEN;
	for (i = 0; i < TAGS_MAX && eth_type_vlan(*protocol); i++) {
		if (!copy(skb, at, &tag, sizeof(tag)))
			return false;
		*protocol = tag.h_vlan_encapsulated_proto;
		at += sizeof(tag);
	}
	*offset = at;
	return !eth_type_vlan(*protocol);
}

/* @end: where the packet ends by its own word. */
static void parse_ports(const struct sk_buff *skb, int offset, int end, u8 protocol, struct coremon_packet *packet)
{
	__be16 ports[2];

	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		break;
	default:
		return;
	}
	if (offset + (int)sizeof(ports) > end || !copy(skb, offset, ports, sizeof(ports)))
		return;
	packet->addr.local_port = ntohs(ports[0]);
	packet->addr.remote_port = ntohs(ports[1]);
	packet->ports = true;
}

static u32 ip_protocol(u16 ethertype, u8 protocol)
{
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP)
		return protocol;
	return (u32)ethertype << 16 | protocol;
}

static void parse_ipv4(const struct sk_buff *skb, int offset, struct coremon_packet *packet)
{
	struct iphdr ip;
	int end;

	if (!copy(skb, offset, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5)
		return;
	packet->protocol = ip_protocol(ETH_P_IP, ip.protocol);
	packet->addr.family = AF_INET;
	memcpy(packet->addr.local, &ip.saddr, sizeof(ip.saddr));
	memcpy(packet->addr.remote, &ip.daddr, sizeof(ip.daddr));
	if (ip.frag_off & htons(IP_OFFSET))
		return;
	/* Packets of more than 64 KiB inside this host have no length. */
	end = ip.tot_len ? offset + ntohs(ip.tot_len) : INT_MAX;
	parse_ports(skb, offset + ip.ihl * 4, end, ip.protocol, packet);
}

/* The protocol behind the extension headers. Returns false where it is not known, or this is a later fragment. */
static bool skip_extensions(const struct sk_buff *skb, int *offset, u8 *next)
{
	struct ipv6_opt_hdr ext;
	struct frag_hdr frag;
	int i;

	for (i = 0; i < EXTENSIONS_MAX; i++) {
		switch (*next) {
		case NEXTHDR_HOP:
		case NEXTHDR_ROUTING:
		case NEXTHDR_DEST:
		case NEXTHDR_AUTH:
			if (!copy(skb, *offset, &ext, sizeof(ext)))
				return false;
			*offset += *next == NEXTHDR_AUTH ? (ext.hdrlen + 2) * 4 : (ext.hdrlen + 1) * 8;
			*next = ext.nexthdr;
			break;
		case NEXTHDR_FRAGMENT:
			if (!copy(skb, *offset, &frag, sizeof(frag)))
				return false;
			*offset += sizeof(frag);
			*next = frag.nexthdr;
			if (frag.frag_off & htons(IP6_OFFSET))
				return false;
			break;
		default:
			return true;
		}
	}
	return false;
}

static void parse_ipv6(const struct sk_buff *skb, int offset, struct coremon_packet *packet)
{
	struct ipv6hdr ip;
	int at = offset + (int)sizeof(ip);
	bool whole;
	u8 next;

	if (!copy(skb, offset, &ip, sizeof(ip)) || ip.version != 6)
		return;
	next = ip.nexthdr;
	whole = skip_extensions(skb, &at, &next);
	packet->protocol = ip_protocol(ETH_P_IPV6, next);
	packet->addr.family = AF_INET6;
	memcpy(packet->addr.local, &ip.saddr, sizeof(ip.saddr));
	memcpy(packet->addr.remote, &ip.daddr, sizeof(ip.daddr));
	if (whole)
		parse_ports(skb, at, ip.payload_len ? offset + (int)sizeof(ip) + ntohs(ip.payload_len) : INT_MAX, next, packet);
}

/**
 * coremon_packet_parse() - Read a packet's headers.
 * @skb: the packet; nothing but its buffer is looked at
 * @packet: every field is written; what cannot be read is not known
 *
 * Context: any.
 */
void coremon_packet_parse(const struct sk_buff *skb, struct coremon_packet *packet)
{
	__be16 protocol = skb->protocol;
	int offset;

	memset(packet, 0, sizeof(*packet));
	packet->protocol = (u32)COREMON_UNKNOWN;
	if (!protocol)
		return;
	packet->protocol = (u32)ntohs(protocol) << 16 | COREMON_PROTOCOL_NONE;
	if (eth_type_vlan(protocol) ? !skip_tags(skb, &protocol, &offset) : !network_offset(skb, &offset))
		return;
	packet->protocol = (u32)ntohs(protocol) << 16 | COREMON_PROTOCOL_NONE;
	if (protocol == htons(ETH_P_IP))
		parse_ipv4(skb, offset, packet);
	else if (protocol == htons(ETH_P_IPV6))
		parse_ipv6(skb, offset, packet);
}

/**
 * coremon_packet_protocol_common() - Whether a protocol is one of a few, and not of all that a sender can think of.
 * @protocol: as in struct coremon_drop
 *
 * Return: whether.
 */
bool coremon_packet_protocol_common(u32 protocol)
{
	u16 ethertype = protocol >> 16, ip = protocol;

	if (protocol == (u32)COREMON_UNKNOWN || protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || ethertype == ETH_P_ARP)
		return true;
	return (ethertype == ETH_P_IP && (ip == IPPROTO_ICMP || ip == COREMON_PROTOCOL_NONE)) ||
	       (ethertype == ETH_P_IPV6 && (ip == IPPROTO_ICMPV6 || ip == COREMON_PROTOCOL_NONE));
}

/**
 * coremon_packet_protocol_text() - The name of a protocol.
 * @buf: where to
 * @size: how much room
 * @protocol: as in struct coremon_drop
 *
 * Return: bytes written.
 */
size_t coremon_packet_protocol_text(char *buf, size_t size, u32 protocol)
{
	u16 ethertype = protocol >> 16, ip = protocol;

	if (protocol == (u32)COREMON_UNKNOWN)
		return scnprintf(buf, size, "-");
	if (protocol == IPPROTO_TCP)
		return scnprintf(buf, size, "tcp");
	if (protocol == IPPROTO_UDP)
		return scnprintf(buf, size, "udp");
	if (ethertype == ETH_P_ARP)
		return scnprintf(buf, size, "arp");
	if (ip == COREMON_PROTOCOL_NONE)
		return scnprintf(buf, size, "eth:0x%04x", ethertype);
	if (ethertype == ETH_P_IP && ip == IPPROTO_ICMP)
		return scnprintf(buf, size, "icmp");
	if (ethertype == ETH_P_IPV6 && ip == IPPROTO_ICMPV6)
		return scnprintf(buf, size, "icmpv6");
	return scnprintf(buf, size, "%s:%u", ethertype == ETH_P_IPV6 ? "ipv6" : "ip", ip);
}
