// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads connections.bin as a reader of changes does and holds what it is told against sockets of its own: everything once at
 * first, nothing at rest, then exactly what changed, and every end once, with its final values.
 * Usage: changes all | lost N          lost: the module keeps closed_max=N ended connections
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../kmod/uapi/coremon.h"

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif
#define PAIRS 40
#define SEEN_MAX 4096

/* What one reader was told, by id, since it was last cleared. */
struct reader {
	const char *name;
	int fd;
	size_t chunk;			/* asked for by a read(): whole records or not */
	int rows, closed;
	uint64_t lost;
	struct coremon_row seen[SEEN_MAX];	/* the last told of each */
	int times[SEEN_MAX];
};

static int pair[PAIRS + 1][2], listener;
static uint64_t cookies[PAIRS + 1][2];
static struct sockaddr_in server = { .sin_family = AF_INET };

static uint64_t cookie(int fd)
{
	uint64_t c = 0;
	socklen_t len = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &c, &len))
		err(1, "SO_COOKIE");
	return c;
}

static void make_pair(int i)
{
	pair[i][0] = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(pair[i][0], (void *)&server, sizeof(server)))
		err(1, "connect");
	pair[i][1] = accept(listener, NULL, NULL);
	if (pair[i][1] < 0)
		err(1, "accept");
	cookies[i][0] = cookie(pair[i][0]);
	cookies[i][1] = cookie(pair[i][1]);
}

static void make_listener(void)
{
	socklen_t len = sizeof(server);

	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (void *)&server, sizeof(server)) || listen(listener, 100) || getsockname(listener, (void *)&server, &len))
		err(1, "listen");
}

static void send_bytes(int i, int from, size_t n)
{
	static char buffer[1000];

	if (send(pair[i][from], buffer, n, 0) != (ssize_t)n || recv(pair[i][!from], buffer, n, MSG_WAITALL) != (ssize_t)n)
		err(1, "transfer");
}

static void close_pair(int i)
{
	close(pair[i][0]);
	close(pair[i][1]);
}

/* ---- the reader ---- */

static void clear(struct reader *r)
{
	r->rows = r->closed = 0;
	r->lost = 0;
}

static int find(const struct reader *r, uint64_t id)
{
	for (int i = 0; i < r->rows; i++)
		if (r->seen[i].id == id)
			return i;
	return -1;
}

static void note(struct reader *r, const struct coremon_row *row)
{
	int i = find(r, row->id);

	if (row->kind == COREMON_ROW_LOST) {
		r->lost += row->seq;
		return;
	}
	if (i >= 0 && r->seen[i].kind == COREMON_ROW_CLOSED)
		errx(1, "%s: told of %llx again after its end", r->name, row->id);
	if (i < 0) {
		i = r->rows++;
		r->times[i] = 0;
		if (r->rows > SEEN_MAX)
			errx(1, "too many rows");
	}
	r->seen[i] = *row;
	r->times[i]++;
	r->closed += row->kind == COREMON_ROW_CLOSED;
}

/* One reading; returns how many records it held. */
static int reading(struct reader *r)
{
	static char buffer[1 << 20];
	size_t used = 0;
	int n = 0;

	for (;;) {
		ssize_t got = read(r->fd, buffer + used, r->chunk);

		if (got < 0)
			err(1, "%s: read", r->name);
		used += got;
		if (!got)
			break;
		if (used > sizeof(buffer) - r->chunk)
			errx(1, "a reading too long");
	}
	for (size_t at = 0; at < used; n++) {
		struct coremon_row row;

		memcpy(&row, buffer + at, sizeof(row));
		if (row.size < sizeof(row) || row.version != COREMON_VERSION || at + row.size > used)
			errx(1, "%s: not a record at %zu of %zu", r->name, at, used);
		note(r, &row);
		at += row.size;
	}
	return n;
}

/* Reads until nothing more comes: timers of TCP (delayed acknowledgements) still change a connection a moment later. */
static void settle(struct reader *r)
{
	int quiet = 0;

	for (int i = 0; i < 200 && quiet < 2; i++) {
		quiet = reading(r) ? 0 : quiet + 1;
		usleep(150000);
	}
	if (quiet < 2)
		errx(1, "%s: is told of changes without end", r->name);
}

static void open_reader(struct reader *r, const char *name, size_t chunk)
{
	r->name = name;
	r->chunk = chunk;
	r->fd = open("/proc/coremon/connections.bin", O_RDONLY);
	if (r->fd < 0)
		err(1, "connections.bin");
}

/* ---- what must be ---- */

static void expect_count(const struct reader *r, const char *what, int64_t got, int64_t want)
{
	if (got != want)
		errx(1, "%s: %s: %" PRId64 ", not %" PRId64, r->name, what, got, want);
}

/* The reader's last row of an open socket is what the socket itself says. */
static void expect_current(const struct reader *r, int i, int side)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int at = find(r, cookies[i][side]);
	const struct coremon_row *row = &r->seen[at];

	if (at < 0)
		errx(1, "%s: not told of pair %d, side %d", r->name, i, side);
	memset(&info, 0, sizeof(info));
	if (getsockopt(pair[i][side], IPPROTO_TCP, TCP_INFO, &info, &len))
		err(1, "TCP_INFO");
	if (row->kind != COREMON_ROW_LIVE || row->bytes_sent != info.tcpi_bytes_sent || row->bytes_received != info.tcpi_bytes_received ||
	    row->bytes_acked != info.tcpi_bytes_acked || row->segs_in != info.tcpi_segs_in || row->segs_out != info.tcpi_segs_out)
		errx(1, "%s: pair %d, side %d: told last of sent %llu acked %llu received %llu segments %u in %u out, it is %llu %llu %llu %u %u", r->name, i, side,
		     row->bytes_sent, row->bytes_acked, row->bytes_received, row->segs_in, row->segs_out,
		     info.tcpi_bytes_sent, info.tcpi_bytes_acked, info.tcpi_bytes_received, info.tcpi_segs_in, info.tcpi_segs_out);
}

static void expect_ended(const struct reader *r, int i, uint64_t sent0, uint64_t sent1)
{
	for (int side = 0; side < 2; side++) {
		int at = find(r, cookies[i][side]);
		const struct coremon_row *row = &r->seen[at];

		if (at < 0 || row->kind != COREMON_ROW_CLOSED)
			errx(1, "%s: not told of the end of pair %d, side %d", r->name, i, side);
		if (row->bytes_sent != (side ? sent1 : sent0) || !row->seq || row->end_ns == COREMON_UNKNOWN)
			errx(1, "%s: pair %d, side %d ended with %llu bytes sent", r->name, i, side, row->bytes_sent);
	}
}

static struct reader fast, slow;

static void check_all(void)
{
	for (int i = 0; i < PAIRS; i++)
		make_pair(i);
	open_reader(&fast, "fast", 65536);
	open_reader(&slow, "slow", 100);

	expect_count(&slow, "records of the first reading", reading(&slow), 2 * PAIRS + 1);
	expect_count(&fast, "records of the first reading", reading(&fast), 2 * PAIRS + 1);
	settle(&fast);
	for (int i = 0; i < PAIRS; i++)
		expect_current(&fast, i, 0), expect_current(&fast, i, 1);
	settle(&slow);
	clear(&slow);

	/* Traffic on some: these and their peers. */
	clear(&fast);
	for (int i = 0; i < PAIRS; i += 4)
		send_bytes(i, i / 4 % 2, 100 + i);
	settle(&fast);
	expect_count(&fast, "connections told after traffic", fast.rows, 2 * ((PAIRS + 3) / 4));
	for (int i = 0; i < PAIRS; i += 4)
		expect_current(&fast, i, 0), expect_current(&fast, i, 1);

	/* Ends: of the ones told before and of one never told alive. */
	clear(&fast);
	close_pair(0);
	close_pair(1);
	make_pair(PAIRS);
	send_bytes(PAIRS, 0, 10);
	send_bytes(PAIRS, 1, 77);
	close_pair(PAIRS);
	settle(&fast);
	expect_count(&fast, "ends", fast.closed, 6);
	expect_count(&fast, "lost", fast.lost, 0);
	expect_ended(&fast, 0, 100, 0);
	expect_ended(&fast, 1, 0, 0);
	expect_ended(&fast, PAIRS, 10, 77);
	/* Beside them the listener, to which a SYN came. */
	expect_count(&fast, "told of", fast.rows, 7);

	/* Write and read calls that move nothing of the other connections are not told of; one that reads is. */
	clear(&fast);
	expect_count(&fast, "records at rest", reading(&fast), 0);

	/* The other reader sleeps all the while, and is then told of all of it in one reading, each once. */
	reading(&slow);
	for (int i = 0; i < slow.rows; i++)
		expect_count(&slow, "times told", slow.times[i], 1);
	expect_count(&slow, "told of", slow.rows, 2 * ((PAIRS + 3) / 4) + 2 + 2 + 1);
	expect_count(&slow, "ends", slow.closed, 6);
	expect_ended(&slow, 0, 100, 0);
	expect_ended(&slow, PAIRS, 10, 77);
	expect_current(&slow, 4, 0);
	settle(&slow);

	/* Begun anew it is given everything. */
	clear(&slow);
	if (lseek(slow.fd, 0, SEEK_SET))
		err(1, "lseek");
	expect_count(&slow, "records from the beginning", reading(&slow), 2 * (PAIRS - 2) + 1);
	settle(&fast);
	clear(&fast);
	expect_count(&fast, "records at rest", reading(&fast), 0);

	/* Read while it goes on: nothing is missed. */
	for (int round = 0; round < 60; round++) {
		for (int i = 2; i < PAIRS; i += 3)
			send_bytes(i, round & 1, 1 + round);
		if (round % 3 == 0)
			reading(&fast);
		if (round % 7 == 0)
			reading(&slow);
	}
	settle(&fast);
	settle(&slow);
	for (int i = 2; i < PAIRS; i += 3)
		for (int side = 0; side < 2; side++)
			expect_current(&fast, i, side), expect_current(&slow, i, side);
	clear(&fast);
	for (int i = 2; i < PAIRS; i++)
		close_pair(i);
	settle(&fast);
	expect_count(&fast, "ends", fast.closed, 2 * (PAIRS - 2));
}

static void check_lost(int held)
{
	open_reader(&fast, "reader", 65536);
	settle(&fast);
	clear(&fast);
	for (int i = 0; i < PAIRS; i++)
		make_pair(i), close_pair(i);
	settle(&fast);
	expect_count(&fast, "lost", fast.lost, 2 * PAIRS - held);
	expect_count(&fast, "ends", fast.closed, held);
}

int main(int argc, char **argv)
{
	make_listener();
	if (argc == 2 && !strcmp(argv[1], "all"))
		check_all();
	else if (argc == 3 && !strcmp(argv[1], "lost"))
		check_lost(atoi(argv[2]));
	else
		errx(2, "all, or lost N");
	return 0;
}
