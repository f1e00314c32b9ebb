// SPDX-License-Identifier: GPL-2.0-only
/* Reports for people: who takes what (--clients), and how many connections came and went. */
#include <inttypes.h>
#include <string.h>

#include "fmt.h"
#include "out_text.h"

#define NUMBERS (7 * CELL + 3)	/* width of the numbers before an address */
#define INDENT 4

static void rate_cell(struct text *text, uint64_t grown, uint64_t elapsed_ns)
{
	char buf[FMT_LEN];

	text_cell(text, fmt_human(per_second(grown, elapsed_ns), buf));
}

static void count_cell(struct text *text, bool known, uint64_t count)
{
	char buf[FMT_LEN];

	text_cell(text, known ? fmt_count(count, buf) : "-");
}

static void numbers(struct text *text, const struct report *report, const struct client_sum *sum)
{
	char share[FMT_LEN];

	rate_cell(text, sum->bytes_sent, report->elapsed_ns);
	rate_cell(text, sum->bytes_received, report->elapsed_ns);
	snprintf(share, sizeof(share), "%.1f%%", 100 * client_share(report->clients, sum));
	text_cell(text, share);
	count_cell(text, true, sum->open);
	count_cell(text, true, sum->opened);
	count_cell(text, report->lives.known, sum->failed);
	count_cell(text, true, sum->retrans);
}

static void client_row(struct text *text, const struct report *report, const struct client *client)
{
	char buf[CLIENT_STRLEN];

	numbers(text, report, &client->sum);
	fputs(client_is_above(report->clients, client) ? " > " : "   ", text->out);
	client_format(client, buf);
	if (NUMBERS + strlen(buf) > text->width) {
		text_line(text);
		fprintf(text->out, "%*s", INDENT, "");
	}
	fputs(buf, text->out);
	text_line(text);
}

static void summary(struct text *text, const struct clients_view *view)
{
	char buf[CLIENT_STRLEN];
	unsigned int at = 0;

	if (view->active > 1)
		text_part(text, &at, "", "fairness %.2f of %" PRIu64 " active, an equal share is %.1f%%", view->fairness, view->active,
		     100.0 / (double)view->active);
	else
		text_part(text, &at, "", "%" PRIu64 " active", view->active);
	if (view->most_open)
		text_part(text, &at, "; ", "most open: %s (%" PRIu64 ")", client_format(view->most_open, buf), view->most_open->sum.open);
	if (view->most_opened)
		text_part(text, &at, "; ", "most opened: %s (%" PRIu64 ")", client_format(view->most_opened, buf),
		     view->most_opened->sum.opened);
	text_line(text);
}

void text_clients(struct text *text, const struct report *report)
{
	const struct clients_view *view = report->clients;
	uint64_t left_out = view->clients - view->nr;

	if (report->source == SOURCE_NONE || view->clients == 0) {
		fputs(report->source == SOURCE_NONE ? "clients: -" : "clients: none", text->out);
		text_line(text);
		return;
	}
	fprintf(text->out, "%*s%*s%*s", 2 * CELL, "bytes/s", CELL, "", 3 * CELL, "connections");
	text_line(text);
	fprintf(text->out, "%7s%7s%7s%7s%7s%7s%7s   client (> above equal share)", "Tr", "Re", "share", "open", "opened",
		"failed", "retr");
	text_line(text);
	for (unsigned int i = 0; i < view->nr; i++)
		client_row(text, report, view->client[i]);
	if (left_out || view->left_out.open || view->left_out.opened || view->left_out.ended) {
		numbers(text, report, &view->left_out);
		fputs("   ... ", text->out);
		if (left_out)
			fprintf(text->out, "%" PRIu64 " more", left_out);
		else
			fputs("others", text->out);
		text_line(text);
	}
	summary(text, view);
}

void text_lives(struct text *text, const struct report *report)
{
	const struct lives *lives = &report->lives;
	uint64_t failed = lives_ended(lives, true);
	unsigned int at = 0;

	if (!lives->known)
		return;
	text_part(text, &at, "", "opened %" PRIu64, lives->opened);
	for (int pass = 0; pass < 2; pass++) {
		const char *before = ": ";

		if (pass == 0)
			text_part(text, &at, ", ", "ended %" PRIu64, lives_ended(lives, false));
		else if (failed)
			text_part(text, &at, "; ", "failed connects %" PRIu64, failed);
		for (unsigned int cause = 0; cause < LIVES_CAUSES; cause++) {
			const char *name = lives_cause_name(cause);

			if (lives_is_failure(cause) != (pass == 1) || !lives->cause[cause])
				continue;
			text_part(text, &at, before, "%s %" PRIu64, pass ? name + strlen("connect_") : name, lives->cause[cause]);
			before = ", ";
		}
	}
	if (lives->lost)
		text_part(text, &at, "; ", "lost %" PRIu64 ": ended too, and nothing is known of them (closed_max is too small)", lives->lost);
	text_line(text);
}
