// SPDX-License-Identifier: GPL-2.0-only
/* coremon sockets: reading again and again, and showing what was read. */
#define _GNU_SOURCE
#include "sockets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "run.h"
#include "say.h"
#include "screen.h"

/** struct show - a run */
struct show {
	const struct sockets_options *options;
	struct root root;
	struct sockets_reading reading[2];
	unsigned int readings;
	struct table shown;	/* the table before */
	struct sink sink;
	bool terminal;		/* is drawn over */
};

static int read_all(struct show *show, struct sockets_reading *now)
{
	const struct sockets_view *view = show->options->view;
	int ret;

	ret = root_clock(&show->root, &now->when);
	if (ret < 0) {
		say("%s: no clock", show->root.base);
		return ret;
	}
	/* Sockets are read into what they had before, counters anew. */
	counters_free(&now->counters);
	counters_free(&now->udp_after);
	ret = counters_read(&now->counters, &show->root, view->layers);
	if (ret == 0 && view->sockets)
		ret = sockets_read(&now->sockets, &show->root, true);
	if (ret == 0 && view->sockets && view->layers >> LAYER_UDP & 1)
		ret = counters_read(&now->udp_after, &show->root, 1u << LAYER_UDP);
	if (ret == -ENOMEM)
		say("out of memory");
	return ret;
}

static void free_reading(struct sockets_reading *reading)
{
	sockets_free(&reading->sockets);
	counters_free(&reading->counters);
	counters_free(&reading->udp_after);
}

static bool print_records(struct show *show, const struct sockets_reading *now, const struct sockets_reading *before)
{
	const struct sockets_view *view = show->options->view;

	sink_begin(&show->sink, view->list, &now->when, before ? now->when.mono_ns - before->when.mono_ns : 0);
	view->records(&show->sink, show->options, now, before);
	return sink_end(&show->sink);
}

static void put_title(struct show *show, FILE *out, const struct sockets_reading *now)
{
	char buf[FMT_LEN];

	if (show->terminal)
		fprintf(out, "coremon-sockets, every %.3g s   %s\n", (double)show->options->interval_ns / 1e9, fmt_clock(now->when.real_ns, buf));
	else if (show->options->interval_ns)
		fprintf(out, "%s\n", fmt_clock(now->when.real_ns, buf));
}

/* What is drawn is drawn in one go: to memory first. */
static bool print_table(struct show *show, const struct table *table, const struct sockets_reading *now)
{
	enum table_marks marks = !show->options->watch ? TABLE_PLAIN : show->terminal ? TABLE_INVERSE : TABLE_CHARS;
	char *text = NULL;
	size_t len = 0;
	FILE *out = show->terminal ? open_memstream(&text, &len) : stdout;
	bool written;

	if (!out)
		return false;
	put_title(show, out, now);
	table_print(table, out, screen_width(), marks);
	if (!show->terminal) {
		if (show->options->interval_ns)
			putchar('\n');
		return true;
	}
	written = fclose(out) == 0;
	if (written)
		screen_draw(text, len);
	free(text);
	return written;
}

static bool print_text(struct show *show, const struct sockets_reading *now, const struct sockets_reading *before)
{
	const struct sockets_view *view = show->options->view;
	struct table table = { .column = view->column, .columns = view->columns };
	bool first = show->shown.columns == 0, good;

	view->table(&table, show->options, now, before);
	if (show->options->watch && !first)
		table_compare(&table, &show->shown);
	good = !table_failed(&table) && print_table(show, &table, now);
	table_clear(&show->shown);
	show->shown = table;
	return good;
}

/* Return: 1 when the reading is shown, 0 when it was the first of a view that needs two, -1 after saying what failed. */
static int one(struct show *show)
{
	const struct sockets_options *options = show->options;
	struct sockets_reading *now = &show->reading[show->readings % 2];
	const struct sockets_reading *before = show->readings ? &show->reading[(show->readings + 1) % 2] : NULL;
	bool good;

	if (read_all(show, now) < 0)
		return -1;
	show->readings++;
	if (!before && options->view->differences && options->interval_ns)
		return 0;
	if (run_stopped())
		return 0;
	good = options->json || options->csv ? print_records(show, now, before) : print_text(show, now, before);
	if (!good)
		say("out of memory");
	return good ? 1 : -1;
}

/* The end of the interval after the one that ended at @deadline_ns; ends that are past already are passed over. */
static uint64_t next_deadline(uint64_t deadline_ns, uint64_t interval_ns, uint64_t now_ns)
{
	deadline_ns += interval_ns;
	if (deadline_ns < now_ns)
		deadline_ns += (now_ns - deadline_ns + interval_ns - 1) / interval_ns * interval_ns;
	return deadline_ns;
}

/* Wait for the next reading. Return: false when the run is to end. */
static bool rest(const struct show *show, uint64_t *deadline_ns)
{
	struct stamp now;

	if (show->root.numbered)
		return true;
	root_clock(&show->root, &now);
	if (!*deadline_ns)
		*deadline_ns = now.mono_ns;
	*deadline_ns = next_deadline(*deadline_ns, show->options->interval_ns, now.mono_ns);
	return run_wait(-1, *deadline_ns - now.mono_ns) == RUN_TIME;
}

static int run(struct show *show)
{
	const struct sockets_options *options = show->options;
	uint64_t deadline_ns = 0, done = 0;
	int ret;

	while (root_next(&show->root)) {
		ret = one(show);
		if (ret < 0)
			return ret;
		done += (uint64_t)ret;
		ret = run_flush();
		if (ret <= 0 || !options->interval_ns || (options->count && done == options->count))
			return ret;
		if (!rest(show, &deadline_ns))
			break;
	}
	return 0;
}

int verb_sockets(int argc, char **argv)
{
	struct sockets_options options;
	struct show show = { .options = &options };
	int ret;

	switch (sockets_options_parse(&options, argc, argv)) {
	case SOCKETS_DONE:
		return run_flush() < 0;
	case SOCKETS_BAD:
		filter_free(options.filter);
		return 2;
	default:
		break;
	}
	run_signals();
	setvbuf(stdout, NULL, _IOFBF, 65536);	/* run() writes it out before it waits */
	root_init(&show.root);
	show.sink.csv = options.csv;
	show.terminal = options.watch && screen_is_terminal() && !show.root.numbered;
	if (show.terminal)
		screen_begin();
	ret = run(&show);
	if (show.terminal)
		screen_end();
	table_clear(&show.shown);
	free_reading(&show.reading[0]);
	free_reading(&show.reading[1]);
	filter_free(options.filter);
	return ret < 0;
}
