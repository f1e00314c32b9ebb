// SPDX-License-Identifier: GPL-2.0-only
#include "drop_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cause.h"

#define BIT(layer) (UINT32_C(1) << (layer))

uint32_t drop_view_layers(void)
{
	return BIT(LAYER_LINK) | BIT(LAYER_CPU) | BIT(LAYER_QDISC) | BIT(LAYER_CONNTRACK) | BIT(LAYER_IP) | BIT(LAYER_UDP) | BIT(LAYER_TCP) |
	       BIT(LAYER_REASON);
}

/* What costs time, or comes before a loss, but is none. */
static bool is_sign(const struct counter *counter)
{
	static const char *const signs[] = { "time_squeeze", "carrier_changes", "overlimits", "requeues" };

	for (unsigned int i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (strcmp(counter->name, signs[i]) == 0)
			return true;
	}
	return false;
}

static bool is_loss(const struct counter *counter)
{
	if (counter->gauge || !(drop_view_layers() & BIT(counter->layer)))
		return false;
	/* And not count_here: what other namespaces of this host lose is lost on it as well. */
	if (counter->layer == LAYER_REASON)
		return strcmp(counter->name, "count") == 0;
	return cause_is_loss(counter->layer, counter->name) && !is_sign(counter);
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
	unsigned int hint = 0;

	memset(view, 0, sizeof(*view));
	view->known = before->known & now->known;
	view->row = malloc((now->nr + 1) * sizeof(*view->row));
	if (!view->row)
		return -ENOMEM;
	for (unsigned int i = 0; i < now->nr; i++) {
		const struct counter *counter = &now->counter[i];
		uint64_t grown;

		/* Few have grown; what a counter tells of costs more to find out. */
		if (counters_grown(before, counter, &hint, &grown) && grown && is_loss(counter))
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
