// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <linux/pkt_sched.h>
#include <stdio.h>
#include <string.h>

#include "cause.h"
#include "ledger.h"
#include "socket_read.h"

static struct ledger_reading before, now;
static struct ledger ledger;

static void setup(void)
{
	memset(&before, 0, sizeof(before));
	memset(&now, 0, sizeof(now));
	memset(&ledger, 0, sizeof(ledger));
	before.counters.known = now.counters.known = (UINT32_C(1) << LAYER_NR) - 1;
	before.sockets.udp_whole = before.sockets.tcp_whole = true;
	now.sockets.udp_whole = now.sockets.tcp_whole = true;
	before.counters.when.mono_ns = 1000000000;
	now.counters.when.mono_ns = 3000000000;
}

static void teardown(void)
{
	ledger_free(&ledger);
	ledger_reading_free(&before);
	ledger_reading_free(&now);
}

/* A counter in both readings. */
static void add(enum layer layer, const char *object, const char *name, uint64_t then, uint64_t value)
{
	ck_assert_int_eq(counters_add(&before.counters, layer, false, object, name, then), 0);
	ck_assert_int_eq(counters_add(&now.counters, layer, false, object, name, value), 0);
}

static void add_reason(const char *object, uint64_t then, uint64_t value)
{
	add(LAYER_REASON, object, "count", then, value);
	add(LAYER_REASON, object, "count_here", then, value);
}

static void make(bool all)
{
	ledger_free(&ledger);
	counters_sort(&before.counters);
	counters_sort(&now.counters);
	ck_assert_int_eq(ledger_make(&ledger, &before, &now, all), 0);
}

/* Return: the nth row of this kind and name. */
static const struct ledger_row *row(enum ledger_kind kind, const char *name)
{
	for (unsigned int i = 0; i < ledger.nr; i++) {
		const char *what = kind == LEDGER_UNEXPLAINED ? ledger.row[i].explains : ledger.row[i].name;

		if (ledger.row[i].kind == kind && what && strcmp(what, name) == 0)
			return &ledger.row[i];
	}
	return NULL;
}

static void assert_grown(enum ledger_kind kind, const char *name, uint64_t grown)
{
	const struct ledger_row *r = row(kind, name);

	ck_assert_msg(r, "no %s", name);
	ck_assert(r->delta.grown_known);
	ck_assert_uint_eq(r->delta.grown, grown);
}

static void assert_unexplained(const char *name, int64_t value)
{
	const struct ledger_row *r = row(LEDGER_UNEXPLAINED, name);

	ck_assert_msg(r, "no unexplained %s", name);
	ck_assert(r->unexplained_known);
	ck_assert_int_eq(r->unexplained, value);
}

START_TEST(only_what_moved)
{
	add(LAYER_UDP, "", "UdpSndbufErrors", 5, 8);
	add(LAYER_UDP, "", "UdpInErrors", 5, 5);
	add(LAYER_UDP, "", "UdpInDatagrams", 5, 50);
	make(false);
	ck_assert_uint_eq(ledger.nr, 1);
	ck_assert_uint_eq(ledger.elapsed_ns, 2000000000);
	assert_grown(LEDGER_COUNTER, "UdpSndbufErrors", 3);
	ck_assert_str_eq(ledger.row[0].means, "send buffer full, or no memory to send");
	make(true);
	ck_assert(row(LEDGER_COUNTER, "UdpInErrors"));
	ck_assert(!row(LEDGER_COUNTER, "UdpInDatagrams"));
}
END_TEST

START_TEST(totals_are_compared_with_nothing)
{
	add(LAYER_UDP, "", "UdpRcvbufErrors", 5, 8);
	add(LAYER_UDP, "", "UdpNoPorts", 0, 0);
	add_reason("SOCKET_RCVBUFF|f+0x1|udp", 0, 2);
	counters_sort(&now.counters);
	ck_assert_int_eq(ledger_make(&ledger, NULL, &now, false), 0);
	ck_assert_uint_eq(ledger.nr, 2);
	ck_assert(!ledger.row[0].delta.grown_known);
	ck_assert_uint_eq(ledger.row[0].delta.now, 8);
	ck_assert(!row(LEDGER_UNEXPLAINED, "RcvbufErrors"));
	ck_assert_str_eq(row(LEDGER_REASON, "SOCKET_RCVBUFF")->explains, "RcvbufErrors");
}
END_TEST

START_TEST(reasons_that_say_the_same)
{
	add(LAYER_UDP, "", "UdpRcvbufErrors", 0, 8);
	add(LAYER_UDP, "", "Udp6RcvbufErrors", 0, 2);
	add_reason("SOCKET_RCVBUFF|f+0x1|udp", 1, 7);
	add_reason("SOCKET_RCVBUFF|g+0x1|udp", 0, 4);
	add_reason("SOCKET_RCVBUFF|g+0x1|ip:1", 0, 4);
	make(false);
	ck_assert(ledger.reasons_known);
	ck_assert(!row(LEDGER_UNEXPLAINED, "RcvbufErrors"));
	/* Both counters, both places, and the one that is of no counter. */
	ck_assert_uint_eq(ledger.nr, 5);
	ck_assert_int_eq(ledger.row[0].kind, LEDGER_COUNTER);
	ck_assert_int_eq(ledger.row[1].kind, LEDGER_COUNTER);
	ck_assert_int_eq(ledger.row[2].kind, LEDGER_REASON);
	ck_assert_str_eq(ledger.row[2].object, "f+0x1");
	ck_assert_uint_eq(ledger.row[2].delta.grown, 6);
	ck_assert_str_eq(ledger.row[4].protocol, "ip:1");
	ck_assert(!ledger.row[4].explains);
	make(true);
	assert_unexplained("RcvbufErrors", 0);
}
END_TEST

START_TEST(unexplained_both_ways)
{
	add(LAYER_UDP, "", "UdpNoPorts", 0, 8);
	add_reason("NO_SOCKET|f+0x1|udp", 0, 5);
	add(LAYER_TCP, "", "TcpExtIPReversePathFilter", 2, 2);
	add_reason("IP_RPFILTER|f+0x1|tcp", 0, 9);
	make(false);
	assert_unexplained("NoPorts", 3);
	assert_unexplained("IPReversePathFilter", -9);
	ck_assert(!row(LEDGER_COUNTER, "TcpExtIPReversePathFilter"));
}
END_TEST

START_TEST(a_counter_that_is_not_known_explains_nothing)
{
	add(LAYER_UDP, "", "UdpRcvbufErrors", 0, 8);
	add(LAYER_UDP, "", "Udp6RcvbufErrors", 5, 2);	/* went back */
	add_reason("SOCKET_RCVBUFF|f+0x1|udp", 0, 8);
	make(false);
	ck_assert(row(LEDGER_UNEXPLAINED, "RcvbufErrors") && !row(LEDGER_UNEXPLAINED, "RcvbufErrors")->unexplained_known);
	ck_assert(!row(LEDGER_COUNTER, "Udp6RcvbufErrors")->delta.grown_known);
}
END_TEST

START_TEST(a_layer_read_in_part_explains_nothing)
{
	add(LAYER_UDP, "", "UdpRcvbufErrors", 0, 8);
	add_reason("SOCKET_RCVBUFF|f+0x1|udp", 0, 8);
	now.counters.known &= ~(UINT32_C(1) << LAYER_UDP);
	make(false);
	ck_assert(!row(LEDGER_UNEXPLAINED, "RcvbufErrors")->unexplained_known);
	ck_assert_int_eq(ledger.row[ledger.nr - 1].kind, LEDGER_UNKNOWN);
	ck_assert_int_eq(ledger.row[ledger.nr - 1].layer, LAYER_UDP);
}
END_TEST

START_TEST(no_module_no_reasons)
{
	add(LAYER_UDP, "", "UdpRcvbufErrors", 0, 8);
	before.counters.known = now.counters.known &= ~(UINT32_C(1) << LAYER_REASON);
	make(false);
	ck_assert(!ledger.reasons_known);
	ck_assert(!row(LEDGER_UNEXPLAINED, "RcvbufErrors")->unexplained_known);
}
END_TEST

START_TEST(an_old_kernel_has_places_alone)
{
	add(LAYER_UDP, "", "UdpRcvbufErrors", 0, 8);
	add_reason("-|f+0x1|udp", 0, 8);
	add(LAYER_REASON, "", "reasons", 0, 0);
	make(false);
	ck_assert(!ledger.reasons_known);
	ck_assert(!row(LEDGER_UNEXPLAINED, "RcvbufErrors")->unexplained_known);
	assert_grown(LEDGER_REASON, "-", 8);
}
END_TEST

START_TEST(drops_of_other_namespaces)
{
	/* 8 of all, 3 of ours: the other 5 no counter here tells of. */
	add(LAYER_UDP, "", "UdpRcvbufErrors", 0, 3);
	add(LAYER_REASON, "SOCKET_RCVBUFF|f+0x1|udp", "count", 0, 8);
	add(LAYER_REASON, "SOCKET_RCVBUFF|f+0x1|udp", "count_here", 0, 3);
	make(false);
	ck_assert_uint_eq(ledger.nr, 3);
	ck_assert_uint_eq(ledger.row[1].delta.grown, 3);
	ck_assert_str_eq(ledger.row[1].explains, "RcvbufErrors");
	ck_assert_uint_eq(ledger.row[2].delta.grown, 5);
	ck_assert(!ledger.row[2].explains);
}
END_TEST

START_TEST(a_backlog_is_of_the_host)
{
	add(LAYER_CPU, "cpu0", "dropped", 0, 3);
	add(LAYER_CPU, "cpu1", "dropped", 0, 4);
	add(LAYER_REASON, "CPU_BACKLOG|f+0x1|udp", "count", 0, 7);
	make(false);
	ck_assert(!row(LEDGER_UNEXPLAINED, "dropped"));
	ck_assert_uint_eq(ledger.nr, 3);
}
END_TEST

START_TEST(only_the_top_of_a_tree_is_added_up)
{
	add(LAYER_QDISC, "eth0 htb 1:", "drops", 0, 6);
	add(LAYER_QDISC, "eth0 htb 1:", "parent", TC_H_ROOT, TC_H_ROOT);
	add(LAYER_QDISC, "eth0 pfifo 8001:", "drops", 0, 6);
	add(LAYER_QDISC, "eth0 pfifo 8001:", "parent", 0x10010, 0x10010);
	add(LAYER_QDISC, "eth0 htb 1:10", "drops", 0, 6);
	add(LAYER_QDISC, "eth0 htb 1:10", "parent", 0x10000, 0x10000);
	add_reason("QDISC_DROP|f+0x1|tcp", 0, 6);
	make(false);
	ck_assert(!row(LEDGER_UNEXPLAINED, "drops"));
	ck_assert_uint_eq(ledger.nr, 4);
}
END_TEST

START_TEST(related_reasons_make_no_difference)
{
	add(LAYER_CONNTRACK, "", "drop", 0, 6);
	add_reason("NETFILTER_DROP|f+0x1|tcp", 0, 9);
	make(false);
	ck_assert(!row(LEDGER_UNEXPLAINED, "drop"));
	/* Beside the counter, and a row of its own. */
	ck_assert_uint_eq(ledger.nr, 3);
	ck_assert_str_eq(ledger.row[1].explains, "drop");
	ck_assert(!ledger.row[2].explains);
}
END_TEST

START_TEST(names_that_say_loss)
{
	ck_assert(cause_is_loss(LAYER_DRIVER, "rx3_xdp_drops"));
	ck_assert(cause_is_loss(LAYER_DRIVER, "rx_out_of_buffer"));
	ck_assert(!cause_is_loss(LAYER_DRIVER, "tx_interrupts"));
	ck_assert(!cause_is_loss(LAYER_DRIVER, "rx_packets"));
	ck_assert(cause_is_loss(LAYER_TCP, "TcpExtTCPSomethingNewDrop"));
	ck_assert(!cause_is_loss(LAYER_TCP, "TcpRetransSegs"));
	ck_assert(!cause_is_loss(LAYER_TCP, "TcpExtTCPSackFailures"));
	ck_assert(!cause_is_loss(LAYER_LINK, "rx_packets"));
	ck_assert(cause_is_loss(LAYER_LINK, "rx_crc_errors"));
}
END_TEST

START_TEST(the_table_agrees_with_itself)
{
	for (unsigned int i = 0; i < causes_nr; i++) {
		ck_assert_msg(cause_find(causes[i].layer, causes[i].name) == &causes[i], "%s is there twice", causes[i].name);
		ck_assert_msg(!causes[i].explained || explanation_find(&causes[i]), "%s: no explanation", causes[i].name);
		ck_assert_msg(strlen(causes[i].means) <= 58, "%s: too many words", causes[i].name);
		ck_assert(i == 0 || causes[i - 1].layer <= causes[i].layer);
	}
	for (unsigned int i = 0; i < explanations_nr; i++) {
		unsigned int blocks = 0;

		/* Those of an explanation stand side by side. */
		for (unsigned int c = 0; c < causes_nr; c++)
			blocks += explanation_find(&causes[c]) == &explanations[i] && (c == 0 || explanation_find(&causes[c - 1]) != &explanations[i]);
		if (explanations[i].layer >= LAYER_IP)
			ck_assert_msg(blocks == 1, "%s: %u blocks", explanations[i].name, blocks);
		else
			ck_assert_msg(blocks >= 1, "%s explains nothing", explanations[i].name);
	}
}
END_TEST

START_TEST(reasons_by_name_and_protocol)
{
	static const struct explanation both = { LAYER_UDP, "x", "NO_SOCKET/udp IP_CSUM SOCKET_RCVBUFF/udp", false, false };

	ck_assert(explanation_has(&both, "NO_SOCKET|f+0x1|udp"));
	ck_assert(!explanation_has(&both, "NO_SOCKET|f+0x1|tcp"));
	ck_assert(!explanation_has(&both, "NO_SOCKET|f+0x1|ud"));
	ck_assert(!explanation_has(&both, "NO_SOCKE|f+0x1|udp"));
	ck_assert(explanation_has(&both, "IP_CSUM|f+0x1|icmp"));
	ck_assert(explanation_has(&both, "SOCKET_RCVBUFF|f+0x1|udp"));
	ck_assert(!explanation_has(&both, "-|f+0x1|udp"));
	ck_assert(!explanation_has(&both, ""));
	ck_assert(!explanation_has(&both, "IP_CSU"));
}
END_TEST

static struct socket *add_socket(struct sockets *sockets, bool udp, uint8_t state, uint64_t cookie, uint64_t drops)
{
	struct socket *socket = sockets_add(sockets);

	socket->udp = udp;
	socket->state = state;
	socket_set(socket, SOCKET_COOKIE, cookie);
	socket_set(socket, SOCKET_DROPS, drops);
	return socket;
}

START_TEST(sockets_that_drop)
{
	struct socket *socket;

	add_socket(&before.sockets, true, SOCKET_CLOSE, 1, 5);
	add_socket(&before.sockets, true, SOCKET_CLOSE, 2, 5);
	add_socket(&before.sockets, false, SOCKET_LISTEN, 3, 0);
	socket = add_socket(&now.sockets, true, SOCKET_CLOSE, 1, 9);
	socket_set(socket, SOCKET_RMEM, 100);
	socket_set(socket, SOCKET_RCVBUF, 200);
	socket->pid = 12;
	strcpy(socket->comm, "dns");
	socket->local = (struct endpoint){ .port = 53, .addr = { 10, 0, 0, 1 } };
	add_socket(&now.sockets, true, SOCKET_CLOSE, 2, 5);
	add_socket(&now.sockets, true, SOCKET_CLOSE, 4, 7);		/* new */
	add_socket(&now.sockets, false, SOCKET_ESTABLISHED, 5, 7);
	socket = add_socket(&now.sockets, false, SOCKET_LISTEN, 3, 0);	/* full, and nothing turned away yet */
	socket_set(socket, SOCKET_RECV_Q, 3);
	socket_set(socket, SOCKET_SEND_Q, 2);
	socket = add_socket(&now.sockets, false, SOCKET_LISTEN, 6, 0);	/* has room for one more */
	socket_set(socket, SOCKET_RECV_Q, 2);
	socket_set(socket, SOCKET_SEND_Q, 2);
	make(false);
	ck_assert_uint_eq(ledger.nr, 3);
	ck_assert_str_eq(ledger.row[0].object, "udp 10.0.0.1:53 dns[12]");
	ck_assert_uint_eq(ledger.row[0].delta.grown, 4);
	ck_assert_uint_eq(ledger.row[0].level, 100);
	ck_assert_uint_eq(ledger.row[0].limit, 200);
	ck_assert_uint_eq(ledger.row[1].delta.grown, 7);
	/* A level and no counter: nothing was lost. */
	ck_assert_int_eq(ledger.row[2].kind, LEDGER_LEVEL);
	ck_assert_str_eq(ledger.row[2].name, "accept_queue");
	ck_assert_uint_eq(ledger.row[2].level, 3);
	ck_assert_uint_eq(ledger.row[2].limit, 2);
	ck_assert(!ledger.row[2].delta.grown_known);
	now.sockets.socket[4].num[SOCKET_DROPS] = 1;
	make(false);
	ck_assert_uint_eq(ledger.nr, 3);
	ck_assert_int_eq(ledger.row[2].kind, LEDGER_COUNTER);
	ck_assert_uint_eq(ledger.row[2].delta.grown, 1);
	ck_assert_uint_eq(ledger.row[2].level, 3);
	now.sockets.socket[4].num[SOCKET_DROPS] = 0;
	ck_assert(ledger_sockets_moved(&before.sockets, &now.sockets));
	ck_assert(!ledger_sockets_moved(&before.sockets, &before.sockets));
}
END_TEST

static void add_level(enum layer layer, const char *object, const char *name, uint64_t value)
{
	ck_assert_int_eq(counters_add(&now.counters, layer, true, object, name, value), 0);
}

START_TEST(levels_near_their_limit)
{
	add_level(LAYER_CONNTRACK, "", "entries", 74);
	add_level(LAYER_CONNTRACK, "", "max", 100);
	add_level(LAYER_FD, "12 x", "open", 10);
	add_level(LAYER_FD, "12 x", "limit", 20);
	add_level(LAYER_MEMORY, "tcp", "pages", 900);
	add_level(LAYER_MEMORY, "tcp", "pressure", 1000);
	add_level(LAYER_MEMORY, "udp", "pages", 900);	/* of how many is not known */
	make(false);
	ck_assert_uint_eq(ledger.nr, 2);
	ck_assert_str_eq(row(LEDGER_LEVEL, "open")->object, "12 x");
	ck_assert_uint_eq(row(LEDGER_LEVEL, "open")->limit, 20);
	ck_assert_uint_eq(row(LEDGER_LEVEL, "pages")->level, 900);
	make(true);
	ck_assert_uint_eq(ledger.nr, 4);
}
END_TEST

TCase *ledger_case(void)
{
	TCase *tc = tcase_create("ledger");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, only_what_moved);
	tcase_add_test(tc, totals_are_compared_with_nothing);
	tcase_add_test(tc, reasons_that_say_the_same);
	tcase_add_test(tc, unexplained_both_ways);
	tcase_add_test(tc, a_counter_that_is_not_known_explains_nothing);
	tcase_add_test(tc, a_layer_read_in_part_explains_nothing);
	tcase_add_test(tc, no_module_no_reasons);
	tcase_add_test(tc, an_old_kernel_has_places_alone);
	tcase_add_test(tc, drops_of_other_namespaces);
	tcase_add_test(tc, a_backlog_is_of_the_host);
	tcase_add_test(tc, only_the_top_of_a_tree_is_added_up);
	tcase_add_test(tc, related_reasons_make_no_difference);
	tcase_add_test(tc, names_that_say_loss);
	tcase_add_test(tc, the_table_agrees_with_itself);
	tcase_add_test(tc, reasons_by_name_and_protocol);
	tcase_add_test(tc, sockets_that_drop);
	tcase_add_test(tc, levels_near_their_limit);
	return tc;
}
