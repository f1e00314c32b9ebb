// SPDX-License-Identifier: GPL-2.0-only
#include "track.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NONE UINT32_MAX

/** struct entry - a connection as it was told of last */
struct entry {
	uint64_t id, netns, birth_ns;
	uint64_t known;		/* bit per enum conn_counter */
	uint64_t wide[K_WIDE];
	uint32_t narrow[K_NR - K_WIDE];
	uint32_t next;		/* in its bucket, or NONE */
	uint32_t reading;	/* number of the reading that told of it last */
	uint32_t tag;
};

_Static_assert(K_NR <= 64, "struct entry and struct activity keep a bit per counter in 64 bits");

/** struct track - entries without gaps, and a hash table of their indices */
struct track {
	struct entry *entry;
	uint32_t nr, room;
	uint32_t *bucket;
	uint32_t mask;		/* number of buckets, a power of two, less one */
	uint32_t reading;	/* number of the reading that is under way */
	uint64_t all_ns;	/* when the last reading of all connections began; 0: there was none */
	bool all;		/* the reading before this was of all */
	uint64_t seed;
};

/* Counters that grow while nothing happens are no sign of activity. */
#define IDLE_COUNTERS                                                                                                              \
	(UINT64_C(1) << K_SEND_Q_AREA | UINT64_C(1) << K_RECV_Q_AREA | UINT64_C(1) << K_OPEN_US | UINT64_C(1) << K_DISORDER_US |   \
	 UINT64_C(1) << K_CWR_US | UINT64_C(1) << K_RECOVERY_US | UINT64_C(1) << K_LOSS_US | UINT64_C(1) << K_BUSY_US |            \
	 UINT64_C(1) << K_RWND_LIMITED_US | UINT64_C(1) << K_SNDBUF_LIMITED_US | UINT64_C(1) << K_CWND_LIMITED_US |                \
	 UINT64_C(1) << K_ZERO_WND_IN_US)

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

/** struct key - which connection */
struct key {
	uint64_t id, netns, birth_ns;
};

static struct key key_of(const struct conn *conn)
{
	struct key key = { .id = conn->num[C_ID], .birth_ns = UINT64_MAX };

	if (conn_known(conn, C_NETNS))
		key.netns = conn->num[C_NETNS];
	if (conn_known(conn, C_BIRTH_NS))
		key.birth_ns = conn->num[C_BIRTH_NS];
	return key;
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

static struct entry *find(const struct track *track, const struct key *key)
{
	for (uint32_t i = track->bucket[hash(track, key->id, key->netns)]; i != NONE; i = track->entry[i].next) {
		struct entry *e = &track->entry[i];

		if (e->id == key->id && e->netns == key->netns && e->birth_ns == key->birth_ns)
			return e;
	}
	return NULL;
}

static struct entry *insert(struct track *track, const struct key *key)
{
	struct entry *e;

	if (track->nr == track->room && grow(track) < 0)
		return NULL;
	e = &track->entry[track->nr];
	memset(e, 0, sizeof(*e));
	e->id = key->id;
	e->netns = key->netns;
	e->birth_ns = key->birth_ns;
	e->tag = TRACK_NO_TAG;
	e->reading = track->reading - 1;
	link_entry(track, track->nr++);
	return e;
}

/* Where the number of the entry stands: in its bucket, or in the entry before it. */
static uint32_t *link_of(struct track *track, uint32_t index)
{
	const struct entry *e = &track->entry[index];
	uint32_t *link = &track->bucket[hash(track, e->id, e->netns)];

	while (*link != index)
		link = &track->entry[*link].next;
	return link;
}

/* Take an entry out. The last one takes its place, so that there are no gaps. */
static void take_out(struct track *track, uint32_t index)
{
	uint32_t last = track->nr - 1;

	*link_of(track, index) = track->entry[index].next;
	if (index != last) {
		*link_of(track, last) = index;
		track->entry[index] = track->entry[last];
	}
	track->nr--;
}

static uint64_t get(const struct entry *e, unsigned int k)
{
	return k < K_WIDE ? e->wide[k] : e->narrow[k - K_WIDE];
}

/* The 64-bit byte counters cannot wrap: where one went back this is another connection. */
static bool is_another(const struct entry *e, const struct conn *conn)
{
	static const enum conn_counter bytes[] = { K_BYTES_SENT, K_BYTES_ACKED, K_BYTES_RECEIVED };

	for (unsigned int i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		enum conn_col col = counter_columns[bytes[i]];

		if (e->known >> bytes[i] & 1 && conn_known(conn, col) && conn->num[col] < get(e, bytes[i]))
			return true;
	}
	return false;
}

static bool is_listener_waiting(const struct conn *conn)
{
	return conn_known(conn, C_STATE) && strcmp(conn->state, "LISTEN") == 0 && conn_known(conn, C_RECV_Q) &&
	       conn->num[C_RECV_Q] > 0;
}

/* One counter that was @was, if that is known, and is @now. Return: the bit of those that grew. */
static inline uint64_t counter_step(unsigned int k, uint64_t known, uint64_t was, uint64_t now, struct activity *out)
{
	uint64_t bit = UINT64_C(1) << k;

	if (!(known & bit))
		return 0;
	if (now < was) {
		out->active = true;
		return 0;
	}
	out->known |= bit;
	if (now == was)
		return 0;
	out->grown[k] = now - was;
	return bit;
}

/*
 * Compare @conn with @e, which holds what it was (nothing known for one of unknown past), and bring @e up to date. A number that has no
 * room in @e is not known from then on: no kernel counts so far in 32 bits.
 */
static void compare(struct entry *e, const struct conn *conn, struct activity *out)
{
	uint64_t known = 0, grown = 0;

	for (unsigned int k = 0; k < K_WIDE; k++) {
		enum conn_col col = counter_columns[k];

		if (!conn_known(conn, col))
			continue;
		grown |= counter_step(k, e->known, e->wide[k], conn->num[col], out);
		e->wide[k] = conn->num[col];
		known |= UINT64_C(1) << k;
	}
	for (unsigned int k = K_WIDE; k < K_NR; k++) {
		enum conn_col col = counter_columns[k];
		uint64_t now = conn->num[col];

		if (!conn_known(conn, col))
			continue;
		grown |= counter_step(k, e->known, e->narrow[k - K_WIDE], now, out);
		e->narrow[k - K_WIDE] = (uint32_t)now;
		known |= (uint64_t)(now <= UINT32_MAX) << k;
	}
	e->known = known;
	out->active |= (grown & ~IDLE_COUNTERS) != 0;
}

/*
 * Was the connection, of which no reading told, born since the last reading of all? (A reading of changes may have passed it by
 * in the moment of its birth.)
 */
static bool was_born(const struct track *track, const struct conn *conn, uint64_t since_ns)
{
	if (track->all_ns && conn_known(conn, C_BIRTH_NS))
		return conn->num[C_BIRTH_NS] >= track->all_ns;
	return conn_known(conn, C_AGE_MS) && conn->num[C_AGE_MS] < since_ns / 1000000;
}

int track_row(struct track *track, const struct conn *conn, uint64_t since_ns, struct activity *out, uint32_t **tag)
{
	struct key key = key_of(conn);
	struct entry *e;
	bool is_new;

	if (!conn_known(conn, C_ID))
		return -EINVAL;
	e = find(track, &key);
	is_new = !e;
	if (is_new)
		e = insert(track, &key);
	if (!e)
		return -ENOMEM;
	if (e->reading == track->reading && !conn->ended)
		return -EEXIST;
	e->reading = track->reading;

	memset(out, 0, sizeof(*out));
	if (is_new || is_another(e, conn)) {
		bool listens = conn_known(conn, C_STATE) && strcmp(conn->state, "LISTEN") == 0;

		/* One born since then began with zeroes. */
		out->born = (is_new || !conn_known(conn, C_BIRTH_NS)) && was_born(track, conn, since_ns);
		memset(e->wide, 0, sizeof(e->wide));
		memset(e->narrow, 0, sizeof(e->narrow));
		e->known = out->born ? UINT64_MAX : 0;
		out->active = !listens;
	}
	compare(e, conn, out);
	out->active |= conn->ended || is_listener_waiting(conn);
	if (tag)
		*tag = &e->tag;
	return 0;
}

uint32_t *track_tag(struct track *track, const struct conn *conn)
{
	struct key key = key_of(conn);
	struct entry *e = find(track, &key);

	return e ? &e->tag : NULL;
}

void track_forget(struct track *track, const struct conn *conn)
{
	struct key key = key_of(conn);
	struct entry *e = find(track, &key);

	if (e)
		take_out(track, (uint32_t)(e - track->entry));
}

void track_begin(struct track *track, uint64_t then_ns)
{
	track->reading++;
	if (track->all)
		track->all_ns = then_ns;
	track->all = false;
}

void track_end(struct track *track, gone_fn gone, void *ctx)
{
	uint32_t kept = 0;

	track->all = true;
	for (uint32_t i = 0; i < track->nr; i++) {
		if (track->entry[i].reading == track->reading)
			track->entry[kept++] = track->entry[i];
		else if (gone)
			gone(ctx, track->entry[i].tag);
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
