// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP segments out of nowhere, as many and as fast as it goes, as Ethernet frames to MAC by DEV.
 *
 *   flood syn DEV MAC DST PORT N                 SYNs to DST:PORT, each from an address of 10.128.0.0/9 and a port of its own
 *   flood rst DEV MAC DST PORT SRC FIRST LAST N  resets to DST:PORT, each from SRC and a port of FIRST to LAST, with any sequence number
 *
 * Prints how many it sent.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64

struct frame {
	struct ether_header ether;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

static struct frame frames[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];
static struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };
static uint8_t mac[6];
static uint64_t seed = 1;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 32) % below;
}

static uint32_t sum(const void *data, int len)
{
	const uint8_t *p = data;
	uint32_t s = 0;

	for (; len > 1; len -= 2, p += 2)
		s += p[0] << 8 | p[1];
	return s;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return htons(~s);
}

static void make(struct frame *f, int rst, in_addr_t src, in_addr_t dst, int source, int dest)
{
	memset(f, 0, sizeof(*f));
	memcpy(f->ether.ether_dhost, mac, 6);
	f->ether.ether_shost[0] = 2;
	f->ether.ether_type = htons(ETHERTYPE_IP);
	f->ip = (struct iphdr){ .version = 4, .ihl = 5, .tot_len = htons(sizeof(*f) - sizeof(f->ether)), .ttl = 64, .protocol = IPPROTO_TCP,
				.saddr = src, .daddr = dst };
	f->ip.check = fold(sum(&f->ip, sizeof(f->ip)));
	f->tcp.source = htons(source);
	f->tcp.dest = htons(dest);
	f->tcp.seq = htonl(rnd(~0U));
	f->tcp.doff = 5;
	f->tcp.window = htons(65535);
	f->tcp.syn = !rst;
	f->tcp.rst = rst;
	f->tcp.check = fold(sum(&f->ip.saddr, 8) + IPPROTO_TCP + sizeof(f->tcp) + sum(&f->tcp, sizeof(f->tcp)));
}

static void send_batch(int fd, int n)
{
	for (int done = 0; done < n;) {
		int r = sendmmsg(fd, messages + done, n - done, 0);

		if (r > 0)
			done += r;
		else if (errno != ENOBUFS && errno != EAGAIN)
			err(1, "sendmmsg");
	}
}

static in_addr_t address(const char *text)
{
	in_addr_t a;

	if (inet_pton(AF_INET, text, &a) != 1)
		errx(2, "what address is %s", text);
	return a;
}

int main(int argc, char **argv)
{
	int rst = argc == 10 && !strcmp(argv[1], "rst"), fd;

	if (!rst && (argc != 7 || strcmp(argv[1], "syn")))
		errx(2, "usage: flood syn DEV MAC DST PORT N, or flood rst DEV MAC DST PORT SRC FIRST LAST N");
	if (sscanf(argv[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) != 6)
		errx(2, "what address is %s", argv[3]);
	to.sll_ifindex = if_nametoindex(argv[2]);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || !to.sll_ifindex)
		err(1, "%s", argv[2]);
	in_addr_t dst = address(argv[4]), src = rst ? address(argv[6]) : 0;
	int port = atoi(argv[5]), first = rst ? atoi(argv[7]) : 1024, last = rst ? atoi(argv[8]) : 65535;
	long n = atol(argv[argc - 1]);

	for (int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){ &frames[i], sizeof(frames[i]) };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	for (long sent = 0; sent < n;) {
		int now = n - sent < BATCH ? n - sent : BATCH;

		for (int i = 0; i < now; i++)
			make(&frames[i], rst, rst ? src : htonl(0x0a800000 + rnd(1 << 23)), dst, first + (int)rnd(last - first + 1), port);
		send_batch(fd, now);
		sent += now;
	}
	printf("%ld\n", n);
	return 0;
}
