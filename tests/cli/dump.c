// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes netlink messages as the kernel answers a dump with, from text: dump <TEXT >FILE
 *
 * A line is a message:
 *   socket tcp|udp STATE LOCAL REMOTE NAME=VALUE ...    ends as addr:port or [addr]:port; names below; full=0 without SKMEMINFO
 *   link NAME flags=N mtu=N COUNTER=VALUE ...           counters of rtnl_link_stats64; what is not named is 0
 *   done                                                the end of a dump
 *   error N                                             an error instead
 *   raw TEXT                                            the text itself
 */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Alignas(8) char message[4096];
static size_t len;

static void die(const char *what)
{
	fprintf(stderr, "dump: %s makes no sense\n", what);
	exit(1);
}

static void put(const void *data, size_t size)
{
	memcpy(message + len, data, size);
	len = NLMSG_ALIGN(len + size);
}

static void attr(uint16_t type, const void *data, size_t size)
{
	struct nlattr nla = { .nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + size) };

	put(&nla, sizeof(nla));
	put(data, size);
}

static void finish(uint16_t type)
{
	struct nlmsghdr nlh = { .nlmsg_len = (uint32_t)len, .nlmsg_type = type, .nlmsg_flags = NLM_F_MULTI, .nlmsg_seq = 1 };

	memcpy(message, &nlh, sizeof(nlh));
	fwrite(message, 1, len, stdout);
}

static char *word(char **rest)
{
	char *found = strtok_r(NULL, " ", rest);

	if (!found)
		die("a short line");
	return found;
}

static void put_end(int family, __be32 addr[4], __be16 *port, char *text)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		die(text);
	*colon = '\0';
	*port = htons((uint16_t)atoi(colon + 1));
	if (*text == '[') {
		colon[-1] = '\0';
		text++;
	}
	if (inet_pton(family, text, addr) != 1)
		die(text);
}

/* Take NAME=VALUE into one of @nr fields of 32 or 64 bits. */
static void take(char *pair, const char *const *names, uint64_t *values, int nr)
{
	char *value = strchr(pair, '=');

	if (!value)
		die(pair);
	*value++ = '\0';
	for (int i = 0; i < nr; i++) {
		if (strcmp(names[i], pair) == 0) {
			values[i] = strtoull(value, NULL, 0);
			return;
		}
	}
	die(pair);
}

static void socket_line(char **rest)
{
	enum { RQ, WQ, INODE, UID, COOKIE, TIMER, FULL, RMEM, RCVBUF, WMEM, SNDBUF, QUEUED, BACKLOG, DROPS, NR };
	static const char *const names[NR] = { "rq", "wq", "inode", "uid", "cookie", "timer", "full", "rmem", "rcvbuf", "wmem", "sndbuf",
					       "queued", "backlog", "drops" };
	uint64_t v[NR] = { [FULL] = 1 };
	struct inet_diag_msg msg = { .idiag_family = AF_INET };
	char *proto = word(rest), *state = word(rest), *local = word(rest), *remote = word(rest), *pair;
	uint32_t mem[SK_MEMINFO_VARS] = { 0 };

	(void)proto;
	msg.idiag_state = (uint8_t)atoi(state);
	if (*local == '[')
		msg.idiag_family = AF_INET6;
	put_end(msg.idiag_family, msg.id.idiag_src, &msg.id.idiag_sport, local);
	put_end(msg.idiag_family, msg.id.idiag_dst, &msg.id.idiag_dport, remote);
	while ((pair = strtok_r(NULL, " ", rest)))
		take(pair, names, v, NR);
	msg.idiag_rqueue = (uint32_t)v[RQ];
	msg.idiag_wqueue = (uint32_t)v[WQ];
	msg.idiag_inode = (uint32_t)v[INODE];
	msg.idiag_uid = (uint32_t)v[UID];
	msg.id.idiag_cookie[0] = (uint32_t)v[COOKIE];
	msg.id.idiag_cookie[1] = (uint32_t)(v[COOKIE] >> 32);
	msg.idiag_timer = v[TIMER] != 0;
	msg.idiag_expires = (uint32_t)v[TIMER];
	put(&msg, sizeof(msg));
	mem[SK_MEMINFO_RMEM_ALLOC] = (uint32_t)v[RMEM];
	mem[SK_MEMINFO_RCVBUF] = (uint32_t)v[RCVBUF];
	mem[SK_MEMINFO_WMEM_ALLOC] = (uint32_t)v[WMEM];
	mem[SK_MEMINFO_SNDBUF] = (uint32_t)v[SNDBUF];
	mem[SK_MEMINFO_WMEM_QUEUED] = (uint32_t)v[QUEUED];
	mem[SK_MEMINFO_BACKLOG] = (uint32_t)v[BACKLOG];
	mem[SK_MEMINFO_DROPS] = (uint32_t)v[DROPS];
	if (v[FULL])
		attr(INET_DIAG_SKMEMINFO, mem, sizeof(mem));
	finish(SOCK_DIAG_BY_FAMILY);
}

static void link_line(char **rest)
{
	/* the first fields of rtnl_link_stats64, in its order */
	static const char *const names[] = {
		"rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped", "multicast",
		"collisions", "rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors", "rx_fifo_errors",
		"rx_missed_errors", "tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors", "tx_heartbeat_errors",
		"tx_window_errors", "rx_compressed", "tx_compressed", "rx_nohandler", "flags", "mtu",
	};
	enum { STATS = 24, FLAGS = STATS, MTU, NR };
	static int index = 1;
	uint64_t v[NR] = { 0 };
	struct ifinfomsg msg = { .ifi_index = index++ };
	char *name = word(rest), *pair;
	uint32_t mtu;

	while ((pair = strtok_r(NULL, " ", rest)))
		take(pair, names, v, NR);
	msg.ifi_flags = (unsigned int)v[FLAGS];
	mtu = (uint32_t)v[MTU];
	put(&msg, sizeof(msg));
	attr(IFLA_IFNAME, name, strlen(name) + 1);
	attr(IFLA_MTU, &mtu, sizeof(mtu));
	attr(IFLA_STATS64, v, STATS * sizeof(*v));
	finish(RTM_NEWLINK);
}

int main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		char *rest, *kind;

		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "raw ", 4) == 0) {
			fputs(line + 4, stdout);
			continue;
		}
		kind = strtok_r(line, " ", &rest);
		if (!kind || *kind == '#')
			continue;
		memset(message, 0, sizeof(message));
		len = NLMSG_HDRLEN;
		if (strcmp(kind, "socket") == 0) {
			socket_line(&rest);
		} else if (strcmp(kind, "link") == 0) {
			link_line(&rest);
		} else if (strcmp(kind, "done") == 0) {
			put(&(int32_t){ 0 }, 4);
			finish(NLMSG_DONE);
		} else if (strcmp(kind, "error") == 0) {
			struct nlmsgerr err = { .error = -atoi(word(&rest)) };

			put(&err, sizeof(err));
			finish(NLMSG_ERROR);
		} else {
			die(kind);
		}
	}
	return 0;
}
