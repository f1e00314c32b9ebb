// SPDX-License-Identifier: GPL-2.0-only
/* Links, queueing disciplines, conntrack, drivers and reasons: good answers, and every way in which one can be bad. */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/if_link.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "message.h"
#include "netlink.h"

#define BIT(layer) (UINT32_C(1) << (layer))
#define LINKS (BIT(LAYER_LINK) | BIT(LAYER_QDISC) | BIT(LAYER_DRIVER))

static struct root root;
static struct counters counters;

static void setup(void)
{
	root = tree_new();
	memset(&counters, 0, sizeof(counters));
	no_messages();
}

static void teardown(void)
{
	counters_free(&counters);
	tree_free(&root);
}

static void put_u32(uint16_t type, uint32_t value)
{
	put_attr(type, &value, sizeof(value));
}

static void put_done(void)
{
	put_message(NLMSG_DONE, "\0\0\0", 4);
}

/* An interface whose statistics are 1000, 1001 ...; @words of them. */
static void put_link(int index, const char *name, unsigned int words)
{
	struct ifinfomsg msg = { .ifi_index = index, .ifi_flags = 0x11043 };
	uint64_t stats[40];
	uint8_t up = 6;

	for (unsigned int i = 0; i < 40; i++)
		stats[i] = 1000 + i;
	put_message(RTM_NEWLINK, &msg, sizeof(msg));
	put_attr(IFLA_IFNAME, name, strlen(name) + 1);
	put_attr(IFLA_OPERSTATE, &up, 1);
	put_u32(IFLA_MTU, 1500);
	put_u32(999, 7);		/* of the future */
	put_attr(IFLA_STATS64, stats, words * sizeof(*stats));
	put_u32(IFLA_TXQLEN, 1000);
	put_u32(IFLA_CARRIER_CHANGES, 3);
}

static void put_qdisc(uint16_t type, int index, const char *kind, uint32_t handle, uint32_t parent, uint32_t drops)
{
	struct tcmsg msg = { .tcm_ifindex = index, .tcm_handle = handle, .tcm_parent = parent };
	struct gnet_stats_queue queue = { .qlen = 5, .backlog = 6, .drops = drops, .requeues = 7, .overlimits = 8 };
	struct gnet_stats_basic basic = { .bytes = 123456789012, .packets = 99 };

	put_message(type, &msg, sizeof(msg));
	put_attr(TCA_KIND, kind, strlen(kind) + 1);
	size_t nest = begin_nest(TCA_STATS2);
	put_attr(TCA_STATS_BASIC, &basic, 12);
	put_attr(200, "abcd", 4);	/* of the future */
	put_attr(TCA_STATS_QUEUE, &queue, sizeof(queue));
	end_nest(nest);
}

static void put_file(const char *path)
{
	tree_put(&root, path, buf, len);
	no_messages();
}

static void read_layers(uint32_t layers)
{
	counters_free(&counters);
	ck_assert_int_eq(counters_read(&counters, &root, layers), 0);
}

static void assert_value(enum layer layer, const char *object, const char *name, uint64_t value)
{
	const struct counter *counter = counters_find(&counters, layer, object, name);

	ck_assert_msg(counter, "no %s '%s' %s", layer_name(layer), object, name);
	ck_assert_uint_eq(counter->value, value);
}

static void assert_unknown(enum layer layer, const char *object, const char *name)
{
	ck_assert_msg(!counters_find(&counters, layer, object, name), "%s '%s' %s is known", layer_name(layer), object, name);
}

START_TEST(links)
{
	put_link(1, "lo", 23);
	put_link(2, "eth0", 25);
	put_done();
	put_link(7, "new", 40);		/* a second dump; and a kernel that has more */
	put_done();
	put_file("/netlink/link");
	tree_text(&root, "/sys/class/net/eth0/speed", "10000\n");
	tree_text(&root, "/sys/class/net/lo/speed", "-1\n");
	read_layers(BIT(LAYER_LINK));
	ck_assert_uint_eq(counters.known, BIT(LAYER_LINK));
	assert_value(LAYER_LINK, "eth0", "rx_packets", 1000);
	assert_value(LAYER_LINK, "eth0", "tx_bytes", 1003);
	assert_value(LAYER_LINK, "eth0", "rx_dropped", 1006);
	assert_value(LAYER_LINK, "eth0", "rx_missed_errors", 1015);
	assert_value(LAYER_LINK, "eth0", "tx_window_errors", 1020);
	assert_value(LAYER_LINK, "eth0", "rx_otherhost_dropped", 1024);
	assert_value(LAYER_LINK, "eth0", "mtu", 1500);
	assert_value(LAYER_LINK, "eth0", "flags", 0x11043);
	assert_value(LAYER_LINK, "eth0", "tx_queue_len", 1000);
	assert_value(LAYER_LINK, "eth0", "operstate", 6);
	assert_value(LAYER_LINK, "eth0", "carrier_changes", 3);
	assert_value(LAYER_LINK, "eth0", "speed_mbps", 10000);
	assert_value(LAYER_LINK, "lo", "tx_compressed", 1022);
	assert_unknown(LAYER_LINK, "lo", "rx_nohandler");
	assert_unknown(LAYER_LINK, "lo", "speed_mbps");
	assert_value(LAYER_LINK, "new", "rx_nohandler", 1023);
	ck_assert(counters_find(&counters, LAYER_LINK, "eth0", "mtu")->gauge);
	ck_assert(!counters_find(&counters, LAYER_LINK, "eth0", "rx_dropped")->gauge);
}
END_TEST

START_TEST(links_that_make_no_sense)
{
	struct ifinfomsg msg = { .ifi_index = 3 };
	uint16_t odd = 1;

	put_link(1, "../etc", 25);
	put_link(2, "", 25);
	put_link(3, "a-name-that-is-too-long", 25);
	put_message(RTM_NEWLINK, &msg, sizeof(msg));	/* no name */
	put_message(RTM_NEWLINK, &msg, 4);		/* no whole header */
	put_message(RTM_NEWADDR, &msg, sizeof(msg));	/* of another kind */
	put_message(RTM_NEWLINK, &msg, sizeof(msg));
	put_attr(IFLA_IFNAME, "nonul", 5);
	put_message(RTM_NEWLINK, &msg, sizeof(msg));
	put_attr(IFLA_IFNAME, "good", 5);
	put_attr(IFLA_MTU, &odd, sizeof(odd));		/* of the wrong size */
	put_attr(IFLA_STATS64, "1234567", 7);
	put_link(4, "eth0", 25);
	put_done();
	put_file("/netlink/link");
	read_layers(BIT(LAYER_LINK));
	ck_assert_uint_eq(counters.known, 0);
	assert_value(LAYER_LINK, "eth0", "rx_packets", 1000);
	assert_unknown(LAYER_LINK, "good", "mtu");
	assert_unknown(LAYER_LINK, "good", "rx_packets");
	assert_value(LAYER_LINK, "good", "flags", 0);
	ck_assert_uint_eq(counters.nr, 25 + 5 + 1);
}
END_TEST

START_TEST(a_link_twice_is_not_known)
{
	put_link(1, "eth0", 25);
	put_link(1, "eth0", 25);
	put_done();
	put_file("/netlink/link");
	read_layers(BIT(LAYER_LINK));
	ck_assert_uint_eq(counters.nr, 0);
}
END_TEST

START_TEST(an_interrupted_dump_is_not_whole)
{
	put_link(1, "eth0", 25);
	last()->nlmsg_flags |= NLM_F_DUMP_INTR;
	put_done();
	put_file("/netlink/link");
	read_layers(BIT(LAYER_LINK));
	assert_value(LAYER_LINK, "eth0", "rx_packets", 1000);
	ck_assert_uint_eq(counters.known, 0);
}
END_TEST

START_TEST(an_error_for_an_answer)
{
	struct nlmsgerr error = { .error = -EPERM };

	put_message(NLMSG_ERROR, &error, sizeof(error));
	put_file("/netlink/link");
	put_message(NLMSG_ERROR, &error, sizeof(error));
	put_file("/netlink/qdisc");
	read_layers(LINKS);
	ck_assert_uint_eq(counters.nr, 0);
	ck_assert_uint_eq(counters.known, 0);
}
END_TEST

START_TEST(qdiscs)
{
	uint64_t packets = UINT64_C(5000000000);

	put_link(2, "eth0", 25);
	put_done();
	put_file("/netlink/link");
	put_qdisc(RTM_NEWQDISC, 2, "htb", 0x10000, TC_H_ROOT, 11);
	put_qdisc(RTM_NEWQDISC, 2, "fq_codel", 0x80010000, 0x10010, 12);
	put_attr(100, "x", 1);
	put_qdisc(RTM_NEWQDISC, 2, "fq_codel", 0, 3, 13);
	put_qdisc(RTM_NEWQDISC, 2, "fq_codel", 0, 0x20003, 14);
	put_qdisc(RTM_NEWQDISC, 9, "noqueue", 0, TC_H_ROOT, 0);
	put_done();
	put_file("/netlink/qdisc");
	put_qdisc(RTM_NEWTCLASS, 2, "htb", 0x10010, 0x10000, 15);
	put_qdisc(RTM_NEWTCLASS, 2, "fq_codel", 0x80010123, 0x80010000, 16);	/* a flow */
	put_message(RTM_NEWQDISC, &(struct tcmsg){ .tcm_ifindex = 2, .tcm_handle = 0x70000, .tcm_parent = TC_H_ROOT }, sizeof(struct tcmsg));
	put_attr(TCA_KIND, "fq", 3);
	size_t nest = begin_nest(TCA_STATS2);
	put_attr(TCA_STATS_BASIC, "\1\0\0\0\0\0\0\0\2\0\0\0", 12);
	put_attr(8, &packets, sizeof(packets));
	end_nest(nest);
	put_done();
	put_file("/netlink/class");
	read_layers(BIT(LAYER_QDISC));
	ck_assert_uint_eq(counters.known, BIT(LAYER_QDISC));
	assert_value(LAYER_QDISC, "eth0 htb 1:", "drops", 11);
	assert_value(LAYER_QDISC, "eth0 htb 1:", "bytes", 123456789012);
	assert_value(LAYER_QDISC, "eth0 htb 1:", "packets", 99);
	assert_value(LAYER_QDISC, "eth0 htb 1:", "qlen", 5);
	assert_value(LAYER_QDISC, "eth0 htb 1:", "backlog", 6);
	assert_value(LAYER_QDISC, "eth0 htb 1:", "requeues", 7);
	assert_value(LAYER_QDISC, "eth0 htb 1:", "overlimits", 8);
	assert_value(LAYER_QDISC, "eth0 htb 1:", "parent", TC_H_ROOT);
	assert_value(LAYER_QDISC, "eth0 fq_codel 8001:", "drops", 12);
	assert_value(LAYER_QDISC, "eth0 fq_codel 0: parent :3", "drops", 13);
	assert_value(LAYER_QDISC, "eth0 fq_codel 0: parent 2:3", "drops", 14);
	assert_value(LAYER_QDISC, "if9 noqueue 0:", "drops", 0);
	assert_value(LAYER_QDISC, "eth0 htb 1:10", "drops", 15);
	assert_unknown(LAYER_QDISC, "eth0 fq_codel 8001:123", "drops");
	assert_value(LAYER_QDISC, "eth0 fq 7:", "packets", packets);
	assert_value(LAYER_QDISC, "eth0 fq 7:", "bytes", 1);
	assert_unknown(LAYER_QDISC, "eth0 fq 7:", "drops");
	ck_assert(counters_find(&counters, LAYER_QDISC, "eth0 htb 1:", "backlog")->gauge);
}
END_TEST

START_TEST(qdiscs_that_make_no_sense)
{
	struct tcmsg msg = { .tcm_ifindex = 2 };

	put_link(2, "eth0", 25);
	put_done();
	put_file("/netlink/link");
	put_message(RTM_NEWQDISC, &msg, sizeof(msg));		/* no kind */
	put_message(RTM_NEWQDISC, &msg, 8);			/* no whole header */
	put_message(RTM_NEWQDISC, &msg, sizeof(msg));
	put_attr(TCA_KIND, "fq", 3);				/* no statistics */
	put_message(RTM_NEWQDISC, &msg, sizeof(msg));
	put_attr(TCA_KIND, "short", 6);
	size_t nest = begin_nest(TCA_STATS2);
	put_attr(TCA_STATS_BASIC, "1234", 4);
	put_attr(TCA_STATS_QUEUE, "1234", 4);
	put_attr(8, "1234", 4);
	end_nest(nest);
	put_qdisc(RTM_NEWQDISC, 2, "fq", 0x10000, TC_H_ROOT, 1);
	put_done();
	put_file("/netlink/qdisc");
	read_layers(BIT(LAYER_QDISC));
	ck_assert_uint_eq(counters.known, 0);
	assert_value(LAYER_QDISC, "eth0 fq 1:", "drops", 1);
	assert_unknown(LAYER_QDISC, "eth0 short 0:", "drops");
	assert_unknown(LAYER_QDISC, "eth0 short 0:", "bytes");
}
END_TEST

/* Each length in the messages, of a message, of an attribute, of one in a nest, is made everything that does harm. */
START_TEST(hostile_lengths)
{
	static const uint32_t lengths[] = { 0, 1, 3, 4, 5, 7, 15, 16, 17, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };
	char good[sizeof(buf)];
	size_t good_len;

	put_link(2, "eth0", 25);
	put_qdisc(RTM_NEWQDISC, 2, "htb", 0x10000, TC_H_ROOT, 11);
	put_done();
	good_len = len;
	memcpy(good, buf, len);
	for (size_t at = 0; at + 4 <= good_len; at += 4) {
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			memcpy(buf, good, good_len);
			memcpy(buf + at, &lengths[i], lengths[i] > 0xffff ? 4 : 2);
			len = good_len;
			put_file("/netlink/link");
			memcpy(buf, good, good_len);
			memcpy(buf + at, &lengths[i], 2);
			len = good_len;
			put_file("/netlink/qdisc");
			read_layers(LINKS);
		}
	}
}
END_TEST

START_TEST(cut_anywhere)
{
	char good[sizeof(buf)];
	size_t good_len;

	put_link(2, "eth0", 25);
	put_link(3, "eth1", 25);
	put_done();
	good_len = len;
	memcpy(good, buf, len);
	for (size_t cut = 0; cut < good_len; cut++) {
		/* Of the exact size, so that what is read behind it is found out. */
		char *exact = malloc(cut ? cut : 1);

		memcpy(exact, good, cut);
		tree_put(&root, "/netlink/link", exact, cut);
		free(exact);
		read_layers(BIT(LAYER_LINK));
		for (unsigned int i = 0; i < counters.nr; i++)
			ck_assert(strcmp(counters.counter[i].object, "eth0") == 0 || strcmp(counters.counter[i].object, "eth1") == 0);
		ck_assert(counters.nr == 0 || counters.nr == 30 || counters.nr == 60);
	}
}
END_TEST

static void put_conntrack(uint16_t cpu, uint32_t drop, uint32_t early)
{
	struct nfgenmsg msg = { .res_id = htons(cpu) };

	put_message(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU, &msg, sizeof(msg));
	put_u32(CTA_STATS_FOUND, htonl(7));
	put_u32(CTA_STATS_DROP, htonl(drop));
	put_u32(CTA_STATS_EARLY_DROP, htonl(early));
	put_u32(31, htonl(5));
	put_u32(77, htonl(5));
	put_attr(CTA_STATS_ERROR, "ab", 2);
}

START_TEST(conntrack)
{
	put_conntrack(0, 3, UINT32_MAX);
	put_conntrack(1, 4, 1);
	put_done();
	put_file("/netlink/conntrack");
	read_layers(BIT(LAYER_CONNTRACK));
	ck_assert_uint_eq(counters.nr, 0);	/* not there */

	tree_text(&root, "/proc/sys/net/netfilter/nf_conntrack_count", "12\n");
	tree_text(&root, "/proc/sys/net/netfilter/nf_conntrack_max", "65536\n");
	read_layers(BIT(LAYER_CONNTRACK));
	ck_assert_uint_eq(counters.known, BIT(LAYER_CONNTRACK));
	assert_value(LAYER_CONNTRACK, "", "entries", 12);
	assert_value(LAYER_CONNTRACK, "", "max", 65536);
	assert_value(LAYER_CONNTRACK, "", "drop", 7);
	assert_value(LAYER_CONNTRACK, "", "early_drop", UINT64_C(4294967296));
	assert_value(LAYER_CONNTRACK, "", "found", 14);
	assert_unknown(LAYER_CONNTRACK, "", "error");
	ck_assert_uint_eq(counters.nr, 5);

	/* A CPU that is missing: no sum. */
	put_conntrack(0, 3, 4);
	put_conntrack(1, 3, 4);
	len -= 8;
	put_file("/netlink/conntrack");
	read_layers(BIT(LAYER_CONNTRACK));
	ck_assert_uint_eq(counters.known, 0);
	ck_assert_uint_eq(counters.nr, 2);
}
END_TEST

START_TEST(drivers)
{
	put_link(2, "eth0", 25);
	put_link(3, "eth1", 25);
	put_done();
	put_file("/netlink/link");
	tree_text(&root, "/ethtool/eth0", "NIC statistics:\n     rx_queue_0_drops: 5\n     [0]: rx: odd: 6\n     bad: x\n     : 7\n     no value:\n");
	read_layers(BIT(LAYER_DRIVER));
	ck_assert_uint_eq(counters.known, BIT(LAYER_DRIVER));
	assert_value(LAYER_DRIVER, "eth0", "rx_queue_0_drops", 5);
	assert_value(LAYER_DRIVER, "eth0", "[0]: rx: odd", 6);
	ck_assert_uint_eq(counters.nr, 2);
	tree_text(&root, "/ethtool/eth1", "     a: 1\n     b: 12");
	read_layers(BIT(LAYER_DRIVER));
	ck_assert_uint_eq(counters.known, 0);
	assert_value(LAYER_DRIVER, "eth1", "a", 1);
	assert_unknown(LAYER_DRIVER, "eth1", "b");
}
END_TEST

START_TEST(reasons)
{
	/* Columns in another order, one more of the future; two namespaces. */
	tree_text(&root, "/proc/coremon/drops",
		  "# coremon drops 1\nreason count   place netns protocol new\n"
		  "SOCKET_RCVBUFF 5 f+0x1 4026531840 udp 1\nSOCKET_RCVBUFF 6 f+0x1 4026532000 udp 1\n"
		  "SOCKET_RCVBUFF 7 g+0x1 4026531840 udp 1\n- 8 - - - 1\n# lost 3\n");
	tree_text(&root, "/proc/coremon/reasons", "kind number name\ndrop 2 NOT_SPECIFIED\ndrop 3 NO_SOCKET\nrst 1 X\n");
	read_layers(BIT(LAYER_REASON));
	ck_assert_uint_eq(counters.known, BIT(LAYER_REASON));
	assert_value(LAYER_REASON, "SOCKET_RCVBUFF|f+0x1|udp", "count", 11);
	assert_value(LAYER_REASON, "SOCKET_RCVBUFF|g+0x1|udp", "count", 7);
	assert_value(LAYER_REASON, "-|-|-", "count", 8);
	assert_value(LAYER_REASON, "", "reasons", 2);
	assert_value(LAYER_REASON, "SOCKET_RCVBUFF|f+0x1|udp", "count_here", 11);
	tree_text(&root, "/netns", "4026532000\n");
	read_layers(BIT(LAYER_REASON));
	assert_value(LAYER_REASON, "SOCKET_RCVBUFF|f+0x1|udp", "count", 11);
	assert_value(LAYER_REASON, "SOCKET_RCVBUFF|f+0x1|udp", "count_here", 6);
	assert_unknown(LAYER_REASON, "SOCKET_RCVBUFF|g+0x1|udp", "count_here");
}
END_TEST

START_TEST(reasons_that_make_no_sense)
{
	static const char *const bad[] = {
		"", "x\n", "# coremon drops 2\nnetns reason place protocol count\n", "# coremon drops 1\n",
		"# coremon drops 1\nnetns reason place count\n1 A b 3\n", "# coremon drops 10\nnetns reason place protocol count\n1 A b tcp 3\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tree_text(&root, "/proc/coremon/drops", bad[i]);
		read_layers(BIT(LAYER_REASON));
		ck_assert_uint_eq(counters.nr, 0);
		ck_assert_uint_eq(counters.known, 0);
	}
	tree_text(&root, "/proc/coremon/drops",
		  "# coremon drops 1\nnetns reason place protocol count\n1 A b tcp 3\n1 B b tcp\n1 C b tcp 3 4\n1 D b tcp -3\n\n1 E b tcp 99");
	read_layers(BIT(LAYER_REASON));
	ck_assert_uint_eq(counters.known, 0);
	assert_value(LAYER_REASON, "A|b|tcp", "count", 3);
	ck_assert_uint_eq(counters.nr, 2);	/* count and count_here */
}
END_TEST

static int count_message(void *ctx, const struct nlmsghdr *nlh)
{
	(void)nlh;
	return ++*(int *)ctx == 3 ? -EIO : 0;
}

START_TEST(messages)
{
	int nr = 0, error = -EBUSY;
	bool interrupted = false;

	put_link(1, "a", 1);
	last()->nlmsg_seq = 7;
	put_link(2, "b", 1);
	put_message(NLMSG_NOOP, "", 0);
	ck_assert_int_eq(netlink_messages(buf, len, 7, count_message, &nr, &interrupted), 1);
	ck_assert_int_eq(nr, 1);
	ck_assert_int_eq(netlink_messages(buf, len, 0, count_message, &nr, NULL), -EIO);
	ck_assert(!interrupted);
	nr = 10;
	put_message(NLMSG_DONE, &error, sizeof(error));
	ck_assert_int_eq(netlink_messages(buf, len, 0, count_message, &nr, NULL), -EBUSY);
	error = 5;
	memcpy(buf + start + NLMSG_HDRLEN, &error, sizeof(error));
	ck_assert_int_eq(netlink_messages(buf, len, 0, count_message, &nr, NULL), -EBADMSG);
	len = start;
	put_message(NLMSG_DONE, "", 0);
	ck_assert_int_eq(netlink_messages(buf, len, 0, count_message, &nr, NULL), 0);
	len = start;
	put_message(NLMSG_ERROR, "abc", 3);
	last()->nlmsg_len = NLMSG_HDRLEN + 3;
	ck_assert_int_eq(netlink_messages(buf, len, 0, count_message, &nr, NULL), -EBADMSG);
	ck_assert_int_eq(netlink_messages(buf, 15, 0, count_message, &nr, NULL), -EBADMSG);
	ck_assert_int_eq(netlink_messages(buf, 0, 0, count_message, &nr, NULL), 1);
}
END_TEST

/* What is missing of the last attribute would be read from behind the message. */
START_TEST(a_message_that_is_cut_inside_of_a_number)
{
	struct ifinfomsg msg = { .ifi_index = 2 };

	put_link(1, "lo", 24);
	put_message(RTM_NEWLINK, &msg, sizeof(msg));
	put_attr(IFLA_IFNAME, "eth0", 5);
	put_u32(IFLA_MTU, 1500);
	last()->nlmsg_len -= 3;
	put_file("/netlink/link");
	ck_assert_int_eq(counters_read(&counters, &root, 1u << LAYER_LINK), 0);
	ck_assert_ptr_nonnull(counters_find(&counters, LAYER_LINK, "lo", "mtu"));
	ck_assert_ptr_null(counters_find(&counters, LAYER_LINK, "eth0", "mtu"));
	ck_assert(!(counters.known >> LAYER_LINK & 1));
}
END_TEST

TCase *counter_netlink_case(void)
{
	TCase *tc = tcase_create("counter_netlink");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, links);
	tcase_add_test(tc, links_that_make_no_sense);
	tcase_add_test(tc, a_link_twice_is_not_known);
	tcase_add_test(tc, an_interrupted_dump_is_not_whole);
	tcase_add_test(tc, an_error_for_an_answer);
	tcase_add_test(tc, qdiscs);
	tcase_add_test(tc, qdiscs_that_make_no_sense);
	tcase_add_test(tc, hostile_lengths);
	tcase_add_test(tc, cut_anywhere);
	tcase_add_test(tc, conntrack);
	tcase_add_test(tc, drivers);
	tcase_add_test(tc, reasons);
	tcase_add_test(tc, reasons_that_make_no_sense);
	tcase_add_test(tc, messages);
	tcase_add_test(tc, a_message_that_is_cut_inside_of_a_number);
	return tc;
}
