// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports for people: congestion, drops, sockets. In full where the user asked for the section; else a few lines, and none where
 * nothing moved.
 */
#include <string.h>

#include "fmt.h"
#include "out_text.h"
#include "row.h"

#define SHORT_ROWS 5
#define FULL_ROWS 40
#define COUNTER_NAME 24		/* the longest of congestion_rows[], without its prefix */

static const char *rate(uint64_t grown, const struct report *report, char buf[FMT_LEN])
{
	return fmt_human(per_second(grown, report->elapsed_ns), buf);
}

/* The parts of @list, which has commas between them. */
static void parts(struct text *text, unsigned int *at, const char *before, char *list)
{
	while (*list) {
		char *comma = strstr(list, ", ");

		if (comma)
			*comma = '\0';
		text_part(text, at, before, "%s", list);
		before = ", ";
		list = comma ? comma + 2 : list + strlen(list);
	}
}

static void verdict_line(struct text *text, const char *whose, const struct verdict *verdict, const struct evidences *evidences)
{
	char figures[VERDICT_LEN];
	unsigned int at = 0;

	text_part(text, &at, "", "%s: %s%s", whose, verdict_word(verdict->kind), verdict->few ? " (few)" : "");
	parts(text, &at, "; ", verdict_figures(verdict, evidences, figures));
	text_line(text);
}

/* The kernel's name without the group that nstat puts before it. */
static const char *short_name(const char *name)
{
	if (strncmp(name, "TcpExt", strlen("TcpExt")) == 0)
		return name + strlen("TcpExt");
	return strncmp(name, "Tcp", strlen("Tcp")) == 0 ? name + strlen("Tcp") : name;
}

/* Those that moved. */
static void congestion_counters(struct text *text, const struct report *report, const struct congestion *congestion)
{
	bool begun = false;
	char buf[FMT_LEN];

	for (unsigned int i = 0; i < congestion_rows_nr; i++) {
		if (!congestion->row[i].grown_known || !congestion->row[i].grown)
			continue;
		if (!begun) {
			fprintf(text->out, "%*s  %-*s  of this host: what it is", CELL, "/s", COUNTER_NAME, "counter");
			text_line(text);
		}
		begun = true;
		fprintf(text->out, "%*s  %-*s  %s", CELL, rate(congestion->row[i].grown, report, buf), COUNTER_NAME,
			short_name(congestion_rows[i].name), congestion_rows[i].word);
		text_line(text);
	}
}

/** struct sums - counters of the connections under one heading */
struct sums {
	const char *heading;
	struct {
		enum conn_counter k;
		const char *name;
	} part[6];
};

/* What the connections did. */
static void connection_sums(struct text *text, const struct totals *totals)
{
	static const struct sums sums[] = {
		{ "sent again: ", { { K_RETRANS_TIMEOUT, "timeout" }, { K_RETRANS_FAST, "fast" }, { K_RETRANS_TLP, "probe" },
				    { K_RETRANS_SYN, "SYN" }, { K_RETRANS_SYNACK, "SYN-ACK" }, { K_RETRANS_OTHER, "other" } } },
		{ "", { { K_DSACK_DUPS, "the peer had twice" } } },
		{ "undone: ", { { K_UNDO_FULL, "full" }, { K_UNDO_PARTIAL, "partial" }, { K_UNDO_DSACK, "by DSACK" },
				{ K_UNDO_LOSS, "Loss" } } },
	};
	static const struct {
		enum conn_counter us, entries;
		const char *name;
	} states[] = {
		{ K_DISORDER_US, K_DISORDER_ENTRIES, "Disorder" },
		{ K_CWR_US, K_CWR_ENTRIES, "CWR" },
		{ K_RECOVERY_US, K_RECOVERY_ENTRIES, "Recovery" },
		{ K_LOSS_US, K_LOSS_ENTRIES, "Loss" },
	};
	char buf[FMT_LEN], time[FMT_LEN];
	const char *before = "    ";
	unsigned int at = 0;

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		const char *heading = sums[i].heading;

		for (unsigned int p = 0; p < 6 && sums[i].part[p].name; p++) {
			if (!totals->grown[sums[i].part[p].k])
				continue;
			text_part(text, &at, before, "%s%s %s", heading, sums[i].part[p].name,
				  fmt_count(totals->grown[sums[i].part[p].k], buf));
			before = ", ";
			heading = "";
		}
		before = at ? "; " : before;
	}
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!totals->grown[states[i].us] && !totals->grown[states[i].entries])
			continue;
		text_part(text, &at, before, "%s x%s %s", states[i].name, fmt_count(totals->grown[states[i].entries], buf),
			  totals_known(totals, states[i].us) ? fmt_usec(totals->grown[states[i].us], time) : "-");
		before = ", ";
	}
	if (at)
		text_line(text);
}

static void congestion(struct text *text, const struct report *report, bool full)
{
	const struct congestion *congestion = &report->trouble->congestion;
	bool host = full || congestion->host_tells;
	/* In short only where they tell another tale: of a filter, of other namespaces. */
	bool connections = congestion->connections_known &&
			   (full || (congestion->connections_tell && congestion->connections_verdict.kind != congestion->host_verdict.kind));

	if (host)
		verdict_line(text, "congestion", &congestion->host_verdict, &congestion->host);
	if (full)
		congestion_counters(text, report, congestion);
	if (connections)
		verdict_line(text, host ? "connections" : "congestion", &congestion->connections_verdict, &congestion->connections);
	if (connections && full)
		connection_sums(text, report->totals);
}

static void drop_row(struct text *text, const struct report *report, const struct drop_row *row)
{
	char object[1024], value[FMT_LEN];
	unsigned int at;

	fmt_path(row->object, object, sizeof(object));
	at = (unsigned int)fprintf(text->out, "%*s  %-9s", CELL, rate(row->grown, report, value), layer_name(row->layer));
	if (row->layer != LAYER_REASON) {
		text_part(text, &at, " ", "%s%s%s", object, *object ? " " : "", row->name);
	} else {
		/* Reason, place, protocol. */
		for (char *word = object, *bar; word; word = bar) {
			bar = strchr(word, '|');
			if (bar)
				*bar++ = '\0';
			text_part(text, &at, " ", "%s", word);
		}
	}
	text_line(text);
}

/* The layers that could not be read, where there are such. */
static void layers_not_known(struct text *text, uint32_t known)
{
	const char *before = "not known: ";
	unsigned int at = 0;

	for (unsigned int layer = 0; layer < LAYER_NR; layer++) {
		if (drop_view_layers() >> layer & 1 && !(known >> layer & 1)) {
			text_part(text, &at, before, "%s", layer_name((enum layer)layer));
			before = ", ";
		}
	}
	if (at)
		text_line(text);
}

/* The kernel drops much that nobody misses: a short section tells of counters alone, not of each reason. */
static bool is_told(const struct drop_row *row, bool full)
{
	return full || row->layer != LAYER_REASON;
}

static void drops(struct text *text, const struct report *report, bool full)
{
	const struct drop_view *view = &report->trouble->drops;
	unsigned int most = full ? FULL_ROWS : SHORT_ROWS, told = 0;

	for (unsigned int i = 0; i < view->nr; i++) {
		if (!is_told(&view->row[i], full) || told++ >= most)
			continue;
		if (told == 1) {
			fprintf(text->out, "%*s  %-9s what was lost", CELL, "drops/s", "layer");
			text_line(text);
		}
		drop_row(text, report, &view->row[i]);
	}
	if (told > most) {
		fprintf(text->out, "... %u more counters of loss moved", told - most);
		text_line(text);
	}
	if (full && !told) {
		fprintf(text->out, "drops: %s", view->known & drop_view_layers() ? "none" : "-");
		text_line(text);
	}
	if (full)
		layers_not_known(text, view->known);
}

/* How many there are. */
static void socket_counts(struct text *text, const struct socket_view *view)
{
	const char *before = "sockets: TCP ";
	char buf[FMT_LEN];
	unsigned int at = 0;

	for (unsigned int state = 1; view->tcp_known && state < SOCKET_VIEW_STATES; state++) {
		if (!view->tcp[state])
			continue;
		text_part(text, &at, before, "%s %s", name_state(state), fmt_count(view->tcp[state], buf));
		before = ", ";
	}
	if (!at)
		text_part(text, &at, before, view->tcp_known ? "none" : "-");
	text_part(text, &at, "; ", "UDP %s", view->udp_known ? fmt_count(view->udp, buf) : "-");
	text_line(text);
}

static void accept_queues(struct text *text, const struct socket_view *view)
{
	char queue[FMT_LEN], limit[FMT_LEN], address[ENDPOINT_STRLEN];

	if (!view->nr_waiting)
		return;
	fprintf(text->out, "%*s%*s  wait to be accepted", CELL, "queue", CELL, "limit");
	text_line(text);
	for (unsigned int i = 0; i < view->nr_waiting && i < FULL_ROWS; i++) {
		const struct socket *socket = view->waiting[i];

		text_cell(text, fmt_count(socket->num[SOCKET_RECV_Q], queue));
		text_cell(text, socket_known(socket, SOCKET_SEND_Q) ? fmt_count(socket->num[SOCKET_SEND_Q], limit) : "-");
		fprintf(text->out, "  %s", endpoint_format(&socket->local, address));
		text_line(text);
	}
}

static void udp_losses(struct text *text, const struct report *report, bool full)
{
	const struct socket_view *view = &report->trouble->view;
	unsigned int most = full ? FULL_ROWS : SHORT_ROWS;

	if (!view->nr_losses)
		return;
	fprintf(text->out, "%*s%*s%*s  UDP socket that dropped, and who holds it", CELL, "drops/s", CELL, "queue", CELL, "limit");
	text_line(text);
	for (unsigned int i = 0; i < view->nr_losses && i < most; i++) {
		const struct socket *socket = &view->loss[i].socket;
		char buf[FMT_LEN], address[ENDPOINT_STRLEN], comm[FMT_NAME_LEN];
		unsigned int at = 3 * CELL;

		text_cell(text, rate(view->loss[i].dropped, report, buf));
		text_cell(text, socket_known(socket, SOCKET_RECV_Q) ? fmt_count(socket->num[SOCKET_RECV_Q], buf) : "-");
		text_cell(text, socket_known(socket, SOCKET_RCVBUF) ? fmt_count(socket->num[SOCKET_RCVBUF], buf) : "-");
		text_part(text, &at, "  ", "%s", endpoint_format(&socket->local, address));
		if (socket->pid)
			text_part(text, &at, "  ", "%s/%u", socket->comm[0] ? fmt_name(socket->comm, comm) : "-", socket->pid);
		else
			text_part(text, &at, "  ", "-");
		text_line(text);
	}
	if (view->nr_losses > most) {
		fprintf(text->out, "... %u more sockets dropped", view->nr_losses - most);
		text_line(text);
	}
}

static void sockets(struct text *text, const struct report *report, bool full)
{
	if (full) {
		socket_counts(text, &report->trouble->view);
		accept_queues(text, &report->trouble->view);
	}
	udp_losses(text, report, full);
}

void text_trouble(struct text *text, const struct report *report, const struct sections *sections)
{
	if (section_shown(sections, SECTION_CONGESTION))
		congestion(text, report, section_full(sections, SECTION_CONGESTION));
	if (section_shown(sections, SECTION_DROPS))
		drops(text, report, section_full(sections, SECTION_DROPS));
	if (section_shown(sections, SECTION_SOCKETS))
		sockets(text, report, section_full(sections, SECTION_SOCKETS));
}
