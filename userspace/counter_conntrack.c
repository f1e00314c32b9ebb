// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connection tracking: how full its table is (/proc/sys/net/netfilter) and what it counts, by ctnetlink, added up over CPUs. Nothing
 * is asked, and so no kernel module loaded, where this network namespace tracks nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <string.h>

#include "counter_read.h"
#include "lines.h"
#include "netlink.h"
#include "say.h"

#define CAPTURE "/netlink/conntrack"
#define COUNT "/proc/sys/net/netfilter/nf_conntrack_count"
#define MAX "/proc/sys/net/netfilter/nf_conntrack_max"
#define MOST_STATS 32

/* By attribute: enum ctattr_stats_cpu; chain_toolong came with 5.15. */
static const char *const names[MOST_STATS] = {
	[CTA_STATS_FOUND] = "found", [CTA_STATS_INVALID] = "invalid", [CTA_STATS_INSERT] = "insert",
	[CTA_STATS_INSERT_FAILED] = "insert_failed", [CTA_STATS_DROP] = "drop", [CTA_STATS_EARLY_DROP] = "early_drop",
	[CTA_STATS_ERROR] = "error", [CTA_STATS_SEARCH_RESTART] = "search_restart", [14] = "clash_resolve", [15] = "chain_toolong",
};

/** struct conntrack_reading - sums over CPUs */
struct conntrack_reading {
	uint32_t known;		/* bit per attribute */
	uint64_t sum[MOST_STATS];
	unsigned int cpus;
};

static int take_attr(const struct nlattr *attr, void *data)
{
	struct conntrack_reading *reading = data;
	unsigned int type = mnl_attr_get_type(attr);

	if (type < MOST_STATS && names[type] && mnl_attr_validate(attr, MNL_TYPE_U32) == 0) {
		reading->known |= UINT32_C(1) << type;
		reading->sum[type] += ntohl(mnl_attr_get_u32(attr));
	}
	return MNL_CB_OK;
}

static int take_message(void *ctx, const struct nlmsghdr *nlh)
{
	struct conntrack_reading *reading = ctx;

	if (nlh->nlmsg_type != (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU))
		return 0;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct nfgenmsg))
		return -EBADMSG;
	mnl_attr_parse(nlh, sizeof(struct nfgenmsg), take_attr, reading);
	reading->cpus++;
	return 0;
}

/* Return: as netlink_dump(). */
static int read_live(struct conntrack_reading *reading)
{
	_Alignas(struct nlmsghdr) char buf[MNL_ALIGN(sizeof(struct nlmsghdr)) + MNL_ALIGN(sizeof(struct nfgenmsg))];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct netlink nl;
	int ret = netlink_open(&nl, NETLINK_NETFILTER);

	if (ret < 0)
		return ret;
	nlh->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	ret = netlink_dump(&nl, nlh, take_message, reading);
	netlink_close(&nl);
	return ret;
}

/* A file of one number. Return: 0, -ENOMEM, or 1 where it is not known. */
static int read_level(struct counters *counters, const struct root *root, const char *path, const char *name)
{
	struct lines in;
	uint64_t value;
	char *line;
	int ret = 1;

	if (lines_open(&in, root, path) < 0)
		return 1;
	line = lines_next(&in);
	if (line && parse_number(line, &value))
		ret = counters_add(counters, LAYER_CONNTRACK, true, "", name, value);
	lines_close(&in);
	return ret;
}

int counter_conntrack_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	struct conntrack_reading reading = { 0 };
	int levels, ret;

	(void)layers;
	if (!root_exists(root, COUNT)) {
		/* Nothing is tracked, and so nothing is lost here. */
		if (root_exists(root, "/proc/sys/net/core"))
			counters_whole(counters, LAYER_CONNTRACK);
		return 0;
	}
	levels = read_level(counters, root, COUNT, "entries");
	if (levels >= 0)
		levels |= read_level(counters, root, MAX, "max");
	if (levels < 0)
		return levels;
	ret = root_moved(root) ? netlink_replay(root, CAPTURE, take_message, &reading) : read_live(&reading);
	if (ret != 0) {
		if (ret < 0)
			say_once(CAPTURE, "conntrack: %s", ret == -EBADMSG ? "what the kernel answered makes no sense" : strerror(-ret));
		/* A CPU may be missing: a sum would be too small. */
		return 0;
	}
	for (unsigned int i = 0; i < MOST_STATS && ret == 0; i++) {
		if (reading.known >> i & 1)
			ret = counters_add(counters, LAYER_CONNTRACK, false, "", names[i], reading.sum[i]);
	}
	if (ret == 0 && levels == 0 && reading.cpus)
		counters_whole(counters, LAYER_CONNTRACK);
	return ret;
}
