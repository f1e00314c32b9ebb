// SPDX-License-Identifier: GPL-2.0-only
/* Which sockets are shown, who lost datagrams, and the words for counters. */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "socket_pair.h"
#include "socket_read.h"
#include "sockets.h"
#include "sockets_loss.h"
#include "udp_buffer.h"

static struct sockets_reading before, now;

static void put(struct counters *counters, const char *name, uint64_t value)
{
	ck_assert_int_eq(counters_add(counters, LAYER_UDP, false, "", name, value), 0);
}

/* A reading in which UDP's counters went from @early to @late while sockets were read. */
static void put_counters(struct sockets_reading *reading, uint64_t early, uint64_t late)
{
	put(&reading->counters, "UdpRcvbufErrors", early);
	put(&reading->counters, "Udp6RcvbufErrors", 1000);
	put(&reading->udp_after, "UdpRcvbufErrors", late);
	put(&reading->udp_after, "Udp6RcvbufErrors", 1000);
	counters_sort(&reading->counters);
	counters_sort(&reading->udp_after);
	reading->sockets.udp_whole = true;
}

static struct socket *put_socket(struct sockets_reading *reading, uint64_t cookie, uint64_t drops)
{
	struct socket *socket = sockets_add(&reading->sockets);

	ck_assert_ptr_nonnull(socket);
	socket->udp = true;
	socket->state = SOCKET_CLOSE;
	socket_set(socket, SOCKET_COOKIE, cookie);
	socket_set(socket, SOCKET_DROPS, drops);
	return socket;
}

static void teardown(void)
{
	sockets_free(&before.sockets);
	sockets_free(&now.sockets);
	counters_free(&before.counters);
	counters_free(&before.udp_after);
	counters_free(&now.counters);
	counters_free(&now.udp_after);
}

START_TEST(loss_since_boot)
{
	struct udp_loss loss;

	put_counters(&now, 100, 100);
	put_socket(&now, 1, 5);
	put_socket(&now, 2, 700);
	put_socket(&now, 3, 0);
	ck_assert_int_eq(udp_loss_find(&loss, &now, NULL), 0);
	ck_assert(loss.known && loss.sockets_known);
	ck_assert_uint_eq(loss.errors, 1100);
	ck_assert_uint_eq(loss.by_sockets, 705);
	ck_assert_uint_eq(loss.unexplained, 395);
	ck_assert_uint_eq(loss.other, 0);
	ck_assert_uint_eq(loss.nr, 2);
	ck_assert_uint_eq(loss.loser[0].socket->num[SOCKET_COOKIE], 2);
	udp_loss_free(&loss);
}
END_TEST

START_TEST(loss_in_an_interval)
{
	struct udp_loss loss;

	put_counters(&before, 100, 100);
	put_counters(&now, 150, 150);
	put_socket(&before, 1, 7);
	put_socket(&before, 2, UINT32_MAX);
	put_socket(&before, 9, 20);
	put_socket(&now, 1, 7);
	put_socket(&now, 2, 9);		/* the kernel's counter turned over */
	put_socket(&now, 3, 30);	/* new */
	ck_assert_int_eq(udp_loss_find(&loss, &now, &before), 0);
	ck_assert_uint_eq(loss.errors, 50);
	ck_assert_uint_eq(loss.by_sockets, 40);
	ck_assert_uint_eq(loss.unexplained, 10);
	ck_assert_uint_eq(loss.nr, 2);
	ck_assert_uint_eq(loss.loser[0].drops, 30);
	ck_assert_uint_eq(loss.loser[1].drops, 10);
	udp_loss_free(&loss);
}
END_TEST

START_TEST(sockets_that_dropped_for_other_reasons)
{
	struct udp_loss loss;

	put_counters(&before, 0, 0);
	put_counters(&now, 10, 10);
	put_socket(&before, 1, 0);
	put_socket(&now, 1, 25);
	ck_assert_int_eq(udp_loss_find(&loss, &now, &before), 0);
	ck_assert_uint_eq(loss.other, 15);
	ck_assert_uint_eq(loss.unexplained, 0);
	udp_loss_free(&loss);
}
END_TEST

START_TEST(counters_move_while_sockets_are_read)
{
	/* Between 50 - 10 = 40 and 70 - 0 = 70 were lost: nothing is claimed of what sockets say within. */
	for (unsigned int drops = 30; drops <= 80; drops += 5) {
		struct udp_loss loss;

		teardown();
		put_counters(&before, 0, 10);
		put_counters(&now, 50, 70);
		put_socket(&before, 1, 0);
		put_socket(&now, 1, drops);
		ck_assert_int_eq(udp_loss_find(&loss, &now, &before), 0);
		ck_assert_uint_eq(loss.errors, 70);
		ck_assert_uint_eq(loss.unexplained, drops < 40 ? 40 - drops : 0);
		ck_assert_uint_eq(loss.other, drops > 70 ? drops - 70 : 0);
		udp_loss_free(&loss);
	}
}
END_TEST

START_TEST(what_is_not_known_is_not_claimed)
{
	struct udp_loss loss;

	/* no counters */
	put_socket(&now, 1, 5);
	now.sockets.udp_whole = true;
	ck_assert_int_eq(udp_loss_find(&loss, &now, NULL), 0);
	ck_assert(!loss.known && loss.sockets_known);
	ck_assert_uint_eq(loss.nr, 1);
	udp_loss_free(&loss);
	/* counters that went back */
	teardown();
	put_counters(&before, 100, 100);
	put_counters(&now, 50, 50);
	ck_assert_int_eq(udp_loss_find(&loss, &now, &before), 0);
	ck_assert(!loss.known);
	udp_loss_free(&loss);
	/* not all sockets, or one of which the drops are not known */
	teardown();
	put_counters(&now, 100, 100);
	now.sockets.udp_whole = false;
	ck_assert_int_eq(udp_loss_find(&loss, &now, NULL), 0);
	ck_assert(!loss.sockets_known && loss.unexplained == 0);
	udp_loss_free(&loss);
	now.sockets.udp_whole = true;
	put_socket(&now, 1, 0)->known &= ~(1u << SOCKET_DROPS);
	ck_assert_int_eq(udp_loss_find(&loss, &now, NULL), 0);
	ck_assert(!loss.sockets_known && loss.unexplained == 0);
	udp_loss_free(&loss);
	/* a socket that is new to a reading that had not all */
	teardown();
	put_counters(&before, 0, 0);
	put_counters(&now, 10, 10);
	before.sockets.udp_whole = false;
	put_socket(&now, 1, 10);
	ck_assert_int_eq(udp_loss_find(&loss, &now, &before), 0);
	ck_assert(!loss.sockets_known && loss.nr == 0);
	udp_loss_free(&loss);
}
END_TEST

START_TEST(advice)
{
	static const struct {
		uint64_t rcvbuf;
		const char *text;
		uint64_t raise_max;
	} table[] = {
		{ 212992, "SO_RCVBUF 1048576 or rmem_default 2097152", 1048576 }, { 2000000, "SO_RCVBUF 4000000", 4000000 },
		{ 524289, "SO_RCVBUF 1048578", 1048578 }, { 8192, "SO_RCVBUF 1048576", 1048576 }, { UINT64_MAX, "SO_RCVBUF 1073741823", 1073741823 },
	};
	struct socket socket = { .udp = true };
	char buf[UDP_LOSS_ADVICE_LEN];

	/* Nothing is known, nor is what is read to be believed. */
	ck_assert_str_eq(udp_loss_advice(&socket, &now.counters, buf), "SO_RCVBUF 1048576");
	ck_assert_int_eq(counters_add(&now.counters, LAYER_LIMIT, true, "", "net.core.rmem_default", 212992), 0);
	ck_assert_int_eq(counters_add(&now.counters, LAYER_LIMIT, true, "", "net.core.rmem_max", 1000000), 0);
	counters_sort(&now.counters);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		socket_set(&socket, SOCKET_RCVBUF, table[i].rcvbuf);
		ck_assert_str_eq(udp_loss_advice(&socket, &now.counters, buf), table[i].text);
		ck_assert_uint_eq(udp_buffer_advise(&socket, &now.counters).raise_max, table[i].raise_max);
	}
	/* What waits is in the buffer, at least. */
	socket = (struct socket){ .udp = true };
	socket_set(&socket, SOCKET_RECV_Q, 3000000);
	ck_assert_uint_eq(udp_buffer_advise(&socket, &now.counters).ask, 6000000);
}
END_TEST

START_TEST(pairs_without_cookies)
{
	struct socket_pairs pairs;
	struct socket *socket;
	uint64_t drops;

	socket = put_socket(&before, 0, 5);
	socket->known = 0;
	socket_set(socket, SOCKET_DROPS, 5);
	socket_set(socket, SOCKET_INODE, 77);
	before.sockets.udp_whole = true;
	socket = put_socket(&now, 0, 9);
	socket->known = 0;
	socket_set(socket, SOCKET_DROPS, 9);
	socket_set(socket, SOCKET_INODE, 77);
	ck_assert_int_eq(socket_pairs_make(&pairs, &before.sockets), 0);
	ck_assert(socket_pairs_drops(&pairs, socket, &drops));
	ck_assert_uint_eq(drops, 4);
	/* a cookie of the same number is another thing */
	socket_set(socket, SOCKET_COOKIE, 77);
	ck_assert_ptr_null(socket_pairs_find(&pairs, socket));
	/* TCP is not UDP */
	socket->known &= ~(1u << SOCKET_COOKIE);
	socket->udp = false;
	ck_assert_ptr_null(socket_pairs_find(&pairs, socket));
	socket_pairs_free(&pairs);
	ck_assert_int_eq(socket_pairs_make(&pairs, NULL), 0);
	ck_assert(!socket_pairs_drops(&pairs, socket, &drops));
	socket_pairs_free(&pairs);
}
END_TEST

START_TEST(which_are_shown)
{
	static const struct {
		bool tcp, udp, v4, v6, listening, all;
		const char *shown;
	} table[] = {
		{ true, true, true, true, false, false, "ABCDGH" }, { true, true, true, true, false, true, "ABCDEFGH" },
		{ true, true, true, true, true, false, "ABG" },	    { true, false, true, true, false, false, "ABCD" },
		{ false, true, true, true, false, false, "GH" },    { true, true, true, false, false, false, "ACDGH" },
		{ true, true, false, true, false, false, "B" },	    { true, false, true, true, true, true, "AB" },
	};
	static const struct socket sockets[] = {
		{ .state = SOCKET_LISTEN }, { .state = SOCKET_LISTEN, .local.v6 = true }, { .state = SOCKET_ESTABLISHED }, { .state = 8 },
		{ .state = SOCKET_TIME_WAIT }, { .state = SOCKET_SYN_RECV }, { .udp = true, .state = SOCKET_CLOSE },
		{ .udp = true, .state = SOCKET_ESTABLISHED },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct sockets_options options = { .tcp = table[i].tcp, .udp = table[i].udp, .v4 = table[i].v4, .v6 = table[i].v6,
						   .listening = table[i].listening, .all = table[i].all };
		char shown[16] = "";

		for (size_t k = 0; k < sizeof(sockets) / sizeof(sockets[0]); k++) {
			if (socket_shown(&options, &sockets[k]))
				shown[strlen(shown)] = (char)('A' + k);
		}
		ck_assert_str_eq(shown, table[i].shown);
	}
}
END_TEST

START_TEST(owners)
{
	char buf[SOCKET_OWNER_LEN];

	ck_assert_str_eq(socket_owner(&(struct socket){ .holders = 0 }, buf), "-");
	ck_assert_str_eq(socket_owner(&(struct socket){ .pid = 7, .holders = 1, .comm = "nginx" }, buf), "7/nginx");
	ck_assert_str_eq(socket_owner(&(struct socket){ .pid = 7, .holders = 3, .comm = "a\nb\033" }, buf), "7/a\\012b\\033 +2");
	ck_assert_str_eq(socket_owner(&(struct socket){ .pid = UINT32_MAX, .holders = 1 }, buf), "4294967295/-");
}
END_TEST

START_TEST(words)
{
	ck_assert_str_eq(sockets_words("UdpRcvbufErrors"), sockets_words("Udp6RcvbufErrors"));
	ck_assert_str_eq(sockets_words("UdpRcvbufErrors"), sockets_words("UdpLite6RcvbufErrors"));
	ck_assert_str_eq(sockets_words("IpInReceives"), "packets received");
	ck_assert_str_eq(sockets_words("Ip6InReceives"), "packets received");
	ck_assert_ptr_nonnull(sockets_words("TcpExtTCPMD5Failure"));
	ck_assert_ptr_nonnull(sockets_words("Icmp6InMLDv2Reports"));
	ck_assert_ptr_null(sockets_words("Icmp6InType135"));
	ck_assert_ptr_null(sockets_words("TcpExtNewerThanThis"));
	ck_assert_ptr_null(sockets_words(""));
	ck_assert_ptr_null(sockets_words("6"));
	ck_assert_ptr_null(sockets_words("UdpLite"));
	ck_assert_int_lt(sockets_words_place("TcpActiveOpens"), sockets_words_place("TcpInSegs"));
}
END_TEST

TCase *sockets_case(void)
{
	TCase *tc = tcase_create("sockets");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, loss_since_boot);
	tcase_add_test(tc, loss_in_an_interval);
	tcase_add_test(tc, sockets_that_dropped_for_other_reasons);
	tcase_add_test(tc, counters_move_while_sockets_are_read);
	tcase_add_test(tc, what_is_not_known_is_not_claimed);
	tcase_add_test(tc, advice);
	tcase_add_test(tc, pairs_without_cookies);
	tcase_add_test(tc, which_are_shown);
	tcase_add_test(tc, owners);
	tcase_add_test(tc, words);
	return tc;
}
