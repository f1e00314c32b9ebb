// SPDX-License-Identifier: GPL-2.0-only
/* Reports for people: the machine's tables. The connections are in out_text_conn.c. */
#include "out_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fmt.h"
#include "lines.h"

#define FIRST 16		/* width of the first column: a time, or an interface's name of up to 15 characters */
#define DEFAULT_ROWS 20		/* connections where there is no terminal to fill */
#define INDENT 4		/* of a line that goes on */
#define MAX_INTERFACES 16	/* rows of interfaces; the rest is one line */

void text_line(struct text *text)
{
	fputc('\n', text->out);
	text->lines++;
}

void text_part(struct text *text, unsigned int *at, const char *before, const char *fmt, ...)
{
	char buf[256];
	unsigned int len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	len = (unsigned int)(strlen(before) + strlen(buf));
	/* A comma may follow. */
	if (*at && *at + len + 1 > text->width) {
		if (before[0] == ',' || before[0] == ';')
			fputc(before[0], text->out);
		text_line(text);
		*at = (unsigned int)fprintf(text->out, "%*s%s", INDENT, "", buf);
		return;
	}
	fprintf(text->out, "%s%s", before, buf);
	*at += len;
}

void text_cell(struct text *text, const char *value)
{
	fprintf(text->out, "%*s", CELL, value);
}

static void rate_cell(struct text *text, const struct report *report, struct delta delta)
{
	char buf[FMT_LEN];

	text_cell(text, fmt_rate(&delta, report->elapsed_ns, buf));
}

/** struct group - a heading over some columns */
struct group {
	const char *name;
	const char *columns[4];
};

static void heading(struct text *text, const char *first, const struct group *groups, unsigned int nr)
{
	fprintf(text->out, "%-*s", FIRST, first);
	for (unsigned int i = 0; i < nr; i++) {
		int columns = 0;

		while (columns < 4 && groups[i].columns[columns])
			columns++;
		fprintf(text->out, "%*s", columns * CELL, groups[i].name);
	}
	text_line(text);
	fprintf(text->out, "%*s", FIRST, "");
	for (unsigned int i = 0; i < nr; i++) {
		for (unsigned int c = 0; c < 4 && groups[i].columns[c] && *groups[i].columns[c]; c++)
			text_cell(text, groups[i].columns[c]);
	}
	text_line(text);
}

static void row_begin(struct text *text, const struct report *report)
{
	char buf[FMT_LEN];

	fprintf(text->out, "%-*s", FIRST, fmt_clock(report->now.real_ns, buf));
}

/* Sent before received, as the paper has it. */
static void net_cells(struct text *text, const struct report *report, const struct delta col[DEV_NR])
{
	static const enum net_col order[] = { N_TX_BYTES,  N_RX_BYTES,	N_TX_PACKETS, N_RX_PACKETS,
					      N_TX_ERRORS, N_RX_ERRORS, N_TX_DROPPED, N_RX_DROPPED };

	for (unsigned int i = 0; i < N_NR; i++)
		rate_cell(text, report, col[order[i]]);
}

/* Return: how busy an interface was, 0 for not at all; one of which something is not known is at least a little busy. */
static uint64_t business(const struct dev_delta *dev)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < N_NR; i++) {
		if (!dev->col[i].grown_known)
			sum |= 1;
		else if (__builtin_add_overflow(sum, dev->col[i].grown, &sum))
			return UINT64_MAX;
	}
	return sum;
}

static int busier(const void *x, const void *y)
{
	const struct dev_delta *a = *(const struct dev_delta *const *)x, *b = *(const struct dev_delta *const *)y;
	uint64_t ab = business(a), bb = business(b);

	return ab != bb ? (ab > bb ? -1 : 1) : strcmp(a->name, b->name);
}

static void interfaces(struct text *text, const struct report *report)
{
	const struct devs_delta *net = &report->host.net;
	const struct dev_delta **busy = calloc(net->nr ? net->nr : 1, sizeof(*busy));
	char name[FMT_NAME_LEN];
	unsigned int nr = 0;

	if (!busy)
		return;
	for (unsigned int i = 0; i < net->nr; i++) {
		if (business(&net->dev[i]))
			busy[nr++] = &net->dev[i];
	}
	qsort(busy, nr, sizeof(*busy), busier);
	for (unsigned int i = 0; i < nr && i < MAX_INTERFACES; i++) {
		fprintf(text->out, " %-*s", FIRST - 1, fmt_name(busy[i]->name, name));
		net_cells(text, report, busy[i]->col);
		text_line(text);
	}
	if (nr > MAX_INTERFACES) {
		fprintf(text->out, " ... %u more interfaces", nr - MAX_INTERFACES);
		text_line(text);
	}
	free(busy);
}

static void net_table(struct text *text, const struct report *report)
{
	static const struct group groups[] = {
		{ "bytes/s", { "Tr", "Re" } },	{ "packets/s", { "Tr", "Re" } }, { "errors/s", { "Tr", "Re" } },
		{ "drops/s", { "Tr", "Re" } },	{ "ctxt/s", { "" } },
	};

	heading(text, "time", groups, 5);
	row_begin(text, report);
	net_cells(text, report, report->host.net.total);
	rate_cell(text, report, report->host.col[H_CTXT]);
	text_line(text);
	interfaces(text, report);
}

static void protocol_table(struct text *text, const struct report *report)
{
	static const struct group groups[] = {
		{ "TCP segments/s", { "Tr", "Re", "Err", "Retr" } },
		{ "UDP datagrams/s", { "Tr", "Re", "Err" } },
	};
	static const enum host_col tcp[] = { H_TCP_OUTSEGS, H_TCP_INSEGS, H_TCP_INERRS, H_TCP_RETRANSSEGS };
	static const enum host_col udp[][2] = {
		{ H_UDP_OUTDATAGRAMS, H_UDP6_OUTDATAGRAMS },
		{ H_UDP_INDATAGRAMS, H_UDP6_INDATAGRAMS },
		{ H_UDP_INERRORS, H_UDP6_INERRORS },
	};

	heading(text, "", groups, 2);
	row_begin(text, report);
	for (unsigned int i = 0; i < 4; i++)
		rate_cell(text, report, report->host.col[tcp[i]]);
	for (unsigned int i = 0; i < 3; i++)
		rate_cell(text, report, udp_delta(&report->host, udp[i][0], udp[i][1]));
	text_line(text);
}

/* A counter in units of @factor bytes, as bytes. */
static struct delta in_bytes(struct delta delta, uint64_t factor)
{
	if (__builtin_mul_overflow(delta.grown, factor, &delta.grown))
		delta.grown_known = false;
	return delta;
}

static void disk_table(struct text *text, const struct report *report)
{
	static const struct group groups[] = {
		{ "disk bytes/s", { "Rd", "Wr" } },
		{ "disk I/O/s", { "Rd", "Wr" } },
		{ "page bytes/s", { "In", "Out" } },
		{ "swap pages/s", { "In", "Out" } },
	};
	const struct delta *disk = report->host.disk.total;
	const struct delta *col = report->host.col;

	heading(text, "", groups, 4);
	row_begin(text, report);
	rate_cell(text, report, in_bytes(disk[D_RD_SECTORS], 512));
	rate_cell(text, report, in_bytes(disk[D_WR_SECTORS], 512));
	rate_cell(text, report, disk[D_RD_IOS]);
	rate_cell(text, report, disk[D_WR_IOS]);
	rate_cell(text, report, in_bytes(col[H_PGPGIN], 1024));
	rate_cell(text, report, in_bytes(col[H_PGPGOUT], 1024));
	rate_cell(text, report, col[H_PSWPIN]);
	rate_cell(text, report, col[H_PSWPOUT]);
	text_line(text);
}

static unsigned int columns_of_environment(void)
{
	const char *columns = getenv("COLUMNS");
	uint64_t n;

	return columns && parse_number(columns, &n) && n >= 80 && n <= 10000 ? (unsigned int)n : 80;
}

static void measure(struct text *text)
{
	struct winsize size;

	text->width = columns_of_environment();
	text->height = 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	text->height = size.ws_row;
	if (size.ws_col >= 80)
		text->width = size.ws_col;
}

static unsigned int text_limit(const struct out_options *options)
{
	struct text text = { 0 };

	if (options->limit >= 0)
		return (unsigned int)options->limit;
	measure(&text);
	return text.height > DEFAULT_ROWS ? text.height : DEFAULT_ROWS;
}

static void refused(struct text *text, const struct report *report)
{
	char buf[FMT_LEN];

	if (!report->refused.grown_known || !report->refused.grown)
		return;
	fprintf(text->out, "%s new connections are not in the table: no room (the module's max_conns)",
		fmt_count(report->refused.grown, buf));
	text_line(text);
}

/* What the module itself costs, and what it left out to cost no more. */
static void module_cost(struct text *text, const struct report *report)
{
	const struct module_stats *stats = &report->stats;
	char buf[FMT_LEN];
	unsigned int at = 0;

	if (report->hooks_us.grown_known && report->elapsed_ns) {
		/* Microseconds a second, of a million. */
		fprintf(text->out, "CoreMon's hooks: %.2f %% of a CPU", per_second(report->hooks_us.grown, report->elapsed_ns) / 1e4);
		text_line(text);
	}
	if (!report->thinned.grown_known || !report->thinned.grown)
		return;
	text_part(text, &at, "", "THINNED OUT for cpu_budget: %s calls not handled", fmt_count(report->thinned.grown, buf));
	if (module_stat_known(stats, M_THINNING) && stats->val[M_THINNING] > 1)
		text_part(text, &at, ", ", "now 1 of %s is", fmt_count(stats->val[M_THINNING], buf));
	text_part(text, &at, "; ", "calls, highest and mean queues of connections open then are not known");
	text_line(text);
}

static void text_interval(FILE *out, const struct report *report, const struct out_options *options)
{
	const struct sections *sections = &options->sections;
	struct text text = { .out = out };
	char buf[FMT_LEN];

	measure(&text);
	if (section_shown(sections, SECTION_LOAD)) {
		net_table(&text, report);
		protocol_table(&text, report);
		disk_table(&text, report);
	} else {
		fputs(fmt_clock(report->now.real_ns, buf), out);
		text_line(&text);
	}
	text_trouble(&text, report, sections);
	if (section_shown(sections, SECTION_CLIENTS))
		text_clients(&text, report);
	if (section_shown(sections, SECTION_CONNECTIONS)) {
		module_cost(&text, report);
		text_lives(&text, report);
		text_connections(&text, report, options);
		refused(&text, report);
	}
	text_line(&text);
}

static void text_begin(FILE *out)
{
	(void)out;
}

#define BY_DEFAULT (SECTION_ALL & ~SECTION_BIT(SECTION_CLIENTS))

const struct writer text_writer = { { BY_DEFAULT, 0 }, text_begin, text_limit, text_interval };
