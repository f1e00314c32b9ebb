// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <math.h>
#include <string.h>

#include "clients.h"
#include "lives.h"
#include "ports.h"
#include "server.h"

static struct server server;
static struct track *track;
static struct clients_view view;

static void setup(void)
{
	ck_assert_int_eq(server_init(&server, 32, 128), 0);
	track = track_new();
}

static void teardown(void)
{
	server_free(&server);
	track_free(track);
}

static struct endpoint address(const char *text)
{
	struct endpoint ep;

	ck_assert(endpoint_parse(text, &ep));
	return ep;
}

static struct activity bytes(uint64_t sent, uint64_t received)
{
	struct activity activity = { .known = 1u << K_BYTES_SENT | 1u << K_BYTES_RECEIVED };

	activity.grown[K_BYTES_SENT] = sent;
	activity.grown[K_BYTES_RECEIVED] = received;
	return activity;
}

static void give(const char *remote, uint64_t sent, uint64_t received)
{
	struct activity activity = bytes(sent, received);
	struct endpoint ep = address(remote);

	clients_add(&server.clients, clients_find(&server.clients, &ep), &activity);
}

static void assert_client(unsigned int nr, const char *text)
{
	char buf[CLIENT_STRLEN];

	ck_assert_uint_lt(nr, view.nr);
	ck_assert_str_eq(client_format(view.client[nr], buf), text);
}

START_TEST(all_the_same_is_fair)
{
	give("10.0.0.1:1", 100, 0);
	give("10.0.0.2:1", 50, 50);
	give("10.0.0.3:1", 0, 100);
	clients_rank(&server.clients, 0, &view);
	ck_assert_uint_eq(view.active, 3);
	ck_assert_double_eq_tol(view.fairness, 1.0, 1e-12);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert(!client_is_above(&view, view.client[i]));
}
END_TEST

/* Jain: (1 + 2 + 3 + 4)^2 / (4 * (1 + 4 + 9 + 16)) = 100 / 120. An equal share is 25 %; 30 % and 40 % are above it. */
START_TEST(jain)
{
	give("10.0.0.1:1", 1, 0);
	give("10.0.0.2:1", 2, 0);
	give("10.0.0.3:1", 3, 0);
	give("10.0.0.4:1", 4, 0);
	give("10.0.0.5:1", 0, 0);
	clients_rank(&server.clients, 0, &view);
	ck_assert_uint_eq(view.clients, 5);
	ck_assert_uint_eq(view.active, 4);
	ck_assert_double_eq_tol(view.fairness, 100.0 / 120.0, 1e-12);
	assert_client(0, "10.0.0.4");
	assert_client(4, "10.0.0.5");
	ck_assert_double_eq_tol(client_share(&view, &view.client[0]->sum), 0.4, 1e-12);
	ck_assert(client_is_above(&view, view.client[0]));
	ck_assert(client_is_above(&view, view.client[1]));
	ck_assert(!client_is_above(&view, view.client[2]));
}
END_TEST

START_TEST(one_alone_is_not_above)
{
	give("10.0.0.1:1", 100, 0);
	give("10.0.0.2:1", 0, 0);
	clients_rank(&server.clients, 0, &view);
	ck_assert_double_eq_tol(view.fairness, 1.0, 1e-12);
	ck_assert(!client_is_above(&view, view.client[0]));
}
END_TEST

START_TEST(nobody)
{
	clients_rank(&server.clients, 0, &view);
	ck_assert_uint_eq(view.nr, 0);
	ck_assert_ptr_null(view.most_open);
	ck_assert_double_eq(view.fairness, 0);
	ck_assert_double_eq(client_share(&view, &view.all), 0);
}
END_TEST

START_TEST(mapped_addresses_are_ipv4)
{
	give("10.0.0.1:1", 1, 0);
	give("[::ffff:10.0.0.1]:2", 2, 0);
	give("[2001:db8::1]:2", 1, 0);
	/* Not the same, though its first bytes are. */
	give("[a00:1::]:2", 1, 0);
	clients_rank(&server.clients, 0, &view);
	ck_assert_uint_eq(view.nr, 3);
	assert_client(0, "10.0.0.1");
	ck_assert_uint_eq(view.client[0]->sum.bytes_sent, 3);
}
END_TEST

START_TEST(networks)
{
	server.clients.bits4 = 20;
	server.clients.bits6 = 64;
	give("10.0.16.1:1", 1, 0);
	give("10.0.31.255:1", 2, 0);
	give("10.0.32.0:1", 1, 0);
	give("[2001:db8:1:2:3::]:1", 1, 1);
	give("[2001:db8:1:2:ffff::]:1", 0, 6);
	clients_rank(&server.clients, 0, &view);
	ck_assert_uint_eq(view.nr, 3);
	assert_client(0, "2001:db8:1:2::/64");
	assert_client(1, "10.0.16.0/20");
	assert_client(2, "10.0.32.0/20");
	ck_assert_uint_eq(view.client[1]->sum.bytes_sent, 3);
}
END_TEST

START_TEST(everybody_is_one_network)
{
	server.clients.bits4 = 0;
	give("10.0.0.1:1", 1, 0);
	give("192.0.2.1:1", 1, 0);
	clients_rank(&server.clients, 0, &view);
	ck_assert_uint_eq(view.nr, 1);
	assert_client(0, "0.0.0.0/0");
}
END_TEST

/* Past the bound the rest is one sum, with no part in the fairness; room comes back when clients go. */
START_TEST(the_table_is_bounded)
{
	struct activity activity = bytes(1, 1);
	struct endpoint ep = { .port = 1 };

	for (uint32_t i = 0; i < CLIENTS_MAX + 1000; i++) {
		ep.addr[0] = (uint8_t)(i >> 24);
		ep.addr[1] = (uint8_t)(i >> 16);
		ep.addr[2] = (uint8_t)(i >> 8);
		ep.addr[3] = (uint8_t)i;
		clients_add(&server.clients, clients_find(&server.clients, &ep), &activity);
	}
	clients_rank(&server.clients, 10, &view);
	ck_assert_uint_eq(view.nr, 10);
	ck_assert_uint_eq(view.clients, CLIENTS_MAX - 1);
	ck_assert_uint_eq(view.all.bytes_sent, CLIENTS_MAX + 1000);
	ck_assert_uint_eq(view.left_out.bytes_sent, CLIENTS_MAX + 1000 - 10);
	ck_assert_double_eq_tol(view.fairness, 1.0, 1e-9);
	clients_begin(&server.clients);
	clients_rank(&server.clients, 10, &view);
	ck_assert_uint_eq(view.clients, 0);
	ck_assert_uint_ne(clients_find(&server.clients, &ep), 0);
}
END_TEST

START_TEST(sums_do_not_wrap)
{
	give("10.0.0.1:1", UINT64_MAX, UINT64_MAX);
	give("10.0.0.1:1", UINT64_MAX, 1);
	give("10.0.0.2:1", UINT64_MAX, UINT64_MAX);
	clients_rank(&server.clients, 0, &view);
	ck_assert_uint_eq(view.all.bytes_sent, UINT64_MAX);
	ck_assert(view.fairness > 0.99 && view.fairness < 1.01);
}
END_TEST

static struct conn make(uint64_t id, const char *opened, const char *local, const char *remote)
{
	struct conn conn = { .ended = false };
	struct endpoint ep = address(local);

	conn_set_num(&conn, C_ID, id);
	conn_set_endpoint(&conn, C_LOCAL, &ep);
	ep = address(remote);
	conn_set_endpoint(&conn, C_REMOTE, &ep);
	conn_set_text(&conn, C_STATE, strcmp(opened, "listen") == 0 ? "LISTEN" : "ESTABLISHED");
	conn_set_text(&conn, C_OPENED, opened);
	return conn;
}

static void tell(const struct conn *conn, bool wanted)
{
	struct activity activity;
	uint32_t *tag;

	ck_assert_int_eq(track_row(track, conn, 0, &activity, &tag), 0);
	server_row(&server, conn, &activity, tag, wanted);
	if (conn->ended)
		track_forget(track, conn);
}

static uint64_t open_now(void)
{
	clients_rank(&server.clients, 0, &view);
	return view.all.open;
}

START_TEST(who_is_a_client)
{
	struct conn passive = make(1, "passive", "10.0.0.1:80", "10.0.0.2:1"), active = make(2, "active", "10.0.0.1:80", "10.0.0.3:1");
	struct conn adopted = make(3, "adopted", "10.0.0.1:80", "10.0.0.4:1"), other = make(4, "adopted", "10.0.0.1:81", "10.0.0.5:80");
	struct conn listener = make(5, "listen", "0.0.0.0:80", "0.0.0.0:*");

	track_begin(track, 0);
	server_begin(&server);
	tell(&passive, true);
	tell(&active, true);
	tell(&adopted, true);
	tell(&other, true);
	ck_assert_uint_eq(open_now(), 1);
	/* The listener comes after the connection that is older than the module. */
	tell(&listener, true);
	server_settle(&server, track);
	ck_assert_uint_eq(open_now(), 2);
	assert_client(0, "10.0.0.2");
	assert_client(1, "10.0.0.4");
}
END_TEST

START_TEST(open_counts_come_and_go)
{
	struct conn a = make(1, "passive", "10.0.0.1:80", "10.0.0.2:1"), b = make(2, "passive", "10.0.0.1:80", "10.0.0.2:2");

	track_begin(track, 0);
	tell(&a, true);
	tell(&b, true);
	ck_assert_uint_eq(open_now(), 2);
	/* It does not pass the filter any more, and then again. */
	track_begin(track, 1);
	tell(&a, false);
	ck_assert_uint_eq(open_now(), 1);
	track_begin(track, 1);
	tell(&a, true);
	ck_assert_uint_eq(open_now(), 2);
	track_begin(track, 1);
	a.ended = true;
	conn_set_text(&a, C_CAUSE, "rst_sent");
	tell(&a, true);
	ck_assert_uint_eq(open_now(), 1);
	ck_assert_uint_eq(view.client[0]->sum.failed, 1);
	/* Born and ended between two readings. */
	a.num[C_ID] = 9;
	conn_set_text(&a, C_CAUSE, "fin_local");
	tell(&a, true);
	ck_assert_uint_eq(open_now(), 1);
	ck_assert_uint_eq(view.client[0]->sum.ended, 2);
	ck_assert_uint_eq(view.client[0]->sum.failed, 1);
	/* A reading of all that does not show it. */
	track_begin(track, 1);
	track_end(track, server_gone, &server);
	ck_assert_uint_eq(open_now(), 0);
	server_begin(&server);
	clients_rank(&server.clients, 0, &view);
	ck_assert_uint_eq(view.clients, 0);
}
END_TEST

START_TEST(ports_are_kept_by_namespace)
{
	struct ports ports = { NULL, 0, 0 };

	ck_assert(!ports_has(&ports, 1, 80));
	for (unsigned int port = 1; port < 5000; port++)
		ports_add(&ports, port % 3, (uint16_t)port);
	for (unsigned int port = 1; port < 5000; port++) {
		ck_assert(ports_has(&ports, port % 3, (uint16_t)port));
		ck_assert(!ports_has(&ports, 3, (uint16_t)port));
	}
	ports_add(&ports, 1, 0);
	ck_assert(!ports_has(&ports, 1, 0));
	ports_free(&ports);
}
END_TEST

START_TEST(lives_by_cause)
{
	static const char *const causes[] = { "fin_local", "fin_local", "connect_refused", "connect_timeout", "connect_failed", "tomorrow" };
	struct activity activity = { .born = true };
	struct lives lives = { .known = true };

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		struct conn conn = make(i, "active", "10.0.0.1:80", "10.0.0.2:1");

		conn.ended = true;
		conn_set_text(&conn, C_CAUSE, causes[i]);
		lives_add(&lives, &conn, &activity);
	}
	ck_assert_uint_eq(lives.opened, 6);
	ck_assert_uint_eq(lives_ended(&lives, false), 3);
	ck_assert_uint_eq(lives_ended(&lives, true), 3);
	ck_assert_uint_eq(lives.cause[0], 1);
	ck_assert_str_eq(lives_cause_name(0), "unknown");
}
END_TEST

TCase *clients_case(void)
{
	TCase *tc = tcase_create("clients");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, all_the_same_is_fair);
	tcase_add_test(tc, jain);
	tcase_add_test(tc, one_alone_is_not_above);
	tcase_add_test(tc, nobody);
	tcase_add_test(tc, mapped_addresses_are_ipv4);
	tcase_add_test(tc, networks);
	tcase_add_test(tc, everybody_is_one_network);
	tcase_add_test(tc, the_table_is_bounded);
	tcase_add_test(tc, sums_do_not_wrap);
	tcase_add_test(tc, who_is_a_client);
	tcase_add_test(tc, open_counts_come_and_go);
	tcase_add_test(tc, ports_are_kept_by_namespace);
	tcase_add_test(tc, lives_by_cause);
	return tc;
}
