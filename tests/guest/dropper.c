// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that are going to be dropped, and who waits for them.
 *
 *   dropper udp ADDR PORT N SIZE     sends N datagrams of SIZE bytes
 *   dropper sink PORT BYTES FILE     a UDP socket with this receive buffer that never reads; creates FILE, ends with standard input
 *   dropper talk FILE                a connection with both ends here, by loopback: writes `COOKIE PORT` of the connecting and of the accepting
 *                                    end to FILE, sends 1000 bytes from an end for each line `c` or `s` of standard input
 *   dropper frames DEV MAC SRC DST KIND N [SEED]
 *                                    sends N Ethernet frames to MAC, from and to these IPv4 addresses: KIND is tcp_csum or ip_csum
 *                                    (wrong checksums), other (another's MAC), or junk: whatever may break who reads it
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

static uint64_t seed = 1;

static int rnd(int below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % below;
}

static void wait_for_end(void)
{
	char c;

	while (read(0, &c, 1) > 0)
		;
}

static void put_file(const char *path, const char *text)
{
	char tmp[4096];
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	f = fopen(tmp, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) || rename(tmp, path))
		err(1, "%s", path);
}

static void udp(const char *addr, int port, int n, int size)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	static char data[65536];

	inet_pton(AF_INET, addr, &to.sin_addr);
	while (n--)
		/* An answer of before (port unreachable) is no matter. */
		if (sendto(fd, data, size, 0, (void *)&to, sizeof(to)) < 0 && errno != ECONNREFUSED && errno != ENOBUFS)
			err(1, "sendto");
}

static void sink(int port, int bytes, const char *ready)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) || bind(fd, (void *)&at, sizeof(at)))
		err(1, "sink");
	put_file(ready, "");
	wait_for_end();
}

static int describe(int fd, char *text)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);
	uint64_t cookie = 0;
	socklen_t cookie_len = sizeof(cookie);

	getsockname(fd, (void *)&at, &len);
	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &cookie_len);
	return sprintf(text, "%" PRIx64 " %u\n", cookie, ntohs(at.sin_port));
}

static void talk(const char *path)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0), s, n;
	socklen_t len = sizeof(at);
	char text[256], line[16];
	static char data[1000];

	if (bind(server, (void *)&at, sizeof(at)) || listen(server, 1) || getsockname(server, (void *)&at, &len) ||
	    connect(c, (void *)&at, sizeof(at)))
		err(1, "talk");
	s = accept(server, NULL, NULL);
	close(server);
	n = describe(c, text);
	describe(s, text + n);
	put_file(path, text);
	while (fgets(line, sizeof(line), stdin))
		if (send(line[0] == 'c' ? c : s, data, sizeof(data), MSG_DONTWAIT) < 0)
			err(1, "send");
}

/* ---- frames ---- */

static uint8_t frame[9100], mac[6], own[6];
static in_addr_t src, dst;

static uint16_t sum(const void *data, int len, uint32_t s)
{
	const uint8_t *p = data;

	for (; len > 1; len -= 2, p += 2)
		s += p[0] << 8 | p[1];
	if (len)
		s += p[0] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static int ether(uint16_t type)
{
	memcpy(frame, mac, 6);
	memcpy(frame + 6, own, 6);
	put16(frame + 12, type);
	return 14;
}

/* A header of IPv4 at @at, for a payload of @len bytes; its checksum is right. */
static int ipv4(int at, int ihl, int protocol, int frag, int len)
{
	uint8_t *p = frame + at;

	memset(p, 0, ihl * 4);
	p[0] = 0x40 | ihl;
	put16(p + 2, ihl * 4 + len);
	put16(p + 6, frag);
	p[8] = 64;
	p[9] = protocol;
	memcpy(p + 12, &src, 4);
	memcpy(p + 16, &dst, 4);
	for (int i = 20; i < ihl * 4; i++)
		p[i] = rnd(3) ? 1 : rnd(256);
	put16(p + 10, sum(p, ihl * 4, 0));
	return at + ihl * 4;
}

static int tcp_csum(void)
{
	int at = ipv4(ether(ETHERTYPE_IP), 5, IPPROTO_TCP, 0, 20);

	memset(frame + at, 0, 20);
	put16(frame + at, 1024);
	put16(frame + at + 2, 7);
	frame[at + 12] = 0x50;
	frame[at + 13] = 2;
	put16(frame + at + 16, 0xdead);
	return at + 20;
}

static int ip_csum(void)
{
	int at = ipv4(ether(ETHERTYPE_IP), 5, IPPROTO_UDP, 0, 8);

	frame[24] ^= 0x55;
	memset(frame + at, 0, 8);
	return at + 8;
}

static int other(void)
{
	int at = tcp_csum();

	frame[5] ^= 0x11;
	return at;
}

static int noise(int at, int len)
{
	for (int i = 0; i < len; i++)
		frame[at + i] = rnd(256);
	return at + len;
}

static int junk_ipv6(int at)
{
	static const uint8_t kinds[] = { 0, 43, 44, 60, 51, 6, 17, 58, 59, 255 };
	int begin = at, n = rnd(12);
	uint8_t next = kinds[rnd(10)];

	noise(at, 40);
	frame[at] = 0x60;
	frame[at + 6] = next;
	at += 40;
	while (n--) {
		next = kinds[rnd(10)];
		noise(at, 8);
		frame[at] = next;
		frame[at + 1] = rnd(3) ? 0 : rnd(256);
		at += 8;
	}
	at = noise(at, rnd(60));
	put16(frame + begin + 4, rnd(4) ? at - begin - 40 : rnd(65536));
	return at;
}

static int junk(void)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x8847, 0x8863, 0x88cc, 0x0004, 0xffff };
	static const uint8_t protocols[] = { 6, 17, 1, 2, 4, 41, 47, 50, 132, 136, 255 };
	int at, len = 0;

	switch (rnd(9)) {
	case 0:
		return noise(ether(types[rnd(10)]), rnd(1400));
	case 1:		/* cut anywhere, options, fragments */
		len = rnd(80);
		at = noise(ipv4(ether(ETHERTYPE_IP), 5 + rnd(11), protocols[rnd(11)], rnd(3) ? 0 : rnd(65536), len), len);
		return 15 + rnd(at - 14);
	case 2:		/* lies about its length */
		at = ipv4(ether(ETHERTYPE_IP), 5, protocols[rnd(11)], 0, rnd(65000));
		return noise(at, rnd(60));
	case 3:		/* a header shorter or longer than there is */
		at = noise(ether(ETHERTYPE_IP), 20 + rnd(60));
		frame[14] = 0x40 | rnd(16);
		put16(frame + 24, 0);
		put16(frame + 24, sum(frame + 14, (frame[14] & 15) * 4, 0));
		return at;
	case 4:
		return junk_ipv6(ether(ETHERTYPE_IPV6));
	case 5:		/* ARP, whole or cut */
		at = ether(ETHERTYPE_ARP);
		noise(at, 46);
		return at + rnd(46);
	case 6:		/* tags, and in them something or nothing */
		at = 12;
		ether(0);
		for (int n = 1 + rnd(6); n > 0; n--, at += 4) {
			put16(frame + at, rnd(2) ? 0x8100 : 0x88a8);
			put16(frame + at + 2, rnd(4096));
		}
		put16(frame + at, types[rnd(4)]);
		at += 2;
		return rnd(2) ? at + rnd(3) : noise(ipv4(at, 5, protocols[rnd(11)], 0, 30), 30);
	case 7:		/* tunnels: IPIP, GRE, with something inside */
		at = ipv4(ether(ETHERTYPE_IP), 5, rnd(2) ? 4 : 47, 0, 60);
		return noise(at, rnd(60));
	default:	/* most of it outside of the linear part: see send_frame() */
		at = ipv4(ether(ETHERTYPE_IP), 5 + rnd(11), protocols[rnd(11)], rnd(2) ? 0 : rnd(65536), 8000);
		return noise(at, 5000 + rnd(3000));
	}
}

static void send_frame(int fd, const struct sockaddr_ll *to, int len)
{
	struct virtio_net_hdr head = { .hdr_len = len > 4096 ? 15 + rnd(40) : 0 };
	struct iovec v[2] = { { &head, sizeof(head) }, { frame, len } };
	struct msghdr m = { .msg_name = (void *)to, .msg_namelen = sizeof(*to), .msg_iov = v, .msg_iovlen = 2 };

	if (sendmsg(fd, &m, 0) < 0 && errno != ENOBUFS && errno != EINVAL && errno != EMSGSIZE)
		err(1, "a frame of %d bytes", len);
}

static void frames(const char *dev, const char *kind, int n)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(dev), .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		err(1, "PACKET_VNET_HDR");
	while (n--) {
		int len = !strcmp(kind, "tcp_csum") ? tcp_csum() : !strcmp(kind, "ip_csum") ? ip_csum() :
			  !strcmp(kind, "other") ? other() : junk();

		send_frame(fd, &to, len);
	}
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "udp")) {
		udp(argv[2], atoi(argv[3]), atoi(argv[4]), atoi(argv[5]));
	} else if (argc == 5 && !strcmp(argv[1], "sink")) {
		sink(atoi(argv[2]), atoi(argv[3]), argv[4]);
	} else if (argc == 3 && !strcmp(argv[1], "talk")) {
		talk(argv[2]);
	} else if (argc >= 8 && !strcmp(argv[1], "frames")) {
		if (sscanf(argv[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) != 6 ||
		    inet_pton(AF_INET, argv[4], &src) != 1 || inet_pton(AF_INET, argv[5], &dst) != 1)
			errx(2, "what address is that");
		memcpy(own, "\x02\x00\x00\x00\x00\x01", 6);
		seed = argc > 8 ? strtoul(argv[8], NULL, 0) : 1;
		frames(argv[2], argv[6], atoi(argv[7]));
	} else {
		return 2;
	}
	return 0;
}
