// SPDX-License-Identifier: GPL-2.0-only
/* Reports for programs: one JSON object a line for each interval. What is not known is null. */
#include <jansson.h>
#include <string.h>

#include "fmt.h"
#include "out_json.h"
#include "run.h"
#include "say.h"

void json_rate(json_t *object, const char *name, const struct delta *delta, uint64_t elapsed_ns)
{
	char buf[RATE_NAME_LEN];

	json_object_set_new(object, rate_name(name, buf),
			    delta->grown_known ? json_real(per_second(delta->grown, elapsed_ns)) : json_null());
}

static void put_host(json_t *object, const struct report *report)
{
	json_t *group = NULL;
	const char *name = "";

	for (unsigned int i = 0; i < H_NR; i++) {
		const struct host_column *column = &host_columns[i];
		const struct delta *delta = &report->host.col[i];

		if (strcmp(column->group, name) != 0) {
			name = column->group;
			group = json_object();
			json_object_set_new(object, name, group);
		}
		run_json_number(group, column->name, delta->now_known, delta->now);
		json_rate(group, column->name, delta, report->elapsed_ns);
	}
}

/* The sums over devices, and each device. */
static void put_devices(json_t *object, const char *total, const char *each, const struct devs_delta *devs,
			const char *const *names, unsigned int nr, uint64_t elapsed_ns)
{
	json_t *sum = json_object();
	json_t *list = json_array();

	for (unsigned int col = 0; col < nr; col++)
		json_rate(sum, names[col], &devs->total[col], elapsed_ns);
	for (unsigned int i = 0; i < devs->nr; i++) {
		json_t *dev = json_object();

		run_json_text(dev, "name", devs->dev[i].name);
		for (unsigned int col = 0; col < nr; col++) {
			const struct delta *delta = &devs->dev[i].col[col];

			run_json_number(dev, names[col], delta->now_known, delta->now);
			json_rate(dev, names[col], delta, elapsed_ns);
		}
		json_array_append_new(list, dev);
	}
	json_object_set_new(object, total, sum);
	json_object_set_new(object, each, list);
}

static json_t *column_value(const struct conn *conn, enum conn_col col)
{
	char buf[FMT_NAME_LEN];
	json_t *text;

	if (!conn_known(conn, col))
		return json_null();
	switch (conn_columns[col].type) {
	case COL_HEX:
		snprintf(buf, sizeof(buf), "%llx", (unsigned long long)conn->num[col]);
		return json_string(buf);
	case COL_TEXT:
		text = json_string(conn_text(conn, col));
		return text ? text : json_string(fmt_name(conn_text(conn, col), buf));
	case COL_ENDPOINT:
		return json_string(endpoint_format(conn_endpoint(conn, col), buf));
	default:
		return json_integer((json_int_t)conn->num[col]);
	}
}

static void put_path(json_t *object, const char *name, struct cgroups *cgroups, const struct conn *conn)
{
	char buf[CGROUP_TEXT_LEN];

	if (conn_known(conn, C_CGROUP))
		run_json_text(object, name, cgroups_text(cgroups, conn->num[C_CGROUP], buf));
	else
		json_object_set_new(object, name, json_null());
}

/* The mean of a queue in the interval, from the growth of its integral over time. */
static void put_mean(json_t *object, const char *name, const struct rank_row *row, enum conn_counter k, uint64_t elapsed_ns)
{
	struct delta delta = conn_delta(row, k);

	/* The integral is in byte milliseconds. */
	json_object_set_new(object, name, delta.grown_known ? json_real(per_second(delta.grown, elapsed_ns) / 1e3) : json_null());
}

static json_t *connection(const struct rank_row *row, struct cgroups *cgroups, uint64_t elapsed_ns)
{
	json_t *object = json_object();

	for (unsigned int col = 0; col < C_NR; col++) {
		int k = conn_counter_of((enum conn_col)col);

		json_object_set_new(object, conn_columns[col].name, column_value(&row->conn, (enum conn_col)col));
		if (k >= 0) {
			struct delta delta = conn_delta(row, (enum conn_counter)k);

			json_rate(object, conn_columns[col].name, &delta, elapsed_ns);
		}
	}
	put_path(object, "cgroup_path", cgroups, &row->conn);
	put_mean(object, "send_q_mean_in_interval", row, K_SEND_Q_AREA, elapsed_ns);
	put_mean(object, "recv_q_mean_in_interval", row, K_RECV_Q_AREA, elapsed_ns);
	json_object_set_new(object, "ended", json_boolean(row->conn.ended));
	return object;
}

static void put_connections(json_t *object, const struct report *report)
{
	struct rank_sum sum = rank_left_out(report->rank, report->rank->nr);
	bool known = report->source != SOURCE_NONE;
	struct delta sent = { .grown = sum.bytes_sent, .grown_known = known };
	struct delta received = { .grown = sum.bytes_received, .grown_known = known };
	json_t *list = json_array();
	json_t *rest = json_object();

	for (unsigned int i = 0; i < report->rank->nr; i++)
		json_array_append_new(list, connection(&report->rank->row[i], report->cgroups, report->elapsed_ns));
	json_object_set_new(object, "connections", known ? list : json_null());
	if (!known)
		json_decref(list);

	run_json_number(rest, "connections", known, sum.connections);
	run_json_number(rest, "not_known", known, sum.unknown);
	json_rate(rest, "bytes_sent", &sent, report->elapsed_ns);
	json_rate(rest, "bytes_received", &received, report->elapsed_ns);
	json_object_set_new(object, "left_out", rest);
}

/* How many connections came and went. */
static void put_lives(json_t *object, const struct report *report)
{
	const struct lives *lives = &report->lives;
	json_t *group = json_object(), *causes = json_object();

	run_json_number(group, "opened", lives->known, lives->opened);
	run_json_number(group, "ended", lives->known, lives_ended(lives, false));
	run_json_number(group, "failed_connects", lives->known, lives_ended(lives, true));
	for (unsigned int cause = 1; cause < LIVES_CAUSES; cause++)
		run_json_number(causes, lives_cause_name(cause), lives->known, lives->cause[cause]);
	run_json_number(causes, lives_cause_name(0), lives->known, lives->cause[0]);
	json_object_set_new(group, "cause", causes);
	run_json_number(group, "lost", lives->known, lives->lost);
	json_object_set_new(object, "lives", group);
}

static json_t *client_numbers(const struct report *report, const struct client_sum *sum)
{
	bool known = report->source != SOURCE_NONE;
	struct delta sent = { .grown = sum->bytes_sent, .grown_known = known };
	struct delta received = { .grown = sum->bytes_received, .grown_known = known };
	json_t *object = json_object();

	run_json_number(object, "open", known, sum->open);
	run_json_number(object, "opened", known, sum->opened);
	run_json_number(object, "ended", report->lives.known, sum->ended);
	run_json_number(object, "failed", report->lives.known, sum->failed);
	json_rate(object, "bytes_sent", &sent, report->elapsed_ns);
	json_rate(object, "bytes_received", &received, report->elapsed_ns);
	json_object_set_new(object, "share", known ? json_real(client_share(report->clients, sum)) : json_null());
	run_json_number(object, "retrans", known, sum->retrans);
	run_json_number(object, "not_known", known, sum->unknown);
	return object;
}

static void put_clients(json_t *object, const struct report *report)
{
	const struct clients_view *view = report->clients;
	bool known = report->source != SOURCE_NONE;
	json_t *list = json_array(), *all = client_numbers(report, &view->all);
	char buf[CLIENT_STRLEN];

	for (unsigned int i = 0; i < view->nr; i++) {
		const struct client *client = view->client[i];
		json_t *entry = client_numbers(report, &client->sum);

		json_object_set_new(entry, "client", json_string(client_format(client, buf)));
		json_object_set_new(entry, "above_equal_share", json_boolean(client_is_above(view, client)));
		json_object_set_new(entry, "most_open", json_boolean(client == view->most_open));
		json_object_set_new(entry, "most_opened", json_boolean(client == view->most_opened));
		json_array_append_new(list, entry);
	}
	json_object_set_new(object, "clients", known ? list : json_null());
	if (!known)
		json_decref(list);
	json_object_set_new(object, "clients_left_out", client_numbers(report, &view->left_out));
	run_json_number(all, "clients", known, view->clients);
	run_json_number(all, "active", known, view->active);
	json_object_set_new(all, "fairness", view->active ? json_real(view->fairness) : json_null());
	json_object_set_new(all, "equal_share", view->active ? json_real(1.0 / (double)view->active) : json_null());
	json_object_set_new(object, "clients_total", all);
}

static void put_module(json_t *object, const struct report *report)
{
	json_t *module = json_object();

	for (unsigned int i = 0; i < M_NR; i++)
		run_json_number(module, module_stat_names[i], module_stat_known(&report->stats, (enum module_stat)i), report->stats.val[i]);
	run_json_number(module, "refused_in_interval", report->refused.grown_known, report->refused.grown);
	run_json_number(module, "thinned_in_interval", report->thinned.grown_known, report->thinned.grown);
	/* Of one CPU. */
	json_object_set_new(module, "hooks_cpu_share", report->hooks_us.grown_known ?
			    json_real(per_second(report->hooks_us.grown, report->elapsed_ns) / 1e6) : json_null());
	json_object_set_new(object, "module", module);
}

static void json_interval(FILE *out, const struct report *report, const struct out_options *options)
{
	const struct sections *sections = &options->sections;
	json_t *object = json_object();
	char buf[FMT_LEN];

	json_object_set_new(object, "time", json_string(fmt_iso(report->now.real_ns, buf)));
	run_json_number(object, "realtime_ns", true, report->now.real_ns);
	run_json_number(object, "monotonic_ns", true, report->now.mono_ns);
	run_json_number(object, "elapsed_ns", true, report->elapsed_ns);
	json_object_set_new(object, "source", json_string(source_name(report->source)));
	if (section_shown(sections, SECTION_LOAD)) {
		put_host(object, report);
		put_devices(object, "interfaces_total", "interfaces", &report->host.net, net_names, N_NR, report->elapsed_ns);
		put_devices(object, "disks_total", "disks", &report->host.disk, disk_names, D_NR, report->elapsed_ns);
	}
	if (section_shown(sections, SECTION_CONNECTIONS)) {
		put_connections(object, report);
		put_lives(object, report);
	}
	if (section_shown(sections, SECTION_CLIENTS))
		put_clients(object, report);
	if (section_shown(sections, SECTION_CONNECTIONS))
		put_module(object, report);
	json_trouble(object, report, sections);
	if (json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0 && !ferror(out))
		say("out of memory: an interval could not be written");
	fputc('\n', out);
	json_decref(object);
}

static void json_begin(FILE *out)
{
	(void)out;
}

const struct writer json_writer = { { SECTION_ALL, 0 }, json_begin, file_limit, json_interval };
