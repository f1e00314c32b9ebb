// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interfaces, by rtnetlink: the whole of rtnl_link_stats64 and what they are set to. Queueing disciplines and drivers are read
 * here after them, as they know an interface by its number or name alone.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "counter_read.h"
#include "lines.h"
#include "link.h"
#include "netlink.h"
#include "say.h"

#define CAPTURE "/netlink/link"
#define MOST_TRIES 3		/* of a dump while interfaces come and go */
#define MOST_LINKS (1u << 20)

/* struct rtnl_link_stats64 in its order; an older kernel's ends earlier. */
static const char *const stats[] = {
	"rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped", "multicast",
	"collisions", "rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors", "rx_fifo_errors",
	"rx_missed_errors", "tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors", "tx_heartbeat_errors",
	"tx_window_errors", "rx_compressed", "tx_compressed", "rx_nohandler", "rx_otherhost_dropped",
};

/** struct link_attrs - the attributes that are of use, or NULL */
struct link_attrs {
	const struct nlattr *name, *stats, *mtu, *txqlen, *operstate, *carrier_changes;
};

/** struct link_reading - where messages go */
struct link_reading {
	struct counters *counters;	/* or NULL: no counters are wanted */
	struct links links;
	unsigned int bad;
};

static int take_attr(const struct nlattr *attr, void *data)
{
	struct link_attrs *attrs = data;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		attrs->name = mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0 ? attr : NULL;
		break;
	case IFLA_STATS64:
		attrs->stats = attr;
		break;
	case IFLA_MTU:
		attrs->mtu = mnl_attr_validate(attr, MNL_TYPE_U32) == 0 ? attr : NULL;
		break;
	case IFLA_TXQLEN:
		attrs->txqlen = mnl_attr_validate(attr, MNL_TYPE_U32) == 0 ? attr : NULL;
		break;
	case IFLA_OPERSTATE:
		attrs->operstate = mnl_attr_validate(attr, MNL_TYPE_U8) == 0 ? attr : NULL;
		break;
	case IFLA_CARRIER_CHANGES:
		attrs->carrier_changes = mnl_attr_validate(attr, MNL_TYPE_U32) == 0 ? attr : NULL;
		break;
	}
	return MNL_CB_OK;
}

/* A name that the kernel would take: it becomes part of a path. */
static bool name_is_good(const char *name)
{
	return *name && strlen(name) < LINK_NAME_LEN && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int add_link(struct links *links, uint32_t index, const char *name)
{
	struct link *link;

	if (links->nr == links->room) {
		unsigned int room = links->room ? 2 * links->room : 16;

		link = room > MOST_LINKS ? NULL : realloc(links->link, room * sizeof(*link));
		if (!link)
			return -ENOMEM;
		links->link = link;
		links->room = room;
	}
	link = &links->link[links->nr++];
	link->index = index;
	strcpy(link->name, name);
	return 0;
}

static int add_stats(struct counters *counters, const char *name, const struct nlattr *attr)
{
	const char *payload = mnl_attr_get_payload(attr);
	size_t nr = mnl_attr_get_payload_len(attr) / sizeof(uint64_t);
	int ret = 0;

	for (size_t i = 0; i < nr && i < sizeof(stats) / sizeof(stats[0]) && ret == 0; i++) {
		uint64_t value;

		memcpy(&value, payload + i * sizeof(value), sizeof(value));
		ret = counters_add(counters, LAYER_LINK, false, name, stats[i], value);
	}
	return ret;
}

static int add_level(struct counters *counters, const char *object, const char *name, const struct nlattr *attr)
{
	uint64_t value;

	if (!attr)
		return 0;
	value = mnl_attr_get_payload_len(attr) == 1 ? mnl_attr_get_u8(attr) : mnl_attr_get_u32(attr);
	return counters_add(counters, LAYER_LINK, true, object, name, value);
}

static int add_counters(struct counters *counters, const char *name, const struct ifinfomsg *msg, const struct link_attrs *attrs)
{
	int ret = attrs->stats ? add_stats(counters, name, attrs->stats) : 0;

	if (ret == 0)
		ret = counters_add(counters, LAYER_LINK, true, name, "flags", msg->ifi_flags);
	if (ret == 0)
		ret = add_level(counters, name, "mtu", attrs->mtu);
	if (ret == 0)
		ret = add_level(counters, name, "tx_queue_len", attrs->txqlen);
	if (ret == 0)
		ret = add_level(counters, name, "operstate", attrs->operstate);
	if (ret == 0)
		ret = add_level(counters, name, "carrier_changes", attrs->carrier_changes);
	return ret;
}

static int take_link(void *ctx, const struct nlmsghdr *nlh)
{
	struct link_reading *reading = ctx;
	struct link_attrs attrs = { NULL };
	struct ifinfomsg msg;
	const char *name;
	int ret;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(msg)) {
		reading->bad++;
		return 0;
	}
	memcpy(&msg, mnl_nlmsg_get_payload(nlh), sizeof(msg));
	mnl_attr_parse(nlh, sizeof(msg), take_attr, &attrs);
	name = attrs.name ? mnl_attr_get_str(attrs.name) : "";
	if (!name_is_good(name)) {
		reading->bad++;
		return 0;
	}
	ret = add_link(&reading->links, (uint32_t)msg.ifi_index, name);
	if (ret == 0 && reading->counters)
		ret = add_counters(reading->counters, name, &msg, &attrs);
	return ret;
}

/* Return: as netlink_dump(). */
static int dump_links(struct link_reading *reading, const struct root *root)
{
	_Alignas(struct nlmsghdr) char buf[MNL_ALIGN(sizeof(struct nlmsghdr)) + MNL_ALIGN(sizeof(struct ifinfomsg))];
	unsigned int mark = reading->counters ? reading->counters->nr : 0;
	struct netlink nl;
	int ret;

	if (root_moved(root))
		return netlink_replay(root, CAPTURE, take_link, reading);
	ret = netlink_open(&nl, NETLINK_ROUTE);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < MOST_TRIES; i++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

		nlh->nlmsg_type = RTM_GETLINK;
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
		ret = netlink_dump(&nl, nlh, take_link, reading);
		if (ret <= 0 || i + 1 == MOST_TRIES)
			break;
		reading->links.nr = 0;
		if (reading->counters)
			reading->counters->nr = mark;
	}
	netlink_close(&nl);
	return ret;
}

const char *links_name(struct links *links, uint32_t index)
{
	for (unsigned int i = 0; i < links->nr; i++) {
		/* A dump mostly goes in the order of the last: what was found last time is where the next is. */
		unsigned int at = (links->last + i) % links->nr;

		if (links->link[at].index == index) {
			links->last = at;
			return links->link[at].name;
		}
	}
	return NULL;
}

/* Return: 0 or -ENOMEM. What else went wrong is told of; @whole is false then. */
static int read_links(struct link_reading *reading, const struct root *root, bool *whole)
{
	int ret = dump_links(reading, root);

	*whole = ret == 0 && !reading->bad;
	if (ret < 0 && ret != -ENOMEM) {
		say_once(CAPTURE, "interfaces: %s", ret == -EBADMSG ? "what the kernel answered makes no sense" : strerror(-ret));
		ret = 0;
	}
	if (reading->bad)
		say_once(CAPTURE "?", "interfaces: %u messages make no sense: what they are of is left out", reading->bad);
	return ret < 0 ? ret : 0;
}

int counter_link_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	struct link_reading reading = { .counters = layer_wanted(layers, LAYER_LINK) ? counters : NULL };
	bool whole;
	int ret = read_links(&reading, root, &whole);

	if (ret == 0 && whole && reading.counters)
		counters_whole(counters, LAYER_LINK);
	if (ret == 0 && (layer_wanted(layers, LAYER_LINK) || layer_wanted(layers, LAYER_DRIVER)))
		ret = counter_driver_read(counters, root, layers, &reading.links, whole);
	if (ret == 0 && layer_wanted(layers, LAYER_QDISC))
		ret = counter_qdisc_read(counters, root, &reading.links, whole);
	free(reading.links.link);
	return ret;
}
