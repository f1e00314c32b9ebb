// SPDX-License-Identifier: GPL-2.0-only
#include "flow_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 1024
#define LISTEN 10		/* TCP_LISTEN */
#define SETTLE_NS UINT64_C(1000000000)	/* the last segment of a handshake takes less to the end that accepts */

/** struct flow_table - the flows, by id */
struct flow_table {
	struct flow **buckets;
	size_t nr_buckets;	/* a power of two */
	size_t nr;
	size_t nr_ended;	/* of these, ended */
	uint64_t start_ns;
};

/** struct entry - a flow whose window ends, as it is sorted */
struct entry {
	struct flow *flow;
	uint64_t birth_ns;
	uint64_t order_ns;	/* birth of the elder end of the connection */
	uint8_t tuple[36];	/* both ends, the lesser first: the same for either end's row */
};

struct flow_table *flow_table_new(uint64_t start_ns)
{
	struct flow_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->start_ns = start_ns;
	table->nr_buckets = FIRST_BUCKETS;
	table->buckets = calloc(table->nr_buckets, sizeof(*table->buckets));
	if (table->buckets)
		return table;
	free(table);
	return NULL;
}

void flow_table_free(struct flow_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->nr_buckets; i++) {
		while (table->buckets[i]) {
			struct flow *flow = table->buckets[i];

			table->buckets[i] = flow->next;
			free(flow);
		}
	}
	free(table->buckets);
	free(table);
}

static struct flow **bucket(const struct flow_table *table, uint64_t id)
{
	return &table->buckets[(id * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (table->nr_buckets - 1)];
}

/* Twice as many buckets; where there is no memory the chains become longer. */
static void grow(struct flow_table *table)
{
	struct flow_table larger = *table;

	larger.nr_buckets *= 2;
	larger.buckets = calloc(larger.nr_buckets, sizeof(*larger.buckets));
	if (!larger.buckets)
		return;
	for (size_t i = 0; i < table->nr_buckets; i++) {
		while (table->buckets[i]) {
			struct flow *flow = table->buckets[i];
			struct flow **to = bucket(&larger, flow->row.id);

			table->buckets[i] = flow->next;
			flow->next = *to;
			*to = flow;
		}
	}
	free(table->buckets);
	*table = larger;
}

static bool ended(const struct flow *flow)
{
	return flow->row.kind == COREMON_ROW_CLOSED;
}

static void end(struct flow_table *table, struct flow *flow)
{
	if (!ended(flow))
		table->nr_ended++;
	flow->row.kind = COREMON_ROW_CLOSED;
}

/* The connection that is over without a last row: what is known of it is what was read last. */
static void end_unseen(struct flow_table *table, struct flow *flow)
{
	end(table, flow);
	flow->row.cause = UINT8_MAX;
	flow->row.end_ns = COREMON_UNKNOWN;
}

/* The live connection of the row. A socket may have several, one after the other, under its id. */
static struct flow *find(struct flow_table *table, const struct coremon_row *row)
{
	struct flow *flow;

	for (flow = *bucket(table, row->id); flow; flow = flow->next) {
		if (flow->row.id != row->id || flow->row.netns != row->netns || ended(flow))
			continue;
		if (flow->row.birth_ns == row->birth_ns)
			return flow;
		end_unseen(table, flow);
	}
	return NULL;
}

static bool born_since(const struct flow_table *table, const struct coremon_row *row)
{
	return row->birth_ns != COREMON_UNKNOWN && row->birth_ns >= table->start_ns;
}

/* The highest queues are those since the row before, and are kept for the whole window. */
static void begin_peaks(struct coremon_row *row)
{
	if (row->send_q_peak != UINT32_MAX)
		row->send_q_peak = row->send_q;
	if (row->recv_q_peak != UINT32_MAX)
		row->recv_q_peak = row->recv_q;
}

/* What is not known once, all ones, is not known of the window: it is the highest. */
static void keep_peaks(struct coremon_row *row, const struct coremon_row *before)
{
	if (row->send_q_peak < before->send_q_peak)
		row->send_q_peak = before->send_q_peak;
	if (row->recv_q_peak < before->recv_q_peak)
		row->recv_q_peak = before->recv_q_peak;
}

static struct flow *add(struct flow_table *table, const struct coremon_row *row)
{
	struct flow *flow = calloc(1, sizeof(*flow));
	struct flow **at;

	if (!flow)
		return NULL;
	if (table->nr >= table->nr_buckets)
		grow(table);
	flow->row = *row;
	if (!born_since(table, row))
		begin_peaks(&flow->row);
	flow->since_ns = born_since(table, row) ? row->birth_ns : table->start_ns;
	/* What an older connection did before is not ours to tell. */
	if (!born_since(table, row))
		flow->base = *row;
	/* One that ended before its first row came: of its last flags at least the end is news. */
	if (!born_since(table, row) && ended(flow) && row->flags_in != UINT8_MAX && row->flags_out != UINT8_MAX) {
		flow->base.flags_in &= (uint8_t)~(COREMON_FLAG_FIN | COREMON_FLAG_RST);
		flow->base.flags_out &= (uint8_t)~(COREMON_FLAG_FIN | COREMON_FLAG_RST);
	}
	at = bucket(table, row->id);
	flow->next = *at;
	*at = flow;
	table->nr++;
	table->nr_ended += ended(flow);
	return flow;
}

int flow_table_row(struct flow_table *table, const struct coremon_row *row, struct flow **new)
{
	struct flow *flow;

	if (row->opened == COREMON_OPENED_LISTEN || row->state == LISTEN || row->id == COREMON_UNKNOWN)
		return 0;
	flow = find(table, row);
	if (flow) {
		struct coremon_row before = flow->row;

		table->nr_ended += row->kind == COREMON_ROW_CLOSED;
		flow->row = *row;
		keep_peaks(&flow->row, &before);
		flow->missing = false;
		return 0;
	}
	*new = add(table, row);
	return *new ? 1 : -ENOMEM;
}

size_t flow_table_ended(const struct flow_table *table)
{
	return table->nr_ended;
}

void flow_table_doubt(struct flow_table *table)
{
	for (size_t i = 0; i < table->nr_buckets; i++) {
		for (struct flow *flow = table->buckets[i]; flow; flow = flow->next)
			flow->missing = !ended(flow);
	}
}

void flow_table_seen(struct flow_table *table, const struct coremon_row *row)
{
	for (struct flow *flow = *bucket(table, row->id); flow; flow = flow->next) {
		if (flow->row.id == row->id && flow->row.netns == row->netns && flow->row.birth_ns == row->birth_ns)
			flow->missing = false;
	}
}

void flow_table_drop_doubted(struct flow_table *table)
{
	for (size_t i = 0; i < table->nr_buckets; i++) {
		for (struct flow *flow = table->buckets[i]; flow; flow = flow->next) {
			if (flow->missing && !ended(flow))
				end_unseen(table, flow);
			flow->missing = false;
		}
	}
}

/* ---- windows ---- */

static uint64_t birth(const struct flow *flow)
{
	return flow->row.birth_ns == COREMON_UNKNOWN ? 0 : flow->row.birth_ns;
}

static void fill_tuple(struct entry *entry)
{
	const struct coremon_addr *addr = &entry->flow->row.addr;
	uint8_t ends[2][18];
	int less;

	memcpy(ends[0], addr->local, 16);
	memcpy(ends[0] + 16, &addr->local_port, 2);
	memcpy(ends[1], addr->remote, 16);
	memcpy(ends[1] + 16, &addr->remote_port, 2);
	less = memcmp(ends[0], ends[1], sizeof(ends[0])) > 0;
	memcpy(entry->tuple, ends[less], sizeof(ends[0]));
	memcpy(entry->tuple + sizeof(ends[0]), ends[!less], sizeof(ends[0]));
}

static int number_order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_tuple(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;
	int order = memcmp(one->tuple, other->tuple, sizeof(one->tuple));

	return order ? order : number_order(one->birth_ns, other->birth_ns);
}

static int by_order(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;
	int order = number_order(one->order_ns, other->order_ns);

	return order ? order : by_tuple(a, b);
}

/* An end that accepted, behind the end that connected to it: both are told of together. */
static bool pair(const struct entry *one, const struct entry *other)
{
	return memcmp(one->tuple, other->tuple, sizeof(one->tuple)) == 0 &&
	       flow_egress_first(one->flow) != flow_egress_first(other->flow);
}

/*
 * Is it too early for the flow's record? The other end may be here, too, and not be told of yet: that of one just born, or just
 * answered with a SYN-ACK.
 */
static bool is_young(const struct flow *flow, uint64_t before_ns)
{
	const struct coremon_row *row = &flow->row;

	if (before_ns == COREMON_UNKNOWN)
		return false;
	if (birth(flow) >= before_ns)
		return true;
	return row->opened == COREMON_OPENED_ACTIVE && row->birth_ns != COREMON_UNKNOWN && row->handshake_us != UINT32_MAX &&
	       !(flow->base.flags_in & COREMON_FLAG_SYN) &&
	       row->birth_ns + row->handshake_us * UINT64_C(1000) + (ended(flow) ? 0 : SETTLE_NS) >= before_ns;
}

static size_t collect(struct flow_table *table, struct entry *entries, uint64_t before_ns)
{
	size_t nr = 0, kept = 0;

	for (size_t i = 0; i < table->nr_buckets; i++) {
		for (struct flow *flow = table->buckets[i]; flow; flow = flow->next) {
			flow->waits = is_young(flow, before_ns);
			entries[nr].flow = flow;
			entries[nr].birth_ns = birth(flow);
			fill_tuple(&entries[nr++]);
		}
	}
	qsort(entries, nr, sizeof(*entries), by_tuple);
	for (size_t i = 0; i < nr; i++) {
		entries[i].order_ns = entries[i].birth_ns;
		if (i == 0 || entries[i - 1].order_ns != entries[i - 1].birth_ns || !pair(&entries[i - 1], &entries[i]))
			continue;
		entries[i].order_ns = entries[i - 1].birth_ns;
		if (entries[i].flow->waits || entries[i - 1].flow->waits)
			entries[i].flow->waits = entries[i - 1].flow->waits = true;
	}
	for (size_t i = 0; i < nr; i++) {
		if (!entries[i].flow->waits)
			entries[kept++] = entries[i];
	}
	qsort(entries, kept, sizeof(*entries), by_order);
	return kept;
}

/* One way: that of the SYN, or the other. */
static bool emit_way(const struct entry *entries, size_t nr, bool first, uint64_t end_ns, flow_fn emit, void *ctx)
{
	for (size_t i = 0; i < nr; i++) {
		const struct flow *flow = entries[i].flow;
		bool egress = flow_egress_first(flow) == first;
		uint64_t flow_end = ended(flow) && flow->row.end_ns != COREMON_UNKNOWN ? flow->row.end_ns : end_ns;
		bool last_word = first && ended(flow) && !flow_moved(flow, !egress);

		if ((flow_moved(flow, egress) || last_word) && !emit(ctx, flow, egress, flow_end))
			return false;
	}
	return true;
}

static void next_window(struct flow_table *table, uint64_t end_ns)
{
	for (size_t i = 0; i < table->nr_buckets; i++) {
		for (struct flow **at = &table->buckets[i]; *at;) {
			struct flow *flow = *at;

			if (flow->waits) {
				at = &flow->next;
				continue;
			}
			if (!ended(flow)) {
				flow->base = flow->row;
				begin_peaks(&flow->row);
				flow->since_ns = end_ns;
				at = &flow->next;
				continue;
			}
			*at = flow->next;
			free(flow);
			table->nr--;
			table->nr_ended--;
		}
	}
}

int flow_table_cut(struct flow_table *table, uint64_t before_ns, uint64_t end_ns, flow_fn emit, void *ctx)
{
	struct entry *entries = calloc(table->nr + 1, sizeof(*entries));
	bool going = true;
	size_t nr, len;

	if (!entries)
		return -ENOMEM;
	nr = collect(table, entries, before_ns);
	for (size_t i = 0; going && i < nr; i += len) {
		len = i + 1 < nr && entries[i].order_ns == entries[i + 1].order_ns && pair(&entries[i], &entries[i + 1]) ? 2 : 1;
		going = emit_way(&entries[i], len, true, end_ns, emit, ctx) && emit_way(&entries[i], len, false, end_ns, emit, ctx);
	}
	free(entries);
	next_window(table, end_ns);
	return going ? 0 : -ECANCELED;
}
