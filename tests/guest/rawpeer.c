// SPDX-License-Identifier: GPL-2.0-only
/*
 * One TCP connection of this machine with a peer that does what a script says, so that a loss, a reordering or a reset
 * happens exactly where a test wants it. The peer, 10.77.K.2, is this program behind a TUN device; the connection's socket
 * (10.77.K.1) is this program's as well. Numbers of bytes are relative: the first byte of data is 1, of either side.
 * The script is standard input, a step a line, `#` begins a comment; a step that fails ends it with status 1. What is done is on
 * standard output, with the time (CLOCK_MONOTONIC, ms); a step may have a name there, `NAME: STEP`.
 * Usage: rawpeer [K]      (0; several run side by side with different K)
 *
 *   The socket:
 *   opt NAME N           syncnt, user_timeout, rcvbuf, sndbuf, linger (0 s), linger2, keepalive (2 probes, after N s): before or after connecting
 *   connect PORT         begins to connect to PORT of the peer
 *   listen PORT          listens; accept takes the peer's connection
 *   write N, read N      N bytes (read: waits for all of them)
 *   shutdown [both]      of the sending half, or of both
 *   close
 *   ended [ERROR]        waits until the connection has ended with that error (ETIMEDOUT, ECONNRESET, ...)
 *   id NAME              prints `NAME COOKIE`
 *   The peer:
 *   want S|SA|F|R|P      waits for a segment with that flag (P: data of any kind), passing over others
 *   want N-M             waits for data with these numbers; all of it, or the part that begins at N
 *   syn PORT             from PORT of its own to the listener; options as below
 *   synack, ack N, data N, fin, rst
 *   icmp CODE            destination unreachable, for the last segment that came
 *   options: win=N  sack=N-M[,N-M]  ece  mss=N  ts (on syn, synack: both use time stamps)  old (echoes the first time stamp of
 *   data, as an answer to the original does)  ecn (on synack: agrees to ECN)  ack (on rst, to a SYN: acknowledges it)  at=N (numbers the segment N)
 *   acks=N (on data, fin: acknowledges N)
 *   Both:
 *   sleep MS             run COMMAND        a shell's
 *   patient S            the retransmission timer of connections to the peer takes at least S seconds; before connecting
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif
#define PATIENCE_MS 30000

static const uint32_t peer_isn = 1000000;

static char here[16], there[16], device[IFNAMSIZ];	/* the addresses, the device between them */
static int tun, fd = -1, listener = -1, line_number;
static const char *line_text;
static uint16_t local_port, peer_port;
/* What was seen of the socket's side: its first number, what it last sent and its time stamps. */
static uint32_t local_isn, stamp, stamp_of_data;
static uint32_t next = 1;	/* the peer's next number */
static uint32_t acked;		/* what the peer acknowledges, relative */
static uint32_t window = 65535;
static int use_stamps;
static uint8_t last[2048];	/* the last segment that came, whole */
static char buffer[1 << 20];

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	va_list ap;

	printf("line %d (%s): ", line_number, line_text);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	exit(1);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* ---- the device ---- */

static void set_address(int s, unsigned long request, const char *name, const char *address)
{
	struct ifreq ifr = { 0 };
	struct sockaddr_in *in = (void *)&ifr.ifr_addr;

	strcpy(ifr.ifr_name, name);
	in->sin_family = AF_INET;
	inet_pton(AF_INET, address, &in->sin_addr);
	if (ioctl(s, request, &ifr))
		err(1, "cannot set address %s", address);
}

static void open_device(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	strcpy(ifr.ifr_name, "peer%d");
	if (tun < 0 || s < 0 || ioctl(tun, TUNSETIFF, &ifr))
		err(1, "no TUN device");
	set_address(s, SIOCSIFADDR, ifr.ifr_name, here);
	set_address(s, SIOCSIFNETMASK, ifr.ifr_name, "255.255.255.0");
	strcpy(device, ifr.ifr_name);
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(s, SIOCSIFFLAGS, &ifr))
		err(1, "cannot set %s up", device);
	close(s);
}

/* ---- segments ---- */

struct options {
	uint32_t sack[8];	/* pairs, absolute */
	int sacks, ece, ts, old, ecn, ack, mss;
	int64_t at;
};

static uint32_t sum(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t s = 0;

	for (; len > 1; len -= 2, p += 2)
		s += p[0] << 8 | p[1];
	return len ? s + (p[0] << 8) : s;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return htons(~s);
}

static void send_packet(uint8_t *packet, size_t len, uint8_t protocol)
{
	struct iphdr *ip = (void *)packet;

	*ip = (struct iphdr){ .version = 4, .ihl = 5, .tot_len = htons(len), .ttl = 64, .protocol = protocol };
	inet_pton(AF_INET, there, &ip->saddr);
	inet_pton(AF_INET, here, &ip->daddr);
	ip->check = fold(sum(ip, sizeof(*ip)));
	if (protocol == IPPROTO_TCP) {
		struct tcphdr *th = (void *)(ip + 1);

		th->check = fold(sum(&ip->saddr, 8) + protocol + (len - sizeof(*ip)) + sum(th, len - sizeof(*ip)));
	}
	if (write(tun, packet, len) != (ssize_t)len)
		fail("the device does not take a segment: %s", strerror(errno));
}

static uint8_t *put32(uint8_t *p, uint32_t value)
{
	value = htonl(value);
	memcpy(p, &value, 4);
	return p + 4;
}

static uint8_t *put_options(uint8_t *p, const struct tcphdr *th, const struct options *o)
{
	if (th->syn) {
		p = put32(p, 2 << 24 | 4 << 16 | (o->mss ?: 1000));	/* segment size */
		p = put32(p, 1 << 24 | 1 << 16 | 4 << 8 | 2);		/* SACK permitted */
	}
	if (use_stamps) {
		p = put32(p, 1 << 24 | 1 << 16 | 8 << 8 | 10);
		p = put32(p, now_ms());
		p = put32(p, th->ack ? (o->old ? stamp_of_data : stamp) : 0);
	}
	if (o->sacks) {
		p = put32(p, 1 << 24 | 1 << 16 | 5 << 8 | (2 + 8 * o->sacks));
		for (int i = 0; i < 2 * o->sacks; i++)
			p = put32(p, o->sack[i]);
	}
	return p;
}

/* A segment of the peer's; its flags are set in @th. */
static void send_segment(struct tcphdr th, uint32_t len, const struct options *o)
{
	uint8_t packet[2048] = { 0 }, *p = packet + sizeof(struct iphdr) + sizeof(th);

	if (len > 1400)
		fail("more than a segment");
	if (th.syn && o->ts)
		use_stamps = 1;
	th.source = htons(peer_port);
	th.dest = htons(local_port);
	th.seq = htonl(peer_isn + (o->at >= 0 ? (uint32_t)o->at : th.syn ? 0 : next));
	th.ack_seq = th.ack ? htonl(local_isn + acked) : 0;
	th.window = htons(window);
	th.ece |= o->ece | o->ecn;
	p = put_options(p, &th, o);
	th.doff = (p - packet - sizeof(struct iphdr)) / 4;
	memcpy(packet + sizeof(struct iphdr), &th, sizeof(th));
	send_packet(packet, p - packet + len, IPPROTO_TCP);
	if (o->at < 0)
		next += len + th.fin;
}

static void send_unreachable(int code)
{
	uint8_t packet[128] = { 0 }, *icmp = packet + sizeof(struct iphdr);

	icmp[0] = 3;
	icmp[1] = code;
	memcpy(icmp + 8, last, sizeof(struct iphdr) + 8);
	uint16_t check = fold(sum(icmp, 8 + sizeof(struct iphdr) + 8));
	memcpy(icmp + 2, &check, 2);
	send_packet(packet, 2 * sizeof(struct iphdr) + 16, IPPROTO_ICMP);
}

static void note_stamp(const struct tcphdr *th, size_t len)
{
	const uint8_t *p = (const void *)(th + 1), *end = (const uint8_t *)th + th->doff * 4;

	while (p < end && *p) {
		if (*p == 1) {
			p++;
			continue;
		}
		if (*p == 8) {
			memcpy(&stamp, p + 2, 4);
			stamp = ntohl(stamp);
			if (len && !stamp_of_data)
				stamp_of_data = stamp;
		}
		p += p[1];
	}
}

/* The next segment of the socket's, waiting for it; numbers relative. */
static const struct tcphdr *receive(uint32_t *seq, uint32_t *len)
{
	int64_t end = now_ms() + PATIENCE_MS;

	for (;;) {
		struct pollfd p = { .fd = tun, .events = POLLIN };
		const struct iphdr *ip = (void *)last;
		const struct tcphdr *th = (void *)(ip + 1);
		ssize_t n;

		if (poll(&p, 1, end > now_ms() ? end - now_ms() : 0) < 1)
			fail("nothing came");
		n = read(tun, last, sizeof(last));
		if (n < (ssize_t)(sizeof(*ip) + sizeof(*th)) || ip->version != 4 || ip->protocol != IPPROTO_TCP)
			continue;
		if (th->syn) {
			local_isn = ntohl(th->seq);
			local_port = ntohs(th->source);
			peer_port = ntohs(th->dest);
		}
		*seq = ntohl(th->seq) - local_isn;
		*len = n - sizeof(*ip) - th->doff * 4;
		note_stamp(th, *len);
		printf("%" PRId64 " < %s%s%s%s%s%s %u-%u\n", now_ms(), th->syn ? "S" : "", th->fin ? "F" : "", th->rst ? "R" : "",
		       th->psh ? "P" : "", th->ece ? "E" : "", th->ack ? "A" : "", *seq, *seq + *len);
		return th;
	}
}

static void want(const char *what)
{
	uint32_t seq, len, from, to;
	int range = sscanf(what, "%u-%u", &from, &to) == 2;

	for (;;) {
		const struct tcphdr *th = receive(&seq, &len);

		if (range ? len && seq == from && seq + len <= to :
		    !strcmp(what, "S") ? th->syn && !th->ack :
		    !strcmp(what, "SA") ? th->syn && th->ack :
		    !strcmp(what, "F") ? th->fin :
		    !strcmp(what, "R") ? th->rst :
		    !strcmp(what, "P") ? len > 0 : 0) {
			if (!range || seq + len == to)
				return;
			from = seq + len;	/* the rest of it comes */
		}
	}
}

/* ---- the socket ---- */

static struct sockaddr_in address(const char *ip, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, ip, &in.sin_addr);
	return in;
}

static void need_socket(void)
{
	if (fd < 0)
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0)
		err(1, "socket");
}

static int keep_alive(int seconds)
{
	int one = 1, two = 2;

	return setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) ||
	       setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds)) ||
	       setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &one, sizeof(one)) ||
	       setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &two, sizeof(two));
}

static void opt(const char *name, int value)
{
	struct linger linger = { 1, value };
	int ret = -1;

	need_socket();
	if (!strcmp(name, "syncnt"))
		ret = setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &value, sizeof(value));
	else if (!strcmp(name, "user_timeout"))
		ret = setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, sizeof(value));
	else if (!strcmp(name, "rcvbuf"))
		ret = setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof(value));
	else if (!strcmp(name, "sndbuf"))
		ret = setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, sizeof(value));
	else if (!strcmp(name, "linger"))
		ret = setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	else if (!strcmp(name, "linger2"))
		ret = setsockopt(fd, IPPROTO_TCP, TCP_LINGER2, &value, sizeof(value));
	else if (!strcmp(name, "keepalive"))
		ret = keep_alive(value);
	if (ret)
		fail("%s", strerror(errno));
}

static void start_connecting(int port)
{
	struct sockaddr_in in = address(there, port);

	need_socket();
	if (!connect(fd, (void *)&in, sizeof(in)) || errno != EINPROGRESS)
		fail("connect: %s", strerror(errno));
}

static void start_listening(int port)
{
	struct sockaddr_in in = address(here, port);
	int one = 1;

	listener = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (void *)&in, sizeof(in)) || listen(listener, 5))
		fail("listen: %s", strerror(errno));
	local_port = port;
}

static void await_events(int on, short events)
{
	struct pollfd p = { .fd = on, .events = events };

	if (poll(&p, 1, PATIENCE_MS) < 1)
		fail("the socket does not become ready");
}

static void move_bytes(long n, int out)
{
	while (n) {
		ssize_t r;

		await_events(fd, out ? POLLOUT : POLLIN);
		r = out ? send(fd, buffer, n, MSG_NOSIGNAL) : recv(fd, buffer, n, 0);
		if (r <= 0)
			fail("%s", r ? strerror(errno) : "the end of the data");
		n -= r;
	}
}

static void ended(const char *name)
{
	static const struct { const char *name; int error; } errors[] = {
		{ "ETIMEDOUT", ETIMEDOUT }, { "ECONNRESET", ECONNRESET }, { "ECONNREFUSED", ECONNREFUSED },
		{ "EHOSTUNREACH", EHOSTUNREACH }, { "", 0 },
	};
	int error = 0;
	socklen_t len = sizeof(error);
	size_t i;

	await_events(fd, 0);	/* POLLHUP */
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (!strcmp(errors[i].name, name))
			if (errors[i].error == error)
				return;
	fail("it ended with: %s", strerror(error));
}

static void print_id(const char *name)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		fail("SO_COOKIE: %s", strerror(errno));
	printf("%s %" PRIx64 "\n", name, cookie);
}

/* ---- the script ---- */

static void parse_sack(char *list, struct options *o)
{
	for (char *pair = strtok(list, ","); pair && o->sacks < 4; pair = strtok(NULL, ",")) {
		uint32_t from, to;

		if (sscanf(pair, "%u-%u", &from, &to) != 2)
			fail("sack=FROM-TO");
		o->sack[2 * o->sacks] = local_isn + from;
		o->sack[2 * o->sacks++ + 1] = local_isn + to;
	}
}

static struct options parse_options(char **words)
{
	struct options o = { .at = -1 };

	for (; *words; words++) {
		char *w = *words;

		if (!strncmp(w, "win=", 4))
			window = atoi(w + 4);
		else if (!strncmp(w, "sack=", 5))
			parse_sack(w + 5, &o);
		else if (!strncmp(w, "mss=", 4))
			o.mss = atoi(w + 4);
		else if (!strncmp(w, "at=", 3))
			o.at = atoi(w + 3);
		else if (!strncmp(w, "acks=", 5))
			acked = atol(w + 5);
		else if (!strcmp(w, "ece"))
			o.ece = 1;
		else if (!strcmp(w, "ts"))
			o.ts = 1;
		else if (!strcmp(w, "old"))
			o.old = 1;
		else if (!strcmp(w, "ecn"))
			o.ecn = 1;
		else if (!strcmp(w, "ack"))
			o.ack = 1;
		else
			fail("no option %s", w);
	}
	return o;
}

static void be_patient(int seconds)
{
	char command[128];

	snprintf(command, sizeof(command), "ip route add %s dev %s rto_min %ds", there, device, seconds);
	if (system(command))
		fail("cannot set the route");
}

/* A step of the peer's that sends; false: it is none. */
static int peer_step(char **words)
{
	struct tcphdr th = { .ack = 1 };
	struct options o;
	long n = words[1] ? atol(words[1]) : 0;

	if (!strcmp(words[0], "synack")) {
		o = parse_options(words + 1);
		th.syn = 1;
		acked = 1;
		send_segment(th, 0, &o);
	} else if (!strcmp(words[0], "syn")) {
		o = parse_options(words + 2);
		th.syn = 1;
		th.ack = 0;
		peer_port = n;
		send_segment(th, 0, &o);
	} else if (!strcmp(words[0], "ack")) {
		o = parse_options(words + 2);
		acked = n;
		send_segment(th, 0, &o);
	} else if (!strcmp(words[0], "data")) {
		o = parse_options(words + 2);
		th.psh = 1;
		send_segment(th, n, &o);
	} else if (!strcmp(words[0], "fin")) {
		o = parse_options(words + 1);
		th.fin = 1;
		send_segment(th, 0, &o);
	} else if (!strcmp(words[0], "rst")) {
		o = parse_options(words + 1);
		th.rst = 1;
		th.ack = o.ack;
		if (o.ack && !acked) {
			acked = 1;
			o.at = 0;
		}
		send_segment(th, 0, &o);
	} else {
		return 0;
	}
	return 1;
}

static void step(char **words)
{
	const char *what = words[0], *arg = words[1] ?: "";

	if (peer_step(words))
		return;
	if (!strcmp(what, "want"))
		want(arg);
	else if (!strcmp(what, "icmp"))
		send_unreachable(atoi(arg));
	else if (!strcmp(what, "opt"))
		opt(arg, atoi(words[2] ?: "0"));
	else if (!strcmp(what, "connect"))
		start_connecting(atoi(arg));
	else if (!strcmp(what, "listen"))
		start_listening(atoi(arg));
	else if (!strcmp(what, "accept"))
		await_events(listener, POLLIN), fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	else if (!strcmp(what, "write"))
		move_bytes(atol(arg), 1);
	else if (!strcmp(what, "read"))
		move_bytes(atol(arg), 0);
	else if (!strcmp(what, "shutdown"))
		shutdown(fd, strcmp(arg, "both") ? SHUT_WR : SHUT_RDWR);
	else if (!strcmp(what, "close"))
		close(fd), fd = -1;
	else if (!strcmp(what, "ended"))
		ended(arg);
	else if (!strcmp(what, "id"))
		print_id(arg);
	else if (!strcmp(what, "patient"))
		be_patient(atoi(arg));
	else if (!strcmp(what, "sleep"))
		usleep(atol(arg) * 1000);
	else
		fail("no such step");
}

int main(int argc, char **argv)
{
	char line[512], copy[512];
	int k = argc > 1 ? atoi(argv[1]) : 0;

	snprintf(here, sizeof(here), "10.77.%d.1", k & 255);
	snprintf(there, sizeof(there), "10.77.%d.2", k & 255);
	setvbuf(stdout, NULL, _IOLBF, 0);
	open_device();
	while (fgets(line, sizeof(line), stdin)) {
		char *words[12] = { 0 }, *save, *command;
		int n = 0;

		line_number++;
		line[strcspn(line, "\n")] = 0;
		strcpy(copy, line);
		line_text = copy;
		command = line + strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789");
		command = *command == ':' && command[1] == ' ' ? command + 2 : line;
		if (!strncmp(command, "run ", 4)) {
			printf("%" PRId64 " %s\n", now_ms(), copy);
			if (system(command + 4))
				fail("it failed");
			continue;
		}
		command[strcspn(command, "#")] = 0;
		for (char *w = strtok_r(command, " \t", &save); w && n < 11; w = strtok_r(NULL, " \t", &save))
			words[n++] = w;
		if (n) {
			printf("%" PRId64 " %s\n", now_ms(), copy);
			step(words);
		}
	}
	return 0;
}
