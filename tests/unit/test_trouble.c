// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <string.h>

#include "socket_read.h"
#include "trouble.h"

static struct root root;
static struct counters before, now;
static struct drop_view drops;
static struct sockets old, new;
static struct socket_view view;

static void setup(void)
{
	root = tree_new();
	memset(&before, 0, sizeof(before));
	memset(&now, 0, sizeof(now));
	memset(&old, 0, sizeof(old));
	memset(&new, 0, sizeof(new));
	memset(&drops, 0, sizeof(drops));
	memset(&view, 0, sizeof(view));
	old.udp_whole = new.udp_whole = new.tcp_whole = true;
}

static void teardown(void)
{
	counters_free(&before);
	counters_free(&now);
	drop_view_free(&drops);
	socket_view_free(&view);
	sockets_free(&old);
	sockets_free(&new);
	tree_free(&root);
}

/* A counter in both readings. */
static void grow(enum layer layer, bool gauge, const char *object, const char *name, uint64_t by)
{
	ck_assert_int_eq(counters_add(&before, layer, gauge, object, name, 1000), 0);
	ck_assert_int_eq(counters_add(&now, layer, gauge, object, name, 1000 + by), 0);
}

START_TEST(what_was_lost_most_comes_first)
{
	static const struct {
		const char *object, *name;
		uint64_t grown;
	} rows[] = {
		{ "eth0", "rx_dropped", 50 },	    { "", "UdpRcvbufErrors", 40 },	    { "eth0 fq_codel 1:", "drops", 30 },
		{ "cpu1", "dropped", 20 },	    { "", "TcpExtListenDrops", 10 },	    { "", "TcpExtListenOverflows", 10 },
		{ "eth1", "rx_crc_errors", 3 },	    { "", "Ip6InDiscards", 2 },		    { "", "early_drop", 1 },
	};

	grow(LAYER_LINK, false, "eth1", "rx_crc_errors", 3);
	grow(LAYER_LINK, false, "eth0", "rx_dropped", 50);
	grow(LAYER_CPU, false, "cpu1", "dropped", 20);
	grow(LAYER_QDISC, false, "eth0 fq_codel 1:", "drops", 30);
	grow(LAYER_CONNTRACK, false, "", "early_drop", 1);
	grow(LAYER_IP, false, "", "Ip6InDiscards", 2);
	grow(LAYER_UDP, false, "", "UdpRcvbufErrors", 40);
	grow(LAYER_TCP, false, "", "TcpExtListenOverflows", 10);
	grow(LAYER_TCP, false, "", "TcpExtListenDrops", 10);
	/* No loss, no growth, a level. */
	grow(LAYER_REASON, false, "NO_SOCKET|udp_rcv+0x1|udp", "count_here", 900);
	grow(LAYER_LINK, false, "eth0", "rx_packets", 500);
	grow(LAYER_LINK, false, "eth2", "rx_dropped", 0);
	grow(LAYER_CPU, false, "cpu1", "processed", 900);
	grow(LAYER_CPU, false, "cpu1", "time_squeeze", 900);
	grow(LAYER_QDISC, true, "eth0 fq_codel 1:", "backlog", 900);
	grow(LAYER_UDP, false, "", "UdpInDatagrams", 900);
	grow(LAYER_TCP, false, "", "TcpRetransSegs", 900);
	counters_sort(&before);
	counters_sort(&now);
	ck_assert_int_eq(drop_view_make(&drops, &before, &now), 0);
	ck_assert_uint_eq(drops.nr, sizeof(rows) / sizeof(rows[0]));
	for (unsigned int i = 0; i < drops.nr; i++) {
		ck_assert_str_eq(drops.row[i].object, rows[i].object);
		ck_assert_str_eq(drops.row[i].name, rows[i].name);
		ck_assert_uint_eq(drops.row[i].grown, rows[i].grown);
	}
}
END_TEST

START_TEST(what_was_not_there_before_did_not_grow)
{
	ck_assert_int_eq(counters_add(&now, LAYER_LINK, false, "eth0", "rx_dropped", 70), 0);
	ck_assert_int_eq(counters_add(&now, LAYER_REASON, false, "NO_SOCKET|x+0x1|udp", "count", 7), 0);
	before.known = now.known = UINT32_C(1) << LAYER_REASON;
	counters_sort(&now);
	ck_assert_int_eq(drop_view_make(&drops, &before, &now), 0);
	/* But for reasons, whose rows are there from the first drop on. */
	ck_assert_uint_eq(drops.nr, 1);
	ck_assert_uint_eq(drops.row[0].grown, 7);
	ck_assert_uint_eq(drops.known, UINT32_C(1) << LAYER_REASON);
}
END_TEST

static struct socket *put(struct sockets *to, bool udp, uint8_t state, uint16_t port, uint64_t cookie)
{
	struct socket *socket = sockets_add(to);

	ck_assert_ptr_nonnull(socket);
	socket->udp = udp;
	socket->state = state;
	socket->local.port = port;
	socket_set(socket, SOCKET_COOKIE, cookie);
	return socket;
}

static void put_dropping(struct sockets *to, uint16_t port, uint64_t cookie, uint64_t dropped)
{
	socket_set(put(to, true, SOCKET_CLOSE, port, cookie), SOCKET_DROPS, dropped);
}

static void make(void)
{
	sockets_sort(&old);
	sockets_sort(&new);
	ck_assert_int_eq(socket_view_make(&view, &old, &new, &root), 0);
}

START_TEST(states_are_counted_and_queues_told)
{
	put(&new, false, SOCKET_ESTABLISHED, 80, 1);
	put(&new, false, SOCKET_ESTABLISHED, 80, 2);
	put(&new, false, SOCKET_TIME_WAIT, 80, 3);
	put(&new, true, SOCKET_CLOSE, 53, 4);
	socket_set(put(&new, false, SOCKET_LISTEN, 80, 5), SOCKET_RECV_Q, 3);
	socket_set(put(&new, false, SOCKET_LISTEN, 81, 6), SOCKET_RECV_Q, 0);
	socket_set(put(&new, false, SOCKET_LISTEN, 82, 7), SOCKET_RECV_Q, 9);
	put(&new, false, SOCKET_LISTEN, 83, 8);
	make();
	ck_assert_uint_eq(view.tcp[SOCKET_ESTABLISHED], 2);
	ck_assert_uint_eq(view.tcp[SOCKET_TIME_WAIT], 1);
	ck_assert_uint_eq(view.tcp[SOCKET_LISTEN], 4);
	ck_assert_uint_eq(view.udp, 1);
	ck_assert_uint_eq(view.nr_waiting, 2);
	ck_assert_uint_eq(view.waiting[0]->local.port, 82);
	ck_assert_uint_eq(view.waiting[1]->local.port, 80);
	ck_assert_uint_eq(view.nr_losses, 0);
}
END_TEST

START_TEST(a_socket_drops_in_the_interval)
{
	put_dropping(&old, 1, 1, 5);
	put_dropping(&old, 2, 2, 5);
	put_dropping(&old, 3, 3, 0);
	put_dropping(&old, 4, 4, UINT32_MAX);
	put_dropping(&old, 6, 6, 9);
	put_dropping(&new, 1, 1, 5);	/* no more */
	put_dropping(&new, 2, 2, 7);
	put_dropping(&new, 3, 3, 4);	/* the first ones */
	put_dropping(&new, 4, 4, 5);	/* it has 32 bits */
	put_dropping(&new, 5, 5, 3);	/* born since */
	put(&new, true, SOCKET_CLOSE, 6, 6);	/* not known any more */
	make();
	ck_assert(view.losses_known);
	ck_assert_uint_eq(view.nr_losses, 4);
	ck_assert_uint_eq(view.loss[0].socket.local.port, 4);
	ck_assert_uint_eq(view.loss[0].dropped, 6);
	ck_assert_uint_eq(view.loss[1].socket.local.port, 3);
	ck_assert_uint_eq(view.loss[1].dropped, 4);
	ck_assert_uint_eq(view.loss[2].socket.local.port, 5);
	ck_assert_uint_eq(view.loss[2].dropped, 3);
	ck_assert_uint_eq(view.loss[3].socket.local.port, 2);
	ck_assert_uint_eq(view.loss[3].dropped, 2);
}
END_TEST

START_TEST(half_a_reading_tells_of_no_drops)
{
	put_dropping(&new, 1, 1, 5);
	old.udp_whole = false;
	make();
	ck_assert(!view.losses_known);
	ck_assert_uint_eq(view.nr_losses, 0);
}
END_TEST

START_TEST(what_is_not_wanted_is_not_read)
{
	static const struct sections load = { SECTION_BIT(SECTION_LOAD), 0 };
	static const struct sections sockets = { SECTION_BIT(SECTION_SOCKETS), SECTION_BIT(SECTION_SOCKETS) };
	struct totals totals = { 0 };
	struct lives lives = { 0 };
	struct trouble trouble;

	tree_text(&root, "/proc/net/sockstat", "sockets: used 5\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 0\n");
	tree_text(&root, "/proc/net/snmp", "Tcp: InSegs RetransSegs\nTcp: 1 2\n");
	trouble_init(&trouble, &load);
	ck_assert_int_eq(trouble_read(&trouble, &root), 0);
	ck_assert_int_eq(trouble_read(&trouble, &root), 0);
	ck_assert_int_eq(trouble_make(&trouble, &root, &totals, &lives), 0);
	ck_assert_uint_eq(trouble.now.nr, 0);
	trouble_free(&trouble);
	trouble_init(&trouble, &sockets);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(trouble_read(&trouble, &root), 0);
		ck_assert_int_eq(trouble_make(&trouble, &root, &totals, &lives), 0);
	}
	ck_assert_ptr_nonnull(counters_find(&trouble.now, LAYER_SOCKET, "TCP", "inuse"));
	ck_assert_ptr_null(counters_find(&trouble.now, LAYER_TCP, "", "TcpRetransSegs"));
	trouble_free(&trouble);
}
END_TEST

TCase *trouble_case(void)
{
	TCase *tc = tcase_create("trouble");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_was_lost_most_comes_first);
	tcase_add_test(tc, what_was_not_there_before_did_not_grow);
	tcase_add_test(tc, states_are_counted_and_queues_told);
	tcase_add_test(tc, a_socket_drops_in_the_interval);
	tcase_add_test(tc, half_a_reading_tells_of_no_drops);
	tcase_add_test(tc, what_is_not_wanted_is_not_read);
	return tc;
}
