// SPDX-License-Identifier: GPL-2.0-only
#include "trouble.h"

#include <string.h>

#include "../kmod/uapi/coremon.h"

void trouble_init(struct trouble *trouble, const struct sections *sections)
{
	memset(trouble, 0, sizeof(*trouble));
	trouble->sections = *sections;
}

static void forget(struct trouble *trouble)
{
	drop_view_free(&trouble->drops);
	socket_view_free(&trouble->view);
}

void trouble_free(struct trouble *trouble)
{
	forget(trouble);
	counters_free(&trouble->before);
	counters_free(&trouble->now);
	sockets_free(&trouble->sockets_before);
	sockets_free(&trouble->sockets);
}

static uint32_t layers_of(const struct sections *sections)
{
	uint32_t layers = 0;

	if (section_shown(sections, SECTION_CONGESTION))
		layers |= congestion_layers();
	if (section_shown(sections, SECTION_DROPS))
		layers |= drop_view_layers();
	if (section_shown(sections, SECTION_SOCKETS))
		layers |= UINT32_C(1) << LAYER_SOCKET;
	return layers;
}

static int read_sockets(struct trouble *trouble, const struct root *root)
{
	struct sockets last = trouble->sockets_before;

	/* The memory of the older of the two is used again. */
	trouble->sockets_before = trouble->sockets;
	trouble->sockets = last;
	if (section_full(&trouble->sections, SECTION_SOCKETS))
		return sockets_read(&trouble->sockets, root, false);
	return sockets_read_udp(&trouble->sockets, root);
}

int trouble_read(struct trouble *trouble, const struct root *root)
{
	uint32_t layers = layers_of(&trouble->sections);
	int ret = 0;

	forget(trouble);
	counters_free(&trouble->before);
	trouble->before = trouble->now;
	memset(&trouble->now, 0, sizeof(trouble->now));
	if (layers)
		ret = counters_read(&trouble->now, root, layers);
	if (ret == 0 && section_shown(&trouble->sections, SECTION_SOCKETS))
		ret = read_sockets(trouble, root);
	return ret;
}

static uint64_t given_up(const struct lives *lives)
{
	return lives->cause[COREMON_CAUSE_TIMEOUT] + lives->cause[COREMON_CAUSE_CONNECT_TIMEOUT];
}

int trouble_make(struct trouble *trouble, const struct root *root, const struct totals *totals, const struct lives *lives)
{
	int ret = 0;

	if (section_shown(&trouble->sections, SECTION_CONGESTION))
		congestion_make(&trouble->congestion, &trouble->before, &trouble->now, totals, lives->known, given_up(lives));
	if (section_shown(&trouble->sections, SECTION_DROPS))
		ret = drop_view_make(&trouble->drops, &trouble->before, &trouble->now);
	if (ret == 0 && section_shown(&trouble->sections, SECTION_SOCKETS))
		ret = socket_view_make(&trouble->view, &trouble->sockets_before, &trouble->sockets, root);
	return ret;
}
