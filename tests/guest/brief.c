// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many short connections, as fast as it goes: PROCESSES that connect and as many that accept share one listener, and each connection
 * carries one byte there and one back. A third is closed by the accepting end first, a third by whichever end is quicker, a third is
 * reset unless it is closed already; every 50th connect goes to a port where nobody listens. Prints what the applications on both ends did:
 *   connected N accepted N refused N sent N received N    (bytes, of both ends together)
 * Each connecting process has a loopback address of its own to connect to, so that there are ports for all. With 0 processes both ends
 * of each connection are in this one, which is faster.
 * With -c instead it adds up what /proc/coremon/closed.bin says of them, as a line of the same form and more:
 *   connected N accepted N refused N sent N received N listeners N records N unseen N
 * with -f as well, but it reads on for what ends later, until standard input ends; FILE is created when it is reading.
 * Usage: brief PROCESSES CONNECTIONS     (each)
 *        brief -n CONNECTS               to the port where nobody listens, and nothing else
 *        brief -c
 *        brief -f FILE
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../kmod/uapi/coremon.h"

static struct {
	atomic_long connected, accepted, refused, sent, received, taken;
} *done;

static struct sockaddr_in server = { .sin_family = AF_INET }, nobody = { .sin_family = AF_INET };
static int listener;
static long total;

static void send_byte(int fd)
{
	if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
		err(1, "send");
	done->sent++;
}

static void receive_byte(int fd)
{
	char c;

	if (recv(fd, &c, 1, 0) != 1)
		err(1, "recv");
	done->received++;
}

/* Until the peer has closed it, or reset it. */
static void await_end(int fd)
{
	char c;

	while (recv(fd, &c, 1, 0) > 0)
		;
}

static void connect_to_nobody(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (!connect(fd, (void *)&nobody, sizeof(nobody)) || errno != ECONNREFUSED)
		err(1, "a connect to nobody");
	done->refused++;
	close(fd);
}

static void connect_many(int process, long n)
{
	struct linger reset = { 1, 0 };

	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK + process);

	for (long i = 0; i < n; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (i % 50 == 49)
			connect_to_nobody();
		if (connect(fd, (void *)&server, sizeof(server)))
			err(1, "connect");
		done->connected++;
		send_byte(fd);
		receive_byte(fd);
		if (i % 3 == 0)
			await_end(fd);
		else if (i % 3 == 1)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
}

/* Takes a connection, if one more is to come. */
static int take_one(void)
{
	while (done->taken < total) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0) {
			done->taken++;
			return fd;
		}
		if (errno != EAGAIN)
			err(1, "accept");
		poll(&(struct pollfd){ .fd = listener, .events = POLLIN }, 1, 50);
	}
	return -1;
}

static void accept_many(void)
{
	int fd;

	for (long i = 0; (fd = take_one()) >= 0; i++) {
		done->accepted++;
		receive_byte(fd);
		send_byte(fd);
		close(fd);
	}
}

static void both_ends(long n)
{
	struct linger reset = { 1, 0 };

	for (long i = 0; i < n; i++) {
		int c = socket(AF_INET, SOCK_STREAM, 0), s;

		if (i % 50 == 49)
			connect_to_nobody();
		server.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i % 16);
		if (connect(c, (void *)&server, sizeof(server)))
			err(1, "connect");
		done->connected++;
		s = take_one();
		if (s < 0)
			errx(1, "nothing to accept");
		done->accepted++;
		send_byte(c);
		receive_byte(s);
		send_byte(s);
		receive_byte(c);
		if (i % 3 == 0)
			setsockopt(c, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(i % 3 == 1 ? s : c);
		close(i % 3 == 1 ? c : s);
	}
}

static long listeners, unseen;
static uint64_t records;

/* Whether the peer's FIN is among the bytes received (in tcp_info it counts as one). The last state tells, but for FIN_WAIT2. */
static int has_fin(const struct coremon_row *row)
{
	int seen = !!(row->flags_in & COREMON_FLAG_FIN);
	int told = row->state == TCP_CLOSE_WAIT || row->state == TCP_LAST_ACK || row->state == TCP_CLOSING ||
		   (row->state == TCP_FIN_WAIT2 && row->bytes_received == 2);

	unseen += told && !seen;
	return seen || told;
}

/* A kprobe that misses a segment (it came while another ran on that processor) counts it: what is unseen is no more than that. */
static void add_up(const struct coremon_row *row)
{
	int refused = row->cause == COREMON_CAUSE_CONNECT_REFUSED;

	if (row->kind != COREMON_ROW_CLOSED || row->seq != ++records)
		errx(1, "record %llu, of kind %u, in place of %llu", row->seq, row->kind, (unsigned long long)records);
	if (row->opened == COREMON_OPENED_LISTEN) {
		listeners++;
		return;
	}
	if (!refused && row->cause == COREMON_CAUSE_RST_SENT && row->state == TCP_SYN_SENT) {
		refused = 1;
		unseen++;
	}
	if (refused)
		done->refused++;
	else if (row->opened == COREMON_OPENED_ACTIVE)
		done->connected++;
	else if (row->opened == COREMON_OPENED_PASSIVE)
		done->accepted++;
	done->sent += row->bytes_sent - row->bytes_retrans;
	done->received += row->bytes_received - has_fin(row);
	if (row->bytes_sent - row->bytes_retrans > 1 || row->bytes_received > 2)
		errx(1, "record %llu: %llu bytes sent, %llu of them again, %llu received", row->seq, row->bytes_sent, row->bytes_retrans, row->bytes_received);
}

static void add_up_reading(int fd)
{
	static char buffer[1 << 20];
	size_t held = 0;
	ssize_t n;

	while ((n = read(fd, buffer + held, sizeof(buffer) - held)) > 0) {
		size_t at = 0;

		for (held += n; held - at >= sizeof(struct coremon_row); ) {
			struct coremon_row row;

			memcpy(&row, buffer + at, sizeof(row));
			if (row.size < sizeof(row))
				errx(1, "a record of %u bytes", row.size);
			if (row.size > held - at)
				break;
			add_up(&row);
			at += row.size;
		}
		memmove(buffer, buffer + at, held -= at);
	}
	if (n || held)
		err(1, "closed.bin ends with %zu bytes", held);
}

/* @ready: of a file to create when it is reading; it then reads on until standard input ends. NULL: what there is. */
static void check(const char *ready)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	int fd = open("/proc/coremon/closed.bin", O_RDONLY), last = !ready;

	if (fd < 0)
		err(1, "closed.bin");
	if (ready)
		close(open(ready, O_CREAT | O_WRONLY, 0600));
	do {
		last |= ready && poll(&input, 1, 100) > 0;
		add_up_reading(fd);
	} while (!last);
	printf("connected %ld accepted %ld refused %ld sent %ld received %ld listeners %ld records %llu unseen %ld\n", done->connected, done->accepted,
	       done->refused, done->sent, done->received, listeners, (unsigned long long)records, unseen);
}

int main(int argc, char **argv)
{
	long processes = argc == 3 ? atol(argv[1]) : 0, n = argc == 3 ? atol(argv[2]) : 0;
	socklen_t len = sizeof(server);
	int status, bad = 0, bound, nobody_listens = argc == 3 && !strcmp(argv[1], "-n");

	done = mmap(NULL, sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (argc == 2 && !strcmp(argv[1], "-c")) {
		check(NULL);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "-f")) {
		check(argv[2]);
		return 0;
	}
	if ((processes < 0 && !nobody_listens) || n < 1)
		errx(2, "PROCESSES CONNECTIONS");
	total = processes ? processes * n : n;
	nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	/* A port that is taken, but by nobody who listens. */
	bound = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (void *)&server, len) || listen(listener, 1024) || getsockname(listener, (void *)&server, &len) ||
	    bind(bound, (void *)&nobody, len) || getsockname(bound, (void *)&nobody, &len))
		err(1, "listen");
	if (nobody_listens)
		while (n--)
			connect_to_nobody();
	else if (!processes)
		both_ends(n);
	for (long i = 0; i < 2 * processes; i++)
		if (!fork()) {
			if (i < processes)
				connect_many(i, n);
			else
				accept_many();
			exit(0);
		}
	while (wait(&status) > 0)
		bad |= status;
	printf("connected %ld accepted %ld refused %ld sent %ld received %ld\n", done->connected, done->accepted, done->refused,
	       done->sent, done->received);
	return bad != 0;
}
