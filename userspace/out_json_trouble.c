// SPDX-License-Identifier: GPL-2.0-only
/* Reports for programs: congestion, drops, sockets. */
#include <stdio.h>

#include "out_json.h"
#include "row.h"
#include "run.h"

static void put_verdict(json_t *object, const struct verdict *verdict)
{
	bool known = verdict->kind != VERDICT_UNKNOWN;

	json_object_set_new(object, "verdict", json_string(verdict_name(verdict->kind)));
	json_object_set_new(object, "meaning", json_string(verdict_word(verdict->kind)));
	json_object_set_new(object, "few", json_boolean(verdict->few));
	run_json_number(object, "recoveries", known, verdict->recoveries);
	run_json_number(object, "recoveries_undone", known, verdict->recoveries_undone);
	run_json_number(object, "timeouts", known, verdict->timeouts);
	run_json_number(object, "timeouts_undone", known, verdict->timeouts_undone);
}

static json_t *congestion_connections(const struct report *report)
{
	const struct congestion *congestion = &report->trouble->congestion;
	json_t *object;

	if (!congestion->connections_known)
		return json_null();
	object = json_object();
	put_verdict(object, &congestion->connections_verdict);
	for (unsigned int i = 0; i < congestion_sums_nr; i++) {
		enum conn_counter k = congestion_sums[i].counter;

		run_json_number(object, congestion_sums[i].name, totals_known(report->totals, k), report->totals->grown[k]);
	}
	return object;
}

static void put_congestion(json_t *object, const struct report *report)
{
	const struct congestion *congestion = &report->trouble->congestion;
	json_t *section = json_object(), *counters = json_object();

	put_verdict(section, &congestion->host_verdict);
	for (unsigned int i = 0; i < congestion_rows_nr; i++) {
		const struct delta *delta = &congestion->row[i];

		run_json_number(counters, congestion_rows[i].name, delta->now_known, delta->now);
		json_rate(counters, congestion_rows[i].name, delta, report->elapsed_ns);
	}
	json_object_set_new(section, "counters", counters);
	json_object_set_new(section, "connections", congestion_connections(report));
	json_object_set_new(object, "congestion", section);
}

static void put_drops(json_t *object, const struct report *report)
{
	const struct drop_view *view = &report->trouble->drops;
	json_t *section = json_object(), *rows = json_array(), *not_known = json_array();

	for (unsigned int i = 0; i < view->nr; i++) {
		const struct drop_row *row = &view->row[i];
		struct delta delta = { .grown = row->grown, .grown_known = true };
		json_t *entry = json_object();

		json_object_set_new(entry, "layer", json_string(layer_name(row->layer)));
		run_json_text(entry, "object", row->object);
		run_json_text(entry, "name", row->name);
		run_json_number(entry, "lost", true, row->grown);
		json_rate(entry, "lost", &delta, report->elapsed_ns);
		json_array_append_new(rows, entry);
	}
	for (unsigned int layer = 0; layer < LAYER_NR; layer++) {
		if (drop_view_layers() >> layer & 1 && !(view->known >> layer & 1))
			json_array_append_new(not_known, json_string(layer_name((enum layer)layer)));
	}
	json_object_set_new(section, "rows", rows);
	json_object_set_new(section, "not_known", not_known);
	json_object_set_new(object, "drops", section);
}

static void put_address(json_t *object, const char *name, const struct endpoint *endpoint)
{
	char buf[ENDPOINT_STRLEN];

	json_object_set_new(object, name, json_string(endpoint_format(endpoint, buf)));
}

static json_t *states(const struct socket_view *view)
{
	json_t *object = json_object();

	for (unsigned int state = 1; state < SOCKET_VIEW_STATES; state++)
		run_json_number(object, name_state(state), true, view->tcp[state]);
	return object;
}

static json_t *waiting(const struct socket_view *view)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < view->nr_waiting; i++) {
		const struct socket *socket = view->waiting[i];
		json_t *entry = json_object();

		put_address(entry, "local", &socket->local);
		run_json_number(entry, "queue", socket_known(socket, SOCKET_RECV_Q), socket->num[SOCKET_RECV_Q]);
		run_json_number(entry, "limit", socket_known(socket, SOCKET_SEND_Q), socket->num[SOCKET_SEND_Q]);
		json_array_append_new(list, entry);
	}
	return list;
}

static json_t *losses(const struct report *report)
{
	const struct socket_view *view = &report->trouble->view;
	json_t *list = json_array();

	for (unsigned int i = 0; i < view->nr_losses; i++) {
		const struct socket *socket = &view->loss[i].socket;
		struct delta delta = { .grown = view->loss[i].dropped, .grown_known = true };
		json_t *entry = json_object();

		put_address(entry, "local", &socket->local);
		put_address(entry, "remote", &socket->remote);
		run_json_number(entry, "lost", true, delta.grown);
		json_rate(entry, "lost", &delta, report->elapsed_ns);
		run_json_number(entry, "recv_q", socket_known(socket, SOCKET_RECV_Q), socket->num[SOCKET_RECV_Q]);
		run_json_number(entry, "rcvbuf", socket_known(socket, SOCKET_RCVBUF), socket->num[SOCKET_RCVBUF]);
		run_json_number(entry, "inode", socket_known(socket, SOCKET_INODE), socket->num[SOCKET_INODE]);
		run_json_number(entry, "uid", socket_known(socket, SOCKET_UID), socket->num[SOCKET_UID]);
		run_json_number(entry, "pid", socket->pid, socket->pid);
		run_json_text(entry, "comm", socket->comm[0] ? socket->comm : NULL);
		json_array_append_new(list, entry);
	}
	return list;
}

/* The levels of /proc/net/sockstat: "TCP_inuse" ... */
static json_t *levels(const struct counters *counters)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < counters->nr; i++) {
		const struct counter *counter = &counters->counter[i];
		char name[64];

		if (counter->layer != LAYER_SOCKET)
			continue;
		snprintf(name, sizeof(name), "%s_%s", counter->object, counter->name);
		run_json_number(object, name, true, counter->value);
	}
	return object;
}

static void put_sockets(json_t *object, const struct report *report, bool full)
{
	const struct socket_view *view = &report->trouble->view;
	json_t *section = json_object();

	json_object_set_new(section, "tcp", view->tcp_known ? states(view) : json_null());
	run_json_number(section, "udp", view->udp_known, view->udp);
	json_object_set_new(section, "accept_queues", view->tcp_known ? waiting(view) : json_null());
	json_object_set_new(section, "udp_drops", view->losses_known ? losses(report) : json_null());
	json_object_set_new(section, "sockstat", full ? levels(&report->trouble->now) : json_null());
	json_object_set_new(object, "sockets", section);
}

void json_trouble(json_t *object, const struct report *report, const struct sections *sections)
{
	if (section_shown(sections, SECTION_CONGESTION))
		put_congestion(object, report);
	if (section_shown(sections, SECTION_DROPS))
		put_drops(object, report);
	if (section_shown(sections, SECTION_SOCKETS))
		put_sockets(object, report, section_full(sections, SECTION_SOCKETS));
}
