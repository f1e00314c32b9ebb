// SPDX-License-Identifier: GPL-2.0-only
#include "track.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NONE UINT32_MAX

/** struct entry - a connection as of its last reading */
struct entry {
	uint64_t id, netns;
	uint64_t val[K_NR];
	uint32_t known;		/* bit per enum conn_counter */
	uint32_t next;		/* in its bucket, or NONE */
	bool seen;		/* in this reading */
};

/** struct track - entries without gaps, and a hash table of their indices */
struct track {
	struct entry *entry;
	uint32_t nr, room;
	uint32_t *bucket;
	uint32_t mask;		/* number of buckets, a power of two, less one */
	uint64_t seed;
};

struct track *track_new(void)
{
	struct track *track = calloc(1, sizeof(*track));

	if (!track)
		return NULL;
	track->mask = 1023;
	track->bucket = malloc((track->mask + 1) * sizeof(*track->bucket));
	if (!track->bucket) {
		free(track);
		return NULL;
	}
	memset(track->bucket, 0xff, (track->mask + 1) * sizeof(*track->bucket));
	/* Without randomness an id still finds its bucket. */
	if (getrandom(&track->seed, sizeof(track->seed), GRND_NONBLOCK) < 0)
		track->seed = 0;
	return track;
}

void track_free(struct track *track)
{
	if (!track)
		return;
	free(track->entry);
	free(track->bucket);
	free(track);
}

static uint32_t hash(const struct track *track, uint64_t id, uint64_t netns)
{
	uint64_t h = (id ^ track->seed) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32 ^ netns) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(h >> 32) & track->mask;
}

static void link_entry(struct track *track, uint32_t index)
{
	struct entry *e = &track->entry[index];
	uint32_t *head = &track->bucket[hash(track, e->id, e->netns)];

	e->next = *head;
	*head = index;
}

/* Link all entries anew. */
static void relink(struct track *track)
{
	memset(track->bucket, 0xff, (track->mask + 1) * sizeof(*track->bucket));
	for (uint32_t i = 0; i < track->nr; i++)
		link_entry(track, i);
}

static int grow(struct track *track)
{
	uint32_t room = track->room ? 2 * track->room : 1024;
	struct entry *entry;
	uint32_t *bucket;

	if (track->room >= TRACK_MAX)
		return -ENOMEM;
	entry = realloc(track->entry, room * sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	track->entry = entry;
	bucket = realloc(track->bucket, room * sizeof(*bucket));
	if (!bucket)
		return -ENOMEM;
	track->bucket = bucket;
	track->mask = room - 1;
	track->room = room;
	relink(track);
	return 0;
}

static struct entry *find(const struct track *track, uint64_t id, uint64_t netns)
{
	for (uint32_t i = track->bucket[hash(track, id, netns)]; i != NONE; i = track->entry[i].next) {
		struct entry *e = &track->entry[i];

		if (e->id == id && e->netns == netns)
			return e;
	}
	return NULL;
}

static struct entry *insert(struct track *track, uint64_t id, uint64_t netns)
{
	struct entry *e;

	if (track->nr == track->room && grow(track) < 0)
		return NULL;
	e = &track->entry[track->nr];
	memset(e, 0, sizeof(*e));
	e->id = id;
	e->netns = netns;
	link_entry(track, track->nr++);
	return e;
}

/* The 64-bit byte counters cannot wrap: where one went back this is another connection. */
static bool is_another(const struct entry *e, const struct conn *conn)
{
	static const enum conn_counter bytes[] = { K_BYTES_SENT, K_BYTES_ACKED, K_BYTES_RECEIVED };

	for (unsigned int i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		enum conn_col col = counter_columns[bytes[i]];

		if (e->known >> bytes[i] & 1 && conn_known(conn, col) && conn->num[col] < e->val[bytes[i]])
			return true;
	}
	return false;
}

static bool is_listener_waiting(const struct conn *conn)
{
	return conn_known(conn, C_STATE) && strcmp(conn->state, "LISTEN") == 0 && conn_known(conn, C_RECV_Q) &&
	       conn->num[C_RECV_Q] > 0;
}

/* Compare @conn with @e, which holds what it was (nothing known for one of unknown past), and bring @e up to date. */
static void compare(struct entry *e, const struct conn *conn, struct activity *out)
{
	for (unsigned int k = 0; k < K_NR; k++) {
		enum conn_col col = counter_columns[k];
		uint64_t now = conn->num[col];

		if (!conn_known(conn, col)) {
			e->known &= ~(UINT32_C(1) << k);
			continue;
		}
		if (e->known >> k & 1 && now >= e->val[k]) {
			out->grown[k] = now - e->val[k];
			out->known |= UINT32_C(1) << k;
			out->active |= out->grown[k] > 0;
		} else if (e->known >> k & 1) {
			out->active = true;
		}
		e->val[k] = now;
		e->known |= UINT32_C(1) << k;
	}
}

int track_row(struct track *track, const struct conn *conn, uint64_t since_ns, struct activity *out)
{
	uint64_t netns = conn_known(conn, C_NETNS) ? conn->num[C_NETNS] : 0;
	struct entry *e;
	bool is_new;

	if (!conn_known(conn, C_ID))
		return -EINVAL;
	e = find(track, conn->num[C_ID], netns);
	is_new = !e;
	if (is_new)
		e = insert(track, conn->num[C_ID], netns);
	if (!e)
		return -ENOMEM;
	if (e->seen)
		return -EEXIST;
	e->seen = true;

	memset(out, 0, sizeof(*out));
	if (is_new || is_another(e, conn)) {
		bool born = conn_known(conn, C_AGE_MS) && conn->num[C_AGE_MS] < since_ns / 1000000;
		bool listens = conn_known(conn, C_STATE) && strcmp(conn->state, "LISTEN") == 0;

		/* One born since then began with zeroes. */
		memset(e->val, 0, sizeof(e->val));
		e->known = born ? UINT32_MAX : 0;
		out->active = !listens;
	}
	compare(e, conn, out);
	out->active |= is_listener_waiting(conn);
	return 0;
}

void track_begin(struct track *track)
{
	for (uint32_t i = 0; i < track->nr; i++)
		track->entry[i].seen = false;
}

void track_end(struct track *track)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < track->nr; i++) {
		if (track->entry[i].seen)
			track->entry[kept++] = track->entry[i];
	}
	if (kept != track->nr) {
		track->nr = kept;
		relink(track);
	}
}

unsigned int track_count(const struct track *track)
{
	return track->nr;
}
