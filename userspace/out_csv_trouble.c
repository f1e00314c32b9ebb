// SPDX-License-Identifier: GPL-2.0-only
/* Reports for spreadsheets: congestion and sockets, a line an interval; drops, a line for each counter that moved. */
#include "out_csv.h"
#include "row.h"

static void congestion_begin(FILE *out)
{
	fputs("time,elapsed_s,verdict", out);
	for (unsigned int i = 0; i < congestion_rows_nr; i++) {
		fprintf(out, ",%s", congestion_rows[i].name);
		csv_rate_name(out, "", congestion_rows[i].name);
	}
	fputs(",connections_verdict", out);
	for (unsigned int i = 0; i < congestion_sums_nr; i++)
		fprintf(out, ",%s", congestion_sums[i].name);
	fputc('\n', out);
}

static void congestion_interval(FILE *out, const struct report *report, const struct out_options *options)
{
	const struct congestion *congestion = &report->trouble->congestion;
	bool known = congestion->connections_known;

	(void)options;
	csv_begin(out, report);
	csv_text(out, verdict_name(congestion->host_verdict.kind));
	for (unsigned int i = 0; i < congestion_rows_nr; i++) {
		csv_number(out, congestion->row[i].now_known, congestion->row[i].now);
		csv_rate(out, &congestion->row[i], report->elapsed_ns);
	}
	csv_text(out, known ? verdict_name(congestion->connections_verdict.kind) : "");
	for (unsigned int i = 0; i < congestion_sums_nr; i++) {
		enum conn_counter k = congestion_sums[i].counter;

		csv_number(out, known && totals_known(report->totals, k), report->totals->grown[k]);
	}
	fputc('\n', out);
}

static void drops_begin(FILE *out)
{
	fputs("time,elapsed_s,layer,object,name,lost,lost_per_s\n", out);
}

static void drops_interval(FILE *out, const struct report *report, const struct out_options *options)
{
	const struct drop_view *view = &report->trouble->drops;

	(void)options;
	for (unsigned int i = 0; i < view->nr; i++) {
		struct delta delta = { .grown = view->row[i].grown, .grown_known = true };

		csv_begin(out, report);
		csv_text(out, layer_name(view->row[i].layer));
		csv_text(out, view->row[i].object);
		csv_text(out, view->row[i].name);
		csv_number(out, true, delta.grown);
		csv_rate(out, &delta, report->elapsed_ns);
		fputc('\n', out);
	}
}

static void sockets_begin(FILE *out)
{
	fputs("time,elapsed_s", out);
	for (unsigned int state = 1; state < SOCKET_VIEW_STATES; state++)
		fprintf(out, ",tcp_%s", name_state(state));
	fputs(",udp,listeners_waited_for,longest_accept_queue,udp_sockets_that_dropped,udp_dropped\n", out);
}

static void sockets_interval(FILE *out, const struct report *report, const struct out_options *options)
{
	const struct socket_view *view = &report->trouble->view;
	uint64_t dropped = 0;

	(void)options;
	for (unsigned int i = 0; i < view->nr_losses; i++)
		dropped += view->loss[i].dropped;
	csv_begin(out, report);
	for (unsigned int state = 1; state < SOCKET_VIEW_STATES; state++)
		csv_number(out, view->tcp_known, view->tcp[state]);
	csv_number(out, view->udp_known, view->udp);
	csv_number(out, view->tcp_known, view->nr_waiting);
	csv_number(out, view->tcp_known, view->nr_waiting ? view->waiting[0]->num[SOCKET_RECV_Q] : 0);
	csv_number(out, view->losses_known, view->nr_losses);
	csv_number(out, view->losses_known, dropped);
	fputc('\n', out);
}

const struct writer csv_congestion_writer = { SECTION_ONLY(SECTION_CONGESTION), congestion_begin, file_limit, congestion_interval };
const struct writer csv_drops_writer = { SECTION_ONLY(SECTION_DROPS), drops_begin, file_limit, drops_interval };
const struct writer csv_sockets_writer = { SECTION_ONLY(SECTION_SOCKETS), sockets_begin, file_limit, sockets_interval };
