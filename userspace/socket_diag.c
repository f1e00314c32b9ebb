// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sockets of this network namespace by inet_diag, with the memory they use (INET_DIAG_SKMEMINFO).
 *
 * Under COREMON_ROOT the answers are those captured in $COREMON_ROOT/netlink/tcp and udp, the IPv4 dump before the IPv6 one.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "socket_read.h"

#define DUMP_SIZE 32768		/* what the kernel fills at most for one recvmsg() */
#define CAPTURE_MAX (64u << 20)

/* Where the kernel puts what in SKMEMINFO. */
static const struct {
	unsigned int at;
	enum socket_col col;
} memory[] = {
	{ SK_MEMINFO_RMEM_ALLOC, K_RMEM }, { SK_MEMINFO_RCVBUF, K_RCVBUF },   { SK_MEMINFO_SNDBUF, K_SNDBUF },
	{ SK_MEMINFO_BACKLOG, K_BACKLOG }, { SK_MEMINFO_DROPS, K_DROPS },
};

static int find_meminfo(const struct nlattr *attr, void *data)
{
	const struct nlattr **meminfo = data;

	if (mnl_attr_get_type(attr) == INET_DIAG_SKMEMINFO)
		*meminfo = attr;
	return MNL_CB_OK;
}

/* A kernel that is older tells of less. */
static void take_meminfo(struct socket *socket, const struct nlattr *attr)
{
	unsigned int nr = mnl_attr_get_payload_len(attr) / sizeof(uint32_t);
	/* What a socket's sending may use is compared by TCP with what is queued, by UDP with what is allocated. */
	unsigned int wmem = socket->udp ? SK_MEMINFO_WMEM_ALLOC : SK_MEMINFO_WMEM_QUEUED;
	uint32_t value[SK_MEMINFO_VARS];

	if (nr > SK_MEMINFO_VARS)
		nr = SK_MEMINFO_VARS;
	memcpy(value, mnl_attr_get_payload(attr), nr * sizeof(*value));
	for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
		if (memory[i].at < nr)
			socket_set(socket, memory[i].col, value[memory[i].at]);
	}
	if (wmem < nr)
		socket_set(socket, K_WMEM, value[wmem]);
}

static void take_endpoint(struct endpoint *ep, bool v6, const __be32 addr[4], __be16 port)
{
	ep->v6 = v6;
	ep->port = ntohs(port);
	memcpy(ep->addr, addr, v6 ? 16 : 4);
}

/* Return: 0, -EPROTO for a message that is of no socket that this program knows, -ENOMEM. */
static int take_message(struct sockets *sockets, const struct nlmsghdr *nlh, bool udp)
{
	const struct nlattr *meminfo = NULL;
	struct inet_diag_msg msg;
	struct socket *socket;
	bool v6;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(msg))
		return -EPROTO;
	memcpy(&msg, mnl_nlmsg_get_payload(nlh), sizeof(msg));
	if ((msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6) || msg.idiag_state == 0 || msg.idiag_state >= SOCKET_STATES)
		return -EPROTO;
	mnl_attr_parse(nlh, sizeof(msg), find_meminfo, &meminfo);

	socket = sockets_add(sockets);
	if (!socket)
		return -ENOMEM;
	v6 = msg.idiag_family == AF_INET6;
	socket->udp = udp;
	socket->state = msg.idiag_state;
	take_endpoint(&socket->local, v6, msg.id.idiag_src, msg.id.idiag_sport);
	take_endpoint(&socket->remote, v6, msg.id.idiag_dst, msg.id.idiag_dport);
	socket_set(socket, K_COOKIE, (uint64_t)msg.id.idiag_cookie[1] << 32 | msg.id.idiag_cookie[0]);
	/* A handshake not yet accepted, TIME_WAIT, and what nobody holds any more have no inode and say 0 for the owner. */
	if (msg.idiag_inode) {
		socket_set(socket, K_INODE, msg.idiag_inode);
		socket_set(socket, K_UID, msg.idiag_uid);
	}
	socket_set(socket, K_RECV_Q, msg.idiag_rqueue);
	socket_set(socket, K_SEND_Q, msg.idiag_wqueue);
	if (msg.idiag_timer)
		socket_set(socket, K_TIMER_MS, msg.idiag_expires);
	if (meminfo)
		take_meminfo(socket, meminfo);
	return 0;
}

/* Return: how many of @len bytes the message at their beginning takes, 0 where there is no whole message. See source_diag.c. */
static size_t message_size(const struct nlmsghdr *nlh, size_t len)
{
	if (len < sizeof(*nlh) || nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > len)
		return 0;
	return MNL_ALIGN(nlh->nlmsg_len) < len ? MNL_ALIGN(nlh->nlmsg_len) : len;
}

int socket_diag_messages(struct sockets *sockets, const void *buf, size_t len, uint32_t seq, bool udp)
{
	const struct nlmsghdr *nlh;
	size_t size;
	int ret;

	for (size_t at = 0; at < len; at += size) {
		nlh = (const struct nlmsghdr *)((const char *)buf + at);
		size = message_size(nlh, len - at);
		if (size == 0)
			return -EBADMSG;
		if (seq && nlh->nlmsg_seq != seq)
			continue;
		if (nlh->nlmsg_type == NLMSG_DONE)
			return 0;
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

			if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err))
				return -EBADMSG;
			return err->error < 0 && err->error >= -4095 ? err->error : -EBADMSG;
		}
		if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			continue;
		ret = take_message(sockets, nlh, udp);
		if (ret == -ENOMEM)
			return ret;
		if (ret < 0)
			say_once("diag message", "inet_diag: a message makes no sense: its socket is left out");
	}
	return 1;
}

static int request(struct mnl_socket *nl, uint8_t family, uint32_t seq, bool udp)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct inet_diag_req_v2 *req;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = seq;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = family;
	req->sdiag_protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
	req->idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1);
	req->idiag_states = (1u << SOCKET_STATES) - 1;
	return mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

static int dump(struct sockets *sockets, struct mnl_socket *nl, uint8_t family, uint32_t seq, bool udp)
{
	_Alignas(struct nlmsghdr) char buf[DUMP_SIZE];
	int ret = request(nl, family, seq, udp);

	if (ret < 0)
		return ret;
	do {
		ssize_t got;

		do {
			got = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		} while (got < 0 && errno == EINTR);
		if (got < 0)
			return -errno;
		ret = socket_diag_messages(sockets, buf, (size_t)got, seq, udp);
	} while (ret > 0);
	return ret;
}

static int read_live(struct sockets *sockets, bool udp)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int ret;

	if (!nl)
		return errno == EPROTONOSUPPORT ? -ENOENT : -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		ret = -errno;
	else
		ret = dump(sockets, nl, AF_INET, 1, udp);
	if (ret == 0) {
		ret = dump(sockets, nl, AF_INET6, 2, udp);
		if (ret == -ENOENT)	/* a kernel without IPv6 */
			ret = 0;
	}
	mnl_socket_close(nl);
	return ret;
}

/* All of a file. Return: its length, or a negative errno. */
static ssize_t read_whole(const struct root *root, const char *path, char **buf)
{
	size_t len = 0, room = 1u << 16;
	int fd = root_open(root, path);
	ssize_t got;

	*buf = NULL;
	if (fd < 0)
		return fd;
	do {
		char *more = realloc(*buf, room);

		if (!more) {
			got = -ENOMEM;
			break;
		}
		*buf = more;
		got = read(fd, *buf + len, room - len);
		if (got < 0)
			got = -errno;
		else
			len += (size_t)got;
		if (len == room)
			room *= 2;
	} while (got > 0 && room <= CAPTURE_MAX);
	close(fd);
	return got < 0 ? got : (ssize_t)len;
}

static int read_capture(struct sockets *sockets, const struct root *root, bool udp)
{
	ssize_t len;
	char *buf;
	int ret;

	len = read_whole(root, udp ? "/netlink/udp" : "/netlink/tcp", &buf);
	ret = len < 0 ? (int)len : 0;
	for (ssize_t at = 0; at < len && ret >= 0;) {
		size_t size = message_size((const struct nlmsghdr *)(buf + at), (size_t)(len - at));

		/* One at a time: the end message of the first dump is not the end of the file. */
		ret = socket_diag_messages(sockets, buf + at, size ? size : (size_t)(len - at), 0, udp);
		at += (ssize_t)size;
	}
	free(buf);
	return ret < 0 ? ret : 0;
}

int socket_diag_read(struct sockets *sockets, const struct root *root, bool udp)
{
	return root_moved(root) ? read_capture(sockets, root, udp) : read_live(sockets, udp);
}
