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

/*
 * What a section that nobody asked for is made of is read only where it is there, and nothing is said of it: the module may not be
 * loaded, and files may have been captured before there were these sections.
 */
static const struct {
	uint32_t layers;
	const char *path;
} sources[] = {
	{ 1u << LAYER_LINK, "/netlink/link" },
	{ 1u << LAYER_QDISC, "/netlink/qdisc" },
	{ 1u << LAYER_CPU, "/proc/net/softnet_stat" },
	{ 1u << LAYER_IP | 1u << LAYER_UDP | 1u << LAYER_TCP, "/proc/net/netstat" },
	{ 1u << LAYER_REASON, "/proc/coremon/drops" },
};

#define UDP_SOCKETS "/netlink/udp"
#define UDP_TABLE "/proc/net/udp"	/* where the kernel has no udp_diag */

/* The kernel answers netlink always. */
static bool is_there(const struct root *root, const char *path)
{
	return root_exists(root, path) || (!root_moved(root) && strncmp(path, "/netlink/", strlen("/netlink/")) == 0);
}

static uint32_t layers_there(const struct root *root)
{
	uint32_t layers = UINT32_MAX;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (!is_there(root, sources[i].path))
			layers &= ~sources[i].layers;
	}
	return layers;
}

static uint32_t layers_of(const struct sections *sections, const struct root *root)
{
	uint32_t asked = 0, shown = 0;

	if (section_shown(sections, SECTION_CONGESTION))
		*(section_full(sections, SECTION_CONGESTION) ? &asked : &shown) |= congestion_layers();
	if (section_shown(sections, SECTION_DROPS))
		*(section_full(sections, SECTION_DROPS) ? &asked : &shown) |= drop_view_layers();
	if (section_full(sections, SECTION_SOCKETS))
		asked |= 1u << LAYER_SOCKET;
	return asked | (shown ? shown & layers_there(root) : 0);
}

static int read_sockets(struct trouble *trouble, const struct root *root)
{
	struct sockets last = trouble->sockets_before;

	/* The memory of the older of the two is used again. */
	trouble->sockets_before = trouble->sockets;
	trouble->sockets = last;
	if (section_full(&trouble->sections, SECTION_SOCKETS))
		return sockets_read(&trouble->sockets, root, false);
	if (is_there(root, UDP_SOCKETS) || is_there(root, UDP_TABLE))
		return sockets_read_udp(&trouble->sockets, root);
	sockets_free(&trouble->sockets);
	return 0;
}

int trouble_read(struct trouble *trouble, const struct root *root)
{
	uint32_t layers = layers_of(&trouble->sections, root);
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
