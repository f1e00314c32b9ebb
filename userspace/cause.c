// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "cause.h"

#include <string.h>

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Where a counter is of both families, its reasons are, too: the protocol of a reason does not tell IPv4 from IPv6.
 * Names that a kernel does not have never match: the reasons grew from 5.17 on.
 */
const struct explanation explanations[] = {
	{ LAYER_LINK, "rx_dropped", "UNHANDLED_PROTO CPU_BACKLOG OTHERHOST XDP DEV_READY", false, true },
	{ LAYER_LINK, "tx_dropped", "FULL_RING TAP_FILTER TAP_TXFILTER DEV_READY NO_TX_TARGET", false, true },
	{ LAYER_CPU, "dropped", "CPU_BACKLOG", true, false },
	{ LAYER_QDISC, "drops",
	  "QDISC_DROP QDISC_OVERLIMIT QDISC_CONGESTED QDISC_DEQUEUE_DROP CAKE_FLOOD FQ_BAND_LIMIT FQ_HORIZON_LIMIT FQ_FLOW_LIMIT",
	  false, false },
	{ LAYER_CONNTRACK, "drop", "NETFILTER_DROP", false, true },
	{ LAYER_NETFILTER, "drop", "NETFILTER_DROP", false, true },
	{ LAYER_IP, "InHdrErrors", "IP_INHDR IP_CSUM IPV6_BAD_EXTHDR IPV6_TOO_MANY_EXTHDRS", false, false },
	{ LAYER_IP, "InCsumErrors", "IP_CSUM", false, false },
	{ LAYER_IP, "InNoRoutes", "IP_INNOROUTES", false, false },
	{ LAYER_IP, "InAddrErrors", "IP_INADDRERRORS", false, false },
	{ LAYER_IP, "InUnknownProtos", "IP_NOPROTO", false, false },
	{ LAYER_IP, "InTruncatedPkts", "PKT_TOO_SMALL", false, true },
	{ LAYER_IP, "InDiscards", "NOMEM IPV6DISABLED", false, true },
	{ LAYER_IP, "OutDiscards", "IPV6DISABLED NEIGH_CREATEFAIL NEIGH_FAILED NEIGH_QUEUEFULL NEIGH_DEAD NOMEM", false, true },
	{ LAYER_IP, "OutNoRoutes", "IP_OUTNOROUTES", false, false },
	{ LAYER_IP, "FragFails", "PKT_TOO_BIG", false, true },
	{ LAYER_IP, "ReasmFails", "FRAG_REASM_TIMEOUT FRAG_TOO_FAR DUP_FRAG", false, true },
	{ LAYER_ICMP, "InCsumErrors", "ICMP_CSUM", false, false },
	{ LAYER_UDP, "NoPorts", "NO_SOCKET/udp", false, false },
	{ LAYER_UDP, "RcvbufErrors", "SOCKET_RCVBUFF/udp", false, false },
	{ LAYER_UDP, "MemErrors", "PROTO_MEM/udp", false, false },
	{ LAYER_UDP, "InCsumErrors", "UDP_CSUM/udp", false, false },
	{ LAYER_TCP, "IPReversePathFilter", "IP_RPFILTER", false, false },
	{ LAYER_TCP, "listeners", "TCP_LISTEN_OVERFLOW", false, true },
	{ LAYER_TCP, "InCsumErrors", "TCP_CSUM", false, false },
	{ LAYER_TCP, "TCPBacklogDrop", "SOCKET_BACKLOG/tcp", false, false },
	/* Both are dropped for want of memory, in functions that the compiler makes one. */
	{ LAYER_TCP, "no memory", "PROTO_MEM/tcp", false, false },
	{ LAYER_TCP, "TCPZeroWindowDrop", "TCP_ZEROWINDOW", false, false },
	{ LAYER_TCP, "TCPMinTTLDrop", "TCP_MINTTL", false, false },
	{ LAYER_TCP, "pruned", "TCP_OFO_QUEUE_PRUNE", false, true },
	{ LAYER_TCP, "PFMemallocDrop", "PFMEMALLOC", false, true },
	{ LAYER_TCP, "PAWS", "TCP_RFC7323_PAWS", false, false },
	{ LAYER_TCP, "PAWSOldAck", "TCP_RFC7323_PAWS_ACK", false, false },
	{ LAYER_TCP, "PAWSTimewait", "TCP_RFC7323_TW_PAWS", false, false },
	{ LAYER_TCP, "TSEcrRejected", "TCP_RFC7323_TSECR", false, false },
	{ LAYER_TCP, "BeyondWindow", "TCP_INVALID_END_SEQUENCE", false, false },
	{ LAYER_TCP, "TCPMD5NotFound", "TCP_MD5NOTFOUND", false, false },
	{ LAYER_TCP, "TCPMD5Unexpected", "TCP_MD5UNEXPECTED", false, false },
	{ LAYER_TCP, "TCPMD5Failure", "TCP_MD5FAILURE", false, false },
	{ LAYER_TCP, "TCPAORequired", "TCP_AONOTFOUND", false, false },
	{ LAYER_TCP, "TCPAOKeyNotFound", "TCP_AOKEYNOTFOUND TCP_AOUNEXPECTED", false, false },
	{ LAYER_TCP, "TCPAOBad", "TCP_AOFAILURE", false, false },
};
const unsigned int explanations_nr = NR(explanations);
_Static_assert(NR(explanations) <= EXPLANATIONS_MAX, "explanations");

const struct cause causes[] = {
	{ LAYER_LINK, "rx_errors", NULL, "received frames that were bad, all kinds" },
	{ LAYER_LINK, "tx_errors", NULL, "frames that could not be sent, all kinds" },
	{ LAYER_LINK, "rx_dropped", "rx_dropped", "received and dropped: no room, or no protocol for it" },
	{ LAYER_LINK, "tx_dropped", "tx_dropped", "dropped by the device on its way out" },
	{ LAYER_LINK, "rx_nohandler", "rx_dropped", "no protocol wanted it on an inactive port" },
	{ LAYER_LINK, "rx_otherhost_dropped", NULL, "for another host's MAC address" },
	{ LAYER_LINK, "rx_length_errors", NULL, "frame of a wrong length" },
	{ LAYER_LINK, "rx_over_errors", NULL, "device buffer overrun" },
	{ LAYER_LINK, "rx_crc_errors", NULL, "checksum of the frame: cable, port, duplex" },
	{ LAYER_LINK, "rx_frame_errors", NULL, "frame alignment: cable, port, duplex" },
	{ LAYER_LINK, "rx_fifo_errors", NULL, "device FIFO overrun: host too slow" },
	{ LAYER_LINK, "rx_missed_errors", NULL, "no room in the receive ring: host too slow" },
	{ LAYER_LINK, "tx_aborted_errors", NULL, "sending was given up: collisions" },
	{ LAYER_LINK, "tx_carrier_errors", NULL, "no carrier while sending: cable, peer" },
	{ LAYER_LINK, "tx_fifo_errors", NULL, "device FIFO underrun" },
	{ LAYER_LINK, "tx_heartbeat_errors", NULL, "no heartbeat (half duplex)" },
	{ LAYER_LINK, "tx_window_errors", NULL, "late collision: duplex mismatch" },
	{ LAYER_LINK, "carrier_changes", NULL, "the link went down or came up" },
	{ LAYER_CPU, "dropped", "dropped", "the CPU's backlog was full: netdev_max_backlog" },
	{ LAYER_CPU, "time_squeeze", NULL, "work was left when the budget ended: netdev_budget" },
	{ LAYER_CPU, "flow_limit_count", NULL, "one flow took too much of the backlog" },
	{ LAYER_QDISC, "drops", "drops", "dropped by the queueing discipline" },
	{ LAYER_QDISC, "overlimits", NULL, "had to wait: the rate is used up" },
	{ LAYER_QDISC, "requeues", NULL, "the device could not take it yet" },
	{ LAYER_CONNTRACK, "drop", "drop", "no memory, or the table is full" },
	{ LAYER_CONNTRACK, "early_drop", NULL, "an entry was thrown out to make room" },
	{ LAYER_CONNTRACK, "insert_failed", "drop", "another packet made the same entry first" },
	{ LAYER_CONNTRACK, "error", NULL, "packets that make no sense to it" },
	{ LAYER_CONNTRACK, "invalid", NULL, "belongs to no connection it knows" },
	{ LAYER_CONNTRACK, "chain_toolong", "drop", "too many entries of the same hash" },
	{ LAYER_NETFILTER, "drop", "drop", "dropped by this rule: nft -a list ruleset" },
	{ LAYER_NETFILTER, "reject", "drop", "refused by this rule, and the sender was told" },
	{ LAYER_NETFILTER, "policy", "drop", "no rule took it, and the chain drops then" },
	{ LAYER_IP, "IpInHdrErrors", "InHdrErrors", "bad header, or time to live is over" },
	{ LAYER_IP, "Ip6InHdrErrors", "InHdrErrors", "bad header, or hop limit is over" },
	{ LAYER_IP, "IpExtInCsumErrors", "InCsumErrors", "checksum of the header" },
	{ LAYER_IP, "IpExtInNoRoutes", "InNoRoutes", "no route for what came in" },
	{ LAYER_IP, "Ip6InNoRoutes", "InNoRoutes", "no route for what came in" },
	{ LAYER_IP, "IpInAddrErrors", "InAddrErrors", "not for this host and not to be forwarded" },
	{ LAYER_IP, "Ip6InAddrErrors", "InAddrErrors", "not for this host and not to be forwarded" },
	{ LAYER_IP, "IpInUnknownProtos", "InUnknownProtos", "no such protocol here" },
	{ LAYER_IP, "Ip6InUnknownProtos", "InUnknownProtos", "no such protocol here" },
	{ LAYER_IP, "IpExtInTruncatedPkts", "InTruncatedPkts", "shorter than its header says" },
	{ LAYER_IP, "Ip6InTruncatedPkts", "InTruncatedPkts", "shorter than its header says" },
	{ LAYER_IP, "Ip6InTooBigErrors", NULL, "too big for the next link" },
	{ LAYER_IP, "IpInDiscards", "InDiscards", "good packets for which there was no memory" },
	{ LAYER_IP, "Ip6InDiscards", "InDiscards", "good packets: no memory, IPv6 is off" },
	{ LAYER_IP, "IpOutDiscards", "OutDiscards", "could not be sent: no memory, device, filter" },
	{ LAYER_IP, "Ip6OutDiscards", "OutDiscards", "could not be sent: no memory, device, filter" },
	{ LAYER_IP, "IpOutNoRoutes", "OutNoRoutes", "no route for what was to be sent" },
	{ LAYER_IP, "Ip6OutNoRoutes", "OutNoRoutes", "no route for what was to be sent" },
	{ LAYER_IP, "IpFragFails", "FragFails", "too big and may not be cut" },
	{ LAYER_IP, "Ip6FragFails", "FragFails", "too big and may not be cut" },
	{ LAYER_IP, "IpReasmFails", "ReasmFails", "datagrams that were not put together" },
	{ LAYER_IP, "Ip6ReasmFails", "ReasmFails", "datagrams that were not put together" },
	{ LAYER_IP, "IpReasmTimeout", NULL, "fragments were missing for too long" },
	{ LAYER_IP, "Ip6ReasmTimeout", NULL, "fragments were missing for too long" },
	{ LAYER_IP, "IpExtReasmOverlaps", NULL, "fragments that overlap" },
	{ LAYER_ICMP, "IcmpInErrors", NULL, "bad messages, all kinds" },
	{ LAYER_ICMP, "Icmp6InErrors", NULL, "bad messages, all kinds" },
	{ LAYER_ICMP, "IcmpInCsumErrors", "InCsumErrors", "checksum" },
	{ LAYER_ICMP, "Icmp6InCsumErrors", "InCsumErrors", "checksum" },
	{ LAYER_ICMP, "IcmpOutErrors", NULL, "messages that could not be sent" },
	{ LAYER_ICMP, "Icmp6OutErrors", NULL, "messages that could not be sent" },
	{ LAYER_ICMP, "IcmpOutRateLimitGlobal", NULL, "not sent: icmp_msgs_per_sec" },
	{ LAYER_ICMP, "IcmpOutRateLimitHost", NULL, "not sent: icmp_ratelimit" },
	{ LAYER_ICMP, "Icmp6OutRateLimitHost", NULL, "not sent: icmp ratelimit" },
	{ LAYER_UDP, "UdpNoPorts", "NoPorts", "nobody listens on the port" },
	{ LAYER_UDP, "Udp6NoPorts", "NoPorts", "nobody listens on the port" },
	{ LAYER_UDP, "UdpRcvbufErrors", "RcvbufErrors", "receive buffer full: program too slow, SO_RCVBUF" },
	{ LAYER_UDP, "Udp6RcvbufErrors", "RcvbufErrors", "receive buffer full: program too slow, SO_RCVBUF" },
	{ LAYER_UDP, "UdpMemErrors", "MemErrors", "all of UDP has too much memory: udp_mem" },
	{ LAYER_UDP, "Udp6MemErrors", "MemErrors", "all of UDP has too much memory: udp_mem" },
	{ LAYER_UDP, "UdpInCsumErrors", "InCsumErrors", "checksum" },
	{ LAYER_UDP, "Udp6InCsumErrors", "InCsumErrors", "checksum" },
	{ LAYER_UDP, "UdpInErrors", NULL, "all of RcvbufErrors, MemErrors, InCsumErrors, and filters" },
	{ LAYER_UDP, "Udp6InErrors", NULL, "all of RcvbufErrors, MemErrors, InCsumErrors, and filters" },
	{ LAYER_UDP, "UdpSndbufErrors", NULL, "send buffer full, or no memory to send" },
	{ LAYER_UDP, "Udp6SndbufErrors", NULL, "send buffer full, or no memory to send" },
	{ LAYER_UDP, "UdpLiteRcvbufErrors", NULL, "receive buffer full" },
	{ LAYER_UDP, "UdpLite6RcvbufErrors", NULL, "receive buffer full" },
	{ LAYER_TCP, "TcpExtIPReversePathFilter", "IPReversePathFilter", "source is not behind this interface: rp_filter" },
	{ LAYER_TCP, "TcpExtListenDrops", "listeners", "connections that a listener turned away, all kinds" },
	{ LAYER_TCP, "TcpExtListenOverflows", "listeners", "accept queue full: program too slow, backlog" },
	{ LAYER_TCP, "TcpExtTCPReqQFullDrop", "listeners", "too many handshakes, no SYN cookies" },
	{ LAYER_TCP, "TcpExtTCPReqQFullDoCookies", NULL, "too many handshakes, SYN cookies sent" },
	{ LAYER_TCP, "TcpExtTCPFastOpenListenOverflow", NULL, "too many Fast Open requests" },
	{ LAYER_TCP, "TcpExtTCPDeferAcceptDrop", NULL, "ACK without data, where data was waited for" },
	{ LAYER_TCP, "TcpExtSyncookiesFailed", NULL, "an ACK with a wrong SYN cookie" },
	{ LAYER_TCP, "TcpInCsumErrors", "InCsumErrors", "checksum" },
	{ LAYER_TCP, "TcpInErrs", NULL, "bad segments, all kinds" },
	{ LAYER_TCP, "TcpExtTCPBacklogDrop", "TCPBacklogDrop", "socket busy and its backlog full" },
	{ LAYER_TCP, "TcpExtTCPRcvQDrop", "no memory", "receive queue full" },
	{ LAYER_TCP, "TcpExtTCPOFODrop", "no memory", "no room for data out of order" },
	{ LAYER_TCP, "TcpExtTCPZeroWindowDrop", "TCPZeroWindowDrop", "data for a closed window: program too slow" },
	{ LAYER_TCP, "TcpExtTCPMinTTLDrop", "TCPMinTTLDrop", "time to live below IP_MINTTL" },
	{ LAYER_TCP, "TcpExtTCPTimeWaitOverflow", NULL, "TIME_WAIT cut short: tcp_max_tw_buckets" },
	{ LAYER_TCP, "TcpExtPruneCalled", NULL, "a receive buffer was over its limit" },
	{ LAYER_TCP, "TcpExtRcvPruned", "pruned", "received data was thrown away: no memory" },
	{ LAYER_TCP, "TcpExtOfoPruned", "pruned", "data out of order was thrown away: no memory" },
	{ LAYER_TCP, "TcpExtTCPAbortOnMemory", NULL, "connections ended for want of memory" },
	{ LAYER_TCP, "TcpExtTCPMemoryPressures", NULL, "times that TCP had too much memory: tcp_mem" },
	{ LAYER_TCP, "TcpExtTCPPFMemallocDrop", "PFMemallocDrop", "packet of the memory reserve" },
	{ LAYER_TCP, "TcpExtPFMemallocDrop", "PFMemallocDrop", "packet of the memory reserve" },
	{ LAYER_TCP, "TcpExtPAWSPassive", NULL, "handshake with an old time stamp" },
	{ LAYER_TCP, "TcpExtPAWSActive", "PAWS", "answer with an old time stamp" },
	{ LAYER_TCP, "TcpExtPAWSEstab", "PAWS", "segment with an old time stamp" },
	{ LAYER_TCP, "TcpExtPAWSOldAck", "PAWSOldAck", "old ACK with an old time stamp" },
	{ LAYER_TCP, "TcpExtPAWSTimewait", "PAWSTimewait", "old time stamp in TIME_WAIT" },
	{ LAYER_TCP, "TcpExtTSEcrRejected", "TSEcrRejected", "time stamp that was never sent" },
	{ LAYER_TCP, "TcpExtBeyondWindow", "BeyondWindow", "data beyond the window" },
	{ LAYER_TCP, "TcpExtTCPMD5NotFound", "TCPMD5NotFound", "no MD5 signature" },
	{ LAYER_TCP, "TcpExtTCPMD5Unexpected", "TCPMD5Unexpected", "an MD5 signature that nobody wants" },
	{ LAYER_TCP, "TcpExtTCPMD5Failure", "TCPMD5Failure", "wrong MD5 signature" },
	{ LAYER_TCP, "TcpExtTCPAORequired", "TCPAORequired", "no TCP-AO signature" },
	{ LAYER_TCP, "TcpExtTCPAOKeyNotFound", "TCPAOKeyNotFound", "TCP-AO key not known" },
	{ LAYER_TCP, "TcpExtTCPAOBad", "TCPAOBad", "wrong TCP-AO signature" },
	{ LAYER_TCP, "TcpExtTCPRetransFail", NULL, "segments that could not be sent again" },
	{ LAYER_TCP, "TcpExtTCPWqueueTooBig", NULL, "send queue too big to be cut" },
	{ LAYER_TCP, "TcpExtOutOfWindowIcmps", NULL, "ICMP for data that is not in the window" },
	{ LAYER_TCP, "TcpExtLockDroppedIcmps", NULL, "ICMP while the socket was busy" },
};
const unsigned int causes_nr = NR(causes);

const struct cause *cause_find(enum layer layer, const char *name)
{
	for (unsigned int i = 0; i < causes_nr; i++) {
		if (causes[i].layer == layer && strcmp(causes[i].name, name) == 0)
			return &causes[i];
	}
	return NULL;
}

static bool has_word(const char *name, const char *const *words, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (strcasestr(name, words[i]))
			return true;
	}
	return false;
}

bool cause_is_loss(enum layer layer, const char *name)
{
	static const char *const protocol[] = { "drop", "discard", "err", "fail", "overflow", "pruned" };
	static const char *const other[] = { "TcpAttemptFails", "Failures", "MTUPFail", "ActiveFail" };
	static const char *const driver[] = {
		"drop", "discard", "err", "miss", "fail", "overrun", "underrun", "overflow", "nobuf", "no_buf", "no_desc", "crc",
		"timeout", "lost", "fifo", "out_of_buffer", "starv", "bad_", "jabber",
	};

	if (cause_find(layer, name))
		return true;
	if (layer == LAYER_DRIVER)
		return has_word(name, driver, NR(driver)) && !strcasestr(name, "interrupt");
	if (layer < LAYER_IP || layer > LAYER_TCP)
		return false;
	/* Younger counters, whose name says enough; not those of what else may fail. */
	return has_word(name, protocol, NR(protocol)) && !has_word(name, other, NR(other));
}

const struct explanation *explanation_find(const struct cause *cause)
{
	for (unsigned int i = 0; cause->explained && i < explanations_nr; i++) {
		if (explanations[i].layer == cause->layer && strcmp(explanations[i].name, cause->explained) == 0)
			return &explanations[i];
	}
	return NULL;
}

bool explanation_has(const struct explanation *explanation, const char *object)
{
	size_t len = strcspn(object, "|");
	const char *protocol = strrchr(object, '|');

	for (const char *word = explanation->reasons; *word; word += strspn(word, " ")) {
		size_t all = strcspn(word, " "), name = strcspn(word, " /");

		if (name == len && strncmp(word, object, len) == 0 &&
		    (name == all || (protocol && strlen(protocol + 1) == all - name - 1 &&
				     strncmp(word + name + 1, protocol + 1, all - name - 1) == 0)))
			return true;
		word += all;
	}
	return false;
}
