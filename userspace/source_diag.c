// SPDX-License-Identifier: GPL-2.0-only
/*
 * inet_diag: what the kernel tells of its TCP sockets without the module.
 *
 * Under COREMON_ROOT the answers are those captured in $COREMON_ROOT/inet_diag, netlink messages one after the other as the
 * kernel sends them; where there is no such file there are no connections to know of.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "netlink.h"
#include "row.h"
#include "source.h"

/* Kernel state numbers, include/net/tcp_states.h. */
enum { ST_ESTABLISHED = 1, ST_SYN_RECV = 3, ST_TIME_WAIT = 6, ST_CLOSE = 7, ST_LISTEN = 10, ST_NR = 12 };

/** struct attrs - the attributes of a message that are of use */
struct attrs {
	const struct nlattr *info;
};

static int take_attr(const struct nlattr *attr, void *data)
{
	struct attrs *attrs = data;

	if (mnl_attr_get_type(attr) == INET_DIAG_INFO)
		attrs->info = attr;
	return MNL_CB_OK;
}

/* A field of tcp_info is known where the kernel's struct reaches to its end. */
#define TAKE(conn, col, info, len, field)                                                                                          \
	do {                                                                                                                       \
		if ((len) >= offsetof(struct tcp_info, field) + sizeof((info)->field))                                             \
			conn_set_num(conn, col, (info)->field);                                                                    \
	} while (0)

static void take_info(struct conn *conn, const struct nlattr *attr)
{
	struct tcp_info info;
	size_t len = mnl_attr_get_payload_len(attr);

	if (len > sizeof(info))
		len = sizeof(info);
	memset(&info, 0, sizeof(info));
	memcpy(&info, mnl_attr_get_payload(attr), len);

	if (len > offsetof(struct tcp_info, tcpi_ca_state) && name_ca_state(info.tcpi_ca_state))
		conn_set_text(conn, C_CA_STATE, name_ca_state(info.tcpi_ca_state));
	TAKE(conn, C_PACKETS_OUT, &info, len, tcpi_unacked);
	if (info.tcpi_rtt)
		TAKE(conn, C_SRTT_US, &info, len, tcpi_rtt);
	TAKE(conn, C_SSTHRESH, &info, len, tcpi_snd_ssthresh);
	TAKE(conn, C_CWND, &info, len, tcpi_snd_cwnd);
	TAKE(conn, C_RETRANS, &info, len, tcpi_total_retrans);
	TAKE(conn, C_BYTES_ACKED, &info, len, tcpi_bytes_acked);
	TAKE(conn, C_BYTES_RECEIVED, &info, len, tcpi_bytes_received);
	TAKE(conn, C_SEGS_OUT, &info, len, tcpi_segs_out);
	TAKE(conn, C_SEGS_IN, &info, len, tcpi_segs_in);
	if (info.tcpi_min_rtt && info.tcpi_min_rtt != UINT32_MAX)
		TAKE(conn, C_MIN_RTT_US, &info, len, tcpi_min_rtt);
	TAKE(conn, C_DATA_SEGS_IN, &info, len, tcpi_data_segs_in);
	TAKE(conn, C_DATA_SEGS_OUT, &info, len, tcpi_data_segs_out);
	TAKE(conn, C_BYTES_SENT, &info, len, tcpi_bytes_sent);
	TAKE(conn, C_BYTES_RETRANS, &info, len, tcpi_bytes_retrans);
}

static void take_endpoint(struct conn *conn, enum conn_col col, bool v6, const __be32 addr[4], __be16 port)
{
	struct endpoint ep = { .v6 = v6, .port = ntohs(port) };

	memcpy(ep.addr, addr, v6 ? 16 : 4);
	conn_set_endpoint(conn, col, &ep);
}

/* Return: true when the message is of a full socket and @conn holds it. */
static bool parse_message(const struct nlmsghdr *nlh, uint64_t netns, struct conn *conn)
{
	struct attrs attrs = { NULL };
	struct inet_diag_msg msg;
	bool v6;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(msg))
		return false;
	memcpy(&msg, mnl_nlmsg_get_payload(nlh), sizeof(msg));
	if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6)
		return false;
	if (msg.idiag_state >= ST_NR || !name_state(msg.idiag_state) || msg.idiag_state == ST_TIME_WAIT)
		return false;
	mnl_attr_parse(nlh, sizeof(msg), take_attr, &attrs);
	/* Handshakes not yet accepted and TIME_WAIT have no tcp_info: they are no full sockets. */
	if (!attrs.info)
		return false;

	conn_clear(conn);
	v6 = msg.idiag_family == AF_INET6;
	conn_set_num(conn, C_ID, (uint64_t)msg.id.idiag_cookie[1] << 32 | msg.id.idiag_cookie[0]);
	if (netns)
		conn_set_num(conn, C_NETNS, netns);
	conn_set_text(conn, C_FAMILY, v6 ? "inet6" : "inet");
	conn_set_text(conn, C_STATE, name_state(msg.idiag_state));
	take_endpoint(conn, C_LOCAL, v6, msg.id.idiag_src, msg.id.idiag_sport);
	take_endpoint(conn, C_REMOTE, v6, msg.id.idiag_dst, msg.id.idiag_dport);
	conn_set_num(conn, C_UID, msg.idiag_uid);
	conn_set_num(conn, C_SEND_Q, msg.idiag_wqueue);
	conn_set_num(conn, C_RECV_Q, msg.idiag_rqueue);
	if (msg.idiag_state != ST_LISTEN)
		take_info(conn, attrs.info);
	return true;
}

/** struct diag_reading - where rows go */
struct diag_reading {
	uint64_t netns;
	row_fn row;
	void *ctx;
};

static int take_message(void *ctx, const struct nlmsghdr *nlh)
{
	const struct diag_reading *reading = ctx;
	struct conn conn;

	/* A dump goes on where it stopped in a list that moves: it may show a socket twice. */
	if (nlh->nlmsg_type == SOCK_DIAG_BY_FAMILY && parse_message(nlh, reading->netns, &conn))
		reading->row(reading->ctx, &conn);
	return 0;
}

int diag_messages(const void *buf, size_t len, uint32_t seq, uint64_t netns, row_fn row, void *ctx)
{
	struct diag_reading reading = { netns, row, ctx };

	return netlink_messages(buf, len, seq, take_message, &reading, NULL);
}

static int dump(struct netlink *nl, uint8_t family, struct diag_reading *reading)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = family;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	req->idiag_states = ((1u << ST_NR) - 1) & ~(1u << ST_SYN_RECV | 1u << ST_TIME_WAIT | 1u << ST_CLOSE | 1u);
	return netlink_dump(nl, nlh, take_message, reading);
}

static int read_live(struct diag_reading *reading)
{
	struct netlink nl;
	struct stat st;
	int ret = netlink_open(&nl, NETLINK_SOCK_DIAG);

	if (ret < 0)
		return ret;
	if (stat("/proc/self/ns/net", &st) == 0)
		reading->netns = st.st_ino;
	ret = dump(&nl, AF_INET, reading);
	if (ret >= 0) {
		ret = dump(&nl, AF_INET6, reading);
		if (ret == -ENOENT)	/* a kernel without IPv6 */
			ret = 0;
	}
	netlink_close(&nl);
	return ret < 0 ? ret : 0;
}

int diag_read(const struct root *root, row_fn row, void *ctx)
{
	struct diag_reading reading = { 0, row, ctx };
	int ret;

	if (!root_moved(root))
		return read_live(&reading);
	/* Two dumps one after the other, each with its end message. */
	ret = netlink_replay(root, "/inet_diag", take_message, &reading);
	return ret < 0 ? ret : 0;
}
