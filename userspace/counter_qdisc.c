// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queueing disciplines and their classes, by rtnetlink. What a child drops its parents count as well, so that only those at the
 * top (parent TC_H_ROOT) can be added up.
 */
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counter_read.h"
#include "link.h"
#include "netlink.h"
#include "say.h"

#define QDISC_CAPTURE "/netlink/qdisc"
#define CLASS_CAPTURE "/netlink/class"
#define KIND_LEN 16
#define STATS_PKT64 8		/* TCA_STATS_PKT64, from 5.5 on */

/** struct qdisc_reading - where messages go */
struct qdisc_reading {
	struct counters *counters;
	struct links *links;
	uint32_t *classful;	/* numbers of interfaces whose classes are to be asked for */
	unsigned int nr, room;
	unsigned int bad;
};

/** struct tc_attrs - the attributes that are of use, or NULL */
struct tc_attrs {
	const struct nlattr *kind, *stats, *basic, *queue, *packets;
};

static int take_attr(const struct nlattr *attr, void *data)
{
	struct tc_attrs *attrs = data;

	switch (mnl_attr_get_type(attr)) {
	case TCA_KIND:
		attrs->kind = mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0 ? attr : NULL;
		break;
	case TCA_STATS2:
		attrs->stats = attr;
		break;
	}
	return MNL_CB_OK;
}

static int take_stat(const struct nlattr *attr, void *data)
{
	struct tc_attrs *attrs = data;
	size_t len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case TCA_STATS_BASIC:
		/* bytes and packets; what pads the struct may be missing */
		attrs->basic = len >= sizeof(uint64_t) + sizeof(uint32_t) ? attr : NULL;
		break;
	case TCA_STATS_QUEUE:
		attrs->queue = len >= sizeof(struct gnet_stats_queue) ? attr : NULL;
		break;
	case STATS_PKT64:
		attrs->packets = len >= sizeof(uint64_t) ? attr : NULL;
		break;
	}
	return MNL_CB_OK;
}

static int add_basic(struct counters *counters, const char *object, const struct tc_attrs *attrs)
{
	const char *payload = mnl_attr_get_payload(attrs->basic);
	uint64_t bytes, packets64;
	uint32_t packets;
	int ret;

	memcpy(&bytes, payload, sizeof(bytes));
	memcpy(&packets, payload + sizeof(bytes), sizeof(packets));
	packets64 = packets;
	if (attrs->packets)
		memcpy(&packets64, mnl_attr_get_payload(attrs->packets), sizeof(packets64));
	ret = counters_add(counters, LAYER_QDISC, false, object, "bytes", bytes);
	return ret ? ret : counters_add(counters, LAYER_QDISC, false, object, "packets", packets64);
}

static int add_queue(struct counters *counters, const char *object, const struct nlattr *attr)
{
	struct gnet_stats_queue queue;
	int ret;

	memcpy(&queue, mnl_attr_get_payload(attr), sizeof(queue));
	ret = counters_add(counters, LAYER_QDISC, false, object, "drops", queue.drops);
	if (ret == 0)
		ret = counters_add(counters, LAYER_QDISC, false, object, "overlimits", queue.overlimits);
	if (ret == 0)
		ret = counters_add(counters, LAYER_QDISC, false, object, "requeues", queue.requeues);
	if (ret == 0)
		ret = counters_add(counters, LAYER_QDISC, true, object, "qlen", queue.qlen);
	if (ret == 0)
		ret = counters_add(counters, LAYER_QDISC, true, object, "backlog", queue.backlog);
	return ret;
}

/* Those without classes of their own, or with flows for classes: fq_codel has one a flow. */
static bool has_classes(const char *kind)
{
	static const char *const without[] = {
		"noqueue", "pfifo_fast", "pfifo", "bfifo", "fq", "fq_codel", "fq_pie", "cake", "sfq", "sfb", "codel", "pie", "hhf",
		"tbf", "red", "gred", "choke", "netem", "etf", "cbs", "ingress", "clsact", "mq", "plug", "pfifo_head_drop", "blackhole",
		"dualpi2", "bpf_fq",
	};

	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		if (strcmp(kind, without[i]) == 0)
			return false;
	}
	return true;
}

static int want_classes(struct qdisc_reading *reading, uint32_t index)
{
	uint32_t *more;

	if (reading->nr && reading->classful[reading->nr - 1] == index)
		return 0;
	if (reading->nr == reading->room) {
		unsigned int room = reading->room ? 2 * reading->room : 8;

		more = realloc(reading->classful, room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		reading->classful = more;
		reading->room = room;
	}
	reading->classful[reading->nr++] = index;
	return 0;
}

/* "eth0 htb 1:", "eth0 htb 1:10"; a queue of mq has no number of its own: "eth0 fq_codel 0: parent :1". */
static void make_object(char *buf, size_t size, const char *dev, const char *kind, const struct tcmsg *msg, bool class)
{
	uint32_t major = TC_H_MAJ(msg->tcm_handle) >> 16, minor = TC_H_MIN(msg->tcm_handle);
	int len;

	if (class)
		len = snprintf(buf, size, "%s %s %x:%x", dev, kind, major, minor);
	else
		len = snprintf(buf, size, "%s %s %x:", dev, kind, major);
	if (!class && major == 0 && msg->tcm_parent != TC_H_ROOT && len > 0 && (size_t)len < size) {
		uint32_t parent = TC_H_MAJ(msg->tcm_parent) >> 16;

		if (parent)
			snprintf(buf + len, size - (size_t)len, " parent %x:%x", parent, TC_H_MIN(msg->tcm_parent));
		else
			snprintf(buf + len, size - (size_t)len, " parent :%x", TC_H_MIN(msg->tcm_parent));
	}
}

static int take_message(void *ctx, const struct nlmsghdr *nlh)
{
	bool class = nlh->nlmsg_type == RTM_NEWTCLASS;
	struct qdisc_reading *reading = ctx;
	struct tc_attrs attrs = { NULL };
	char object[128], number[16];
	const char *dev, *kind;
	struct tcmsg msg;
	int ret = 0;

	if (!class && nlh->nlmsg_type != RTM_NEWQDISC)
		return 0;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(msg)) {
		memcpy(&msg, mnl_nlmsg_get_payload(nlh), sizeof(msg));
		mnl_attr_parse(nlh, sizeof(msg), take_attr, &attrs);
	}
	kind = attrs.kind ? mnl_attr_get_str(attrs.kind) : "";
	if (!*kind || strlen(kind) >= KIND_LEN || !attrs.stats) {
		reading->bad++;
		return 0;
	}
	/* One that came after the interfaces were read. */
	dev = links_name(reading->links, (uint32_t)msg.tcm_ifindex);
	snprintf(number, sizeof(number), "if%d", msg.tcm_ifindex);
	if (class && !has_classes(kind))
		return 0;
	mnl_attr_parse_nested(attrs.stats, take_stat, &attrs);
	make_object(object, sizeof(object), dev ? dev : number, kind, &msg, class);
	if (attrs.basic)
		ret = add_basic(reading->counters, object, &attrs);
	if (ret == 0 && attrs.queue)
		ret = add_queue(reading->counters, object, attrs.queue);
	if (ret == 0)
		ret = counters_add(reading->counters, LAYER_QDISC, true, object, "parent", msg.tcm_parent);
	if (ret == 0 && !class && has_classes(kind))
		ret = want_classes(reading, (uint32_t)msg.tcm_ifindex);
	return ret;
}

/* Return: as netlink_dump(). */
static int ask(struct netlink *nl, struct qdisc_reading *reading, uint16_t type, uint32_t index)
{
	_Alignas(struct nlmsghdr) char buf[MNL_ALIGN(sizeof(struct nlmsghdr)) + MNL_ALIGN(sizeof(struct tcmsg))];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct tcmsg *msg;

	nlh->nlmsg_type = type;
	msg = mnl_nlmsg_put_extra_header(nlh, sizeof(*msg));
	msg->tcm_ifindex = (int)index;
	return netlink_dump(nl, nlh, take_message, reading);
}

static int read_live(struct qdisc_reading *reading)
{
	struct netlink nl;
	int ret = netlink_open(&nl, NETLINK_ROUTE), classes;

	if (ret < 0)
		return ret;
	ret = ask(&nl, reading, RTM_GETQDISC, 0);
	for (unsigned int i = 0; i < reading->nr && ret >= 0; i++) {
		classes = ask(&nl, reading, RTM_GETTCLASS, reading->classful[i]);
		/* An interface that is gone has none. */
		if (classes != -ENODEV && classes != 0)
			ret = classes;
	}
	netlink_close(&nl);
	return ret;
}

static int read_capture(struct qdisc_reading *reading, const struct root *root)
{
	int ret = netlink_replay(root, QDISC_CAPTURE, take_message, reading), classes;

	if (ret < 0)
		return ret;
	classes = netlink_replay(root, CLASS_CAPTURE, take_message, reading);
	return classes == -ENOENT ? ret : classes ? classes : ret;
}

int counter_qdisc_read(struct counters *counters, const struct root *root, struct links *links, bool whole)
{
	struct qdisc_reading reading = { .counters = counters, .links = links };
	int ret = root_moved(root) ? read_capture(&reading, root) : read_live(&reading);

	free(reading.classful);
	if (ret == -ENOMEM)
		return ret;
	if (ret < 0)
		say_once(QDISC_CAPTURE, "queueing disciplines: %s", ret == -EBADMSG ? "what the kernel answered makes no sense" : strerror(-ret));
	if (reading.bad)
		say_once(QDISC_CAPTURE "?", "queueing disciplines: %u messages make no sense: what they are of is left out", reading.bad);
	if (ret == 0 && !reading.bad && whole)
		counters_whole(counters, LAYER_QDISC);
	return 0;
}
