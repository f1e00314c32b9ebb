// SPDX-License-Identifier: GPL-2.0-only
/* The rules about connections: paths, windows, buffers, clients. */
#include "unit.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "patient.h"

static struct path *sends(const char *remote, uint64_t segments, uint64_t lost)
{
	struct path *path = path_to(remote);

	path->connections = 10;
	path->data_segs_out = segments;
	path->retrans = path->fast = lost;
	path->min_rtt_us = 20000;
	return path;
}

START_TEST(a_path_that_loses)
{
	sends("10.2.0.1:80", 100000, 100);
	sends("10.1.2.3:80", 10000, 99);
	examine(rule_paths);
	found("");
	/* probes and what the peer had already are no losses */
	path_to("10.1.2.3:80")->fast = 110;
	path_to("10.1.2.3:80")->spurious = 11;
	path_to("10.1.2.3:80")->probe = 500;
	examine(rule_paths);
	found("");
	path_to("10.1.2.3:80")->spurious = 10;
	examine(rule_paths);
	found("path-loss");
	says("the path to 10.1.2.0/24 loses 1.00 % of what is sent, others do not");
	says("mtr -n -r -c 100 10.1.2.3");
	ck_assert_int_eq(patient.findings.finding[0].severity, SEVERITY_WARNING);
	path_to("10.1.2.3:80")->timeout = 400;
	examine(rule_paths);
	ck_assert_int_eq(patient.findings.finding[0].severity, SEVERITY_CRITICAL);
}
END_TEST

START_TEST(paths_of_ipv6)
{
	sends("[2001:db8:1:2::3]:80", 1000, 50);
	/* the same network, and another */
	ck_assert_ptr_eq(path_to("[2001:db8:1:2:ffff::9]:80"), path_to("[2001:db8:1:2::3]:80"));
	ck_assert_ptr_ne(path_to("[2001:db8:1:3::9]:80"), path_to("[2001:db8:1:2::3]:80"));
	ck_assert_ptr_eq(path_to("[::ffff:10.1.2.3]:80"), path_to("10.1.2.9:80"));
	examine(rule_paths);
	found("path-loss");
	says("2001:db8:1:2::/64");
}
END_TEST

START_TEST(paths_are_bounded)
{
	struct endpoint ep = { .port = 80 };
	char name[PATH_STRLEN];

	for (unsigned int i = 0; i < PATHS_MAX + 100; i++) {
		ep.addr[1] = (uint8_t)(i >> 8);
		ep.addr[2] = (uint8_t)i;
		ep.addr[0] = (uint8_t)(10 + (i >> 16));
		path_find(&patient.conns, &ep)->connections++;
	}
	ck_assert_uint_eq(patient.conns.nr_paths, PATHS_MAX);
	ck_assert_uint_eq(patient.conns.path[PATHS_MAX - 1].connections, 101);
	ck_assert_str_eq(path_text(&patient.conns.path[PATHS_MAX - 1], name), "all other networks");
	ck_assert_str_eq(path_text(&patient.conns.path[1], name), "10.0.1.0/24");
	/* one that has its own still finds it */
	ep = (struct endpoint){ .addr = { 10, 0, 1, 77 } };
	ck_assert_ptr_eq(path_find(&patient.conns, &ep), &patient.conns.path[1]);
}
END_TEST

START_TEST(too_little_to_tell)
{
	sends("10.1.2.3:80", 199, 100);
	sends("10.1.3.3:80", 900, 9);
	examine(rule_paths);
	found("");
}
END_TEST

START_TEST(all_paths_lose)
{
	sends("10.1.1.1:80", 1000, 30);
	sends("10.1.2.1:80", 1000, 30);
	sends("10.1.4.1:80", 1000, 0);
	examine(rule_paths);
	found("path-loss path-loss");
	sends("10.1.3.1:80", 1000, 30);
	examine(rule_paths);
	found("path-loss");
	says("nearly all paths lose");
	says("3 of 4");
	/* This machine drops: what TCP sends again is no news. */
	findings_free(&patient.findings);
	finding_title(finding_add(&patient.findings, "qdisc-drops", SEVERITY_WARNING, SURE_CERTAIN, 0), "x");
	rule_paths(&patient.findings, &patient.view);
	ck_assert_uint_eq(patient.findings.nr, 2);
	ck_assert_int_eq(patient.findings.finding[1].severity, SEVERITY_NOTE);
}
END_TEST

START_TEST(reordering_is_no_loss)
{
	struct path *path = sends("10.1.2.3:80", 1000, 100);

	path->recoveries = 30;
	path->undone = 20;
	examine(rule_reordering);
	found("");
	examine(rule_paths);
	found("path-loss");
	path->undone = 21;
	examine(rule_reordering);
	found("reordering");
	says("the path to 10.1.2.0/24 reorders packets: this is not congestion");
	examine(rule_paths);
	found("");
	path->retrans = 9;
	examine(rule_reordering);
	found("");
	path->retrans = 10;
	examine(rule_reordering);
	found("reordering");
	path->recoveries = path->undone = 9;
	examine(rule_reordering);
	found("");
}
END_TEST

START_TEST(reordering_by_the_hosts_counters)
{
	patient.conns.module = false;
	count(LAYER_TCP, "", "TcpExtTCPSackRecovery", 0, 100);
	count(LAYER_TCP, "", "TcpExtTCPFullUndo", 0, 20);
	count(LAYER_TCP, "", "TcpExtTCPDSACKUndo", 0, 46);
	examine(rule_reordering);
	found("");
	count(LAYER_TCP, "", "TcpExtTCPPartialUndo", 0, 1);
	examine(rule_reordering);
	found("reordering");
}
END_TEST

START_TEST(timeouts_that_were_for_nothing)
{
	struct path *path = sends("10.1.2.3:80", 1000, 0);

	path->losses = 10;
	path->undone_loss = 8;
	examine(rule_reordering);
	found("spurious-timeouts");
	path->undone_loss = 6;
	examine(rule_reordering);
	found("");
}
END_TEST

START_TEST(timeouts_in_a_data_centre)
{
	struct path *path = sends("10.1.2.3:80", 10000, 0);

	path->losses = 12;
	path->undone_loss = 2;
	path->min_rtt_us = 6000;
	examine(rule_paths);
	found("");
	path->min_rtt_us = 300;
	examine(rule_paths);
	found("path-timeouts");
	says("10 times");
	path->undone_loss = 3;
	examine(rule_paths);
	found("");
	/* on this machine itself there is no network */
	path = sends("127.0.0.1:80", 10000, 0);
	path->losses = 100;
	path->min_rtt_us = 30;
	examine(rule_paths);
	found("");
}
END_TEST

START_TEST(nobody_answers)
{
	struct path *path = path_to("10.1.2.3:80");

	path->connections = 100;
	path->syn = 9;
	examine(rule_silent);
	found("");
	path->syn = 10;
	examine(rule_silent);
	found("path-silent");
	path->connections = 101;
	examine(rule_silent);
	found("");
}
END_TEST

START_TEST(nobody_answers_as_far_as_sockets_tell)
{
	struct socket *socket;

	count(LAYER_TCP, "", "TcpExtTCPSynRetrans", 5, 14);
	count(LAYER_TCP, "", "TcpActiveOpens", 0, 98);
	patient.conns.module = false;
	socket_now(false, TCP_SYN_SENT, "10.0.0.1:40000", "10.1.2.3:443", 1);
	socket = socket_now(false, TCP_SYN_SENT, "10.0.0.1:40001", "10.1.2.4:443", 2);
	socket->pid = 77;
	strcpy(socket->comm, "curl");
	socket = socket_now(false, TCP_SYN_SENT, "10.0.0.1:40002", "10.1.2.4:443", 3);
	socket->pid = 77;
	strcpy(socket->comm, "curl");
	socket_now(false, TCP_ESTABLISHED, "10.0.0.1:40003", "10.1.2.5:443", 4);
	examine(rule_silent);
	found("");
	patient.now.counter[1].value = 16;
	examine(rule_silent);
	found("path-silent");
	says("connections to 10.1.2.4:443 may get no answer");
	says("3 sockets, to 2 far ends; 2 of them to 10.1.2.4:443");
	says("curl (pid 77)");
	says("mtr -n -r -c 10 10.1.2.4");
	ck_assert_int_eq(patient.findings.finding[0].sure, SURE_POSSIBLE);
	/* with the module it is known better */
	patient.conns.module = true;
	examine(rule_silent);
	found("");
	/* the sockets alone, where nothing is known of connections */
	patient.view.conns = NULL;
	examine(rule_silent);
	found("path-silent");
	/* nobody waits, or so few SYNs of so many are no fault */
	for (int i = 0; i < 3; i++)
		patient.sockets_now.socket[i].state = TCP_ESTABLISHED;
	examine(rule_silent);
	found("");
	patient.view.sockets_now = NULL;
	examine(rule_silent);
	found("");
}
END_TEST

START_TEST(few_of_many_are_not_answered)
{
	count(LAYER_TCP, "", "TcpExtTCPSynRetrans", 0, 10);
	count(LAYER_TCP, "", "TcpActiveOpens", 0, 100);
	patient.conns.module = false;
	socket_now(false, TCP_SYN_SENT, "10.0.0.1:40000", "10.1.2.3:443", 1);
	examine(rule_silent);
	found("");
}
END_TEST

START_TEST(advice_is_of_what_there_is)
{
	sends("10.1.2.3:80", 1000, 50);
	examine(rule_paths);
	says("coremon-events -k retrans dst");
	patient.conns.module = false;
	examine(rule_paths);
	found("path-loss");
	says("modprobe coremon");
	says("With the module loaded");
	ck_assert_int_eq(patient.findings.finding[0].sure, SURE_POSSIBLE);
}
END_TEST

static struct held *stuck(void)
{
	struct held *held = held_with("10.0.0.1:40000", "10.1.2.3:443");

	held->in_loss = true;
	held->timeouts = held->retrans = 2;
	held->timeouts_ever = 5;
	held->bytes_retrans = 2896;
	return held;
}

START_TEST(full_segments_alone)
{
	struct held *held = stuck();

	/* the peer may as well be gone */
	examine(rule_black_hole);
	found("");
	path_to("10.1.2.9:443")->bytes_acked = 500;
	examine(rule_black_hole);
	found("mtu-black-hole");
	says("ping -M do -c 3 -s 1472 10.1.2.3");
	ck_assert_int_eq(patient.findings.finding[0].sure, SURE_POSSIBLE);
	held->bytes_retrans = 1999;
	examine(rule_black_hole);
	found("");
	held->bytes_retrans = 2000;
	held->acked = 1;
	examine(rule_black_hole);
	found("");
}
END_TEST

static struct held *waiting(uint64_t first, uint64_t now, uint64_t received)
{
	struct held *held = held_with("10.0.0.1:80", "10.1.2.3:40000");

	held->recv_q_first = first;
	held->recv_q = now;
	held->received = received;
	held->owner = (struct owner){ .comm = "sink", .pid = 77 };
	return held;
}

START_TEST(readers_that_are_slow)
{
	struct held *held = waiting(100000, 100000, 1000000);	/* read at 100,000 a second */

	examine(rule_slow_reader);
	found("slow-reader");
	says("sink (pid 77) reads too slowly from its connection with 10.1.2.3:40000");
	says("100000 a second are read");
	held->received = 1000001;
	examine(rule_slow_reader);
	found("");
	/* what waits has grown: less was read than came */
	held->recv_q_first = 50000;
	held->received = 1050000;
	examine(rule_slow_reader);
	found("slow-reader");
	held->received = 0;
	held->recv_q = 65535;
	held->recv_q_first = 65535;
	examine(rule_slow_reader);
	found("");
	held->rcv_wnd_known = true;
	examine(rule_slow_reader);
	found("slow-reader");
	says("does not read");
	ck_assert_int_eq(patient.findings.finding[0].sure, SURE_CERTAIN);
	/* looked at for too short a time */
	held->since_ns = UINT64_C(6100000000);
	examine(rule_slow_reader);
	found("");
}
END_TEST

START_TEST(a_slow_reader_is_told_of_once)
{
	struct socket *socket;

	waiting(100000, 100000, 0);
	waiting(100000, 100000, 0);
	waiting(100000, 100000, 0)->ended = true;
	examine(rule_slow_reader);
	found("slow-reader");
	says("1 more connections like this");
	/* whose it is says the table of sockets where the module does not */
	memset(&patient.conns.held[0].owner, 0, sizeof(struct owner));
	memset(&patient.conns.held[1].owner, 0, sizeof(struct owner));
	socket = socket_now(false, TCP_ESTABLISHED, "10.0.0.1:80", "10.1.2.3:40000", 1);
	socket->pid = 88;
	strcpy(socket->comm, "reader");
	examine(rule_slow_reader);
	says("reader (pid 88)");
}
END_TEST

START_TEST(peers_that_do_not_read)
{
	struct held *held = held_with("10.0.0.1:80", "10.1.2.3:40000");

	held->zero_wnd_in_us = 1999999;
	examine(rule_peer_window);
	found("");
	held->zero_wnd_in_us = 2000000;
	examine(rule_peer_window);
	found("peer-window");
	says("10.1.2.3:40000 does not read");
	/* The reader is a program of this machine, and was named. */
	held = held_with("10.1.2.3:40000", "10.0.0.1:80");
	held->recv_q = held->recv_q_first = 100000;
	examine(rule_peer_window);
	found("");
}
END_TEST

START_TEST(send_buffers)
{
	struct socket *socket = socket_now(false, TCP_ESTABLISHED, "10.0.0.1:80", "10.1.2.3:40000", 1);
	struct held *held = held_with("10.0.0.1:80", "10.1.2.3:40000");

	held->srtt_known = true;
	held->srtt_us = 5000;
	held->busy_us = 8000000;
	held->sent = 10000000;
	examine(rule_send_buffer);
	found("");
	socket_set(socket, SOCKET_WMEM, 9920);
	socket_set(socket, SOCKET_SNDBUF, 8192);
	examine(rule_send_buffer);
	found("send-buffer");
	says("8.0 Mbit/s");
	says("9920 bytes of memory in it, it has 8192");
	socket->num[SOCKET_WMEM] = 8191;
	examine(rule_send_buffer);
	found("");
	socket->num[SOCKET_WMEM] = 8192;
	held->window_filled = true;
	examine(rule_send_buffer);
	found("");
	held->window_filled = false;
	held->busy_us = 7999999;
	examine(rule_send_buffer);
	found("");
	held->busy_us = 8000000;
	held->srtt_us = 4999;
	examine(rule_send_buffer);
	found("");
}
END_TEST

static void greedy(struct findings *findings, const struct view *view)
{
	finding_title(finding_add(findings, "accept-queue", SEVERITY_CRITICAL, SURE_CERTAIN, WEIGHT_LIMIT), "x");
	rule_client(findings, view);
}

START_TEST(one_client)
{
	struct conns *conns = &patient.conns;

	conns->clients = conns->active = 3;
	conns->open = 64;
	conns->most_open = (struct taker){ .name = "10.1.2.3", .open = 32, .opened = 5, .bytes = 10 };
	/* nobody suffers */
	examine(rule_client);
	found("");
	examine(greedy);
	found("one-client accept-queue");
	says("10.1.2.3, takes the server: 50 % of all connections");
	says("ip saddr 10.1.2.3 ct count over 32 reject");
	conns->open = 65;
	examine(greedy);
	found("accept-queue");
	conns->open = 62;
	conns->most_open.open = 31;
	examine(greedy);
	found("accept-queue");
	/* two clients: one of them has half, as it must be */
	conns->most_open.open = 60;
	conns->clients = 2;
	examine(greedy);
	found("accept-queue");
}
END_TEST

START_TEST(one_client_that_opens)
{
	struct socket *listener = socket_now(false, TCP_LISTEN, "0.0.0.0:80", "0.0.0.0:*", 1);
	struct conns *conns = &patient.conns;

	conns->clients = 10;
	conns->opened = 100;
	conns->most_opened = (struct taker){ .name = "2001:db8::1", .opened = 50 };
	socket_set(listener, SOCKET_RECV_Q, 63);
	socket_set(listener, SOCKET_SEND_Q, 127);
	examine(rule_client);
	found("");
	listener->num[SOCKET_RECV_Q] = 64;
	examine(rule_client);
	found("one-client");
	says("50 % of all new connections");
	says("ip6 saddr 2001:db8::1");
}
END_TEST

TCase *doctor_tcp_case(void)
{
	TCase *tc = tcase_create("doctor_tcp");

	tcase_add_checked_fixture(tc, patient_setup, patient_teardown);
	tcase_add_test(tc, a_path_that_loses);
	tcase_add_test(tc, paths_of_ipv6);
	tcase_add_test(tc, paths_are_bounded);
	tcase_add_test(tc, too_little_to_tell);
	tcase_add_test(tc, all_paths_lose);
	tcase_add_test(tc, reordering_is_no_loss);
	tcase_add_test(tc, reordering_by_the_hosts_counters);
	tcase_add_test(tc, timeouts_that_were_for_nothing);
	tcase_add_test(tc, timeouts_in_a_data_centre);
	tcase_add_test(tc, nobody_answers);
	tcase_add_test(tc, nobody_answers_as_far_as_sockets_tell);
	tcase_add_test(tc, few_of_many_are_not_answered);
	tcase_add_test(tc, advice_is_of_what_there_is);
	tcase_add_test(tc, full_segments_alone);
	tcase_add_test(tc, readers_that_are_slow);
	tcase_add_test(tc, a_slow_reader_is_told_of_once);
	tcase_add_test(tc, peers_that_do_not_read);
	tcase_add_test(tc, send_buffers);
	tcase_add_test(tc, one_client);
	tcase_add_test(tc, one_client_that_opens);
	return tc;
}
