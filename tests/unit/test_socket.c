// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "socket_read.h"

static struct root root;
static struct sockets sockets;

/* Messages are put here one after the other. */
static _Alignas(8) char buf[4096];
static unsigned int len;

static void setup(void)
{
	root = tree_new();
	memset(buf, 0, sizeof(buf));
	len = 0;
}

static void teardown(void)
{
	sockets_free(&sockets);
	tree_free(&root);
}

static void put(const void *data, size_t size)
{
	ck_assert_uint_le(len + size, sizeof(buf));
	memcpy(buf + len, data, size);
	len += (unsigned int)size;
}

static void put_header(uint16_t type, size_t payload)
{
	struct nlmsghdr nlh = { .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + payload), .nlmsg_type = type, .nlmsg_seq = 7 };

	put(&nlh, sizeof(nlh));
}

static const uint32_t meminfo[SK_MEMINFO_VARS] = { 101, 102, 103, 104, 105, 106, 107, 108, 109 };

/* A socket's message with @nr words of SKMEMINFO, none where that is negative. */
static void put_socket(uint8_t state, bool v6, uint32_t cookie, uint32_t inode, int nr)
{
	struct inet_diag_msg msg = { .idiag_family = v6 ? AF_INET6 : AF_INET, .idiag_state = state, .idiag_rqueue = 11,
				     .idiag_wqueue = 22, .idiag_uid = 33, .idiag_inode = inode };
	struct nlattr attr = { .nla_type = INET_DIAG_SKMEMINFO, .nla_len = (uint16_t)(NLA_HDRLEN + 4 * nr) };

	msg.id.idiag_sport = htons(53);
	msg.id.idiag_dport = htons(40000);
	inet_pton(v6 ? AF_INET6 : AF_INET, v6 ? "2001:db8::1" : "10.0.0.1", msg.id.idiag_src);
	inet_pton(v6 ? AF_INET6 : AF_INET, v6 ? "2001:db8::2" : "192.0.2.1", msg.id.idiag_dst);
	msg.id.idiag_cookie[0] = cookie;
	msg.id.idiag_cookie[1] = 1;
	put_header(SOCK_DIAG_BY_FAMILY, sizeof(msg) + (nr >= 0 ? attr.nla_len : 0));
	put(&msg, sizeof(msg));
	if (nr < 0)
		return;
	put(&attr, sizeof(attr));
	put(meminfo, 4 * (size_t)nr);
}

static int messages(bool udp)
{
	return socket_diag_messages(&sockets, buf, len, 7, udp);
}

static void captured(const char *tcp_or_udp)
{
	char path[32];

	snprintf(path, sizeof(path), "/netlink/%s", tcp_or_udp);
	tree_put(&root, path, buf, len);
	len = 0;
}

/* Descriptor @fd of process @pid is what @to says. */
static void put_fd(unsigned int pid, unsigned int fd, const char *to)
{
	char path[64], place[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%u/fd/.made", pid);
	tree_text(&root, path, "");
	snprintf(path, sizeof(path), "/proc/%u/fd/%u", pid, fd);
	ck_assert_int_eq(root_path(&root, path, place, sizeof(place)), 0);
	ck_assert_int_eq(symlink(to, place), 0);
}

static void put_comm(unsigned int pid, const char *comm)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	tree_text(&root, path, comm);
}

START_TEST(a_udp_socket)
{
	static const struct {
		enum socket_col col;
		uint64_t value;
	} table[] = {
		{ SOCKET_INODE, 99 }, { SOCKET_COOKIE, UINT64_C(0x100000005) }, { SOCKET_UID, 33 }, { SOCKET_RECV_Q, 11 }, { SOCKET_SEND_Q, 22 },
		{ SOCKET_RMEM, 101 }, { SOCKET_RCVBUF, 102 }, { SOCKET_WMEM, 103 }, { SOCKET_SNDBUF, 104 }, { SOCKET_BACKLOG, 108 }, { SOCKET_DROPS, 109 },
	};
	char text[ENDPOINT_STRLEN];

	put_socket(7, false, 5, 99, SK_MEMINFO_VARS);
	ck_assert_int_eq(messages(true), 1);
	ck_assert_uint_eq(sockets.nr, 1);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ck_assert(socket_known(sockets.socket, table[i].col));
		ck_assert_uint_eq(sockets.socket->num[table[i].col], table[i].value);
	}
	ck_assert(sockets.socket->udp && sockets.socket->state == SOCKET_CLOSE);
	ck_assert(!socket_known(sockets.socket, SOCKET_TIMER_MS));
	ck_assert_str_eq(endpoint_format(&sockets.socket->local, text), "10.0.0.1:53");
	ck_assert_str_eq(endpoint_format(&sockets.socket->remote, text), "192.0.2.1:40000");
}
END_TEST

START_TEST(tcp_uses_what_is_queued)
{
	put_socket(1, true, 5, 99, SK_MEMINFO_VARS);
	ck_assert_int_eq(messages(false), 1);
	ck_assert_uint_eq(sockets.socket->num[SOCKET_WMEM], 106);
	ck_assert(sockets.socket->local.v6 && !sockets.socket->udp);
}
END_TEST

START_TEST(an_older_kernel_tells_of_less)
{
	for (int nr = 0; nr <= SK_MEMINFO_VARS; nr++) {
		len = 0;
		sockets.nr = 0;
		put_socket(7, false, 5, 99, nr);
		ck_assert_int_eq(messages(true), 1);
		ck_assert_uint_eq(sockets.nr, 1);
		ck_assert_int_eq(socket_known(sockets.socket, SOCKET_RCVBUF), nr > SK_MEMINFO_RCVBUF);
		ck_assert_int_eq(socket_known(sockets.socket, SOCKET_DROPS), nr > SK_MEMINFO_DROPS);
	}
}
END_TEST

START_TEST(what_is_no_full_socket)
{
	put_socket(SOCKET_TIME_WAIT, false, 5, 0, -1);
	put_socket(SOCKET_SYN_RECV, true, 6, 0, -1);
	ck_assert_int_eq(messages(false), 1);
	ck_assert_uint_eq(sockets.nr, 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct socket *socket = &sockets.socket[i];

		/* 0 is not the user root, and no buffer is not a buffer of 0 */
		ck_assert(!socket_known(socket, SOCKET_UID) && !socket_known(socket, SOCKET_INODE));
		ck_assert(!socket_known(socket, SOCKET_RCVBUF) && !socket_known(socket, SOCKET_DROPS));
	}
}
END_TEST

START_TEST(states_that_are_none)
{
	static const uint8_t states[] = { 0, 12, 13, 255 };

	for (size_t i = 0; i < sizeof(states); i++)
		put_socket(states[i], false, 5, 99, SK_MEMINFO_VARS);
	ck_assert_int_eq(messages(false), 1);
	ck_assert_uint_eq(sockets.nr, 0);
}
END_TEST

/* In memory of just this size, so that reading past it is seen. */
static int try_bytes(unsigned int size)
{
	char *copy = malloc(size ? size : 1);
	int ret;

	memcpy(copy, buf, size);
	ret = socket_diag_messages(&sockets, copy, size, 7, true);
	free(copy);
	return ret;
}

START_TEST(cut_anywhere)
{
	unsigned int whole;

	put_socket(7, true, 5, 99, SK_MEMINFO_VARS);
	whole = len;
	for (unsigned int size = 1; size < whole; size++)
		ck_assert_int_eq(try_bytes(size), -EBADMSG);
	ck_assert_uint_eq(sockets.nr, 0);
	ck_assert_int_eq(try_bytes(whole), 1);
	ck_assert_uint_eq(sockets.nr, 1);
}
END_TEST

START_TEST(lengths_that_lie)
{
	static const uint32_t lies[] = { 0, 1, 15, 16, 17, 20, 87, 88, 89, 92, 93, 200, 4096, 65535, 65536, INT32_MAX, 0x80000000u,
					 0x80000010u, 0xfffffff0u, 0xffffffffu };

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint16_t small = (uint16_t)lies[i];
		unsigned int whole;

		len = 0;
		put_socket(7, true, 5, 99, SK_MEMINFO_VARS);
		whole = len;
		memcpy(buf, &lies[i], sizeof(lies[i]));
		try_bytes(whole);
		len = 0;
		put_socket(7, true, 5, 99, SK_MEMINFO_VARS);
		memcpy(buf + NLMSG_HDRLEN + sizeof(struct inet_diag_msg), &small, sizeof(small));
		try_bytes(whole);
	}
}
END_TEST

START_TEST(both_families_and_each_socket_once)
{
	put_socket(10, false, 5, 99, SK_MEMINFO_VARS);
	put_socket(1, false, 6, 98, SK_MEMINFO_VARS);
	put_socket(1, false, 6, 98, SK_MEMINFO_VARS);
	put_header(NLMSG_DONE, 0);
	put_socket(1, true, 7, 97, SK_MEMINFO_VARS);
	put_header(NLMSG_DONE, 0);
	captured("tcp");
	put_socket(7, false, 6, 96, SK_MEMINFO_VARS);
	put_header(NLMSG_DONE, 0);
	captured("udp");
	ck_assert_int_eq(sockets_read(&sockets, &root, false), 0);
	ck_assert(sockets.tcp_whole && sockets.udp_whole && !sockets.holders_whole);
	ck_assert_uint_eq(sockets.nr, 4);
	ck_assert_uint_eq(sockets.socket[0].num[SOCKET_INODE], 98);
	ck_assert_uint_eq(sockets.socket[1].num[SOCKET_INODE], 97);
	ck_assert_uint_eq(sockets.socket[2].num[SOCKET_INODE], 99);
	ck_assert(sockets.socket[3].udp);
}
END_TEST

START_TEST(a_cut_capture_is_not_whole)
{
	put_socket(1, false, 6, 98, SK_MEMINFO_VARS);
	len -= 4;
	captured("tcp");
	ck_assert_int_eq(sockets_read(&sockets, &root, false), 0);
	ck_assert(!sockets.tcp_whole && !sockets.udp_whole);
	ck_assert_uint_eq(sockets.nr, 0);
}
END_TEST

#define UDP_HEAD "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n"

START_TEST(the_text_files)
{
	tree_text(&root, "/proc/net/udp", UDP_HEAD
		  "  123: 0100007F:0035 00000000:0000 07 00000010:00C00880 00:00000000 00000000   101        0 4711 2 0000000000000000 77\n"
		  "  124: 0100007F:0036 020000C0:9C40 01 00000000:00000000 00:00000000 00000000   101        0 4712 2 0000000000000000 0\n");
	tree_text(&root, "/proc/net/udp6", UDP_HEAD
		  "  125: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4713 2 0000000000000000 1\n");
	tree_text(&root, "/proc/net/tcp", UDP_HEAD
		  "   0: 00000000:07E8 00000000:0000 0A 00000000:00000002 00:00000000 00000000     0        0 1166 1 0000000000000000 100 0 0 10 0\n"
		  "   1: 0100007F:07E8 0100007F:9C40 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000\n");
	ck_assert_int_eq(sockets_read(&sockets, &root, false), 0);
	ck_assert(sockets.tcp_whole && sockets.udp_whole);
	ck_assert_uint_eq(sockets.nr, 5);
	ck_assert_uint_eq(sockets.socket[0].state, SOCKET_TIME_WAIT);
	ck_assert(!socket_known(&sockets.socket[0], SOCKET_UID) && !socket_known(&sockets.socket[0], SOCKET_INODE));
	ck_assert_uint_eq(sockets.socket[1].num[SOCKET_RECV_Q], 2);
	ck_assert(!socket_known(&sockets.socket[1], SOCKET_SEND_Q) && !socket_known(&sockets.socket[1], SOCKET_DROPS));
	ck_assert_uint_eq(sockets.socket[2].state, SOCKET_ESTABLISHED);
	ck_assert_uint_eq(sockets.socket[3].num[SOCKET_DROPS], 77);
	ck_assert_uint_eq(sockets.socket[3].num[SOCKET_RECV_Q], 12585088);
	ck_assert_uint_eq(sockets.socket[3].num[SOCKET_SEND_Q], 16);
	ck_assert(!socket_known(&sockets.socket[3], SOCKET_RCVBUF) && !socket_known(&sockets.socket[3], SOCKET_COOKIE));
	ck_assert(sockets.socket[4].local.v6 && sockets.socket[4].local.addr[15] == 1);
}
END_TEST

START_TEST(lines_that_make_no_sense)
{
	static const char *const lines[] = {
		"\n", "  1:\n",
		"  1: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 4711 2 0000000000000000\n",
		"  1: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 4711 2 0000000000000000 -1\n",
		"  1: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   x        0 4711 2 0000000000000000 1\n",
		"  1: 0100007F:0035 00000000:0000 07 000000001:00000000 00:00000000 00000000   101        0 4711 2 0000000000000000 1\n",
		"  1: 0100007F:0035 00000000:0000 07 0000000000000000 00:00000000 00000000   101        0 4711 2 0000000000000000 1\n",
		"  1: 0100007F:0035 00000000:0000 0C 00000000:00000000 00:00000000 00000000   101        0 4711 2 0000000000000000 1\n",
		"  1: 0100007G:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 4711 2 0000000000000000 1\n",
		"  1: 0100007F-0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 4711 2 0000000000000000 1\n",
		"  1: 0100007F:0035 00000000000000000000000001000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 4711 2 0 1\n",
		"  1: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 4711 2 0000000000000000 1",
	};
	char text[512];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), UDP_HEAD "%s", lines[i]);
		tree_text(&root, "/proc/net/udp", text);
		ck_assert_int_eq(socket_proc_read(&sockets, &root, true), 1);
		ck_assert_msg(sockets.nr == 0, "line %zu", i);
	}
}
END_TEST

START_TEST(who_holds_it)
{
	put_socket(7, false, 5, 4711, SK_MEMINFO_VARS);
	put_socket(7, false, 6, 4712, SK_MEMINFO_VARS);
	put_socket(7, false, 7, 4713, SK_MEMINFO_VARS);
	put_socket(7, false, 8, 4714, SK_MEMINFO_VARS);
	captured("udp");
	/* one process with two descriptors of it, and a file */
	put_fd(40, 3, "socket:[4711]");
	put_fd(40, 4, "socket:[4711]");
	put_fd(40, 5, "/etc/passwd");
	put_comm(40, "na\nme)\n");
	/* held by init for two services */
	put_fd(1, 7, "socket:[4712]");
	put_comm(1, "init\n");
	put_fd(300, 0, "socket:[4712]");
	put_fd(200, 0, "socket:[4712]");
	put_comm(200, "a name of more than 15 bytes\n");
	/* by init alone */
	put_fd(1, 8, "socket:[4713]");
	/* links that lie, and a process that is gone but for its name */
	put_fd(41, 1, "socket:[4714");
	put_fd(41, 2, "socket:[]");
	put_fd(41, 3, "socket:[4714x]");
	put_fd(41, 4, "socket:[-4714]");
	put_fd(41, 5, "pipe:[4714]");
	put_fd(41, 6, "socket:[99999999999999999999]");
	put_comm(42, "gone\n");
	ck_assert_int_eq(sockets_read(&sockets, &root, true), 0);
	ck_assert(sockets.holders_whole);
	ck_assert_uint_eq(sockets.nr, 4);
	ck_assert_uint_eq(sockets.socket[0].pid, 40);
	ck_assert_uint_eq(sockets.socket[0].holders, 1);
	ck_assert_str_eq(sockets.socket[0].comm, "na\nme)");
	ck_assert_uint_eq(sockets.socket[1].pid, 200);
	ck_assert_uint_eq(sockets.socket[1].holders, 3);
	ck_assert_str_eq(sockets.socket[1].comm, "a name of more ");
	ck_assert_uint_eq(sockets.socket[2].pid, 1);
	ck_assert_str_eq(sockets.socket[2].comm, "init");
	ck_assert_uint_eq(sockets.socket[3].pid, 0);
	ck_assert_uint_eq(sockets.socket[3].holders, 0);
}
END_TEST

START_TEST(who_may_not_be_looked_into)
{
	char place[PATH_MAX];

	put_socket(7, false, 5, 4711, SK_MEMINFO_VARS);
	captured("udp");
	put_fd(40, 3, "socket:[4711]");
	ck_assert_int_eq(root_path(&root, "/proc/40/fd", place, sizeof(place)), 0);
	ck_assert_int_eq(chmod(place, 0), 0);
	ck_assert_int_eq(chmod(root.base, 0711), 0);
	ck_assert_int_eq(root_path(&root, "/proc", place, sizeof(place)), 0);
	ck_assert_int_eq(chmod(place, 0755), 0);
	ck_assert_int_eq(root_path(&root, "/proc/40", place, sizeof(place)), 0);
	ck_assert_int_eq(chmod(place, 0755), 0);
	/* Each test is a process of its own. */
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(socket_holders_read(&sockets, &root), -EACCES);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(root_path(&root, "/proc/40/fd", place, sizeof(place)), 0);
	ck_assert_int_eq(chmod(place, 0700), 0);
}
END_TEST

TCase *socket_case(void)
{
	TCase *tc = tcase_create("socket");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_udp_socket);
	tcase_add_test(tc, tcp_uses_what_is_queued);
	tcase_add_test(tc, an_older_kernel_tells_of_less);
	tcase_add_test(tc, what_is_no_full_socket);
	tcase_add_test(tc, states_that_are_none);
	tcase_add_test(tc, cut_anywhere);
	tcase_add_test(tc, lengths_that_lie);
	tcase_add_test(tc, both_families_and_each_socket_once);
	tcase_add_test(tc, a_cut_capture_is_not_whole);
	tcase_add_test(tc, the_text_files);
	tcase_add_test(tc, lines_that_make_no_sense);
	tcase_add_test(tc, who_holds_it);
	tcase_add_test(tc, who_may_not_be_looked_into);
	return tc;
}
