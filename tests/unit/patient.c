// SPDX-License-Identifier: GPL-2.0-only
#include "patient.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "socket_read.h"

#define SECONDS UINT64_C(1000000000)

struct patient patient;

void patient_setup(void)
{
	memset(&patient, 0, sizeof(patient));
	ck_assert_int_eq(conns_init(&patient.conns), 0);
	patient.conns.readings = 2;
	patient.conns.first_ns = SECONDS;
	patient.conns.last_ns = 11 * SECONDS;
	patient.sockets_before.udp_whole = patient.sockets_before.tcp_whole = true;
	patient.sockets_now.udp_whole = patient.sockets_now.tcp_whole = true;
	patient.view = (struct view){
		.before = &patient.before, .now = &patient.now, .sockets_before = &patient.sockets_before, .sockets_now = &patient.sockets_now,
		.module_before = &patient.module_before, .module_now = &patient.module_now,
		.conns = &patient.conns, .trends = &patient.trends, .elapsed_ns = 10 * SECONDS,
	};
}

void patient_teardown(void)
{
	findings_free(&patient.findings);
	conns_free(&patient.conns);
	trends_free(&patient.trends);
	counters_free(&patient.before);
	counters_free(&patient.now);
	free(patient.sockets_before.socket);
	free(patient.sockets_now.socket);
}

void count(enum layer layer, const char *object, const char *name, uint64_t before, uint64_t after)
{
	ck_assert_int_eq(counters_add(&patient.before, layer, false, object, name, before), 0);
	ck_assert_int_eq(counters_add(&patient.now, layer, false, object, name, after), 0);
}

void level(enum layer layer, const char *object, const char *name, uint64_t value)
{
	ck_assert_int_eq(counters_add(&patient.now, layer, true, object, name, value), 0);
}

void module_says(enum module_stat stat, uint64_t before, uint64_t now)
{
	patient.module_before.known |= UINT32_C(1) << stat;
	patient.module_before.val[stat] = before;
	patient.module_now.known |= UINT32_C(1) << stat;
	patient.module_now.val[stat] = now;
}

struct socket *socket_now(bool udp, unsigned int state, const char *local, const char *remote, uint64_t cookie)
{
	struct socket *socket = sockets_add(&patient.sockets_now);

	ck_assert_ptr_nonnull(socket);
	socket->udp = udp;
	socket->state = (uint8_t)state;
	ck_assert(endpoint_parse(local, &socket->local));
	ck_assert(endpoint_parse(remote, &socket->remote));
	socket_set(socket, SOCKET_COOKIE, cookie);
	return socket;
}

struct path *path_to(const char *remote)
{
	struct endpoint ep;
	struct path *path;

	ck_assert(endpoint_parse(remote, &ep));
	path = path_find(&patient.conns, &ep);
	ck_assert_ptr_nonnull(path);
	path->worst = ep;
	path->worst_retrans = 1;
	return path;
}

struct held *held_with(const char *local, const char *remote)
{
	struct conns *conns = &patient.conns;
	struct held *held;

	conns->held = realloc(conns->held, (conns->nr_held + 1) * sizeof(*conns->held));
	held = &conns->held[conns->nr_held++];
	memset(held, 0, sizeof(*held));
	held->since_ns = conns->first_ns;
	ck_assert(endpoint_parse(local, &held->local));
	ck_assert(endpoint_parse(remote, &held->remote));
	return held;
}

void examine(rule_fn rule)
{
	findings_free(&patient.findings);
	counters_sort(&patient.before);
	counters_sort(&patient.now);
	rule(&patient.findings, &patient.view);
	findings_sort(&patient.findings);
}

void found(const char *ids)
{
	char all[1024] = "";

	for (unsigned int i = 0; i < patient.findings.nr; i++) {
		strcat(all, i ? " " : "");
		strcat(all, patient.findings.finding[i].id);
	}
	ck_assert_str_eq(all, ids);
}

void says(const char *words)
{
	const struct finding *finding = patient.findings.finding;
	bool said;

	ck_assert_uint_ge(patient.findings.nr, 1);
	said = strstr(finding->title, words) || strstr(finding->effect, words);
	for (unsigned int i = 0; i < finding->nr_evidence; i++)
		said |= strstr(finding->evidence[i].name, words) || (finding->evidence[i].text && strstr(finding->evidence[i].text, words));
	for (unsigned int i = 0; i < finding->nr_advice; i++)
		said |= strstr(finding->advice[i].text, words) != NULL;
	ck_assert_msg(said, "'%s' is not said of: %s", words, finding->title);
}
