// SPDX-License-Identifier: GPL-2.0-only
#include "clients.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NONE UINT32_MAX
#define FIRST_ROOM 64u		/* a power of two, as all rooms are */

static const uint8_t v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

int clients_init(struct clients *clients, unsigned int bits4, unsigned int bits6)
{
	memset(clients, 0, sizeof(*clients));
	clients->bits4 = bits4;
	clients->bits6 = bits6;
	clients->free = NONE;
	clients->room = FIRST_ROOM;
	clients->mask = FIRST_ROOM - 1;
	clients->nr = 1;
	clients->client = calloc(FIRST_ROOM, sizeof(*clients->client));
	clients->bucket = malloc(FIRST_ROOM * sizeof(*clients->bucket));
	if (!clients->client || !clients->bucket) {
		clients_free(clients);
		return -ENOMEM;
	}
	memset(clients->bucket, 0xff, FIRST_ROOM * sizeof(*clients->bucket));
	/* Without randomness an address still finds its bucket. */
	if (getrandom(&clients->seed, sizeof(clients->seed), GRND_NONBLOCK) < 0)
		clients->seed = 0;
	return 0;
}

void clients_free(struct clients *clients)
{
	free(clients->client);
	free(clients->bucket);
	free(clients->order);
	memset(clients, 0, sizeof(*clients));
}

static uint32_t *bucket_of(const struct clients *clients, const struct prefix *address)
{
	uint64_t half[2], h;

	memcpy(half, address->addr, sizeof(half));
	h = (half[0] ^ clients->seed) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 32 ^ half[1] ^ address->v6) * UINT64_C(0xd6e8feb86659fd93);
	return &clients->bucket[(uint32_t)(h >> 32) & clients->mask];
}

static bool same(const struct prefix *a, const struct prefix *b)
{
	return a->v6 == b->v6 && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

/* The address of a client: IPv4 if it can be, and no more bits than tell clients apart. */
static struct prefix address_of(const struct clients *clients, const struct endpoint *remote)
{
	struct prefix address = { .v6 = remote->v6 };
	unsigned int length;

	if (remote->v6 && memcmp(remote->addr, v4_mapped, sizeof(v4_mapped)) == 0) {
		address.v6 = false;
		memcpy(address.addr, remote->addr + sizeof(v4_mapped), 4);
	} else {
		memcpy(address.addr, remote->addr, remote->v6 ? 16 : 4);
	}
	address.bits = address.v6 ? clients->bits6 : clients->bits4;
	length = address.bits / 8;
	if (address.bits % 8) {
		address.addr[length] &= (uint8_t)(0xff << (8 - address.bits % 8));
		length++;
	}
	memset(address.addr + length, 0, sizeof(address.addr) - length);
	return address;
}

static bool grow(struct clients *clients)
{
	uint32_t room = 2 * clients->room;
	struct client *client;
	uint32_t *bucket;

	if (clients->room >= CLIENTS_MAX)
		return false;
	client = realloc(clients->client, room * sizeof(*client));
	if (!client)
		return false;
	clients->client = client;
	bucket = realloc(clients->bucket, room * sizeof(*bucket));
	if (!bucket)
		return false;
	clients->bucket = bucket;
	clients->room = room;
	clients->mask = room - 1;
	memset(bucket, 0xff, room * sizeof(*bucket));
	for (uint32_t i = 1; i < clients->nr; i++) {
		uint32_t *head = bucket_of(clients, &client[i].address);

		client[i].next = *head;
		*head = i;
	}
	return true;
}

uint32_t clients_find(struct clients *clients, const struct endpoint *remote)
{
	struct prefix address = address_of(clients, remote);
	uint32_t *head = bucket_of(clients, &address);
	struct client *client;
	uint32_t nr;

	for (nr = *head; nr != NONE; nr = clients->client[nr].next) {
		if (same(&clients->client[nr].address, &address))
			return nr;
	}
	nr = clients->free;
	if (nr != NONE) {
		clients->free = clients->client[nr].next;
	} else {
		/* All are in use here, so grow() finds each in a bucket. */
		if (clients->nr == clients->room && !grow(clients))
			return 0;
		head = bucket_of(clients, &address);
		nr = clients->nr++;
	}
	client = &clients->client[nr];
	memset(client, 0, sizeof(*client));
	client->address = address;
	client->used = true;
	client->next = *head;
	*head = nr;
	return nr;
}

static void forget(struct clients *clients, uint32_t nr)
{
	struct client *client = &clients->client[nr];
	uint32_t *link = bucket_of(clients, &client->address);

	while (*link != nr)
		link = &clients->client[*link].next;
	*link = client->next;
	client->used = false;
	client->next = clients->free;
	clients->free = nr;
}

void clients_begin(struct clients *clients)
{
	for (uint32_t nr = 0; nr < clients->nr; nr++) {
		struct client *client = &clients->client[nr];
		uint64_t open = client->sum.open;

		memset(&client->sum, 0, sizeof(client->sum));
		client->sum.open = open;
		if (client->used && open == 0)
			forget(clients, nr);
	}
}

static uint64_t add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static uint64_t grown(const struct activity *activity, enum conn_counter k)
{
	return activity->known >> k & 1 ? activity->grown[k] : 0;
}

void clients_add(struct clients *clients, uint32_t nr, const struct activity *activity)
{
	struct client_sum *sum = &clients->client[nr].sum;

	sum->bytes_sent = add(sum->bytes_sent, grown(activity, K_BYTES_SENT));
	sum->bytes_received = add(sum->bytes_received, grown(activity, K_BYTES_RECEIVED));
	sum->retrans = add(sum->retrans, grown(activity, K_RETRANS));
	sum->unknown += !(activity->known >> K_BYTES_SENT & 1) && !(activity->known >> K_BYTES_RECEIVED & 1);
}

uint64_t client_bytes(const struct client_sum *sum)
{
	return add(sum->bytes_sent, sum->bytes_received);
}

static int order(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

/* Who took most first; then who opened most, has most open; then by address, so that the order is the same every time. */
static int most_first(const void *x, const void *y)
{
	const struct client *a = *(const struct client *const *)x, *b = *(const struct client *const *)y;
	int ret = order(client_bytes(&a->sum), client_bytes(&b->sum));

	if (ret == 0)
		ret = order(a->sum.opened, b->sum.opened);
	if (ret == 0)
		ret = order(a->sum.open, b->sum.open);
	if (ret == 0)
		ret = a->address.v6 - b->address.v6;
	return ret ? ret : memcmp(a->address.addr, b->address.addr, sizeof(a->address.addr));
}

static void sum_up(struct client_sum *all, const struct client_sum *sum)
{
	all->open += sum->open;
	all->opened += sum->opened;
	all->ended += sum->ended;
	all->failed += sum->failed;
	all->bytes_sent = add(all->bytes_sent, sum->bytes_sent);
	all->bytes_received = add(all->bytes_received, sum->bytes_received);
	all->retrans = add(all->retrans, sum->retrans);
	all->unknown += sum->unknown;
}

void clients_rank(struct clients *clients, unsigned int limit, struct clients_view *view)
{
	const struct client **list = realloc(clients->order, clients->nr * sizeof(*list));
	double sum = 0, squares = 0;
	unsigned int nr = 0;

	memset(view, 0, sizeof(*view));
	sum_up(&view->all, &clients->client[0].sum);
	view->left_out = view->all;
	for (uint32_t i = 1; i < clients->nr; i++) {
		const struct client *client = &clients->client[i];
		double bytes = (double)client_bytes(&client->sum);

		if (!client->used)
			continue;
		view->clients++;
		view->active += bytes > 0;
		sum += bytes;
		squares += bytes * bytes;
		sum_up(&view->all, &client->sum);
		if (client->sum.open && (!view->most_open || client->sum.open > view->most_open->sum.open))
			view->most_open = client;
		if (client->sum.opened && (!view->most_opened || client->sum.opened > view->most_opened->sum.opened))
			view->most_opened = client;
		if (list)
			list[nr++] = client;
	}
	view->fairness = view->active ? sum * sum / ((double)view->active * squares) : 0;
	if (!list)
		return;
	qsort(list, nr, sizeof(*list), most_first);
	clients->order = list;
	view->client = list;
	view->nr = limit && limit < nr ? limit : nr;
	for (unsigned int i = view->nr; i < nr; i++)
		sum_up(&view->left_out, &list[i]->sum);
}

double client_share(const struct clients_view *view, const struct client_sum *sum)
{
	uint64_t all = client_bytes(&view->all);

	return all ? (double)client_bytes(sum) / (double)all : 0;
}

bool client_is_above(const struct clients_view *view, const struct client *client)
{
	return view->active > 1 && client_share(view, &client->sum) * (double)view->active > CLIENTS_ABOVE;
}

char *client_format(const struct client *client, char buf[CLIENT_STRLEN])
{
	const struct prefix *address = &client->address;
	char text[INET6_ADDRSTRLEN];

	inet_ntop(address->v6 ? AF_INET6 : AF_INET, address->addr, text, sizeof(text));
	if (address->bits == (address->v6 ? 128 : 32))
		snprintf(buf, CLIENT_STRLEN, "%s", text);
	else
		snprintf(buf, CLIENT_STRLEN, "%s/%u", text, address->bits);
	return buf;
}
