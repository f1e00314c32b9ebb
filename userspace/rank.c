// SPDX-License-Identifier: GPL-2.0-only
#include "rank.h"

#include <stdlib.h>
#include <string.h>

static bool knows(const struct activity *activity, enum conn_counter k)
{
	return activity->known >> k & 1;
}

static uint64_t grown(const struct activity *activity, enum conn_counter k)
{
	return knows(activity, k) ? activity->grown[k] : 0;
}

static uint64_t saturating_add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static bool is_unknown(const struct activity *activity)
{
	return !knows(activity, K_BYTES_SENT) && !knows(activity, K_BYTES_RECEIVED);
}

static int order(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

/* Busiest first. Ends in the id, so that the order is the same every time. */
static int compare(const struct conn *ac, const struct activity *aa, const struct conn *bc, const struct activity *ba)
{
	int ret;

	ret = is_unknown(aa) - is_unknown(ba);
	if (ret == 0)
		ret = order(saturating_add(grown(aa, K_BYTES_SENT), grown(aa, K_BYTES_RECEIVED)),
			    saturating_add(grown(ba, K_BYTES_SENT), grown(ba, K_BYTES_RECEIVED)));
	if (ret == 0)
		ret = order(saturating_add(grown(aa, K_SEGS_OUT), grown(aa, K_SEGS_IN)),
			    saturating_add(grown(ba, K_SEGS_OUT), grown(ba, K_SEGS_IN)));
	if (ret == 0)
		ret = order(bc->num[C_ID], ac->num[C_ID]);
	return ret;
}

static int busiest(const void *x, const void *y)
{
	const struct rank_row *a = x, *b = y;

	return compare(&a->conn, &a->activity, &b->conn, &b->activity);
}

void rank_init(struct rank *rank, unsigned int limit)
{
	memset(rank, 0, sizeof(*rank));
	rank->limit = limit;
}

void rank_reset(struct rank *rank)
{
	rank->nr = 0;
	rank->lost = 0;
	memset(&rank->all, 0, sizeof(rank->all));
}

void rank_free(struct rank *rank)
{
	free(rank->row);
	rank_init(rank, rank->limit);
}

static void sum_add(struct rank_sum *sum, const struct activity *activity)
{
	sum->connections++;
	sum->unknown += is_unknown(activity);
	sum->bytes_sent = saturating_add(sum->bytes_sent, grown(activity, K_BYTES_SENT));
	sum->bytes_received = saturating_add(sum->bytes_received, grown(activity, K_BYTES_RECEIVED));
}

static void swap(struct rank *rank, unsigned int a, unsigned int b)
{
	struct rank_row tmp = rank->row[a];

	rank->row[a] = rank->row[b];
	rank->row[b] = tmp;
}

/* The rows kept are a heap while a reading lasts: the least busy is the first, each no busier than those below it. */
static void sift_up(struct rank *rank, unsigned int i)
{
	while (i > 0 && busiest(&rank->row[i], &rank->row[(i - 1) / 2]) > 0) {
		swap(rank, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void sift_down(struct rank *rank)
{
	unsigned int i = 0;

	for (;;) {
		unsigned int least = i;

		for (unsigned int child = 2 * i + 1; child <= 2 * i + 2 && child < rank->nr; child++) {
			if (busiest(&rank->row[child], &rank->row[least]) > 0)
				least = child;
		}
		if (least == i)
			return;
		swap(rank, i, least);
		i = least;
	}
}

static bool make_room(struct rank *rank)
{
	unsigned int room = rank->room ? 2 * rank->room : 64;
	struct rank_row *row;

	if (rank->nr < rank->room)
		return true;
	row = realloc(rank->row, room * sizeof(*row));
	if (!row)
		return false;
	rank->row = row;
	rank->room = room;
	return true;
}

void rank_add(struct rank *rank, const struct conn *conn, const struct activity *activity)
{
	struct rank_row *row;

	sum_add(&rank->all, activity);
	if (rank->limit && rank->nr == rank->limit) {
		row = &rank->row[0];
		if (compare(conn, activity, &row->conn, &row->activity) < 0) {
			*row = (struct rank_row){ *conn, *activity };
			sift_down(rank);
		}
		return;
	}
	if (!make_room(rank)) {
		rank->lost++;
		return;
	}
	row = &rank->row[rank->nr++];
	*row = (struct rank_row){ *conn, *activity };
	if (rank->limit)
		sift_up(rank, rank->nr - 1);
}

void rank_sort(struct rank *rank)
{
	if (rank->nr)
		qsort(rank->row, rank->nr, sizeof(*rank->row), busiest);
}

struct rank_sum rank_left_out(const struct rank *rank, unsigned int shown)
{
	struct rank_sum seen = { 0 };
	struct rank_sum left = rank->all;

	for (unsigned int i = 0; i < shown && i < rank->nr; i++)
		sum_add(&seen, &rank->row[i].activity);
	left.connections -= seen.connections;
	left.unknown -= seen.unknown;
	left.bytes_sent = left.bytes_sent == UINT64_MAX ? UINT64_MAX : left.bytes_sent - seen.bytes_sent;
	left.bytes_received = left.bytes_received == UINT64_MAX ? UINT64_MAX : left.bytes_received - seen.bytes_received;
	return left;
}
