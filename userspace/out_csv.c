// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports for spreadsheets: RFC 4180, one kind of record a run so that every line has the same columns, their names in the
 * first line. What is not known is empty.
 */
#include <inttypes.h>
#include <string.h>

#include "fmt.h"
#include "out_csv.h"

void csv_text(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fprintf(out, ",%s", text);
		return;
	}
	fputs(",\"", out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

void csv_number(FILE *out, bool known, uint64_t value)
{
	fputc(',', out);
	if (known)
		fprintf(out, "%" PRIu64, value);
}

void csv_rate(FILE *out, const struct delta *delta, uint64_t elapsed_ns)
{
	fputc(',', out);
	if (delta->grown_known)
		fprintf(out, "%.15g", per_second(delta->grown, elapsed_ns));
}

void csv_rate_name(FILE *out, const char *prefix, const char *name)
{
	fprintf(out, ",%s%s_per_s", prefix, name);
}

void csv_begin(FILE *out, const struct report *report)
{
	char buf[FMT_LEN];

	fprintf(out, "%s,%" PRIu64 ".%09" PRIu64, fmt_iso(report->now.real_ns, buf), report->elapsed_ns / 1000000000u,
		report->elapsed_ns % 1000000000u);
}

static void system_begin(FILE *out)
{
	fputs("time,elapsed_s", out);
	for (unsigned int i = 0; i < H_NR; i++) {
		fprintf(out, ",%s", host_columns[i].csv);
		csv_rate_name(out, "", host_columns[i].csv);
	}
	for (unsigned int i = 0; i < N_NR; i++)
		csv_rate_name(out, "net_", net_names[i]);
	for (unsigned int i = 0; i < D_NR; i++)
		csv_rate_name(out, "disk_", disk_names[i]);
	fputc('\n', out);
}

static void system_interval(FILE *out, const struct report *report, const struct out_options *options)
{
	(void)options;
	csv_begin(out, report);
	for (unsigned int i = 0; i < H_NR; i++) {
		const struct delta *delta = &report->host.col[i];

		csv_number(out, delta->now_known, delta->now);
		csv_rate(out, delta, report->elapsed_ns);
	}
	for (unsigned int i = 0; i < N_NR; i++)
		csv_rate(out, &report->host.net.total[i], report->elapsed_ns);
	for (unsigned int i = 0; i < D_NR; i++)
		csv_rate(out, &report->host.disk.total[i], report->elapsed_ns);
	fputc('\n', out);
}

static void interfaces_begin(FILE *out)
{
	fputs("time,elapsed_s,name", out);
	for (unsigned int i = 0; i < N_NR; i++) {
		fprintf(out, ",%s", net_names[i]);
		csv_rate_name(out, "", net_names[i]);
	}
	fputc('\n', out);
}

static void interfaces_interval(FILE *out, const struct report *report, const struct out_options *options)
{
	const struct devs_delta *net = &report->host.net;
	char name[FMT_NAME_LEN];

	(void)options;
	for (unsigned int i = 0; i < net->nr; i++) {
		csv_begin(out, report);
		csv_text(out, fmt_name(net->dev[i].name, name));
		for (unsigned int col = 0; col < N_NR; col++) {
			const struct delta *delta = &net->dev[i].col[col];

			csv_number(out, delta->now_known, delta->now);
			csv_rate(out, delta, report->elapsed_ns);
		}
		fputc('\n', out);
	}
}

static void connections_begin(FILE *out)
{
	fputs("time,elapsed_s", out);
	for (unsigned int col = 0; col < C_NR; col++) {
		fprintf(out, ",%s", conn_columns[col].name);
		if (conn_counter_of((enum conn_col)col) >= 0)
			csv_rate_name(out, "", conn_columns[col].name);
	}
	fputs(",cgroup_path\n", out);
}

static void put_column(FILE *out, const struct conn *conn, enum conn_col col)
{
	char buf[FMT_NAME_LEN];

	if (!conn_known(conn, col)) {
		fputc(',', out);
		return;
	}
	switch (conn_columns[col].type) {
	case COL_HEX:
		fprintf(out, ",0x%" PRIx64, conn->num[col]); /* a bare 12e4 would be read as a number */
		break;
	case COL_TEXT:
		csv_text(out, fmt_name(conn_text(conn, col), buf));
		break;
	case COL_ENDPOINT:
		csv_text(out, endpoint_format(conn_endpoint(conn, col), buf));
		break;
	default:
		csv_number(out, true, conn->num[col]);
		break;
	}
}

static void put_path(FILE *out, struct cgroups *cgroups, const struct conn *conn)
{
	char text[CGROUP_TEXT_LEN], buf[4 * CGROUP_TEXT_LEN];

	csv_text(out, conn_known(conn, C_CGROUP) ? fmt_path(cgroups_text(cgroups, conn->num[C_CGROUP], text), buf, sizeof(buf)) : "");
}

static void connections_interval(FILE *out, const struct report *report, const struct out_options *options)
{
	(void)options;
	for (unsigned int i = 0; i < report->rank->nr; i++) {
		const struct rank_row *row = &report->rank->row[i];

		csv_begin(out, report);
		for (unsigned int col = 0; col < C_NR; col++) {
			int k = conn_counter_of((enum conn_col)col);

			put_column(out, &row->conn, (enum conn_col)col);
			if (k >= 0) {
				struct delta delta = conn_delta(row, (enum conn_counter)k);

				csv_rate(out, &delta, report->elapsed_ns);
			}
		}
		put_path(out, report->cgroups, &row->conn);
		fputc('\n', out);
	}
}

static void clients_begin_csv(FILE *out)
{
	fputs("time,elapsed_s,client,open,opened,ended,failed,bytes_sent_per_s,bytes_received_per_s,share,retrans,above_equal_share\n", out);
}

static void clients_interval(FILE *out, const struct report *report, const struct out_options *options)
{
	const struct clients_view *view = report->clients;
	char buf[CLIENT_STRLEN];

	(void)options;
	for (unsigned int i = 0; i < view->nr; i++) {
		const struct client_sum *sum = &view->client[i]->sum;

		csv_begin(out, report);
		csv_text(out, client_format(view->client[i], buf));
		csv_number(out, true, sum->open);
		csv_number(out, true, sum->opened);
		csv_number(out, report->lives.known, sum->ended);
		csv_number(out, report->lives.known, sum->failed);
		fprintf(out, ",%.15g,%.15g,%.15g", per_second(sum->bytes_sent, report->elapsed_ns),
			per_second(sum->bytes_received, report->elapsed_ns), client_share(view, sum));
		csv_number(out, true, sum->retrans);
		csv_number(out, true, client_is_above(view, view->client[i]));
		fputc('\n', out);
	}
}

const struct writer csv_clients_writer = { SECTION_ONLY(SECTION_CLIENTS), clients_begin_csv, file_limit, clients_interval };
const struct writer csv_system_writer = { SECTION_ONLY(SECTION_LOAD), system_begin, file_limit, system_interval };
const struct writer csv_interfaces_writer = { SECTION_ONLY(SECTION_LOAD), interfaces_begin, file_limit, interfaces_interval };
const struct writer csv_connections_writer = { SECTION_ONLY(SECTION_CONNECTIONS), connections_begin, file_limit, connections_interval };
