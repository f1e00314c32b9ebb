// SPDX-License-Identifier: GPL-2.0-only
#include "event_cgroup.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "records.h"

#define CONNECTIONS "/proc/coremon/connections.bin"
#define SOON_NS UINT64_C(1000000000)
#define PATIENCE 5u	/* readings, the last after 31 ms */
#define BUCKETS 16384u		/* a power of two */

/** struct member - a connection */
struct member {
	struct member *next;		/* in its bucket */
	struct member *next_listed;
	uint64_t id, cgroup;
	uint32_t netns;
	bool ended;
	bool listed;			/* among those that ended, perhaps to live again under the same id */
};

/** struct event_cgroups - the connections, by id */
struct event_cgroups {
	const struct root *root;
	struct records in;
	bool open;
	bool failed;		/* connections.bin is not to be read */
	uint64_t read_ns;	/* when the last reading began */
	unsigned int patience;	/* readings that a connection is waited for */
	struct cgroups cgroups;
	struct member *listed;
	struct member *bucket[BUCKETS];
};

static void forget_all(struct event_cgroups *table)
{
	for (unsigned int i = 0; i < BUCKETS; i++) {
		while (table->bucket[i]) {
			struct member *member = table->bucket[i];

			table->bucket[i] = member->next;
			free(member);
		}
	}
	table->listed = NULL;
}

void event_cgroups_free(struct event_cgroups *table)
{
	if (!table)
		return;
	forget_all(table);
	if (table->open)
		records_close(&table->in);
	cgroups_free(&table->cgroups);
	free(table);
}

/* Where the pointer to the member is, or to the end of its bucket. */
static struct member **place(struct event_cgroups *table, uint64_t id, uint32_t netns)
{
	struct member **at = &table->bucket[(id ^ netns) * UINT64_C(0x9e3779b97f4a7c15) >> 40 & (BUCKETS - 1)];

	while (*at && ((*at)->id != id || (*at)->netns != netns))
		at = &(*at)->next;
	return at;
}

static void forget_ended(struct event_cgroups *table)
{
	while (table->listed) {
		struct member *member = table->listed;

		table->listed = member->next_listed;
		member->listed = false;
		if (member->ended) {
			*place(table, member->id, member->netns) = member->next;
			free(member);
		}
	}
}

/* Without memory it stays unknown. */
static void take(struct event_cgroups *table, const struct coremon_row *row)
{
	struct member **at = place(table, row->id, row->netns);
	struct member *member = *at;

	if (!member) {
		member = calloc(1, sizeof(*member));
		if (!member)
			return;
		*at = member;
		member->id = row->id;
		member->netns = row->netns;
	}
	member->cgroup = row->cgroup;
	member->ended = row->kind == COREMON_ROW_CLOSED;
	if (member->ended && !member->listed) {
		member->listed = true;
		member->next_listed = table->listed;
		table->listed = member;
	}
	/* Now, for it may be gone when it is asked for. */
	if (row->cgroup != COREMON_UNKNOWN)
		cgroups_path(&table->cgroups, row->cgroup);
}

/* One reading. Return: false where some connections that ended were not told of. */
static bool read_once(struct event_cgroups *table)
{
	struct coremon_row row;
	bool whole = true;
	int ret;

	if (!table->open && records_open(&table->in, table->root, CONNECTIONS) < 0) {
		table->failed = true;
		return true;
	}
	table->open = true;
	while ((ret = records_next(&table->in, &row, sizeof(row))) != 0) {
		if (ret == -EINTR)
			continue;
		if (ret < 0) {
			table->failed = true;
			return true;
		}
		if (row.kind == COREMON_ROW_LOST)
			whole = false;
		else
			take(table, &row);
	}
	return whole;
}

/* @forget: what was told of as ended before */
static void read_on(struct event_cgroups *table, bool forget)
{
	struct stamp now;

	if (table->failed || root_clock(table->root, &now) < 0)
		return;
	table->read_ns = now.mono_ns;
	cgroups_begin(&table->cgroups, table->root);
	if (forget)
		forget_ended(table);
	if (read_once(table))
		return;
	/* Those that ended untold would stay for ever. */
	forget_all(table);
	records_close(&table->in);
	table->open = false;
	read_once(table);
}

struct event_cgroups *event_cgroups_new(const struct root *root)
{
	struct event_cgroups *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->root = root;
	table->patience = PATIENCE;
	/* What is over when the first event comes would not be told of any more. */
	read_on(table, true);
	return table;
}

static bool soon(const struct event_cgroups *table, const struct coremon_event *event)
{
	return event->time_ns > table->read_ns || table->read_ns - event->time_ns < SOON_NS;
}

uint64_t event_cgroup(struct event_cgroups *table, const struct coremon_event *event, char path[CGROUP_TEXT_LEN])
{
	struct member *member = *place(table, event->id, event->netns);

	if (event->id == COREMON_UNKNOWN)
		return COREMON_UNKNOWN;
	if (!member && (!table->read_ns || event->time_ns > table->read_ns)) {
		read_on(table, true);
		member = *place(table, event->id, event->netns);
	}
	/*
	 * In the moment in which a connection begins or ends it is not among the open ones, and among the ended ones not yet: it comes with the
	 * next reading, or later where this program has taken the processor from the one that opens it. Those that have ended are still wanted,
	 * for events that came before that. After one that never comes the next is not waited for as long.
	 */
	for (unsigned int i = 0; !member && i < table->patience && soon(table, event); i++) {
		poll(NULL, 0, 1 << i);
		read_on(table, false);
		member = *place(table, event->id, event->netns);
	}
	table->patience = member ? PATIENCE : 1;
	if (!member || member->cgroup == COREMON_UNKNOWN)
		return COREMON_UNKNOWN;
	cgroups_text(&table->cgroups, member->cgroup, path);
	return member->cgroup;
}
