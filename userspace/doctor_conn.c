// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "server.h"
#include "source.h"
#include "track.h"

/* Bytes that wait to be read, below which nobody asks why. */
#define RECV_Q_MIN 16384

/* Timeouts in a row after which a connection is looked at for what keeps its segments. */
#define TIMEOUTS_MIN 3

#define HELD_BUCKETS 8192u	/* a power of two */
#define PATH_BUCKETS 32768u

/** struct conns_reader - what the readings need between them */
struct conns_reader {
	struct track *track;
	struct source source;
	struct server server;
	struct conns *conns;
	struct stamp then, now;
	const struct root *root;
	uint32_t held_bucket[HELD_BUCKETS];	/* number in conns->held and 1; 0: empty */
	uint32_t path_bucket[PATH_BUCKETS];
	uint64_t seed;				/* so that nobody outside can choose the buckets */
	uint64_t lost;
};

static const uint8_t v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

int conns_init(struct conns *conns)
{
	memset(conns, 0, sizeof(*conns));
	conns->module = true;
	conns->known = true;
	conns->reader = calloc(1, sizeof(*conns->reader));
	if (!conns->reader)
		return -ENOMEM;
	conns->reader->conns = conns;
	if (getrandom(&conns->reader->seed, sizeof(conns->reader->seed), GRND_NONBLOCK) < 0)
		conns->reader->seed = 0;
	conns->reader->track = track_new();
	if (!conns->reader->track)
		return -ENOMEM;
	return server_init(&conns->reader->server, 32, 128);
}

void conns_free(struct conns *conns)
{
	if (conns->reader) {
		source_close(&conns->reader->source);
		if (conns->reader->track)
			track_free(conns->reader->track);
		server_free(&conns->reader->server);
	}
	free(conns->reader);
	free(conns->path);
	free(conns->held);
	memset(conns, 0, sizeof(*conns));
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	a = (a ^ a >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	return (a ^ a >> 29 ^ b) * UINT64_C(0xd6e8feb86659fd93);
}

/* IPv4 where it can be, and only the bits that count. */
static struct prefix prefix_of(const struct endpoint *remote)
{
	struct prefix prefix = { .v6 = remote->v6 };

	if (remote->v6 && memcmp(remote->addr, v4_mapped, sizeof(v4_mapped)) == 0) {
		prefix.v6 = false;
		memcpy(prefix.addr, remote->addr + sizeof(v4_mapped), PATH_BITS4 / 8);
	} else {
		memcpy(prefix.addr, remote->addr, remote->v6 ? PATH_BITS6 / 8 : PATH_BITS4 / 8);
	}
	prefix.bits = prefix.v6 ? PATH_BITS6 : PATH_BITS4;
	return prefix;
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
	return a->v6 == b->v6 && a->bits == b->bits && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

/* Room for one more of @size bytes. Return: the list, or NULL. */
static void *room_for(void *list, unsigned int nr, unsigned int *room, size_t size)
{
	unsigned int more = *room ? 2 * *room : 64;

	if (nr < *room)
		return list;
	list = realloc(list, more * size);
	if (list)
		*room = more;
	return list;
}

struct path *path_find(struct conns *conns, const struct endpoint *remote)
{
	struct prefix prefix = prefix_of(remote);
	uint32_t *bucket, i;
	uint64_t half[2];
	void *list;

	memcpy(half, prefix.addr, sizeof(half));
	for (i = (uint32_t)(mix(half[0] ^ conns->reader->seed, half[1] ^ prefix.v6) >> 32) % PATH_BUCKETS;; i = (i + 1) % PATH_BUCKETS) {
		bucket = &conns->reader->path_bucket[i];
		if (!*bucket)
			break;
		if (same_prefix(&conns->path[*bucket - 1].prefix, &prefix))
			return &conns->path[*bucket - 1];
	}
	/* The last is for all that have no room: half of the buckets stay empty, so that the search above ends. */
	if (conns->nr_paths == PATHS_MAX)
		return &conns->path[PATHS_MAX - 1];
	list = room_for(conns->path, conns->nr_paths, &conns->room_paths, sizeof(*conns->path));
	if (!list)
		return NULL;
	conns->path = list;
	if (conns->nr_paths == PATHS_MAX - 1)
		memset(&prefix, 0, sizeof(prefix));
	else
		*bucket = conns->nr_paths + 1;
	conns->path[conns->nr_paths] = (struct path){ .prefix = prefix, .min_rtt_us = UINT64_MAX };
	return &conns->path[conns->nr_paths++];
}

static struct held *held_find(struct conns *conns, const struct conn *conn, bool make)
{
	uint64_t id = conn->num[C_ID], netns = conn_known(conn, C_NETNS) ? conn->num[C_NETNS] : 0;
	uint32_t *bucket, i;
	void *list;

	for (i = (uint32_t)(mix(id ^ conns->reader->seed, netns) >> 32) % HELD_BUCKETS;; i = (i + 1) % HELD_BUCKETS) {
		bucket = &conns->reader->held_bucket[i];
		if (!*bucket)
			break;
		if (conns->held[*bucket - 1].id == id && conns->held[*bucket - 1].netns == netns)
			return &conns->held[*bucket - 1];
	}
	if (!make)
		return NULL;
	list = conns->nr_held < HELD_MAX ? room_for(conns->held, conns->nr_held, &conns->room_held, sizeof(*conns->held)) : NULL;
	if (!list) {
		conns->held_lost++;
		return NULL;
	}
	conns->held = list;
	conns->held[conns->nr_held] = (struct held){ .id = id, .netns = netns };
	*bucket = ++conns->nr_held;
	return &conns->held[conns->nr_held - 1];
}

static uint64_t grown(const struct activity *activity, enum conn_counter k)
{
	return activity->known >> k & 1 ? activity->grown[k] : 0;
}

static uint64_t value(const struct conn *conn, enum conn_col col)
{
	return conn_known(conn, col) ? conn->num[col] : 0;
}

static void take_path(struct conns *conns, const struct conn *conn, const struct activity *did)
{
	struct path *path = path_find(conns, &conn->remote);
	uint64_t retrans = grown(did, K_RETRANS);

	if (!path) {
		conns->reader->lost++;
		return;
	}
	path->connections += did->active;
	path->data_segs_out += grown(did, K_DATA_SEGS_OUT);
	path->segs_in += grown(did, K_SEGS_IN);
	path->bytes_acked += grown(did, K_BYTES_ACKED);
	path->retrans += retrans;
	path->timeout += grown(did, K_RETRANS_TIMEOUT);
	path->fast += grown(did, K_RETRANS_FAST);
	path->probe += grown(did, K_RETRANS_TLP);
	path->syn += grown(did, K_RETRANS_SYN);
	path->synack += grown(did, K_RETRANS_SYNACK);
	path->other += grown(did, K_RETRANS_OTHER);
	path->spurious += grown(did, K_DSACK_DUPS);
	path->recoveries += grown(did, K_RECOVERY_ENTRIES);
	path->losses += grown(did, K_LOSS_ENTRIES);
	path->undone += grown(did, K_UNDO_FULL) + grown(did, K_UNDO_PARTIAL) + grown(did, K_UNDO_DSACK);
	path->undone_loss += grown(did, K_UNDO_LOSS);
	path->reord_seen += grown(did, K_REORD_SEEN);
	if (conn_known(conn, C_MIN_RTT_US) && conn->num[C_MIN_RTT_US] < path->min_rtt_us)
		path->min_rtt_us = conn->num[C_MIN_RTT_US];
	if (retrans > path->worst_retrans) {
		path->worst_retrans = retrans;
		path->worst = conn->remote;
	}
}

static bool is_in_loss(const struct conn *conn)
{
	return conn_known(conn, C_CA_STATE) && strcmp(conn->ca_state, "Loss") == 0;
}

/* The congestion window or the peer's is what held it up just now; where that is not known it may be. */
static bool is_window_filled(const struct conn *conn)
{
	if (!conn_known(conn, C_CWND) || !conn_known(conn, C_PACKETS_OUT) || 4 * conn->num[C_PACKETS_OUT] >= 3 * conn->num[C_CWND])
		return true;
	return conn_known(conn, C_SND_WND) && 4 * value(conn, C_SEND_Q) >= 3 * conn->num[C_SND_WND];
}

/* It had something under way nearly all the time, and no window was what held it up. */
static bool is_busy(const struct conns_reader *reader, const struct conn *conn, const struct activity *did)
{
	double interval_us = (double)(reader->now.mono_ns - reader->then.mono_ns) / 1e3;

	return reader->conns->readings && value(conn, C_SRTT_US) >= BUSY_RTT_US && !is_window_filled(conn) &&
	       (double)grown(did, K_BUSY_US) >= BUSY_SHARE * interval_us;
}

/* Something may be holding this connection up: it is followed from now on. */
static bool is_held(const struct conns_reader *reader, const struct conn *conn, const struct activity *did)
{
	return value(conn, C_RECV_Q) >= RECV_Q_MIN || (conn_known(conn, C_RCV_WND) && conn->num[C_RCV_WND] == 0) ||
	       (conn_known(conn, C_SND_WND) && conn->num[C_SND_WND] == 0) || grown(did, K_ZERO_WND_OUT) || grown(did, K_ZERO_WND_IN_US) ||
	       is_busy(reader, conn, did) || (is_in_loss(conn) && value(conn, C_RETRANS_TIMEOUT) >= TIMEOUTS_MIN);
}

static void take_held(struct conns *conns, const struct conn *conn, const struct activity *did)
{
	struct held *held = held_find(conns, conn, !conn->ended && is_held(conns->reader, conn, did));

	if (!held)
		return;
	if (!held->since_ns) {
		held->since_ns = conns->reader->now.mono_ns;
		held->recv_q_first = value(conn, C_RECV_Q);
	} else {
		held->received += grown(did, K_BYTES_RECEIVED);
	}
	held->local = conn->local;
	held->remote = conn->remote;
	held->ended = conn->ended;
	if (conn_known(conn, C_PID))
		held->owner.pid = (uint32_t)conn->num[C_PID];
	if (conn_known(conn, C_COMM))
		memcpy(held->owner.comm, conn->comm, sizeof(held->owner.comm));
	held->recv_q = value(conn, C_RECV_Q);
	held->send_q = value(conn, C_SEND_Q);
	held->rcv_wnd_known = conn_known(conn, C_RCV_WND);
	held->rcv_wnd = value(conn, C_RCV_WND);
	held->srtt_known = conn_known(conn, C_SRTT_US);
	held->srtt_us = value(conn, C_SRTT_US);
	held->in_loss = is_in_loss(conn);
	held->window_filled |= is_window_filled(conn);
	held->zero_wnd_out += grown(did, K_ZERO_WND_OUT);
	held->zero_wnd_in += grown(did, K_ZERO_WND_IN);
	held->zero_wnd_in_us += grown(did, K_ZERO_WND_IN_US);
	held->busy_us += grown(did, K_BUSY_US);
	held->sent += grown(did, K_BYTES_SENT);
	held->timeouts += grown(did, K_RETRANS_TIMEOUT);
	held->timeouts_ever = value(conn, C_RETRANS_TIMEOUT);
	held->acked += grown(did, K_BYTES_ACKED);
	held->retrans += grown(did, K_RETRANS);
	held->bytes_retrans += grown(did, K_BYTES_RETRANS);
	held->segs_in += grown(did, K_SEGS_IN);
}

static bool take_row(void *ctx, const struct conn *conn)
{
	struct conns_reader *reader = ctx;
	struct conns *conns = reader->conns;
	struct stamp now = reader->now;
	struct activity activity;
	uint32_t *tag;
	int ret;

	if (!reader->root->numbered)
		root_clock(reader->root, &now);
	ret = track_row(reader->track, conn, conns->readings ? now.mono_ns - reader->then.mono_ns : 0, &activity, &tag);
	reader->lost += ret == -ENOMEM;
	if (ret < 0)
		return ret == -ENOMEM;
	server_row(&reader->server, conn, &activity, tag, true);
	if (!conn_known(conn, C_STATE) || strcmp(conn->state, "LISTEN") != 0) {
		if (conns->readings)
			take_path(conns, conn, &activity);
		take_held(conns, conn, &activity);
	}
	if (conn->ended)
		track_forget(reader->track, conn);
	return true;
}

int conns_read(struct conns *conns, const struct root *root, const struct stamp *now)
{
	struct conns_reader *reader = conns->reader;
	struct reading reading;
	enum source_kind kind;

	reader->now = *now;
	reader->root = root;
	track_begin(reader->track, conns->readings ? reader->then.mono_ns : 0);
	if (!conns->readings)
		server_begin(&reader->server);
	kind = source_read(&reader->source, root, now, take_row, reader, &reading);
	server_settle(&reader->server, reader->track);
	if (!reading.changes)
		track_end(reader->track, server_gone, &reader->server);
	conns->module &= kind == SOURCE_MODULE;
	conns->denied = kind != SOURCE_MODULE && root_exists(root, "/proc/coremon");
	conns->known &= kind != SOURCE_NONE;
	if (!conns->readings)
		conns->first_ns = now->mono_ns;
	conns->last_ns = now->mono_ns;
	conns->readings++;
	reader->then = *now;
	return reader->lost ? -ENOMEM : 0;
}

static void take_client(struct taker *taker, const struct client *client)
{
	if (!client)
		return;
	client_format(client, taker->name);
	taker->open = client->sum.open;
	taker->opened = client->sum.opened;
	taker->bytes = client_bytes(&client->sum);
}

void conns_end(struct conns *conns)
{
	struct clients_view view;

	clients_rank(&conns->reader->server.clients, 0, &view);
	conns->clients = view.clients;
	conns->active = view.active;
	conns->open = view.all.open;
	conns->opened = view.all.opened;
	conns->bytes = client_bytes(&view.all);
	take_client(&conns->most_open, view.most_open);
	take_client(&conns->most_opened, view.most_opened);
	if (view.nr)
		take_client(&conns->most_bytes, view.client[0]);
}

char *path_text(const struct path *path, char buf[PATH_STRLEN])
{
	char text[INET6_ADDRSTRLEN];

	if (path->prefix.bits == 0)
		return strcpy(buf, "all other networks");
	inet_ntop(path->prefix.v6 ? AF_INET6 : AF_INET, path->prefix.addr, text, sizeof(text));
	snprintf(buf, PATH_STRLEN, "%s/%u", text, path->prefix.bits);
	return buf;
}

char *path_host(const struct endpoint *ep, char buf[PATH_STRLEN])
{
	bool mapped = ep->v6 && memcmp(ep->addr, v4_mapped, sizeof(v4_mapped)) == 0;

	inet_ntop(ep->v6 && !mapped ? AF_INET6 : AF_INET, ep->addr + (mapped ? sizeof(v4_mapped) : 0), buf, PATH_STRLEN);
	return buf;
}

bool path_is_here(const struct path *path)
{
	static const uint8_t loopback6[8];

	/* ::1 is in ::/64, where nothing else is */
	return path->prefix.bits && (path->prefix.v6 ? memcmp(path->prefix.addr, loopback6, 8) == 0 : path->prefix.addr[0] == 127);
}
