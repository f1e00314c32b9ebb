// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sockets of this network namespace by inet_diag, with the memory they use (INET_DIAG_SKMEMINFO).
 *
 * Under COREMON_ROOT the answers are those captured in $COREMON_ROOT/netlink/tcp and udp, the IPv4 dump before the IPv6 one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "netlink.h"
#include "say.h"
#include "socket_read.h"

/* Where the kernel puts what in SKMEMINFO. */
static const struct {
	unsigned int at;
	enum socket_col col;
} memory[] = {
	{ SK_MEMINFO_RMEM_ALLOC, SOCKET_RMEM }, { SK_MEMINFO_RCVBUF, SOCKET_RCVBUF },   { SK_MEMINFO_SNDBUF, SOCKET_SNDBUF },
	{ SK_MEMINFO_BACKLOG, SOCKET_BACKLOG }, { SK_MEMINFO_DROPS, SOCKET_DROPS },
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
		socket_set(socket, SOCKET_WMEM, value[wmem]);
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
	socket_set(socket, SOCKET_COOKIE, (uint64_t)msg.id.idiag_cookie[1] << 32 | msg.id.idiag_cookie[0]);
	/* A handshake not yet accepted, TIME_WAIT, and what nobody holds any more have no inode and say 0 for the owner. */
	if (msg.idiag_inode) {
		socket_set(socket, SOCKET_INODE, msg.idiag_inode);
		socket_set(socket, SOCKET_UID, msg.idiag_uid);
	}
	socket_set(socket, SOCKET_RECV_Q, msg.idiag_rqueue);
	socket_set(socket, SOCKET_SEND_Q, msg.idiag_wqueue);
	if (msg.idiag_timer)
		socket_set(socket, SOCKET_TIMER_MS, msg.idiag_expires);
	if (meminfo)
		take_meminfo(socket, meminfo);
	return 0;
}

/** struct diag_reading - where sockets go */
struct diag_reading {
	struct sockets *sockets;
	bool udp;
	bool nonsense;		/* a message made none */
};

static int take(void *ctx, const struct nlmsghdr *nlh)
{
	struct diag_reading *reading = ctx;
	int ret;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	ret = take_message(reading->sockets, nlh, reading->udp);
	if (ret == -EPROTO) {
		say_once("diag message", "inet_diag: a message makes no sense: its socket is left out");
		reading->nonsense = true;
		ret = 0;
	}
	return ret;
}

int socket_diag_messages(struct sockets *sockets, const void *buf, size_t len, uint32_t seq, bool udp)
{
	struct diag_reading reading = { .sockets = sockets, .udp = udp };

	return netlink_messages(buf, len, seq, take, &reading, NULL);
}

static int dump(struct netlink *nl, uint8_t family, struct diag_reading *reading)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = family;
	req->sdiag_protocol = reading->udp ? IPPROTO_UDP : IPPROTO_TCP;
	req->idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1);
	req->idiag_states = (1u << SOCKET_STATES) - 1;
	return netlink_dump(nl, nlh, take, reading);
}

static int read_live(struct diag_reading *reading)
{
	struct netlink nl;
	int ret = netlink_open(&nl, NETLINK_SOCK_DIAG);

	if (ret < 0)
		return ret == -EPROTONOSUPPORT ? -ENOENT : ret;
	ret = dump(&nl, AF_INET, reading);
	if (ret >= 0) {
		ret = dump(&nl, AF_INET6, reading);
		if (ret == -ENOENT)	/* a kernel without IPv6 */
			ret = 0;
	}
	netlink_close(&nl);
	return ret;
}

int socket_diag_read(struct sockets *sockets, const struct root *root, bool udp)
{
	struct diag_reading reading = { .sockets = sockets, .udp = udp };
	int ret;

	/* Two dumps one after the other, each with its end message. */
	if (root_moved(root))
		ret = netlink_replay(root, udp ? "/netlink/udp" : "/netlink/tcp", take, &reading);
	else
		ret = read_live(&reading);
	return ret == 0 ? reading.nonsense : ret;
}
