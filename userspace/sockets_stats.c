// SPDX-License-Identifier: GPL-2.0-only
/* What the protocols counted, in words, as netstat -s has it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "rate.h"
#include "sockets.h"

/* The headings: by what a name begins with, the longer before the shorter. */
static const char *const groups[] = {
	"IpExt", "Ip6", "Ip", "IcmpMsg", "Icmp6", "Icmp", "MPTcpExt", "TcpExt", "Tcp", "UdpLite6", "UdpLite", "Udp6", "Udp",
};

/* In which they are shown. */
static const char *const order[] = {
	"Ip", "IpExt", "Ip6", "Icmp", "IcmpMsg", "Icmp6", "Tcp", "TcpExt", "MPTcpExt", "Udp", "Udp6", "UdpLite", "UdpLite6",
};

static const char *group_of(const char *name)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (strncmp(name, groups[i], strlen(groups[i])) == 0)
			return groups[i];
	}
	return "";
}

/* -t is TCP, -u UDP; without either, as if both had been given, all. */
static bool shown(const struct sockets_options *options, enum layer layer)
{
	switch (layer) {
	case LAYER_TCP:
		return options->tcp;
	case LAYER_UDP:
		return options->udp;
	case LAYER_IP:
	case LAYER_ICMP:
		return options->tcp && options->udp;
	default:
		return false;
	}
}

/** struct value - a counter and how much it grew */
struct value {
	bool grown_known;
	uint64_t grown;
};

/* Return: false where the counter is one that did nothing. */
static bool take(struct value *value, const struct sockets_options *options, const struct counter *counter,
		 const struct sockets_reading *now, const struct sockets_reading *before)
{
	value->grown = 0;
	value->grown_known = before && !counter->gauge &&
			     counters_delta(&before->counters, &now->counters, counter->layer, counter->object, counter->name, &value->grown);
	if (options->all)
		return true;
	/* What a machine is set to is not what it did. */
	if (counter->gauge)
		return counter->value && strcmp(counter->name, "TcpCurrEstab") == 0;
	return before ? value->grown || !value->grown_known : counter->value;
}

static const struct table_column columns[] = { { "", .left = false }, { "", .left = true } };
static const struct table_column rate_columns[] = { { "/s", .left = false }, { "in all", .left = false }, { "", .left = true } };

/** struct line - a counter to be shown */
struct line {
	const struct counter *counter;
	struct value value;
	int place;		/* those without words come last */
};

static int in_order(const void *p, const void *q)
{
	const struct line *a = p, *b = q;
	unsigned int x = (unsigned int)a->place, y = (unsigned int)b->place;

	if (x != y)
		return x < y ? -1 : 1;
	return strcmp(a->counter->name, b->counter->name);
}

static void put_row(struct table *table, const struct line *line, uint64_t elapsed_ns)
{
	const char *text = sockets_words(line->counter->name);
	char buf[FMT_LEN], name[128];

	table_row(table, line->counter->name);
	if (elapsed_ns) {
		if (line->value.grown_known)
			table_cell(table, "%s", fmt_human(per_second(line->value.grown, elapsed_ns), buf));
		else
			table_cell(table, "%s", line->counter->gauge ? "" : "-");
	}
	table_number(table, true, line->counter->value);
	table_cell(table, "%s", text ? text : fmt_path(line->counter->name, name, sizeof(name)));
}

static void put_group(struct table *table, const char *group, struct line *line, const struct sockets_options *options,
		      const struct sockets_reading *now, const struct sockets_reading *before)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < now->counters.nr; i++) {
		const struct counter *counter = &now->counters.counter[i];

		if (!shown(options, counter->layer) || strcmp(group_of(counter->name), group) != 0)
			continue;
		if (!take(&line[nr].value, options, counter, now, before))
			continue;
		line[nr].counter = counter;
		line[nr++].place = sockets_words_place(counter->name);
	}
	qsort(line, nr, sizeof(*line), in_order);
	if (nr)
		table_text(table, "%s:", group);
	for (unsigned int i = 0; i < nr; i++)
		put_row(table, &line[i], before ? now->when.mono_ns - before->when.mono_ns : 0);
}

static void show(struct table *table, const struct sockets_options *options, const struct sockets_reading *now,
		 const struct sockets_reading *before)
{
	struct line *line = calloc(now->counters.nr + 1, sizeof(*line));

	if (!line) {
		table->failed = true;
		return;
	}
	if (before) {
		table->column = rate_columns;
		table->columns = sizeof(rate_columns) / sizeof(rate_columns[0]);
		table->names_first = true;
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		put_group(table, order[i], line, options, now, before);
	free(line);
	for (enum layer layer = LAYER_IP; layer <= LAYER_TCP; layer++) {
		if (shown(options, layer) && !(now->counters.known >> layer & 1))
			table_text(table, "not all counters of %s are known", layer_name(layer));
	}
}

static void put_record(struct sink *sink, const struct counter *counter, const struct value *value)
{
	sink_record(sink);
	sink_text(sink, "layer", layer_name(counter->layer));
	sink_text(sink, "name", counter->name);
	sink_number(sink, "value", true, counter->value);
	sink_number(sink, "grown", value->grown_known, value->grown);
	sink_real(sink, "per_s", value->grown_known, value->grown_known ? per_second(value->grown, sink->elapsed_ns) : 0);
	sink_text(sink, "words", sockets_words(counter->name));
}

/* Programs get what is 0, too. */
static void records(struct sink *sink, const struct sockets_options *options, const struct sockets_reading *now,
		    const struct sockets_reading *before)
{
	static const struct counter none = { .layer = LAYER_IP, .name = "" };
	struct sockets_options all = *options;
	struct value value = { false, 0 };

	all.all = true;
	if (sink_names(sink))
		put_record(sink, &none, &value);
	for (unsigned int i = 0; i < now->counters.nr; i++) {
		const struct counter *counter = &now->counters.counter[i];

		if (shown(options, counter->layer) && take(&value, &all, counter, now, before))
			put_record(sink, counter, &value);
	}
}

const struct sockets_view sockets_stats_view = {
	.list = "counters", .layers = 1u << LAYER_IP | 1u << LAYER_ICMP | 1u << LAYER_UDP | 1u << LAYER_TCP, .differences = true,
	.column = columns, .columns = sizeof(columns) / sizeof(columns[0]), .table = show, .records = records,
};
