/* SPDX-License-Identifier: GPL-2.0-only */
/* The section `drops`: the counters of loss that moved in an interval, of whatever layer, those that moved most first. */
#ifndef COREMON_DROP_VIEW_H
#define COREMON_DROP_VIEW_H

#include "counter.h"

/** struct drop_row - one counter that moved; the names are those of the later reading */
struct drop_row {
	enum layer layer;
	const char *object, *name;
	uint64_t grown;
};

/** struct drop_view - one interval */
struct drop_view {
	struct drop_row *row;	/* most first */
	unsigned int nr;
	uint32_t known;		/* bit per layer: both readings were whole */
};

/** drop_view_layers() - Return: the layers it is made of, a bit each. */
uint32_t drop_view_layers(void);

/** drop_view_make() - what was lost between two readings. Return: 0 or -ENOMEM. */
int drop_view_make(struct drop_view *view, const struct counters *before, const struct counters *now);

/** drop_view_free() - free what drop_view_make() made. */
void drop_view_free(struct drop_view *view);

#endif /* COREMON_DROP_VIEW_H */
