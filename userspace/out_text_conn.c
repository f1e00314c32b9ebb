// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports for people: the connections. On a line wide enough each has one row; in 80 columns it has two, the numbers and
 * below them who it is; where two IPv6 addresses do not fit into one line the second has a line of its own. Notes of what
 * troubled it come last, on a line of their own where there is no room for them.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "out_text.h"

#define DEFAULT_ROWS 20
#define LEAST_ROWS 3		/* shown on a terminal however low it is */
#define STATE 22		/* width of CA and TCP state, or of "closed" and a cause */
#define NUMBERS (7 * CELL + 8 + 1 + STATE)	/* width of the numbers of a row */
#define INDENT 4		/* of the addresses below them */
#define IPV4_END 21		/* 255.255.255.255:65535 */

/** struct layout - widths of the names of a row */
struct layout {
	bool one_line;
	int local, remote, owner;
};

/** struct names - who a row is */
struct names {
	char local[ENDPOINT_STRLEN];
	char remote[ENDPOINT_STRLEN];
	char owner[FMT_NAME_LEN + 32];
};

static void get_owner(const struct conn *conn, char *buf, size_t size)
{
	char name[FMT_NAME_LEN] = "-";

	if (conn_known(conn, C_COMM))
		fmt_name(conn->comm, name);
	if (conn_known(conn, C_PID))
		snprintf(buf, size, "%s/%llu", name, (unsigned long long)conn->num[C_PID]);
	else if (conn_known(conn, C_COMM) || !conn_known(conn, C_UID))
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "uid %llu", (unsigned long long)conn->num[C_UID]);
}

static void get_names(const struct conn *conn, struct names *names)
{
	endpoint_format(&conn->local, names->local);
	endpoint_format(&conn->remote, names->remote);
	get_owner(conn, names->owner, sizeof(names->owner));
}

static int longer(int width, const char *text)
{
	return (int)strlen(text) > width ? (int)strlen(text) : width;
}

/* Find widths that suit the first @nr rows. */
static struct layout make_layout(const struct text *text, const struct rank *rank, unsigned int nr)
{
	struct layout layout = { .local = IPV4_END, .remote = IPV4_END, .owner = (int)strlen("owner") };
	struct names names;

	for (unsigned int i = 0; i < nr; i++) {
		get_names(&rank->row[i].conn, &names);
		layout.local = longer(layout.local, names.local);
		layout.remote = longer(layout.remote, names.remote);
		layout.owner = longer(layout.owner, names.owner);
	}
	layout.one_line = NUMBERS + 2 + layout.local + 1 + layout.remote + 1 + layout.owner <= (int)text->width;
	if (!layout.one_line && INDENT + layout.local + 1 + layout.remote + 1 + layout.owner > (int)text->width) {
		layout.local = IPV4_END;
		layout.remote = IPV4_END;
	}
	return layout;
}

static void print_names(struct text *text, const struct layout *layout, const struct names *names)
{
	fprintf(text->out, "%-*s %-*s %s", layout->local, names->local, layout->remote, names->remote, names->owner);
}

/* Return: the width of a line of names. */
static int names_width(const struct layout *layout, const struct names *names)
{
	return longer(layout->local, names->local) + 1 + longer(layout->remote, names->remote) + 1 + (int)strlen(names->owner);
}

/* The line of names below a row, or two lines where one would be too long. */
static void print_names_below(struct text *text, const struct layout *layout, const struct names *names)
{
	fprintf(text->out, "%*s", INDENT, "");
	if (INDENT + names_width(layout, names) <= (int)text->width) {
		print_names(text, layout, names);
		text_line(text);
		return;
	}
	fprintf(text->out, "%s", names->local);
	text_line(text);
	fprintf(text->out, "%*s%s %s", INDENT, "", names->remote, names->owner);
	text_line(text);
}

static void headings(struct text *text, const struct layout *layout)
{
	static const struct names names = { "local", "remote", "owner" };

	fprintf(text->out, "%*s%*s%*s", 2 * CELL, "bytes/s", 2 * CELL, "segments/s", 2 * CELL, "queue");
	text_line(text);
	for (int i = 0; i < 3; i++) {
		text_cell(text, "Tr");
		text_cell(text, "Re");
	}
	fprintf(text->out, "%7s%8s %-8s  %-*s", "retr", "rtt", "CA", layout->one_line ? STATE - 10 : 0, "state");
	if (layout->one_line) {
		fputs("  ", text->out);
		print_names(text, layout, &names);
		text_line(text);
	} else {
		text_line(text);
		print_names_below(text, layout, &names);
	}
}

/* Return: true where the notes of a row go behind its names. */
static bool notes_fit(const struct text *text, const struct layout *layout, const char *notes)
{
	return NUMBERS + 2 + layout->local + 1 + layout->remote + 1 + layout->owner + 2 + (int)strlen(notes) <= (int)text->width;
}

/* Return: how much of the notes goes on one line; they are cut where there are two blanks. */
static unsigned int notes_line(const struct text *text, const char *notes)
{
	const char *end = strstr(notes, "  ");

	while (end && *end) {
		const char *next = strstr(end + 2, "  ");

		if (!next)
			next = end + strlen(end);
		if (INDENT + (next - notes) > (int)text->width)
			break;
		end = next;
	}
	return (unsigned int)(end ? end - notes : (long)strlen(notes));
}

/* Return: how many lines of their own the notes take. */
static unsigned int notes_lines(const struct text *text, const char *notes)
{
	unsigned int lines = 0;

	for (unsigned int width; *notes; notes += width + strspn(notes + width, " ")) {
		width = notes_line(text, notes);
		lines++;
	}
	return lines;
}

static void print_notes(struct text *text, const struct layout *layout, const struct names *names, const char *notes)
{
	if (*notes && layout->one_line && notes_fit(text, layout, notes)) {
		fprintf(text->out, "%*s%s", layout->owner - (int)strlen(names->owner) + 2, "", notes);
		text_line(text);
		return;
	}
	if (layout->one_line)
		text_line(text);
	for (unsigned int width; *notes; notes += width + strspn(notes + width, " ")) {
		width = notes_line(text, notes);
		fprintf(text->out, "%*s%.*s", INDENT, "", (int)width, notes);
		text_line(text);
	}
}

static void rate_cell(struct text *text, const struct report *report, const struct rank_row *row, enum conn_counter k)
{
	struct delta delta = conn_delta(row, k);
	char buf[FMT_LEN];

	text_cell(text, fmt_rate(&delta, report->elapsed_ns, buf));
}

static void count_cell(struct text *text, const struct conn *conn, enum conn_col col)
{
	char buf[FMT_LEN] = "-";

	if (conn_known(conn, col))
		fmt_count(conn->num[col], buf);
	text_cell(text, buf);
}

/* Where the connection is; of one that ended, why. */
static void state_cells(struct text *text, const struct rank_row *row, int width)
{
	const struct conn *conn = &row->conn;
	char name[FMT_NAME_LEN], buf[FMT_NAME_LEN + 8] = "-";

	if (conn->ended) {
		snprintf(buf, sizeof(buf), "closed %s", conn_known(conn, C_CAUSE) ? fmt_name(conn->cause, name) : "-");
		fprintf(text->out, "%-*s", width, buf);
		return;
	}
	if (conn_known(conn, C_CA_STATE))
		snprintf(buf, sizeof(buf), "%s%s", fmt_name(conn->ca_state, name),
			 strcmp(conn->ca_state, "Open") == 0 && text_left_open(row) ? "*" : "");
	fprintf(text->out, "%-8s  %-*s", buf, width ? width - 10 : 0, conn_known(conn, C_STATE) ? fmt_name(conn->state, name) : "-");
}

static void connection(struct text *text, const struct report *report, const struct rank_row *row, const struct layout *layout)
{
	const struct conn *conn = &row->conn;
	struct delta retrans = conn_delta(row, K_RETRANS);
	char buf[FMT_LEN] = "-", notes[TEXT_NOTES_LEN];
	struct names names;

	rate_cell(text, report, row, K_BYTES_SENT);
	rate_cell(text, report, row, K_BYTES_RECEIVED);
	rate_cell(text, report, row, K_SEGS_OUT);
	rate_cell(text, report, row, K_SEGS_IN);
	count_cell(text, conn, C_SEND_Q);
	count_cell(text, conn, C_RECV_Q);
	text_cell(text, retrans.grown_known ? fmt_count(retrans.grown, buf) : "-");
	fprintf(text->out, "%8s ", conn_known(conn, C_SRTT_US) ? fmt_usec(conn->num[C_SRTT_US], buf) : "-");
	state_cells(text, row, layout->one_line ? STATE : 0);
	get_names(conn, &names);
	text_notes(report, row, layout->one_line, notes);
	if (layout->one_line) {
		fputs("  ", text->out);
		print_names(text, layout, &names);
	} else {
		text_line(text);
		print_names_below(text, layout, &names);
	}
	print_notes(text, layout, &names, notes);
}

static void left_out(struct text *text, const struct report *report, unsigned int shown)
{
	struct rank_sum sum = rank_left_out(report->rank, shown);
	char tr[FMT_LEN], re[FMT_LEN];

	if (sum.connections == 0)
		return;
	fprintf(text->out, "... %llu more connection%s, %s bytes/s Tr, %s bytes/s Re", (unsigned long long)sum.connections,
		sum.connections == 1 ? "" : "s", fmt_human(per_second(sum.bytes_sent, report->elapsed_ns), tr),
		fmt_human(per_second(sum.bytes_received, report->elapsed_ns), re));
	if (sum.unknown)
		fprintf(text->out, " (%llu not known)", (unsigned long long)sum.unknown);
	text_line(text);
}

/* Return: how many lines a row takes. */
static unsigned int lines_of(const struct text *text, const struct report *report, const struct rank_row *row,
			     const struct layout *layout)
{
	char notes[TEXT_NOTES_LEN];
	unsigned int lines = 1;
	struct names names;

	text_notes(report, row, layout->one_line, notes);
	if (layout->one_line)
		return notes_fit(text, layout, notes) ? 1 : 1 + notes_lines(text, notes);
	get_names(&row->conn, &names);
	lines += INDENT + names_width(layout, &names) > (int)text->width ? 2 : 1;
	return lines + notes_lines(text, notes);
}

/* How many of the rows fit on the terminal: what is left of it, less three headings, the line of what is left out, a blank one. */
static unsigned int rows_that_fit(const struct text *text, const struct report *report)
{
	unsigned int room = text->height > text->lines + 6 ? text->height - text->lines - 6 : 0;
	const struct rank *rank = report->rank;
	struct layout layout;
	unsigned int rows;

	if (text->height == 0)
		return DEFAULT_ROWS;
	layout = make_layout(text, rank, room < rank->nr ? room : rank->nr);
	for (rows = 0; rows < rank->nr; rows++) {
		unsigned int lines = lines_of(text, report, &rank->row[rows], &layout);

		if (lines > room)
			break;
		room -= lines;
	}
	return rows > LEAST_ROWS ? rows : LEAST_ROWS;
}

void text_connections(struct text *text, const struct report *report, const struct out_options *options)
{
	const struct rank *rank = report->rank;
	unsigned int shown = rank->nr;
	struct layout layout;

	if (report->source == SOURCE_NONE || rank->all.connections == 0) {
		fputs(report->source == SOURCE_NONE ? "connections: -" : "connections: none did anything", text->out);
		text_line(text);
		return;
	}
	if (options->limit < 0 && rows_that_fit(text, report) < shown)
		shown = rows_that_fit(text, report);
	layout = make_layout(text, rank, shown);
	headings(text, &layout);
	for (unsigned int i = 0; i < shown; i++)
		connection(text, report, &rank->row[i], &layout);
	left_out(text, report, shown);
}
