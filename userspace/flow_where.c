// SPDX-License-Identifier: GPL-2.0-only
#include "flow_where.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lines.h"
#include "netlink.h"

#define ADDRESSES "/addresses"	/* of a captured tree: `netns N`, then `INTERFACE ADDRESS` a line */
#define CONNTRACK "/proc/sys/net/netfilter/nf_conntrack_count"
#define ANSWER_SECONDS 1

/** struct where_address - an address of an interface */
struct where_address {
	char name[32];		/* the kernel needs 16; captured trees may have longer ones */
	uint16_t family;
	uint8_t addr[16];
};

void where_init(struct where *where, const struct root *root)
{
	struct stat st;

	memset(where, 0, sizeof(*where));
	where->root = root;
	if (!root_moved(root) && stat("/proc/self/ns/net", &st) == 0)
		where->netns = st.st_ino;
}

static void forget(struct where *where)
{
	free(where->addresses);
	where->addresses = NULL;
	where->nr = 0;
}

void where_free(struct where *where)
{
	forget(where);
	if (where->conntrack)
		mnl_socket_close(where->conntrack);
	where->conntrack = NULL;
}

static void add(struct where *where, const char *name, uint16_t family, const void *addr)
{
	struct where_address *addresses = realloc(where->addresses, (where->nr + 1) * sizeof(*addresses));
	struct where_address *new;

	if (!addresses)
		return;
	where->addresses = addresses;
	new = &addresses[where->nr++];
	memset(new, 0, sizeof(*new));
	memcpy(new->name, name, strnlen(name, sizeof(new->name) - 1));
	new->family = family;
	memcpy(new->addr, addr, family == AF_INET ? 4 : 16);
}

static void captured(struct where *where)
{
	struct lines in;
	char *line;

	if (lines_open(&in, where->root, ADDRESSES) < 0)
		return;
	while ((line = lines_next(&in))) {
		char *name = next_word(&line);
		char *text = next_word(&line);
		uint8_t addr[16];

		if (!name || !text)
			continue;
		if (strcmp(name, "netns") == 0)
			parse_number(text, &where->netns);
		else if (inet_pton(AF_INET, text, addr) == 1)
			add(where, name, AF_INET, addr);
		else if (inet_pton(AF_INET6, text, addr) == 1)
			add(where, name, AF_INET6, addr);
	}
	lines_close(&in);
}

void where_update(struct where *where)
{
	struct ifaddrs *all;

	forget(where);
	if (root_moved(where->root)) {
		captured(where);
		return;
	}
	if (getifaddrs(&all) < 0)
		return;
	for (struct ifaddrs *one = all; one; one = one->ifa_next) {
		if (!one->ifa_addr)
			continue;
		if (one->ifa_addr->sa_family == AF_INET)
			add(where, one->ifa_name, AF_INET, &((struct sockaddr_in *)one->ifa_addr)->sin_addr);
		else if (one->ifa_addr->sa_family == AF_INET6)
			add(where, one->ifa_name, AF_INET6, &((struct sockaddr_in6 *)one->ifa_addr)->sin6_addr);
	}
	freeifaddrs(all);
}

const char *where_interface(const struct where *where, uint32_t netns, const struct coremon_addr *addr)
{
	const char *found = NULL;

	if (netns != where->netns)
		return NULL;
	/* All of 127.0.0.0/8 is local, without being given to the interface. */
	if (addr->family == AF_INET && addr->local[0] == IN_LOOPBACKNET)
		return "lo";
	for (size_t i = 0; i < where->nr; i++) {
		const struct where_address *one = &where->addresses[i];

		if (one->family != addr->family || memcmp(one->addr, addr->local, addr->family == AF_INET ? 4 : 16) != 0)
			continue;
		if (found && strcmp(found, one->name) != 0)
			return NULL;
		found = one->name;
	}
	return found;
}

void where_plain(struct coremon_addr *addr)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (addr->family != AF_INET6 || memcmp(addr->local, mapped, sizeof(mapped)) != 0 ||
	    memcmp(addr->remote, mapped, sizeof(mapped)) != 0)
		return;
	addr->family = AF_INET;
	memmove(addr->local, addr->local + 12, 4);
	memset(addr->local + 4, 0, 12);
	memmove(addr->remote, addr->remote + 12, 4);
	memset(addr->remote + 4, 0, 12);
}

/* ---- conntrack ---- */

/* Asking would load conntrack where it is not in use, so see first whether it holds anything. */
static bool conntrack_in_use(const struct where *where)
{
	struct lines in;
	uint64_t count = 0;
	char *line;

	if (root_moved(where->root) || lines_open(&in, where->root, CONNTRACK) < 0)
		return false;
	line = lines_next(&in);
	if (line)
		parse_number(line, &count);
	lines_close(&in);
	return count > 0;
}

static bool conntrack_open(struct where *where)
{
	struct timeval patience = { .tv_sec = ANSWER_SECONDS };

	if (where->conntrack)
		return true;
	if (where->no_conntrack || !conntrack_in_use(where))
		return false;
	where->conntrack = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (where->conntrack && mnl_socket_bind(where->conntrack, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(where->conntrack);
		where->conntrack = NULL;
	}
	if (where->conntrack)
		setsockopt(mnl_socket_get_fd(where->conntrack), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	else
		where->no_conntrack = true;
	return where->conntrack;
}

/* Ask for the entry whose packets of the other direction are those that this end sends. */
static void ask(struct nlmsghdr *message, uint32_t seq, const struct coremon_addr *addr)
{
	size_t size = addr->family == AF_INET ? 4 : 16;
	struct nfgenmsg *head;
	struct nlattr *tuple, *part;

	message->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	message->nlmsg_flags = NLM_F_REQUEST;
	message->nlmsg_seq = seq;
	head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->nfgen_family = (uint8_t)addr->family;
	head->version = NFNETLINK_V0;
	tuple = mnl_attr_nest_start(message, CTA_TUPLE_REPLY);
	part = mnl_attr_nest_start(message, CTA_TUPLE_IP);
	mnl_attr_put(message, size == 4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, size, addr->local);
	mnl_attr_put(message, size == 4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, size, addr->remote);
	mnl_attr_nest_end(message, part);
	part = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(message, CTA_PROTO_NUM, IPPROTO_TCP);
	mnl_attr_put_u16(message, CTA_PROTO_SRC_PORT, htons(addr->local_port));
	mnl_attr_put_u16(message, CTA_PROTO_DST_PORT, htons(addr->remote_port));
	mnl_attr_nest_end(message, part);
	mnl_attr_nest_end(message, tuple);
}

/** struct entry - what an answer says */
struct entry {
	struct coremon_addr nat;
	bool has_local, has_remote;
};

/* Return: true where it is an address of the wanted end. */
static bool take_address(const struct nlattr *attr, uint16_t v4, uint16_t v6, uint8_t addr[16])
{
	uint16_t type = mnl_attr_get_type(attr), len = mnl_attr_get_payload_len(attr);

	if ((type != v4 || len != 4) && (type != v6 || len != 16))
		return false;
	memcpy(addr, mnl_attr_get_payload(attr), len);
	return true;
}

/* The entry's first packet went from the peer to this end. */
static int take_entry(void *ctx, const struct nlmsghdr *message)
{
	struct entry *entry = ctx;
	struct nlattr *attr, *part, *ip;

	if (message->nlmsg_type != (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW))
		return 0;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct nfgenmsg))
		return -EBADMSG;
	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) != CTA_TUPLE_ORIG)
			continue;
		mnl_attr_for_each_nested(part, attr) {
			if (mnl_attr_get_type(part) != CTA_TUPLE_IP)
				continue;
			mnl_attr_for_each_nested(ip, part) {
				entry->has_remote |= take_address(ip, CTA_IP_V4_SRC, CTA_IP_V6_SRC, entry->nat.remote);
				entry->has_local |= take_address(ip, CTA_IP_V4_DST, CTA_IP_V6_DST, entry->nat.local);
			}
		}
	}
	return 0;
}

int where_answer(const void *buf, size_t len, uint32_t seq, struct coremon_addr *nat)
{
	struct entry entry = { .nat = *nat };
	int ret = netlink_messages(buf, len, seq, take_entry, &entry, NULL);

	if (ret < 0)
		return ret;
	if (!entry.has_local || !entry.has_remote)
		return -EBADMSG;
	*nat = entry.nat;
	return 0;
}

bool where_nat(struct where *where, uint32_t netns, const struct coremon_addr *addr, bool passive, struct coremon_addr *nat)
{
	char buf[8192] __attribute__((aligned(8)));
	struct nlmsghdr *message;
	ssize_t len;
	int ret;

	if (netns != where->netns)
		return false;
	*nat = *addr;
	/* What began here is in conntrack with the very addresses of the socket. */
	if (!passive)
		return true;
	if (!conntrack_open(where))
		return !where->no_conntrack;
	message = mnl_nlmsg_put_header(buf);
	ask(message, ++where->seq, addr);
	len = mnl_socket_sendto(where->conntrack, message, message->nlmsg_len);
	if (len >= 0)
		len = mnl_socket_recvfrom(where->conntrack, buf, sizeof(buf));
	ret = len < 0 ? -errno : where_answer(buf, (size_t)len, where->seq, nat);
	/* No entry, so no NAT. Anything else will not be better the next time. */
	if (ret == 0 || ret == -ENOENT)
		return true;
	mnl_socket_close(where->conntrack);
	where->conntrack = NULL;
	where->no_conntrack = true;
	return false;
}
