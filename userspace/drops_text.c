// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ledger for people: a row a counter, `layer  what  total  in the interval  a second  meaning`; under it, after a `<`, the reasons of
 * the kernel and what they do not explain. What does not fit into a line goes on in the next.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "drops.h"
#include "fmt.h"

#define LAYER_WIDTH 10
#define NUMBER_WIDTH 9		/* a blank and a number */
#define LEAST_WIDTH 80
#define MEANS_WIDTH 60		/* the longest there is */
#define WHAT_MOST 60

/** struct page - how wide things are */
struct page {
	unsigned int what;	/* columns for what a row is of */
	bool means;		/* there is room for words */
	bool rates;		/* there is an interval */
};

static struct page page_of(const struct ledger *ledger, unsigned int width)
{
	struct page page = { .rates = ledger->elapsed_ns > 0 };
	unsigned int numbers = LAYER_WIDTH + 3 * NUMBER_WIDTH;

	page.what = (width ? width : LEAST_WIDTH) - numbers;
	page.means = width == 0 || width >= LEAST_WIDTH + MEANS_WIDTH;
	if (page.means)
		page.what = width == 0 || width - numbers - MEANS_WIDTH > WHAT_MOST ? WHAT_MOST : width - numbers - MEANS_WIDTH;
	else if (page.what > WHAT_MOST)
		page.what = WHAT_MOST;
	return page;
}

/* The three numbers and the words at the end of a row. */
static void put_numbers(const struct page *page, const char *total, const char *grown, const char *rate, const char *means)
{
	bool words = page->means && means;

	printf("%*s", NUMBER_WIDTH, total);
	if (page->rates && (words || *grown || *rate))
		printf("%*s", NUMBER_WIDTH, grown);
	if (page->rates && (words || *rate))
		printf("%*s", NUMBER_WIDTH, rate);
	if (words)
		printf("  %s", means);
	putchar('\n');
}

/* What a row is of, from column @indent on, with numbers behind it: below it where it is too long. */
static void put_what(const struct page *page, const char *what, unsigned int indent)
{
	unsigned int room = page->what - indent;

	printf("%*s", (int)indent, "");
	if (strlen(what) <= room)
		printf("%-*s", (int)room, what);
	else
		printf("%s\n%*s", what, (int)(LAYER_WIDTH + page->what), "");
}

static void put_counter(const struct page *page, const struct ledger_row *row, const char *what, unsigned int indent, uint64_t elapsed_ns)
{
	char total[FMT_LEN] = "-", grown[FMT_LEN] = "-", rate[FMT_LEN];

	if (row->delta.now_known)
		fmt_count(row->delta.now, total);
	if (row->delta.grown_known)
		fmt_count(row->delta.grown, grown);
	put_what(page, what, indent);
	put_numbers(page, total, grown, fmt_rate(&row->delta, elapsed_ns, rate), row->means);
}

/* "eth0 rx_dropped", "udp 10.0.0.1:53 dns[12] drops (queue 4608 of 4608)" */
static void put_row(const struct page *page, const struct ledger_row *row, uint64_t elapsed_ns)
{
	char what[8 * LEDGER_TEXT_LEN], object[4 * LEDGER_TEXT_LEN], name[4 * LEDGER_TEXT_LEN], level[FMT_LEN], limit[FMT_LEN];
	int len;

	fmt_path(row->object, object, sizeof(object));
	fmt_path(row->name, name, sizeof(name));
	len = snprintf(what, sizeof(what), "%s%s%s", object, object[0] ? " " : "", name);
	printf("%-*s", LAYER_WIDTH, layer_name(row->layer));
	if (row->kind == LEDGER_COUNTER) {
		if (row->level_known && row->limit_known)
			snprintf(what + len, sizeof(what) - (size_t)len, " (queue %s of %s)", fmt_count(row->level, level), fmt_count(row->limit, limit));
		put_counter(page, row, what, 0, elapsed_ns);
		return;
	}
	if (row->limit_known)
		snprintf(what + len, sizeof(what) - (size_t)len, " (of %s)", fmt_count(row->limit, limit));
	put_what(page, what, 0);
	put_numbers(page, row->level_known ? fmt_count(row->level, level) : "-", "", "", row->means);
}

/* A reason, and where in the kernel: under a counter, or a row of its own. */
static void put_reason(const struct page *page, const struct ledger_row *row, uint64_t elapsed_ns)
{
	char what[12 * LEDGER_TEXT_LEN], place[4 * LEDGER_TEXT_LEN], name[4 * LEDGER_TEXT_LEN], protocol[128];
	unsigned int indent = row->explains ? 2 : 0;
	size_t len;

	fmt_path(row->name, name, sizeof(name));
	fmt_path(row->object, place, sizeof(place));
	fmt_path(row->protocol, protocol, sizeof(protocol));
	printf("%-*s", LAYER_WIDTH, row->explains ? "" : layer_name(row->layer));
	if (row->explains)
		snprintf(what, sizeof(what), "< %s", name);
	else
		snprintf(what, sizeof(what), "%s %s", protocol, name);
	len = strlen(what);
	if (indent + len + 1 + strlen(place) <= page->what) {
		snprintf(what + len, sizeof(what) - len, " %s", place);
		put_counter(page, row, what, indent, elapsed_ns);
		return;
	}
	put_counter(page, row, what, indent, elapsed_ns);
	printf("%*s%s\n", LAYER_WIDTH + (int)indent + 2, "", place);
}

static void put_unexplained(const struct page *page, const struct ledger_row *row)
{
	char what[64], number[FMT_LEN + 1] = "-";
	uint64_t size = row->unexplained < 0 ? -(uint64_t)row->unexplained : (uint64_t)row->unexplained;

	if (row->unexplained_known) {
		number[0] = row->unexplained < 0 ? '-' : '+';
		fmt_count(size, size ? number + 1 : number);
	}
	snprintf(what, sizeof(what), "< unexplained %s", row->explains);
	printf("%*s", LAYER_WIDTH, "");
	put_what(page, what, 2);
	put_numbers(page, "", number, "",
		    !row->unexplained_known ? "the kernel's reasons are not known" :
		    row->unexplained < 0 ? "dropped for these reasons and not counted" : "counted, and no reason says so");
}

/* A layer of which not all is known is told of when that begins. */
static unsigned int put_unknown(const struct ledger_row *row, uint32_t told)
{
	if (told >> row->layer & 1)
		return 0;
	printf("%-*snot all of this layer is known\n", LAYER_WIDTH, layer_name(row->layer));
	return 1;
}

void drops_text(const struct ledger *ledger, const struct stamp *when, unsigned int width, uint32_t *unknown)
{
	uint32_t told = *unknown;
	unsigned int nr = 0;
	char clock[FMT_LEN], interval[FMT_LEN];
	struct page page = page_of(ledger, width);

	snprintf(interval, sizeof(interval), "+%.3gs", (double)ledger->elapsed_ns / 1e9);
	printf("%-*s%-*s", LAYER_WIDTH, fmt_clock(when->real_ns, clock), (int)page.what, page.rates ? "what" : "what (since boot; reasons since the module was loaded)");
	put_numbers(&page, "total", interval, "per s", "meaning");
	*unknown = 0;
	for (unsigned int i = 0; i < ledger->nr; i++) {
		const struct ledger_row *row = &ledger->row[i];

		nr += row->kind != LEDGER_UNKNOWN;
		switch (row->kind) {
		case LEDGER_COUNTER:
		case LEDGER_LEVEL:
			put_row(&page, row, ledger->elapsed_ns);
			break;
		case LEDGER_REASON:
			put_reason(&page, row, ledger->elapsed_ns);
			break;
		case LEDGER_UNKNOWN:
			nr += put_unknown(row, told);
			*unknown |= UINT32_C(1) << row->layer;
			break;
		case LEDGER_UNEXPLAINED:
			put_unexplained(&page, row);
			break;
		}
	}
	if (nr == 0)
		printf("%*snothing was lost that is counted%s\n", LAYER_WIDTH, "", *unknown ? ", in the layers that are known" : "");
	putchar('\n');
}
