// SPDX-License-Identifier: GPL-2.0-only
#include "counter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "counter_read.h"

#define MAX_COUNTERS (1u << 22)	/* more than any machine has; a bound on what hostile files can cost */
#define CHUNK_SIZE 16384

/** struct chunk - room for strings */
struct chunk {
	struct chunk *next;
	size_t used, size;
	char text[];
};

/** struct strings - each string of a reading once */
struct strings {
	struct chunk *chunks;
	const char **table;	/* by hash; NULL where there is none */
	unsigned int nr, room;	/* room is a power of two, more than half empty */
};

static const char *const names[LAYER_NR] = {
	[LAYER_LINK] = "link", [LAYER_DRIVER] = "driver", [LAYER_CPU] = "cpu", [LAYER_QDISC] = "qdisc",
	[LAYER_CONNTRACK] = "conntrack", [LAYER_NETFILTER] = "netfilter", [LAYER_IP] = "ip", [LAYER_ICMP] = "icmp", [LAYER_UDP] = "udp", [LAYER_TCP] = "tcp",
	[LAYER_SOCKET] = "socket", [LAYER_FD] = "fd", [LAYER_MEMORY] = "memory", [LAYER_LIMIT] = "limit",
	[LAYER_REASON] = "reason",
};

const char *layer_name(enum layer layer)
{
	return layer < LAYER_NR ? names[layer] : "-";
}

static unsigned int hash(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

static char *strings_copy(struct strings *strings, const char *text)
{
	size_t len = strlen(text) + 1;
	struct chunk *chunk = strings->chunks;
	char *copy;

	if (!chunk || chunk->size - chunk->used < len) {
		size_t size = len > CHUNK_SIZE ? len : CHUNK_SIZE;

		chunk = malloc(sizeof(*chunk) + size);
		if (!chunk)
			return NULL;
		chunk->size = size;
		chunk->used = 0;
		chunk->next = strings->chunks;
		strings->chunks = chunk;
	}
	copy = memcpy(chunk->text + chunk->used, text, len);
	chunk->used += len;
	return copy;
}

/* Return: where @text is in the table, or the empty place where it is to be. */
static unsigned int strings_place(const struct strings *strings, const char *text)
{
	unsigned int at = hash(text) & (strings->room - 1);

	while (strings->table[at] && strcmp(strings->table[at], text) != 0)
		at = (at + 1) & (strings->room - 1);
	return at;
}

static int strings_grow(struct strings *strings)
{
	struct strings more = { .room = strings->room ? 2 * strings->room : 256 };

	more.table = calloc(more.room, sizeof(*more.table));
	if (!more.table)
		return -ENOMEM;
	for (unsigned int i = 0; i < strings->room; i++) {
		if (strings->table[i])
			more.table[strings_place(&more, strings->table[i])] = strings->table[i];
	}
	free(strings->table);
	strings->table = more.table;
	strings->room = more.room;
	return 0;
}

/* Return: the one copy of @text, or NULL where there is no memory. */
static const char *strings_intern(struct strings *strings, const char *text)
{
	unsigned int at;

	if (2 * strings->nr >= strings->room && strings_grow(strings) < 0)
		return NULL;
	at = strings_place(strings, text);
	if (!strings->table[at]) {
		strings->table[at] = strings_copy(strings, text);
		strings->nr += strings->table[at] != NULL;
	}
	return strings->table[at];
}

int counters_add(struct counters *counters, enum layer layer, bool gauge, const char *object, const char *name, uint64_t value)
{
	struct counter counter = { .layer = layer, .gauge = gauge, .value = value };

	if (!counters->strings)
		counters->strings = calloc(1, sizeof(struct strings));
	if (!counters->strings)
		return -ENOMEM;
	counter.object = strings_intern(counters->strings, object);
	counter.name = strings_intern(counters->strings, name);
	if (!counter.object || !counter.name || counters->nr == MAX_COUNTERS)
		return -ENOMEM;
	if (counters->nr == counters->room) {
		unsigned int room = counters->room ? 2 * counters->room : 512;
		struct counter *more = realloc(counters->counter, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		counters->counter = more;
		counters->room = room;
	}
	counters->counter[counters->nr++] = counter;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct counter *x = a, *y = b;
	int order = (int)x->layer - (int)y->layer;

	if (order == 0 && x->object != y->object)
		order = strcmp(x->object, y->object);
	if (order == 0 && x->name != y->name)
		order = strcmp(x->name, y->name);
	return order;
}

void counters_sort(struct counters *counters)
{
	struct counter *counter = counters->counter;
	unsigned int kept = 0;

	if (counters->nr == 0)
		return;
	qsort(counter, counters->nr, sizeof(*counter), compare);
	for (unsigned int i = 0, next; i < counters->nr; i = next) {
		struct counter one = counter[i];
		bool known = true;

		for (next = i + 1; next < counters->nr && compare(&counter[i], &counter[next]) == 0; next++) {
			if (one.layer != LAYER_REASON || __builtin_add_overflow(one.value, counter[next].value, &one.value))
				known = false;
		}
		if (known)
			counter[kept++] = one;
	}
	counters->nr = kept;
}

const struct counter *counters_find(const struct counters *counters, enum layer layer, const char *object, const char *name)
{
	const struct counter key = { .layer = layer, .object = object, .name = name };

	if (counters->nr == 0)
		return NULL;
	return bsearch(&key, counters->counter, counters->nr, sizeof(key), compare);
}

/* How much @counter, which was @then (NULL: it was not there), has grown. Return: false where that is not known. */
static bool difference(const struct counters *before, const struct counter *then, const struct counter *counter, uint64_t *delta)
{
	uint64_t from = then ? then->value : 0;

	/* A reason has its row from its first drop on. */
	if ((!then && !(counter->layer == LAYER_REASON && layer_wanted(before->known, counter->layer))) || counter->value < from)
		return false;
	*delta = counter->value - from;
	return true;
}

bool counters_delta(const struct counters *before, const struct counters *now, enum layer layer, const char *object,
		    const char *name, uint64_t *delta)
{
	const struct counter *then = counters_find(before, layer, object, name);
	const struct counter *counter = counters_find(now, layer, object, name);

	return counter && difference(before, then, counter, delta);
}

bool counters_grown(const struct counters *before, const struct counter *counter, unsigned int *hint, uint64_t *delta)
{
	int order = -1;

	while (*hint < before->nr && (order = compare(&before->counter[*hint], counter)) < 0)
		++*hint;
	return difference(before, order == 0 ? &before->counter[*hint] : NULL, counter, delta);
}

void counters_free(struct counters *counters)
{
	struct strings *strings = counters->strings;

	while (strings && strings->chunks) {
		struct chunk *chunk = strings->chunks;

		strings->chunks = chunk->next;
		free(chunk);
	}
	if (strings)
		free(strings->table);
	free(strings);
	free(counters->counter);
	memset(counters, 0, sizeof(*counters));
}

int counters_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	static const struct {
		uint32_t layers;
		int (*read)(struct counters *counters, const struct root *root, uint32_t layers);
	} readers[] = {
		{ 1u << LAYER_REASON, counter_reason_read },
		{ 1u << LAYER_LINK | 1u << LAYER_DRIVER | 1u << LAYER_QDISC, counter_link_read },
		{ 1u << LAYER_CPU, counter_cpu_read },
		{ 1u << LAYER_CONNTRACK, counter_conntrack_read },
		{ 1u << LAYER_NETFILTER, counter_netfilter_read },
		{ 1u << LAYER_IP | 1u << LAYER_ICMP | 1u << LAYER_UDP | 1u << LAYER_TCP, counter_snmp_read },
		{ 1u << LAYER_SOCKET | 1u << LAYER_MEMORY, counter_memory_read },
		{ 1u << LAYER_FD, counter_fd_read },
		{ 1u << LAYER_LIMIT, counter_limit_read },
	};
	int ret = 0;

	memset(counters, 0, sizeof(*counters));
	if (root_clock(root, &counters->when) < 0)
		memset(&counters->when, 0, sizeof(counters->when));
	for (unsigned int i = 0; i < sizeof(readers) / sizeof(readers[0]) && ret == 0; i++) {
		if (readers[i].layers & layers)
			ret = readers[i].read(counters, root, layers);
	}
	if (ret < 0) {
		counters_free(counters);
		return ret;
	}
	counters_sort(counters);
	return 0;
}
