// SPDX-License-Identifier: GPL-2.0-only
#include "ledger.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cause.h"

/** struct making - what rows are made from */
struct making {
	struct ledger *ledger;
	const struct counters *before, *now;	/* @before may be NULL */
	bool *used;				/* a counter of @now that is a reason, and explains something */
	bool all;
};

int ledger_read(struct ledger_reading *reading, const struct root *root, const struct ledger_reading *before)
{
	int ret;

	memset(reading, 0, sizeof(*reading));
	ret = counters_read(&reading->counters, root, ((UINT32_C(1) << LAYER_NR) - 1) & ~(UINT32_C(1) << LAYER_LIMIT | UINT32_C(1) << LAYER_SOCKET));
	if (ret == 0)
		ret = sockets_read(&reading->sockets, root, false);
	/* To find who holds a socket all descriptors of all processes are looked at: only when it is of use. */
	if (ret == 0 && ledger_sockets_moved(before ? &before->sockets : NULL, &reading->sockets)) {
		sockets_free(&reading->sockets);
		ret = sockets_read(&reading->sockets, root, true);
	}
	if (ret < 0)
		ledger_reading_free(reading);
	return ret;
}

void ledger_reading_free(struct ledger_reading *reading)
{
	counters_free(&reading->counters);
	sockets_free(&reading->sockets);
}

void ledger_free(struct ledger *ledger)
{
	free(ledger->row);
	memset(ledger, 0, sizeof(*ledger));
}

struct ledger_row *ledger_row(struct ledger *ledger, enum ledger_kind kind, enum layer layer)
{
	struct ledger_row *row;

	if (ledger->nr == ledger->room) {
		unsigned int room = ledger->room ? 2 * ledger->room : 64;

		row = realloc(ledger->row, room * sizeof(*row));
		if (!row)
			return NULL;
		ledger->row = row;
		ledger->room = room;
	}
	row = &ledger->row[ledger->nr++];
	memset(row, 0, sizeof(*row));
	row->kind = kind;
	row->layer = layer;
	return row;
}

static struct delta delta_of(const struct making *making, const struct counter *counter)
{
	struct delta delta = { .now = counter->value, .now_known = true };

	if (making->before)
		delta.grown_known = counters_delta(making->before, making->now, counter->layer, counter->object, counter->name, &delta.grown);
	return delta;
}

/* Return: true where a row is to be shown: it moved, or may have. */
static bool moved(const struct making *making, const struct delta *delta)
{
	return making->all || (delta->grown_known ? delta->grown > 0 : delta->now > 0);
}

static int add_counter(struct making *making, const struct counter *counter, const struct cause *cause, bool *shown)
{
	struct delta delta = delta_of(making, counter);
	struct ledger_row *row;

	if (!moved(making, &delta))
		return 0;
	row = ledger_row(making->ledger, LEDGER_COUNTER, counter->layer);
	if (!row)
		return -ENOMEM;
	snprintf(row->object, sizeof(row->object), "%s", counter->object);
	snprintf(row->name, sizeof(row->name), "%s", counter->name);
	row->means = cause ? cause->means : NULL;
	row->explains = cause ? cause->explained : NULL;
	row->delta = delta;
	*shown = true;
	return 0;
}

/* "REASON|PLACE|PROTOCOL" */
static int add_reason(struct making *making, const struct counter *counter, const struct delta *delta, const char *explains,
		      enum layer layer)
{
	struct ledger_row *row = ledger_row(making->ledger, LEDGER_REASON, layer);
	const char *place = strchr(counter->object, '|');
	const char *protocol = place ? strchr(place + 1, '|') : NULL;

	if (!row)
		return -ENOMEM;
	row->explains = explains;
	row->delta = *delta;
	if (!protocol)
		return 0;
	snprintf(row->name, sizeof(row->name), "%.*s", (int)(place - counter->object), counter->object);
	snprintf(row->object, sizeof(row->object), "%.*s", (int)(protocol - place - 1), place + 1);
	snprintf(row->protocol, sizeof(row->protocol), "%s", protocol + 1);
	return 0;
}

/* Return: true where the counter is part of what is compared. Of queueing disciplines only those at the top are. */
static bool is_part(const struct making *making, const struct explanation *explanation, const struct counter *counter)
{
	const struct cause *cause;
	const struct counter *parent;

	if (counter->layer != explanation->layer)
		return false;
	cause = cause_find(counter->layer, counter->name);
	if (!cause || explanation_find(cause) != explanation)
		return false;
	if (counter->layer != LAYER_QDISC)
		return true;
	parent = counters_find(making->now, LAYER_QDISC, counter->object, "parent");
	return parent && parent->value == TC_H_ROOT;
}

/* How much the counters of an explanation grew. Return: false where one is not known. */
static bool counted(const struct making *making, const struct explanation *explanation, uint64_t *sum)
{
	bool known = making->before && making->now->known >> explanation->layer & 1;

	*sum = 0;
	for (unsigned int i = 0; i < making->now->nr && known; i++) {
		const struct counter *counter = &making->now->counter[i];
		struct delta delta;

		if (!is_part(making, explanation, counter))
			continue;
		delta = delta_of(making, counter);
		known = delta.grown_known && !__builtin_add_overflow(*sum, delta.grown, sum);
	}
	return known && *sum <= INT64_MAX;
}

/* The reasons under the counters that they explain. */
static int add_explanation(struct making *making, const struct explanation *explanation, bool shown)
{
	bool reasons_known = making->ledger->reasons_known, moved_any = false;
	uint64_t sum = 0, reasons = 0;
	struct ledger_row *row;
	bool known;
	int ret = 0;

	for (unsigned int i = 0; i < making->now->nr && ret == 0; i++) {
		const struct counter *counter = &making->now->counter[i];
		struct delta delta;

		if (counter->layer != LAYER_REASON || strcmp(counter->name, explanation->host ? "count" : "count_here") != 0 ||
		    !explanation_has(explanation, counter->object))
			continue;
		delta = delta_of(making, counter);
		reasons_known &= delta.grown_known && !__builtin_add_overflow(reasons, delta.grown, &reasons);
		if (!shown && explanation->loose)
			continue;
		/* Drops of other namespaces are not of these counters: their row of all stays. */
		making->used[i] = !explanation->loose;
		if (!moved(making, &delta))
			continue;
		moved_any = true;
		ret = add_reason(making, counter, &delta, explanation->name, explanation->layer);
	}
	if (ret < 0 || explanation->loose || (!shown && !moved_any) || !making->before)
		return ret;
	known = counted(making, explanation, &sum) && reasons_known && reasons <= INT64_MAX;
	if (known && sum == reasons && !making->all)
		return 0;
	row = ledger_row(making->ledger, LEDGER_UNEXPLAINED, explanation->layer);
	if (!row)
		return -ENOMEM;
	row->explains = explanation->name;
	row->unexplained_known = known;
	row->unexplained = (int64_t)sum - (int64_t)reasons;
	return 0;
}

/* A layer of one object: counters in the order of the table, reasons behind those that they explain. */
static int add_single(struct making *making, enum layer layer)
{
	const struct explanation *explanation = NULL;
	bool shown = false;
	int ret = 0;

	for (unsigned int i = 0; i < causes_nr && ret == 0; i++) {
		const struct explanation *next = explanation_find(&causes[i]);
		const struct counter *counter;

		if (causes[i].layer != layer)
			continue;
		if (explanation && next != explanation)
			ret = add_explanation(making, explanation, shown);
		if (next != explanation)
			shown = false;
		explanation = next;
		counter = counters_find(making->now, layer, "", causes[i].name);
		if (ret == 0 && counter)
			ret = add_counter(making, counter, &causes[i], &shown);
	}
	if (ret == 0 && explanation)
		ret = add_explanation(making, explanation, shown);
	for (unsigned int i = 0; i < making->now->nr && ret == 0; i++) {
		const struct counter *counter = &making->now->counter[i];

		if (counter->layer == layer && !counter->gauge && !cause_find(layer, counter->name) && cause_is_loss(layer, counter->name))
			ret = add_counter(making, counter, NULL, &shown);
	}
	return ret;
}

/* A layer of several objects: all counters of each, then what explains them. */
static int add_several(struct making *making, enum layer layer)
{
	bool shown[EXPLANATIONS_MAX] = { false };
	int ret = 0;

	for (unsigned int i = 0; i < making->now->nr && ret == 0; i++) {
		const struct counter *counter = &making->now->counter[i];
		const struct explanation *explanation;
		const struct cause *cause;
		bool this_shown = false;

		if (counter->layer != layer || !cause_is_loss(layer, counter->name))
			continue;
		cause = cause_find(layer, counter->name);
		ret = add_counter(making, counter, cause, &this_shown);
		explanation = cause ? explanation_find(cause) : NULL;
		if (explanation)
			shown[explanation - explanations] |= this_shown;
	}
	for (unsigned int i = 0; i < explanations_nr && ret == 0; i++) {
		if (explanations[i].layer == layer)
			ret = add_explanation(making, &explanations[i], shown[i]);
	}
	return ret;
}

static int by_growth(const void *a, const void *b)
{
	const struct ledger_row *x = a, *y = b;
	uint64_t left = x->delta.grown_known ? x->delta.grown : x->delta.now;
	uint64_t right = y->delta.grown_known ? y->delta.grown : y->delta.now;

	return left < right ? 1 : left > right ? -1 : strcmp(x->name, y->name);
}

/* What the kernel dropped and no counter here says, most first. */
static int add_rest(struct making *making)
{
	unsigned int begin = making->ledger->nr;
	int ret = 0;

	for (unsigned int i = 0; i < making->now->nr && ret == 0; i++) {
		const struct counter *counter = &making->now->counter[i];
		const struct counter *here;
		struct delta delta;

		if (counter->layer != LAYER_REASON || strcmp(counter->name, "count") != 0 || making->used[i])
			continue;
		/* Those of this namespace stand under their counters: what is left is of others. */
		delta = delta_of(making, counter);
		here = counters_find(making->now, LAYER_REASON, counter->object, "count_here");
		if (here && making->used[here - making->now->counter]) {
			struct delta ours = delta_of(making, here);

			delta.now -= ours.now;
			delta.grown_known &= ours.grown_known && ours.grown <= delta.grown;
			delta.grown -= delta.grown_known ? ours.grown : 0;
			if (delta.now == 0)
				continue;
		}
		if (moved(making, &delta))
			ret = add_reason(making, counter, &delta, NULL, LAYER_REASON);
	}
	if (ret == 0 && making->ledger->nr > begin)
		qsort(making->ledger->row + begin, making->ledger->nr - begin, sizeof(struct ledger_row), by_growth);
	return ret;
}

/* A kernel before 5.17 has no reason for any drop. */
static bool kernel_has_reasons(const struct counters *counters)
{
	const struct counter *names = counters_find(counters, LAYER_REASON, "", "reasons");

	if (names)
		return names->value > 0;
	for (unsigned int i = 0; i < counters->nr; i++) {
		const struct counter *counter = &counters->counter[i];

		if (counter->layer == LAYER_REASON && strncmp(counter->object, "-|", 2) != 0)
			return true;
	}
	return false;
}

/* A row where not all of a layer was read. Of reasons it is told beside what they would explain. */
static int add_unknown(struct making *making, enum layer layer, const struct ledger_reading *now)
{
	bool known = now->counters.known >> layer & 1;

	if (layer == LAYER_SOCKET)
		known = now->sockets.tcp_whole && now->sockets.udp_whole;
	if (known || layer == LAYER_REASON || layer == LAYER_LIMIT)
		return 0;
	return ledger_row(making->ledger, LEDGER_UNKNOWN, layer) ? 0 : -ENOMEM;
}

static int make_rows(struct making *making, const struct ledger_reading *before, const struct ledger_reading *now)
{
	int ret = 0;

	for (enum layer layer = 0; layer < LAYER_NR && ret == 0; layer++) {
		switch (layer) {
		case LAYER_LINK:
		case LAYER_DRIVER:
		case LAYER_CPU:
		case LAYER_QDISC:
		case LAYER_NETFILTER:
			ret = add_several(making, layer);
			break;
		case LAYER_CONNTRACK:
		case LAYER_IP:
		case LAYER_ICMP:
		case LAYER_UDP:
		case LAYER_TCP:
			ret = add_single(making, layer);
			break;
		case LAYER_SOCKET:
			ret = ledger_sockets(making->ledger, before ? &before->sockets : NULL, &now->sockets, making->all);
			break;
		case LAYER_REASON:
			ret = add_rest(making);
			break;
		default:
			break;
		}
		if (ret == 0)
			ret = ledger_levels(making->ledger, making->now, layer, making->all);
		if (ret == 0)
			ret = add_unknown(making, layer, now);
	}
	return ret;
}

int ledger_make(struct ledger *ledger, const struct ledger_reading *before, const struct ledger_reading *now, bool all)
{
	struct making making = { .ledger = ledger, .before = before ? &before->counters : NULL, .now = &now->counters, .all = all };
	uint32_t bit = UINT32_C(1) << LAYER_REASON;
	int ret;

	memset(ledger, 0, sizeof(*ledger));
	making.used = calloc(now->counters.nr + 1, sizeof(*making.used));
	if (!making.used)
		return -ENOMEM;
	if (before)
		ledger->elapsed_ns = now->counters.when.mono_ns - before->counters.when.mono_ns;
	ledger->reasons_known = now->counters.known & bit && (!before || before->counters.known & bit) && kernel_has_reasons(&now->counters);
	ret = make_rows(&making, before, now);
	free(making.used);
	return ret;
}
