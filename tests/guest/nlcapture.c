// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel answers by netlink, as it comes, on standard output: what the reader takes under COREMON_ROOT.
 *   nlcapture link | qdisc | class INTERFACE | conntrack | nft | tcp | udp
 */
#include <err.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void dump(int bus, int type, const void *payload, size_t len)
{
	_Alignas(struct nlmsghdr) char buf[65536];
	struct nlmsghdr *nlh = (void *)buf;
	int fd = socket(AF_NETLINK, SOCK_RAW, bus), done = 0;

	memset(nlh, 0, sizeof(*nlh));
	nlh->nlmsg_len = NLMSG_LENGTH(len);
	nlh->nlmsg_type = (unsigned short)type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	memcpy(NLMSG_DATA(nlh), payload, len);
	if (fd < 0 || send(fd, buf, nlh->nlmsg_len, 0) < 0)
		err(1, "netlink");
	while (!done) {
		ssize_t got = recv(fd, buf, sizeof(buf), 0);
		int left = (int)got;

		if (got < 0)
			err(1, "recv");
		for (nlh = (void *)buf; NLMSG_OK(nlh, (unsigned int)left); nlh = NLMSG_NEXT(nlh, left))
			done |= nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR;
		if (write(1, buf, (size_t)got) != got)
			err(1, "write");
	}
	close(fd);
}

static void sockets(int protocol)
{
	for (int i = 0; i < 2; i++) {
		struct inet_diag_req_v2 req = { .sdiag_family = i ? AF_INET6 : AF_INET, .sdiag_protocol = (unsigned char)protocol,
						.idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1), .idiag_states = 0xfff };

		dump(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, &req, sizeof(req));
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct ifinfomsg link = { 0 };
	struct nfgenmsg nf = { 0 };
	struct tcmsg tc = { 0 };

	if (!strcmp(what, "link"))
		dump(NETLINK_ROUTE, RTM_GETLINK, &link, sizeof(link));
	else if (!strcmp(what, "qdisc"))
		dump(NETLINK_ROUTE, RTM_GETQDISC, &tc, sizeof(tc));
	else if (!strcmp(what, "class") && argc > 2 && (tc.tcm_ifindex = (int)if_nametoindex(argv[2])))
		dump(NETLINK_ROUTE, RTM_GETTCLASS, &tc, sizeof(tc));
	else if (!strcmp(what, "conntrack"))
		dump(NETLINK_NETFILTER, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU, &nf, sizeof(nf));
	else if (!strcmp(what, "nft"))
		dump(NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE, &nf, sizeof(nf)),
		dump(NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN, &nf, sizeof(nf));
	else if (!strcmp(what, "tcp") || !strcmp(what, "udp"))
		sockets(what[0] == 't' ? IPPROTO_TCP : IPPROTO_UDP);
	else
		errx(2, "usage: nlcapture link|qdisc|class INTERFACE|conntrack|nft|tcp|udp");
	return 0;
}
