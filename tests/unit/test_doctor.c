// SPDX-License-Identifier: GPL-2.0-only
/* The rules about the machine: each with what makes it a finding, and with a little less. */
#include "unit.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patient.h"

START_TEST(nothing_known_nothing_found)
{
	examine(diagnose);
	found("");
	patient.view.conns = NULL;
	patient.view.trends = NULL;
	patient.view.sockets_before = patient.view.sockets_now = NULL;
	examine(diagnose);
	found("");
}
END_TEST

START_TEST(errors_of_links)
{
	/* as netstat -i showed of usb0: all of it errors */
	count(LAYER_LINK, "usb0", "rx_packets", 0, 33527);
	count(LAYER_LINK, "usb0", "rx_errors", 0, 33527);
	count(LAYER_LINK, "eth0", "rx_packets", 1000, 101000);
	count(LAYER_LINK, "eth0", "rx_errors", 7, 106);
	count(LAYER_LINK, "eth1", "rx_packets", 1000, 101000);
	count(LAYER_LINK, "eth1", "rx_errors", 7, 107);
	count(LAYER_LINK, "eth1", "rx_crc_errors", 7, 107);
	count(LAYER_LINK, "eth2", "tx_packets", 1000, 1000);
	count(LAYER_LINK, "eth2", "tx_errors", 7, 16);
	examine(rule_link_errors);
	found("link-errors-only link-errors");
	says("usb0 receives nothing but errors");
	says("ethtool usb0");
	ck_assert_str_eq(patient.findings.finding[1].title, "eth1 receives errors: 0.10 % of its packets");
}
END_TEST

START_TEST(rings_that_overflow)
{
	count(LAYER_LINK, "eth0", "rx_packets", 0, 99900);
	count(LAYER_LINK, "eth0", "rx_errors", 0, 100);	/* this driver counts them twice */
	count(LAYER_LINK, "eth0", "rx_missed_errors", 0, 100);
	count(LAYER_LINK, "eth0", "rx_fifo_errors", 0, 100);
	count(LAYER_LINK, "eth1", "rx_packets", 0, 100000);
	count(LAYER_LINK, "eth1", "rx_missed_errors", 0, 99);
	count(LAYER_LINK, "eth2", "rx_packets", 0, 1000);
	count(LAYER_DRIVER, "eth2", "rx_out_of_buffer", 5, 500);
	examine(rule_ring_overrun);
	found("ring-overrun ring-overrun");
	says("ethtool -G eth0 rx 4096");
	says("0.10 %");
	examine(rule_link_errors);
	found("");
	count(LAYER_DRIVER, "eth1", "pps_allowance_exceeded", 5, 15);
	examine(rule_ring_overrun);
	found("cloud-allowance ring-overrun ring-overrun");
}
END_TEST

START_TEST(links_that_are_full)
{
	level(LAYER_LINK, "eth0", "speed_mbps", 1000);
	count(LAYER_LINK, "eth0", "rx_bytes", 0, 1124000000);	/* 899 Mbit/s */
	count(LAYER_LINK, "eth0", "tx_bytes", 0, 1126000000);
	examine(rule_link_full);
	found("link-full");
	says("it sends 901 of 1000 Mbit/s");
	/* A speed that is exceeded is none. */
	patient.now.counter[0].value = patient.now.counter[2].value = 1499000000;
	examine(rule_link_full);
	found("link-full link-full");
	patient.now.counter[0].value = patient.now.counter[2].value = 1501000000;
	examine(rule_link_full);
	found("");
}
END_TEST

START_TEST(queueing_disciplines)
{
	count(LAYER_QDISC, "eth0 fq_codel 0:", "packets", 0, 199001);
	count(LAYER_QDISC, "eth0 fq_codel 0:", "drops", 0, 999);
	count(LAYER_QDISC, "eth1 htb 1:", "packets", 0, 1000);
	count(LAYER_QDISC, "eth1 htb 1:", "drops", 0, 100);
	count(LAYER_QDISC, "eth1 htb 1:10", "packets", 0, 1000);
	count(LAYER_QDISC, "eth1 htb 1:10", "drops", 0, 100);
	examine(rule_qdisc);
	found("qdisc-drops");
	says("eth1 htb 1:");
	says("tc -s qdisc show dev eth1");
}
END_TEST

/* Few of what is sent, but half of what a path loses. */
START_TEST(queues_that_a_path_suffers_from)
{
	struct path *path = path_to("10.1.2.3:80");

	count(LAYER_QDISC, "eth0 netem 1:", "packets", 0, 199900);
	count(LAYER_QDISC, "eth0 netem 1:", "drops", 0, 100);
	path->data_segs_out = 10000;
	path->retrans = path->fast = 99;
	examine(rule_qdisc);
	found("");
	path->retrans = path->fast = 201;
	examine(rule_qdisc);
	found("");
	path->retrans = path->fast = 200;
	examine(rule_qdisc);
	found("qdisc-drops");
}
END_TEST

START_TEST(cpus)
{
	count(LAYER_CPU, "cpu0", "processed", 0, 50000);
	count(LAYER_CPU, "cpu0", "dropped", 0, 40);
	count(LAYER_CPU, "cpu1", "processed", 0, 50000);
	count(LAYER_CPU, "cpu1", "dropped", 0, 59);
	level(LAYER_LIMIT, "", "net.core.netdev_max_backlog", 1000);
	examine(rule_cpu_backlog);
	found("");
	count(LAYER_CPU, "cpu2", "processed", 0, 0);
	count(LAYER_CPU, "cpu2", "dropped", 0, 1);
	examine(rule_cpu_backlog);
	found("cpu-backlog");
	says("cpu1 dropped most");
	says("sysctl -w net.core.netdev_max_backlog=4000");
}
END_TEST

START_TEST(squeezes)
{
	/* 999 a second, in rounds that do their work: a busy machine */
	count(LAYER_CPU, "cpu0", "processed", 0, 2997000);
	count(LAYER_CPU, "cpu0", "time_squeeze", 0, 9990);
	examine(rule_cpu_squeeze);
	found("");
	/* 11 a second, in rounds of 10 packets */
	count(LAYER_CPU, "cpu1", "processed", 0, 100000);
	count(LAYER_CPU, "cpu1", "time_squeeze", 0, 10000);
	level(LAYER_LIMIT, "", "net.core.netdev_budget", 10);
	examine(rule_cpu_squeeze);
	found("cpu-squeeze");
	says("10.0");
	says("netdev_budget=300");
}
END_TEST

START_TEST(conntrack)
{
	level(LAYER_CONNTRACK, "", "entries", 58981);
	level(LAYER_CONNTRACK, "", "max", 65536);
	count(LAYER_CONNTRACK, "", "drop", 3, 3);
	examine(rule_conntrack);
	found("");
	patient.now.counter[1].value = 58983;	/* sorted: drop, entries, max */
	examine(rule_conntrack);
	found("conntrack-near-full");
	says("nf_conntrack_max=131072");
	patient.now.counter[0].value = 4;
	examine(rule_conntrack);
	found("conntrack-full");
	ck_assert_int_eq(patient.findings.finding[0].severity, SEVERITY_CRITICAL);
	says("the conntrack table is full");
	/* There is room again. */
	patient.now.counter[1].value = 100;
	patient.now.counter[0].value = 12;
	count(LAYER_CONNTRACK, "", "insert_failed", 0, 0);
	examine(rule_conntrack);
	found("");
	patient.now.counter[0].value = 13;
	examine(rule_conntrack);
	found("conntrack-full");
	says("the conntrack table was full");
	says("100 of 65536 at the end");
	ck_assert_int_eq(patient.findings.finding[0].sure, SURE_LIKELY);
	/* Those of entries that failed are not for want of room. */
	patient.now.counter[2].value = 1;
	examine(rule_conntrack);
	found("");
}
END_TEST

START_TEST(rates_for_people)
{
	char buf[RATE_LEN];

	ck_assert_str_eq(rate_text(0, buf), "0");
	ck_assert_str_eq(rate_text(0.357, buf), "0.36");
	ck_assert_str_eq(rate_text(9.94, buf), "9.9");
	ck_assert_str_eq(rate_text(9.96, buf), "10");
	ck_assert_str_eq(rate_text(1234.4, buf), "1234");
}
END_TEST

START_TEST(conntrack_that_cannot_enter)
{
	count(LAYER_CONNTRACK, "", "insert_failed", 0, 99);
	examine(rule_conntrack);
	found("");
	patient.now.counter[0].value = 100;
	examine(rule_conntrack);
	found("conntrack-insert-failed");
}
END_TEST

START_TEST(descriptors)
{
	level(LAYER_FD, "", "allocated", 5000);
	level(LAYER_FD, "", "max", INT64_MAX);
	level(LAYER_FD, "12 nginx", "open", 921);
	level(LAYER_FD, "12 nginx", "limit", 1024);
	level(LAYER_FD, "13 my prog", "open", 1014);
	level(LAYER_FD, "13 my prog", "limit", 1024);
	level(LAYER_FD, "14 fine", "open", 922);
	level(LAYER_FD, "14 fine", "limit", 1025);
	examine(rule_descriptors);
	found("fd-process");
	says("my prog (pid 13) has 1014 of its 1024");
	says("prlimit --pid 13 --nofile=4096:4096");
	level(LAYER_FD, "15 near", "open", 922);
	level(LAYER_FD, "15 near", "limit", 1024);
	examine(rule_descriptors);
	found("fd-process fd-process");
	ck_assert_int_eq(patient.findings.finding[1].severity, SEVERITY_WARNING);
}
END_TEST

START_TEST(descriptors_of_the_machine)
{
	level(LAYER_FD, "", "allocated", 589824);
	level(LAYER_FD, "", "max", 655360);
	examine(rule_descriptors);
	found("fd-system");
	says("sysctl -w fs.file-max=1310720");
}
END_TEST

START_TEST(reverse_path)
{
	count(LAYER_TCP, "", "TcpExtIPReversePathFilter", 194, 203);
	examine(rule_reverse_path);
	found("");
	patient.now.counter[0].value = 204;
	count(LAYER_REASON, "IP_RPFILTER|ip_rcv_finish_core+0x1|ip:17", "count", 5, 15);
	count(LAYER_REASON, "IP_RPFILTER|ip_rcv_finish_core+0x2|tcp", "count", 1, 2);
	count(LAYER_REASON, "IP_RPFILTERS|x+0x2|tcp", "count", 1, 1000);
	examine(rule_reverse_path);
	found("reverse-path");
	says("drops for IP_RPFILTER");
	ck_assert_uint_eq(patient.findings.finding[0].evidence[1].before, 6);
	ck_assert_uint_eq(patient.findings.finding[0].evidence[1].after, 17);
}
END_TEST

START_TEST(checksums)
{
	count(LAYER_TCP, "", "TcpInSegs", 0, 100000);
	count(LAYER_TCP, "", "TcpInCsumErrors", 0, 100);
	count(LAYER_UDP, "", "UdpInDatagrams", 0, 900);
	count(LAYER_UDP, "", "UdpInCsumErrors", 0, 9);
	examine(rule_checksum);
	found("");
	count(LAYER_UDP, "", "Udp6InDatagrams", 0, 100);
	count(LAYER_UDP, "", "Udp6InCsumErrors", 0, 10);
	examine(rule_checksum);
	found("checksum-errors");
	says("9.09 % of UDP over IPv6 packets");
}
END_TEST

START_TEST(tcp_memory)
{
	level(LAYER_MEMORY, "tcp", "pages", 99);
	level(LAYER_MEMORY, "tcp", "low", 50);
	level(LAYER_MEMORY, "tcp", "pressure", 100);
	level(LAYER_MEMORY, "tcp", "high", 200);
	count(LAYER_TCP, "", "TcpExtTCPMemoryPressures", 7, 7);
	count(LAYER_TCP, "", "TcpExtTCPAbortOnMemory", 7, 7);
	count(LAYER_TCP, "", "TcpInSegs", 0, 10000);
	count(LAYER_TCP, "", "TcpExtRcvPruned", 0, 9);
	examine(rule_tcp_memory);
	found("");
	level(LAYER_MEMORY, "tcp", "pages", 99);	/* twice: not known */
	examine(rule_tcp_memory);
	found("");
}
END_TEST

START_TEST(tcp_memory_runs_out)
{
	level(LAYER_MEMORY, "tcp", "pages", 100);
	level(LAYER_MEMORY, "tcp", "low", 50);
	level(LAYER_MEMORY, "tcp", "pressure", 100);
	level(LAYER_MEMORY, "tcp", "high", 200);
	examine(rule_tcp_memory);
	found("tcp-memory");
	says("sysctl -w net.ipv4.tcp_mem=\"100 200 400\"");
	ck_assert_int_eq(patient.findings.finding[0].severity, SEVERITY_WARNING);
	count(LAYER_TCP, "", "TcpExtTCPAbortOnMemory", 7, 8);
	examine(rule_tcp_memory);
	found("tcp-memory");
	says("killed");
	ck_assert_int_eq(patient.findings.finding[0].severity, SEVERITY_CRITICAL);
	count(LAYER_TCP, "", "TcpInSegs", 0, 10000);
	count(LAYER_TCP, "", "TcpExtRcvPruned", 0, 10);
	examine(rule_tcp_memory);
	found("tcp-memory tcp-pruned");
}
END_TEST

START_TEST(udp_buffers)
{
	struct socket *socket;

	count(LAYER_UDP, "", "UdpRcvbufErrors", 6006884, 6006893);
	count(LAYER_UDP, "", "UdpInDatagrams", 0, 100);
	level(LAYER_LIMIT, "", "net.core.rmem_max", 212992);
	level(LAYER_LIMIT, "", "net.core.rmem_default", 212992);
	examine(rule_udp_buffer);
	found("");
	count(LAYER_UDP, "", "Udp6RcvbufErrors", 0, 1);
	examine(rule_udp_buffer);
	found("udp-receive-buffer");
	says("whose is not known");

	socket = socket_now(true, 7, "0.0.0.0:1334", "0.0.0.0:*", 5);
	socket_set(socket, SOCKET_DROPS, 30);
	socket_set(socket, SOCKET_RECV_Q, 212000);
	socket_set(socket, SOCKET_RCVBUF, 212992);
	socket->pid = 1695;
	strcpy(socket->comm, "python");
	/* another with drops, all of them old */
	socket_set(socket_now(true, 7, "0.0.0.0:53", "0.0.0.0:*", 6), SOCKET_DROPS, 1000);
	patient.sockets_before.socket = patient.sockets_now.socket;
	patient.sockets_before.nr = 2;
	examine(rule_udp_buffer);
	found("udp-receive-buffer");
	says("whose is not known");
	/* now the first reading knew less of the one */
	patient.sockets_before.socket = malloc(2 * sizeof(struct socket));
	memcpy(patient.sockets_before.socket, patient.sockets_now.socket, 2 * sizeof(struct socket));
	patient.sockets_before.socket[0].num[SOCKET_DROPS] = 20;
	examine(rule_udp_buffer);
	found("udp-receive-buffer");
	says("python (pid 1695) at 0.0.0.0:1334");
	says("sysctl -w net.core.rmem_max=1048576");
	says("SO_RCVBUF, 1048576");
	says("sysctl -w net.core.rmem_default=2097152");
}
END_TEST

START_TEST(udp_memory)
{
	level(LAYER_MEMORY, "udp", "pages", 179);
	level(LAYER_MEMORY, "udp", "low", 50);
	level(LAYER_MEMORY, "udp", "pressure", 100);
	level(LAYER_MEMORY, "udp", "high", 200);
	examine(rule_udp_memory);
	found("");
	count(LAYER_UDP, "", "UdpMemErrors", 0, 10);
	examine(rule_udp_memory);
	found("udp-memory");
}
END_TEST

static struct socket *listening(uint64_t queue, uint64_t limit, uint64_t cookie)
{
	struct socket *socket = socket_now(false, TCP_LISTEN, "0.0.0.0:80", "0.0.0.0:*", cookie);

	socket_set(socket, SOCKET_RECV_Q, queue);
	socket_set(socket, SOCKET_SEND_Q, limit);
	socket->pid = 40 + (uint32_t)cookie;
	strcpy(socket->comm, "httpd");
	return socket;
}

START_TEST(accept_queues)
{
	count(LAYER_TCP, "", "TcpExtListenOverflows", 0, 4);
	level(LAYER_LIMIT, "", "net.core.somaxconn", 4096);
	listening(3, 128, 1);
	listening(129, 128, 2);
	examine(rule_accept_queue);
	found("");
}
END_TEST

START_TEST(accept_queues_that_overflow)
{
	struct socket *socket;

	count(LAYER_TCP, "", "TcpExtListenOverflows", 0, 5);
	level(LAYER_LIMIT, "", "net.core.somaxconn", 4096);
	examine(rule_accept_queue);
	found("accept-queue");
	says("whose is not known");
	listening(3, 128, 1);
	listening(129, 128, 2);
	examine(rule_accept_queue);
	says("httpd (pid 42) at 0.0.0.0:80");
	says("the limit is 128");
	says("backlog=4096");
	/* The program asked for more than it got. */
	patient.sockets_now.socket[1].num[SOCKET_SEND_Q] = 4096;
	patient.sockets_now.socket[1].num[SOCKET_RECV_Q] = 4097;
	examine(rule_accept_queue);
	says("sysctl -w net.core.somaxconn=16384");
	/* Seen full, though it is empty now. */
	socket = &patient.sockets_now.socket[0];
	patient.sockets_now.socket[1].num[SOCKET_RECV_Q] = 0;
	socket->num[SOCKET_RECV_Q] = 0;
	trend_add(&patient.trends, TREND_ACCEPT, "0.0.0.0:80 1", 1, 129, 129);
	examine(rule_accept_queue);
	says("httpd (pid 41)");
	says("it was seen full");
}
END_TEST

START_TEST(floods)
{
	count(LAYER_TCP, "", "TcpExtSyncookiesSent", 0, 9);
	count(LAYER_TCP, "", "TcpExtSyncookiesRecv", 0, 0);
	examine(rule_syn_flood);
	found("");
	patient.now.counter[1].value = 1000;
	examine(rule_syn_flood);
	found("syn-flood");
	/* Those who connect are real. */
	patient.now.counter[0].value = 500;
	examine(rule_syn_flood);
	found("syn-queue");
	ck_assert_int_eq(patient.findings.finding[0].severity, SEVERITY_WARNING);
	count(LAYER_TCP, "", "TcpExtTCPReqQFullDrop", 0, 10);
	examine(rule_syn_flood);
	says("sysctl -w net.ipv4.tcp_syncookies=1");
	ck_assert_int_eq(patient.findings.finding[0].severity, SEVERITY_CRITICAL);
}
END_TEST

START_TEST(ports)
{
	char local[32];

	level(LAYER_LIMIT, "", "net.ipv4.ip_local_port_range.low", 40000);
	level(LAYER_LIMIT, "", "net.ipv4.ip_local_port_range.high", 40099);
	for (int i = 0; i < 79; i++) {
		snprintf(local, sizeof(local), "10.0.0.1:%d", 40000 + i);
		socket_now(false, i % 3 ? TCP_TIME_WAIT : TCP_ESTABLISHED, local, "10.0.0.2:5432", (uint64_t)i);
		socket_now(false, TCP_ESTABLISHED, local, i % 2 ? "10.0.0.2:5433" : "10.0.0.3:5432", (uint64_t)i + 1000);
	}
	/* These are a server's, and out of the range. */
	socket_now(false, TCP_LISTEN, "0.0.0.0:40090", "0.0.0.0:*", 5000);
	socket_now(false, TCP_ESTABLISHED, "10.0.0.1:40090", "10.0.0.2:5432", 5001);
	socket_now(false, TCP_ESTABLISHED, "10.0.0.1:40100", "10.0.0.2:5432", 5002);
	examine(rule_ports);
	found("");
	socket_now(false, TCP_TIME_WAIT, "10.0.0.1:40099", "10.0.0.2:5432", 5003);
	examine(rule_ports);
	found("port-exhaustion");
	says("10.0.0.2:5432");
	says("80 of 100 (40000 to 40099), 53 in TIME_WAIT");
	says("tcp_tw_reuse=1");
}
END_TEST

START_TEST(no_room_in_time_wait)
{
	count(LAYER_TCP, "", "TcpExtTCPTimeWaitOverflow", 0, 9);
	examine(rule_time_wait);
	found("");
	patient.now.counter[0].value = 10;
	examine(rule_time_wait);
	found("time-wait");
}
END_TEST

START_TEST(thinned)
{
	module_says(M_THINNED, 5, 5);
	module_says(M_CPU_BUDGET, 3, 3);
	examine(rule_thinned);
	found("");
	module_says(M_THINNED, 5, 4);	/* another module */
	examine(rule_thinned);
	found("");
	module_says(M_THINNED, 5, 1005);
	module_says(M_THINNING, 1, 4);
	module_says(M_HOOKS_TIME_US, 1000, 51000);
	examine(rule_thinned);
	found("thinned");
	says("1 of 4 calls is handled now");
	says("0.50 % of a CPU");
	says("echo 6 >/sys/module/coremon/parameters/cpu_budget");
	ck_assert_int_eq(patient.findings.finding[0].severity, SEVERITY_NOTE);
	patient.module_before.known &= ~(UINT32_C(1) << M_THINNED);
	examine(rule_thinned);
	found("");
}
END_TEST

TCase *doctor_case(void)
{
	TCase *tc = tcase_create("doctor");

	tcase_add_checked_fixture(tc, patient_setup, patient_teardown);
	tcase_add_test(tc, nothing_known_nothing_found);
	tcase_add_test(tc, errors_of_links);
	tcase_add_test(tc, rings_that_overflow);
	tcase_add_test(tc, links_that_are_full);
	tcase_add_test(tc, queueing_disciplines);
	tcase_add_test(tc, queues_that_a_path_suffers_from);
	tcase_add_test(tc, cpus);
	tcase_add_test(tc, squeezes);
	tcase_add_test(tc, conntrack);
	tcase_add_test(tc, rates_for_people);
	tcase_add_test(tc, conntrack_that_cannot_enter);
	tcase_add_test(tc, descriptors);
	tcase_add_test(tc, descriptors_of_the_machine);
	tcase_add_test(tc, reverse_path);
	tcase_add_test(tc, checksums);
	tcase_add_test(tc, tcp_memory);
	tcase_add_test(tc, tcp_memory_runs_out);
	tcase_add_test(tc, thinned);
	tcase_add_test(tc, udp_buffers);
	tcase_add_test(tc, udp_memory);
	tcase_add_test(tc, accept_queues);
	tcase_add_test(tc, accept_queues_that_overflow);
	tcase_add_test(tc, floods);
	tcase_add_test(tc, ports);
	tcase_add_test(tc, no_room_in_time_wait);
	return tc;
}
