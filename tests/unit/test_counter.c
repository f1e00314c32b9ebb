// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "counter.h"

#define BIT(layer) (UINT32_C(1) << (layer))
#define SNMP_LAYERS (BIT(LAYER_IP) | BIT(LAYER_ICMP) | BIT(LAYER_UDP) | BIT(LAYER_TCP))

static struct root root;
static struct counters counters;

static void setup(void)
{
	root = tree_new();
	memset(&counters, 0, sizeof(counters));
}

static void teardown(void)
{
	counters_free(&counters);
	tree_free(&root);
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

static void add(struct counters *to, enum layer layer, const char *object, const char *name, uint64_t value)
{
	ck_assert_int_eq(counters_add(to, layer, false, object, name, value), 0);
}

START_TEST(nothing_there_nothing_known)
{
	read_layers(UINT32_MAX);
	ck_assert_uint_eq(counters.nr, 0);
	ck_assert_uint_eq(counters.known, 0);
	assert_unknown(LAYER_IP, "", "IpInDiscards");
}
END_TEST

START_TEST(found_by_layer_object_name)
{
	char object[16];

	/* More than a table of strings or a chunk of them holds at first, and not in order. */
	for (unsigned int i = 0; i < 5000; i++) {
		snprintf(object, sizeof(object), "if%u", i * 7919 % 5000);
		add(&counters, LAYER_LINK, object, "rx_dropped", i * 7919 % 5000);
		add(&counters, LAYER_LINK, object, "a", 1);
	}
	add(&counters, LAYER_CPU, "if7", "rx_dropped", 3);
	counters_sort(&counters);
	ck_assert_uint_eq(counters.nr, 10001);
	assert_value(LAYER_LINK, "if4999", "rx_dropped", 4999);
	assert_value(LAYER_LINK, "if0", "rx_dropped", 0);
	assert_value(LAYER_CPU, "if7", "rx_dropped", 3);
	assert_unknown(LAYER_CPU, "if8", "rx_dropped");
	assert_unknown(LAYER_LINK, "if5000", "rx_dropped");
	for (unsigned int i = 1; i < counters.nr; i++)
		ck_assert(counters.counter[i - 1].layer <= counters.counter[i].layer);
}
END_TEST

START_TEST(what_comes_twice_is_not_known)
{
	add(&counters, LAYER_IP, "", "b", 1);
	add(&counters, LAYER_IP, "", "a", 1);
	add(&counters, LAYER_IP, "", "b", 2);
	add(&counters, LAYER_REASON, "X|y+0x1|tcp", "count", 2);
	add(&counters, LAYER_REASON, "X|y+0x1|tcp", "count", 5);
	add(&counters, LAYER_REASON, "Z|y+0x1|tcp", "count", UINT64_MAX);
	add(&counters, LAYER_REASON, "Z|y+0x1|tcp", "count", 1);
	counters_sort(&counters);
	ck_assert_uint_eq(counters.nr, 2);
	assert_value(LAYER_IP, "", "a", 1);
	assert_value(LAYER_REASON, "X|y+0x1|tcp", "count", 7);
}
END_TEST

START_TEST(deltas)
{
	struct counters before = { 0 };
	uint64_t delta = 99;

	add(&before, LAYER_TCP, "", "a", 5);
	add(&before, LAYER_TCP, "", "back", 5);
	add(&before, LAYER_TCP, "", "gone", 5);
	counters_sort(&before);
	add(&counters, LAYER_TCP, "", "a", 7);
	add(&counters, LAYER_TCP, "", "back", 4);
	add(&counters, LAYER_TCP, "", "new", 4);
	add(&counters, LAYER_REASON, "X|y+0x1|tcp", "count", 4);
	counters_sort(&counters);
	ck_assert(counters_delta(&before, &counters, LAYER_TCP, "", "a", &delta));
	ck_assert_uint_eq(delta, 2);
	ck_assert(!counters_delta(&before, &counters, LAYER_TCP, "", "back", &delta));
	ck_assert(!counters_delta(&before, &counters, LAYER_TCP, "", "gone", &delta));
	ck_assert(!counters_delta(&before, &counters, LAYER_TCP, "", "new", &delta));
	/* A reason that was not there: all of it is new, if the reading before knew all reasons. */
	ck_assert(!counters_delta(&before, &counters, LAYER_REASON, "X|y+0x1|tcp", "count", &delta));
	before.known = BIT(LAYER_REASON);
	ck_assert(counters_delta(&before, &counters, LAYER_REASON, "X|y+0x1|tcp", "count", &delta));
	ck_assert_uint_eq(delta, 4);
	counters_free(&before);
}
END_TEST

START_TEST(names_as_nstat_has_them)
{
	tree_text(&root, "/proc/net/snmp",
		  "Ip: Forwarding InDiscards\nIp: 1 22\nIcmp: InErrors\nIcmp: 3\nIcmpMsg: InType3\nIcmpMsg: 4\n"
		  "Tcp: MaxConn CurrEstab RetransSegs\nTcp: -1 2 6\nUdp: RcvbufErrors NoPorts\nUdp: 7 8\nUdpLite: NoPorts\nUdpLite: 9\n");
	tree_text(&root, "/proc/net/netstat",
		  "TcpExt: ListenDrops TCPBacklogDrop\nTcpExt: 10 11\nIpExt: InNoRoutes InCsumErrors\nIpExt: 12 13\nMPTcpExt: MPCapableSYNRX\nMPTcpExt: 14\n");
	tree_text(&root, "/proc/net/snmp6", "Ip6InDiscards                   \t15\nIcmp6InErrors 16\nUdp6RcvbufErrors 17\nUdpLite6NoPorts 18\n");
	read_layers(SNMP_LAYERS);
	ck_assert_uint_eq(counters.known, SNMP_LAYERS);
	assert_value(LAYER_IP, "", "IpInDiscards", 22);
	assert_value(LAYER_IP, "", "IpExtInNoRoutes", 12);
	assert_value(LAYER_IP, "", "IpExtInCsumErrors", 13);
	assert_value(LAYER_IP, "", "Ip6InDiscards", 15);
	assert_value(LAYER_ICMP, "", "IcmpInErrors", 3);
	assert_value(LAYER_ICMP, "", "IcmpMsgInType3", 4);
	assert_value(LAYER_ICMP, "", "Icmp6InErrors", 16);
	assert_value(LAYER_TCP, "", "TcpRetransSegs", 6);
	assert_value(LAYER_TCP, "", "TcpExtListenDrops", 10);
	assert_value(LAYER_TCP, "", "TcpExtTCPBacklogDrop", 11);
	assert_value(LAYER_TCP, "", "MPTcpExtMPCapableSYNRX", 14);
	assert_unknown(LAYER_TCP, "", "TcpMaxConn");
	assert_value(LAYER_UDP, "", "UdpRcvbufErrors", 7);
	assert_value(LAYER_UDP, "", "UdpLiteNoPorts", 9);
	assert_value(LAYER_UDP, "", "Udp6RcvbufErrors", 17);
	assert_value(LAYER_UDP, "", "UdpLite6NoPorts", 18);
	ck_assert(counters_find(&counters, LAYER_IP, "", "IpForwarding")->gauge);
	ck_assert(counters_find(&counters, LAYER_TCP, "", "TcpCurrEstab")->gauge);
	ck_assert(!counters_find(&counters, LAYER_IP, "", "IpInDiscards")->gauge);

	read_layers(BIT(LAYER_UDP));
	assert_value(LAYER_UDP, "", "UdpNoPorts", 8);
	assert_unknown(LAYER_IP, "", "IpInDiscards");
	ck_assert_uint_eq(counters.known, BIT(LAYER_UDP));
}
END_TEST

START_TEST(snmp_cut_or_odd)
{
	tree_text(&root, "/proc/net/snmp",
		  "Ip: InDiscards\nIp: 5\nTcp: A B\nTcp: 1\nUdp: A\nIcmp: 1\nno colon\nUdp: 7\nIcmp: A B\nIcmp: 18446744073709551616 2\nUdpLite: A\nUdpLite: 4");
	tree_text(&root, "/proc/net/netstat", "");
	read_layers(SNMP_LAYERS);
	assert_value(LAYER_IP, "", "IpInDiscards", 5);
	assert_unknown(LAYER_TCP, "", "TcpA");
	assert_unknown(LAYER_UDP, "", "UdpA");
	assert_unknown(LAYER_ICMP, "", "IcmpA");
	assert_value(LAYER_ICMP, "", "IcmpB", 2);
	assert_unknown(LAYER_UDP, "", "UdpLiteA");
	ck_assert_uint_eq(counters.nr, 2);
	ck_assert_uint_eq(counters.known, 0);
}
END_TEST

START_TEST(a_name_too_long_is_left_out)
{
	char text[400] = "TcpExt: ";

	memset(text + 8, 'x', 200);
	strcpy(text + 208, " Y\nTcpExt: 1 2\n");
	tree_text(&root, "/proc/net/netstat", text);
	read_layers(BIT(LAYER_TCP));
	ck_assert_uint_eq(counters.nr, 1);
	assert_value(LAYER_TCP, "", "TcpExtY", 2);
}
END_TEST

START_TEST(softnet_by_cpu)
{
	/* 6.x has 15 words, 5.10 has 13; CPU 1 is offline. */
	tree_text(&root, "/proc/net/softnet_stat",
		  "000000ff 00000002 00000003 00000000 00000000 00000000 00000000 00000000 00000000 00000004 00000005 00000006 00000000 00000006 00000000\n"
		  "ffffffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000002\n");
	read_layers(BIT(LAYER_CPU));
	ck_assert_uint_eq(counters.known, BIT(LAYER_CPU));
	ck_assert_uint_eq(counters.nr, 12);
	assert_value(LAYER_CPU, "cpu0", "processed", 255);
	assert_value(LAYER_CPU, "cpu0", "dropped", 2);
	assert_value(LAYER_CPU, "cpu0", "time_squeeze", 3);
	assert_value(LAYER_CPU, "cpu0", "received_rps", 4);
	assert_value(LAYER_CPU, "cpu0", "flow_limit_count", 5);
	assert_value(LAYER_CPU, "cpu0", "backlog_len", 6);
	ck_assert(counters_find(&counters, LAYER_CPU, "cpu0", "backlog_len")->gauge);
	assert_value(LAYER_CPU, "cpu2", "processed", UINT32_MAX);
}
END_TEST

START_TEST(softnet_old_and_odd)
{
	tree_text(&root, "/proc/net/softnet_stat",
		  "00000001 00000002 00000003\n00000001 0000002g 00000003\n1 2\n000000001 1 1\n\n00000007 00000008 00000009 0000000");
	read_layers(BIT(LAYER_CPU));
	ck_assert_uint_eq(counters.nr, 3);
	assert_value(LAYER_CPU, "cpu0", "time_squeeze", 3);
	assert_unknown(LAYER_CPU, "cpu0", "backlog_len");
	ck_assert_uint_eq(counters.known, 0);
}
END_TEST

START_TEST(descriptors)
{
	tree_text(&root, "/proc/sys/fs/file-nr", "1024\t0\t9223372036854775807\n");
	tree_text(&root, "/proc/17/comm", "a b\n");
	tree_text(&root, "/proc/17/limits", "Limit                     Soft Limit           Hard Limit           Units     \n"
					    "Max open files            5                    4096                 files     \n");
	tree_text(&root, "/proc/17/fd/0", "");
	tree_text(&root, "/proc/17/fd/1", "");
	tree_text(&root, "/proc/17/fd/2", "");
	tree_text(&root, "/proc/18/comm", "below half\n");
	tree_text(&root, "/proc/18/limits", "Max open files            5                    4096                 files     \n");
	tree_text(&root, "/proc/18/fd/0", "");
	tree_text(&root, "/proc/18/fd/1", "");
	tree_text(&root, "/proc/19/limits", "Max open files            unlimited            unlimited            files     \n");
	tree_text(&root, "/proc/19/fd/0", "");
	tree_text(&root, "/proc/20/limits", "Max open files            1                    1                    files     \n");
	tree_text(&root, "/proc/20/fd/0", "");
	tree_text(&root, "/proc/notapid/fd/0", "");
	read_layers(BIT(LAYER_FD));
	ck_assert_uint_eq(counters.known, BIT(LAYER_FD));
	assert_value(LAYER_FD, "", "allocated", 1024);
	assert_value(LAYER_FD, "", "max", INT64_MAX);
	assert_value(LAYER_FD, "17 a b", "open", 3);
	assert_value(LAYER_FD, "17 a b", "limit", 5);
	assert_value(LAYER_FD, "20 -", "open", 1);
	ck_assert_uint_eq(counters.nr, 6);
}
END_TEST

START_TEST(memory_and_sockets)
{
	tree_text(&root, "/proc/net/sockstat", "sockets: used 100\nTCP: inuse 5 orphan 1 tw 2 alloc 7 mem 3\nUDP: inuse 4 mem 2\nFRAG: inuse 0 memory 9\n");
	tree_text(&root, "/proc/net/sockstat6", "TCP6: inuse 6\nUDP6: inuse 1\n");
	tree_text(&root, "/proc/sys/net/ipv4/tcp_mem", "10\t20\t30\n");
	tree_text(&root, "/proc/sys/net/ipv4/udp_mem", "11\t21\t31\n");
	read_layers(BIT(LAYER_SOCKET) | BIT(LAYER_MEMORY));
	ck_assert_uint_eq(counters.known, BIT(LAYER_SOCKET) | BIT(LAYER_MEMORY));
	assert_value(LAYER_SOCKET, "sockets", "used", 100);
	assert_value(LAYER_SOCKET, "TCP", "tw", 2);
	assert_value(LAYER_SOCKET, "TCP6", "inuse", 6);
	assert_value(LAYER_SOCKET, "FRAG", "memory", 9);
	assert_value(LAYER_MEMORY, "tcp", "pages", 3);
	assert_value(LAYER_MEMORY, "tcp", "pressure", 20);
	assert_value(LAYER_MEMORY, "udp", "pages", 2);
	assert_value(LAYER_MEMORY, "udp", "high", 31);

	/* No limits known: the pages are. */
	tree_text(&root, "/proc/sys/net/ipv4/udp_mem", "11\t21\n");
	tree_text(&root, "/proc/net/sockstat6", "TCP6: inuse x\n");
	read_layers(BIT(LAYER_SOCKET) | BIT(LAYER_MEMORY));
	ck_assert_uint_eq(counters.known, 0);
	assert_value(LAYER_MEMORY, "udp", "pages", 2);
	assert_unknown(LAYER_MEMORY, "udp", "low");
	assert_unknown(LAYER_SOCKET, "TCP6", "inuse");
}
END_TEST

START_TEST(limits)
{
	tree_text(&root, "/proc/sys/net/core/somaxconn", "4096\n");
	tree_text(&root, "/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n");
	tree_text(&root, "/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
	tree_text(&root, "/proc/sys/net/ipv4/tcp_wmem", "4096\n");
	tree_text(&root, "/proc/sys/net/core/rmem_max", "12 13\n");
	tree_text(&root, "/proc/sys/net/core/wmem_max", "-1\n");
	tree_text(&root, "/proc/sys/fs/file-max", "99");
	read_layers(BIT(LAYER_LIMIT));
	assert_value(LAYER_LIMIT, "", "net.core.somaxconn", 4096);
	assert_value(LAYER_LIMIT, "", "net.ipv4.tcp_rmem.min", 4096);
	assert_value(LAYER_LIMIT, "", "net.ipv4.tcp_rmem.max", 6291456);
	assert_value(LAYER_LIMIT, "", "net.ipv4.ip_local_port_range.high", 60999);
	assert_unknown(LAYER_LIMIT, "", "net.ipv4.tcp_wmem.min");
	ck_assert_uint_eq(counters.nr, 6);
}
END_TEST

TCase *counter_case(void)
{
	TCase *tc = tcase_create("counter");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nothing_there_nothing_known);
	tcase_add_test(tc, found_by_layer_object_name);
	tcase_add_test(tc, what_comes_twice_is_not_known);
	tcase_add_test(tc, deltas);
	tcase_add_test(tc, names_as_nstat_has_them);
	tcase_add_test(tc, snmp_cut_or_odd);
	tcase_add_test(tc, a_name_too_long_is_left_out);
	tcase_add_test(tc, softnet_by_cpu);
	tcase_add_test(tc, softnet_old_and_odd);
	tcase_add_test(tc, descriptors);
	tcase_add_test(tc, memory_and_sockets);
	tcase_add_test(tc, limits);
	return tc;
}
