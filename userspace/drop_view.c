// SPDX-License-Identifier: GPL-2.0-only
#include "drop_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Which counters tell of packets that were lost here: those whose names have one of the words. A layer without words is not looked at;
 * of the reasons each is one.
 */
#define WORDS 8
static const char *const words[LAYER_NR][WORDS] = {
	[LAYER_LINK] = { "_errors", "_dropped", "rx_nohandler" },
	[LAYER_CPU] = { "dropped", "flow_limit_count" },
	[LAYER_QDISC] = { "drops" },
	[LAYER_CONNTRACK] = { "drop", "insert_failed" },
	[LAYER_IP] = { "Errors", "Discards", "NoRoutes", "UnknownProtos", "TruncatedPkts", "ReasmFails", "FragFails" },
	[LAYER_UDP] = { "Errors", "NoPorts" },
	[LAYER_TCP] = { "Drop", "Overflow", "Pruned", "InErrs", "CsumErrors", "ReversePathFilter" },
	[LAYER_REASON] = { "count" },	/* and not count_here: what other namespaces of this host lose is lost on it as well */
};

uint32_t drop_view_layers(void)
{
	uint32_t layers = 0;

	for (unsigned int layer = 0; layer < LAYER_NR; layer++)
		layers |= (uint32_t)(words[layer][0] != NULL) << layer;
	return layers;
}

static bool is_loss(const struct counter *counter)
{
	if (counter->gauge || (counter->layer == LAYER_REASON && strcmp(counter->name, "count") != 0))
		return false;
	for (unsigned int i = 0; i < WORDS && words[counter->layer][i]; i++) {
		if (strstr(counter->name, words[counter->layer][i]))
			return true;
	}
	return false;
}

static int more_first(const void *p, const void *q)
{
	const struct drop_row *a = p, *b = q;
	int ret;

	if (a->grown != b->grown)
		return a->grown < b->grown ? 1 : -1;
	if (a->layer != b->layer)
		return a->layer < b->layer ? -1 : 1;
	ret = strcmp(a->object, b->object);
	return ret ? ret : strcmp(a->name, b->name);
}

int drop_view_make(struct drop_view *view, const struct counters *before, const struct counters *now)
{
	unsigned int room = 0;

	memset(view, 0, sizeof(*view));
	view->known = before->known & now->known;
	for (unsigned int i = 0; i < now->nr; i++)
		room += is_loss(&now->counter[i]);
	view->row = malloc((room + 1) * sizeof(*view->row));
	if (!view->row)
		return -ENOMEM;
	for (unsigned int i = 0; i < now->nr; i++) {
		const struct counter *counter = &now->counter[i];
		uint64_t grown;

		if (is_loss(counter) && counters_delta(before, now, counter->layer, counter->object, counter->name, &grown) && grown)
			view->row[view->nr++] = (struct drop_row){ counter->layer, counter->object, counter->name, grown };
	}
	qsort(view->row, view->nr, sizeof(*view->row), more_first);
	return 0;
}

void drop_view_free(struct drop_view *view)
{
	free(view->row);
	memset(view, 0, sizeof(*view));
}
