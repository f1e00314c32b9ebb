// SPDX-License-Identifier: GPL-2.0-only
#include "server.h"

#include <stdlib.h>
#include <string.h>

#include "lives.h"
#include "row.h"

/* What it takes to come back to a connection. */
struct undecided {
	uint64_t id, netns, birth_ns;
	bool has_netns, has_birth;
	uint16_t port;
	struct endpoint remote;
};

int server_init(struct server *server, unsigned int bits4, unsigned int bits6)
{
	memset(server, 0, sizeof(*server));
	return clients_init(&server->clients, bits4, bits6);
}

void server_free(struct server *server)
{
	clients_free(&server->clients);
	ports_free(&server->ports);
	free(server->undecided);
	server->undecided = NULL;
}

void server_begin(struct server *server)
{
	clients_begin(&server->clients);
}

void server_gone(void *ctx, uint32_t tag)
{
	struct server *server = ctx;

	if (tag != TRACK_NO_TAG)
		server->clients.client[tag].sum.open--;
}

static uint64_t netns_of(const struct conn *conn)
{
	return conn_known(conn, C_NETNS) ? conn->num[C_NETNS] : 0;
}

static void put_off(struct server *server, const struct conn *conn)
{
	unsigned int room = server->room_undecided ? 2 * server->room_undecided : 256;
	struct undecided *list = server->undecided;

	if (server->nr_undecided == server->room_undecided) {
		list = realloc(list, room * sizeof(*list));
		if (!list)
			return;
		server->undecided = list;
		server->room_undecided = room;
	}
	list[server->nr_undecided++] = (struct undecided){
		.id = conn->num[C_ID],
		.netns = netns_of(conn),
		.birth_ns = conn_known(conn, C_BIRTH_NS) ? conn->num[C_BIRTH_NS] : 0,
		.has_netns = conn_known(conn, C_NETNS),
		.has_birth = conn_known(conn, C_BIRTH_NS),
		.port = conn->local.port,
		.remote = conn->remote,
	};
}

static bool is_client(struct server *server, const struct conn *conn)
{
	bool is_adopted = !conn_known(conn, C_OPENED) || strcmp(conn->opened, name_opened(COREMON_OPENED_ADOPTED)) == 0;

	if (!is_adopted)
		return strcmp(conn->opened, name_opened(COREMON_OPENED_PASSIVE)) == 0;
	if (ports_has(&server->ports, netns_of(conn), conn->local.port))
		return true;
	if (!server->settled)
		put_off(server, conn);
	return false;
}

static void take_end(struct client_sum *sum, const struct conn *conn)
{
	unsigned int cause = lives_cause(conn);

	sum->ended++;
	sum->failed += cause != COREMON_CAUSE_FIN_LOCAL && cause != COREMON_CAUSE_FIN_REMOTE;
}

void server_row(struct server *server, const struct conn *conn, const struct activity *activity, uint32_t *tag, bool wanted)
{
	uint32_t nr = *tag;

	if (conn_known(conn, C_STATE) && strcmp(conn->state, "LISTEN") == 0) {
		if (!conn->ended)
			ports_add(&server->ports, netns_of(conn), conn->local.port);
		return;
	}
	if (nr != TRACK_NO_TAG && (!wanted || conn->ended)) {
		server->clients.client[nr].sum.open--;
		*tag = TRACK_NO_TAG;
	}
	if (!wanted)
		return;
	if (nr == TRACK_NO_TAG) {
		if (!is_client(server, conn))
			return;
		nr = clients_find(&server->clients, &conn->remote);
		if (!conn->ended) {
			server->clients.client[nr].sum.open++;
			*tag = nr;
		}
	}
	server->clients.client[nr].sum.opened += activity->born;
	if (conn->ended)
		take_end(&server->clients.client[nr].sum, conn);
	clients_add(&server->clients, nr, activity);
}

void server_settle(struct server *server, struct track *track)
{
	for (unsigned int i = 0; i < server->nr_undecided; i++) {
		const struct undecided *undecided = &server->undecided[i];
		struct conn conn;
		uint32_t *tag;

		if (!ports_has(&server->ports, undecided->netns, undecided->port))
			continue;
		conn_clear(&conn);
		conn_set_num(&conn, C_ID, undecided->id);
		if (undecided->has_netns)
			conn_set_num(&conn, C_NETNS, undecided->netns);
		if (undecided->has_birth)
			conn_set_num(&conn, C_BIRTH_NS, undecided->birth_ns);
		tag = track_tag(track, &conn);
		if (!tag || *tag != TRACK_NO_TAG)
			continue;
		*tag = clients_find(&server->clients, &undecided->remote);
		server->clients.client[*tag].sum.open++;
	}
	free(server->undecided);
	server->undecided = NULL;
	server->nr_undecided = 0;
	server->room_undecided = 0;
	server->settled = true;
}
