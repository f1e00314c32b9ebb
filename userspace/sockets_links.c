// SPDX-License-Identifier: GPL-2.0-only
/* The table of interfaces, as netstat -i has it. */
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "fmt.h"
#include "rate.h"
#include "sockets.h"

#define WORTH_A_NOTE 1	/* percent of packets */

enum link_col { RX_OK, RX_ERR, RX_DRP, RX_OVR, TX_OK, TX_ERR, TX_DRP, TX_OVR, LINK_COLS };

/* What each is made of: the dropped of an interface and those that found no room in the ring are one thing to netstat. */
static const struct {
	const char *json;
	const char *name[2];
} cols[LINK_COLS] = {
	[RX_OK] = { "rx_ok", { "rx_packets" } },
	[RX_ERR] = { "rx_err", { "rx_errors" } },
	[RX_DRP] = { "rx_drp", { "rx_dropped", "rx_missed_errors" } },
	[RX_OVR] = { "rx_ovr", { "rx_fifo_errors" } },
	[TX_OK] = { "tx_ok", { "tx_packets" } },
	[TX_ERR] = { "tx_err", { "tx_errors" } },
	[TX_DRP] = { "tx_drp", { "tx_dropped" } },
	[TX_OVR] = { "tx_ovr", { "tx_fifo_errors" } },
};

/** struct iface - an interface; bit per column in @known and @grown_known */
struct iface {
	const char *name;
	bool mtu_known, flags_known;
	uint64_t mtu, flags;
	unsigned int known, grown_known;
	uint64_t value[LINK_COLS], grown[LINK_COLS];
};

static bool find(const struct counters *counters, const char *object, const char *name, uint64_t *value)
{
	const struct counter *counter = counters_find(counters, LAYER_LINK, object, name);

	*value = counter ? counter->value : 0;
	return counter;
}

static void take_col(struct iface *link, enum link_col col, const struct counters *now, const struct counters *before)
{
	bool known = true, grown_known = before;

	for (unsigned int i = 0; i < 2 && cols[col].name[i]; i++) {
		uint64_t value, grown = 0;

		known &= find(now, link->name, cols[col].name[i], &value);
		grown_known = grown_known && counters_delta(before, now, LAYER_LINK, link->name, cols[col].name[i], &grown);
		link->value[col] += value;
		link->grown[col] += grown;
	}
	link->known |= (unsigned int)known << col;
	link->grown_known |= (unsigned int)grown_known << col;
}

/* Return: the interface after @at in @link, and where the next begins; NULL when there is none. */
static const char *next_iface(struct iface *link, const struct sockets_reading *now, const struct sockets_reading *before, unsigned int *at)
{
	const struct counters *counters = &now->counters;

	memset(link, 0, sizeof(*link));
	while (*at < counters->nr && counters->counter[*at].layer != LAYER_LINK)
		(*at)++;
	if (*at == counters->nr)
		return NULL;
	link->name = counters->counter[*at].object;
	while (*at < counters->nr && counters->counter[*at].layer == LAYER_LINK && strcmp(counters->counter[*at].object, link->name) == 0)
		(*at)++;
	link->mtu_known = find(counters, link->name, "mtu", &link->mtu);
	link->flags_known = find(counters, link->name, "flags", &link->flags);
	for (enum link_col col = 0; col < LINK_COLS; col++)
		take_col(link, col, counters, before ? &before->counters : NULL);
	return link->name;
}

static char *flag_letters(const struct iface *link, char buf[16])
{
	static const struct {
		unsigned int flag;
		char letter;
	} letters[] = {
		{ IFF_ALLMULTI, 'A' }, { IFF_BROADCAST, 'B' }, { IFF_LOOPBACK, 'L' }, { IFF_MULTICAST, 'M' }, { IFF_PROMISC, 'p' },
		{ IFF_NOARP, 'O' }, { IFF_POINTOPOINT, 'P' }, { IFF_SLAVE, 's' }, { IFF_MASTER, 'm' }, { IFF_RUNNING, 'R' }, { IFF_UP, 'U' },
	};
	unsigned int len = 0;

	if (!link->flags_known)
		return strcpy(buf, "-");
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (link->flags & letters[i].flag)
			buf[len++] = letters[i].letter;
	}
	buf[len] = '\0';
	return buf;
}

static bool known(const struct iface *link, enum link_col col)
{
	return link->known >> col & 1;
}

/*
 * How many percent of the packets @col is, of the interval if anything came or went in it, else since boot. Drivers differ in
 * whether a packet with an error is counted among the packets.
 */
static unsigned int percent(const struct iface *link, enum link_col col, enum link_col packets)
{
	bool grown = (link->grown_known >> col & link->grown_known >> packets) & 1 && (link->grown[col] || link->grown[packets]);
	uint64_t bad = grown ? link->grown[col] : link->value[col], all = grown ? link->grown[packets] : link->value[packets];

	if (!known(link, col) || !known(link, packets) || !bad)
		return 0;
	return bad >= all ? 100 : (unsigned int)((double)bad * 100 / (double)all);
}

/* What stands out, worst first. */
static char *note(const struct iface *link, char buf[64])
{
	static const struct {
		enum link_col col, packets;
		const char *way, *what;
	} notes[] = {
		{ RX_ERR, RX_OK, "received", "errors" }, { TX_ERR, TX_OK, "sent", "errors" },
		{ RX_DRP, RX_OK, "received", "dropped" }, { TX_DRP, TX_OK, "sent", "dropped" },
		{ RX_OVR, RX_OK, "received", "overruns" }, { TX_OVR, TX_OK, "sent", "overruns" },
	};
	unsigned int most = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		unsigned int part = percent(link, notes[i].col, notes[i].packets);

		if (part < WORTH_A_NOTE || part <= most)
			continue;
		most = part;
		if (part == 100)
			snprintf(buf, 64, "!! %s: ALL %s", notes[i].way, notes[i].what);
		else
			snprintf(buf, 64, "%s: %u %% %s", notes[i].way, part, notes[i].what);
	}
	return buf;
}

/* ---- as text ---- */

static const struct table_column columns[] = {
	{ "Iface", .left = true }, { "MTU", .left = false },
	{ "RX-OK", .left = false, .fold = true }, { "RX-ERR", .left = false }, { "RX-DRP", .left = false }, { "RX-OVR", .left = false },
	{ "TX-OK", .left = false, .fold = true }, { "TX-ERR", .left = false }, { "TX-DRP", .left = false }, { "TX-OVR", .left = false },
	{ "Flg", .left = true }, { "Note", .left = true, .fold = true },
};

/* An interface that did nothing has no rates. */
static void put_rates(struct table *table, const struct iface *link, uint64_t elapsed_ns)
{
	char buf[FMT_LEN], key[80];
	uint64_t any = 0;

	for (enum link_col col = 0; col < LINK_COLS; col++)
		any |= link->grown[col];
	if (!any)
		return;
	snprintf(key, sizeof(key), "%s /s", link->name);
	table_row(table, key);
	table_cell(table, " /s");
	table_cell(table, "%s", "");
	for (enum link_col col = 0; col < LINK_COLS; col++) {
		if (link->grown_known >> col & 1)
			table_cell(table, "%s", fmt_human(per_second(link->grown[col], elapsed_ns), buf));
		else
			table_cell(table, "-");
	}
}

static void show(struct table *table, const struct sockets_options *options, const struct sockets_reading *now,
		 const struct sockets_reading *before)
{
	char name[80], buf[64];
	unsigned int at = 0;
	struct iface link;

	(void)options;
	while (next_iface(&link, now, before, &at)) {
		table_row(table, link.name);
		table_cell(table, "%s", fmt_path(link.name, name, sizeof(name)));
		table_number(table, link.mtu_known, link.mtu);
		for (enum link_col col = 0; col < LINK_COLS; col++)
			table_number(table, known(&link, col), link.value[col]);
		table_cell(table, "%s", flag_letters(&link, buf));
		table_cell(table, "%s", note(&link, buf));
		if (before)
			put_rates(table, &link, now->when.mono_ns - before->when.mono_ns);
	}
	if (!(now->counters.known >> LAYER_LINK & 1))
		table_text(table, "not all interfaces are known");
}

/* ---- for programs ---- */

static void put_record(struct sink *sink, const struct iface *link)
{
	char buf[64], name[40];

	sink_record(sink);
	sink_text(sink, "name", link->name);
	sink_number(sink, "mtu", link->mtu_known, link->mtu);
	for (enum link_col col = 0; col < LINK_COLS; col++) {
		sink_number(sink, cols[col].json, known(link, col), link->value[col]);
		snprintf(name, sizeof(name), "%s_per_s", cols[col].json);
		sink_real(sink, name, link->grown_known >> col & 1, sink->elapsed_ns ? per_second(link->grown[col], sink->elapsed_ns) : 0);
	}
	sink_text(sink, "flags", link->flags_known ? flag_letters(link, buf) : NULL);
	note(link, buf);
	sink_text(sink, "note", buf[0] ? buf : NULL);
}

static void records(struct sink *sink, const struct sockets_options *options, const struct sockets_reading *now,
		    const struct sockets_reading *before)
{
	struct iface link = { .name = "" };
	unsigned int at = 0;

	(void)options;
	if (sink_names(sink))
		put_record(sink, &link);
	while (next_iface(&link, now, before, &at))
		put_record(sink, &link);
}

const struct sockets_view sockets_links_view = {
	.list = "interfaces", .layers = 1u << LAYER_LINK,
	.column = columns, .columns = sizeof(columns) / sizeof(columns[0]), .table = show, .records = records,
};
