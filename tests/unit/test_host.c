// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "host.h"

static struct root root;
static struct host host;

static void setup(void)
{
	root = tree_new();
	memset(&host, 0, sizeof(host));
}

static void teardown(void)
{
	host_free(&host);
	tree_free(&root);
}

static void assert_host(enum host_col col, uint64_t value)
{
	ck_assert_msg(host.known >> col & 1, "%s is not known", host_columns[col].csv);
	ck_assert_uint_eq(host.val[col], value);
}

static void assert_unknown(enum host_col col)
{
	ck_assert_msg(!(host.known >> col & 1), "%s is known", host_columns[col].csv);
}

static void assert_dev(const struct devs *devs, const char *name, unsigned int col, uint64_t value)
{
	const struct dev *dev = dev_find(devs, name);

	ck_assert_msg(dev, "no %s", name);
	ck_assert(dev->known >> col & 1);
	ck_assert_uint_eq(dev->val[col], value);
}

START_TEST(nothing_there_nothing_known)
{
	host_read(&host, &root);
	ck_assert_uint_eq(host.known, 0);
	ck_assert_uint_eq(host.net.nr, 0);
	ck_assert_uint_eq(host.disk.nr, 0);
	ck_assert(!host.net.whole && !host.disk.whole && !host.udp6);
}
END_TEST

START_TEST(names_and_values)
{
	tree_text(&root, "/proc/stat", "cpu 1 2 3\nctxt 77\nctxtra 5\n");
	tree_text(&root, "/proc/vmstat", "pgpgin 1\npgpgout 2\npswpin 3\npswpout 4\n");
	host_read(&host, &root);
	assert_host(H_CTXT, 77);
	assert_host(H_PGPGIN, 1);
	assert_host(H_PGPGOUT, 2);
	assert_host(H_PSWPIN, 3);
	assert_host(H_PSWPOUT, 4);
}
END_TEST

START_TEST(a_name_that_comes_twice_is_not_known)
{
	tree_text(&root, "/proc/vmstat", "pgpgin 1\npgpgin 2\npgpgout 5\n");
	host_read(&host, &root);
	assert_unknown(H_PGPGIN);
	assert_host(H_PGPGOUT, 5);
}
END_TEST

START_TEST(snmp_by_the_names_of_its_columns)
{
	tree_text(&root, "/proc/net/snmp",
		  "Ip: InSegs\nIp: 99\n"
		  "Tcp: RetransSegs New InErrs OutSegs InSegs\nTcp: 1 -7 2 3 4\n"
		  "Udp: InErrors OutDatagrams InDatagrams\nUdp: 5 6 7\n"
		  "UdpLite: InErrors OutDatagrams InDatagrams\nUdpLite: 50 60 70\n");
	tree_text(&root, "/proc/net/snmp6", "Udp6InDatagrams 8\nUdp6OutDatagrams\t9\nUdp6InErrors 10\nUdpLite6InErrors 11\nInErrors 12\n");
	host_read(&host, &root);
	assert_host(H_TCP_RETRANSSEGS, 1);
	assert_host(H_TCP_INERRS, 2);
	assert_host(H_TCP_OUTSEGS, 3);
	assert_host(H_TCP_INSEGS, 4);
	assert_host(H_UDP_INERRORS, 5);
	assert_host(H_UDP_OUTDATAGRAMS, 6);
	assert_host(H_UDP_INDATAGRAMS, 7);
	assert_host(H_UDP6_INDATAGRAMS, 8);
	assert_host(H_UDP6_OUTDATAGRAMS, 9);
	assert_host(H_UDP6_INERRORS, 10);
	ck_assert(host.udp6);
}
END_TEST

START_TEST(snmp_whose_lines_do_not_match_is_not_known)
{
	static const char *const bad[] = {
		"Tcp: InSegs OutSegs\nTcp: 1\n",
		"Tcp: InSegs\nTcp: 1 2\n",
		"Tcp: InSegs OutSegs\nUdp: 1 2\n",
		"Tcp: InSegs OutSegs\n",
		"Tcp InSegs\nTcp 1\n",
		"Tcp: InSegs OutSegs\nTcp: 1 2",
		"Tcp: InSegs\nTcp: -1\n",
	};

	tree_text(&root, "/proc/net/snmp", bad[_i]);
	host_read(&host, &root);
	assert_unknown(H_TCP_INSEGS);
	assert_unknown(H_TCP_OUTSEGS);
}
END_TEST

#define NET_HEAD                                                                                                                   \
	"Inter-|   Receive  |  Transmit\n"                                                                                         \
	" face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed\n"

START_TEST(interfaces)
{
	tree_text(&root, "/proc/net/dev",
		  NET_HEAD "    lo: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
			   "  eth0:11 12 13 14 0 0 0 0 15 16 17 18 0 0 0 0\n");
	host_read(&host, &root);
	ck_assert(host.net.whole);
	ck_assert_uint_eq(host.net.nr, 2);
	assert_dev(&host.net, "eth0", N_RX_BYTES, 11);
	assert_dev(&host.net, "eth0", N_RX_PACKETS, 12);
	assert_dev(&host.net, "eth0", N_RX_ERRORS, 13);
	assert_dev(&host.net, "eth0", N_RX_DROPPED, 14);
	assert_dev(&host.net, "eth0", N_TX_BYTES, 15);
	assert_dev(&host.net, "eth0", N_TX_PACKETS, 16);
	assert_dev(&host.net, "eth0", N_TX_ERRORS, 17);
	assert_dev(&host.net, "eth0", N_TX_DROPPED, 18);
	assert_dev(&host.net, "lo", N_TX_DROPPED, 8);
	ck_assert_ptr_null(dev_find(&host.net, "eth1"));
}
END_TEST

START_TEST(interfaces_that_make_no_sense_are_left_out)
{
	tree_text(&root, "/proc/net/dev",
		  NET_HEAD "  eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0\n"
			   "  eth1: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0 0\n"
			   "  eth2 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
			   "  : 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
			   "  this-name-is-longer-than-any-name-can-be: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
			   "  good: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n");
	host_read(&host, &root);
	ck_assert_uint_eq(host.net.nr, 1);
	assert_dev(&host.net, "good", N_RX_BYTES, 1);
	ck_assert(!host.net.whole);
}
END_TEST

START_TEST(the_same_interface_twice_is_not_known)
{
	tree_text(&root, "/proc/net/dev",
		  NET_HEAD "  eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n  eth0: 9 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
			   "  eth0: 8 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n  eth1: 9 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n");
	host_read(&host, &root);
	ck_assert_uint_eq(host.net.nr, 2);
	ck_assert_uint_eq(dev_find(&host.net, "eth0")->known, 0);
	assert_dev(&host.net, "eth1", N_RX_BYTES, 9);
}
END_TEST

START_TEST(many_interfaces)
{
	static char text[400000];
	size_t len = (size_t)sprintf(text, "%s", NET_HEAD);

	for (int i = 0; i < 5000; i++)
		len += (size_t)sprintf(text + len, "v%d: %d 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n", i, i);
	tree_text(&root, "/proc/net/dev", text);
	host_read(&host, &root);
	ck_assert_uint_eq(host.net.nr, 5000);
	assert_dev(&host.net, "v4321", N_RX_BYTES, 4321);
}
END_TEST

#define DISK(name, n) "   8       0 " name " " n "1 0 " n "2 0 " n "3 0 " n "4 0 0 0 0\n"

START_TEST(disks_that_sys_knows)
{
	tree_text(&root, "/sys/block/sda/size", "1\n");
	tree_text(&root, "/sys/block/cciss!c0d0/size", "1\n");
	tree_text(&root, "/sys/block/dm-0/slaves/sda", "");
	tree_text(&root, "/sys/block/loop0/size", "1\n");
	tree_text(&root, "/proc/diskstats",
		  DISK("sda", "1") DISK("sda1", "1") DISK("cciss/c0d0", "2") DISK("dm-0", "1") DISK("loop0", "3") DISK("..", "4"));
	host_read(&host, &root);
	ck_assert_uint_eq(host.disk.nr, 2);
	assert_dev(&host.disk, "sda", D_RD_IOS, 11);
	assert_dev(&host.disk, "sda", D_RD_SECTORS, 12);
	assert_dev(&host.disk, "sda", D_WR_IOS, 13);
	assert_dev(&host.disk, "sda", D_WR_SECTORS, 14);
	assert_dev(&host.disk, "cciss/c0d0", D_RD_IOS, 21);
}
END_TEST

START_TEST(disks_by_their_names)
{
	tree_text(&root, "/proc/diskstats",
		  DISK("sda", "1") DISK("sda1", "1") DISK("sda15", "1") DISK("nvme0n1", "2") DISK("nvme0n1p2", "2") DISK("md0", "3")
			  DISK("dm-1", "3") DISK("ram3", "4") DISK("zram0", "4") DISK("vdb1", "5") DISK("mmcblk0", "6") DISK("mmcblk0p1", "6"));
	host_read(&host, &root);
	/* vdb1 is a disk of its own where there is no vdb. */
	ck_assert_uint_eq(host.disk.nr, 4);
	assert_dev(&host.disk, "sda", D_RD_IOS, 11);
	assert_dev(&host.disk, "nvme0n1", D_RD_IOS, 21);
	assert_dev(&host.disk, "vdb1", D_RD_IOS, 51);
	assert_dev(&host.disk, "mmcblk0", D_RD_IOS, 61);
}
END_TEST

TCase *host_case(void)
{
	TCase *tc = tcase_create("host");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nothing_there_nothing_known);
	tcase_add_test(tc, names_and_values);
	tcase_add_test(tc, a_name_that_comes_twice_is_not_known);
	tcase_add_test(tc, snmp_by_the_names_of_its_columns);
	tcase_add_loop_test(tc, snmp_whose_lines_do_not_match_is_not_known, 0, 7);
	tcase_add_test(tc, interfaces);
	tcase_add_test(tc, interfaces_that_make_no_sense_are_left_out);
	tcase_add_test(tc, the_same_interface_twice_is_not_known);
	tcase_add_test(tc, many_interfaces);
	tcase_add_test(tc, disks_that_sys_knows);
	tcase_add_test(tc, disks_by_their_names);
	return tc;
}
