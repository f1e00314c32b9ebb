// SPDX-License-Identifier: GPL-2.0-only
/* Rules about the machine's own limits: CPUs, conntrack, descriptors, memory; and what IP refuses. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/*
 * A squeeze is a round of receiving that ended with packets left over: after netdev_budget packets (300) or netdev_budget_usecs
 * (2 ms). Busy machines have them all the time, and packets are not lost. They point to a fault where a round got through fewer
 * packets than SQUEEZE_PACKETS, because the budget is too small or a packet costs too much, or where a CPU has so many that it does
 * little else.
 */
#define SQUEEZE_PACKETS 20
#define SQUEEZE_RATE 10.0	/* a second, with such short rounds */
#define SQUEEZE_BUSY 1000.0	/* a second and CPU: 1,000 rounds of 2 ms are more than there are */

/* The reverse-path filter also stops stray packets with made-up sources, a few a minute on any open network. */
#define REVERSE_PATH_RATE 1.0

/* Races between two packets of one flow make a few of these at any time. */
#define INSERT_FAILED_RATE 10.0

void rule_cpu_backlog(struct findings *findings, const struct view *view)
{
	uint64_t dropped = 0, processed = 0, limit = 0;
	const struct counter *worst = NULL;
	struct finding *finding;
	char share[SHARE_LEN];

	for (const struct counter *c = view_objects(view, LAYER_CPU, NULL); c; c = view_objects(view, LAYER_CPU, c->object)) {
		uint64_t by = view_grown(view, LAYER_CPU, c->object, "dropped").by;

		if (!worst || by > view_grown(view, LAYER_CPU, worst->object, "dropped").by)
			worst = c;
		dropped += by;
		processed += view_grown(view, LAYER_CPU, c->object, "processed").by;
	}
	if (!worst || !view_lost(dropped, processed))
		return;
	finding = finding_add(findings, "cpu-backlog", SEVERITY_CRITICAL, SURE_CERTAIN, WEIGHT_LIMIT);
	finding_title(finding, "the CPUs' receive backlog overflows: %s of all packets are lost",
		      share_text((double)dropped, (double)(processed + dropped), share));
	finding_effect(finding, "%s cannot keep up with what comes in; packets of every service are lost.", worst->object);
	finding_note(finding, "CPU", "%s dropped most", worst->object);
	view_evidence(finding, view, LAYER_CPU, worst->object, "dropped", true);
	view_evidence(finding, view, LAYER_CPU, worst->object, "processed", true);
	view_evidence(finding, view, LAYER_CPU, worst->object, "flow_limit_count", false);
	view_reason(finding, view, "CPU_BACKLOG");
	if (view_level(view, LAYER_LIMIT, "", "net.core.netdev_max_backlog", &limit)) {
		finding_note(finding, "net.core.netdev_max_backlog", "%" PRIu64 " packets a CPU", limit);
		finding_command(finding, "sysctl -w net.core.netdev_max_backlog=%" PRIu64, limit < 500 ? 1000 : 4 * limit);
	}
	finding_advice(finding, "If it goes on, spread the work over more CPUs: rps_cpus of the receive queues in "
				"/sys/class/net/*/queues.");
}

void rule_cpu_squeeze(struct findings *findings, const struct view *view)
{
	uint64_t most = 0, processed = 0, budget, usecs;
	const char *cpu = NULL;
	struct finding *finding;

	for (const struct counter *c = view_objects(view, LAYER_CPU, NULL); c; c = view_objects(view, LAYER_CPU, c->object)) {
		struct grown squeezes = view_grown(view, LAYER_CPU, c->object, "time_squeeze");

		if (squeezes.known && squeezes.by > most) {
			most = squeezes.by;
			cpu = c->object;
			processed = view_grown(view, LAYER_CPU, cpu, "processed").by;
		}
	}
	if (!cpu || most < LOST_MIN)
		return;
	if (view_rate(view, most) < SQUEEZE_BUSY && (view_rate(view, most) < SQUEEZE_RATE || processed > most * SQUEEZE_PACKETS))
		return;
	finding = finding_add(findings, "cpu-squeeze", SEVERITY_WARNING, SURE_LIKELY, WEIGHT_LIMIT);
	finding_title(finding, "%s stops receiving with packets left, %.0f times a second", cpu, view_rate(view, most));
	finding_effect(finding, "Packets wait for the next round: latency rises, and rings overflow next.");
	view_evidence(finding, view, LAYER_CPU, cpu, "time_squeeze", true);
	view_evidence(finding, view, LAYER_CPU, cpu, "processed", true);
	finding_note(finding, "packets a round", "%.1f", (double)processed / (double)most);
	if (view_level(view, LAYER_LIMIT, "", "net.core.netdev_budget", &budget)) {
		finding_note(finding, "net.core.netdev_budget", "%" PRIu64 " packets", budget);
		finding_command(finding, "sysctl -w net.core.netdev_budget=%" PRIu64, budget < 300 ? 300 : 2 * budget);
	}
	if (view_level(view, LAYER_LIMIT, "", "net.core.netdev_budget_usecs", &usecs))
		finding_command(finding, "sysctl -w net.core.netdev_budget_usecs=%" PRIu64, usecs < 2000 ? 2000 : 2 * usecs);
	finding_advice(finding, "If it goes on, one CPU does the work of several: spread the interrupts of the interface.");
}

/* @now: it is full, or nearly, at the end as well; else it was for moments, or there was no memory. */
static void conntrack_full(struct findings *findings, const struct view *view, uint64_t entries, uint64_t max, uint64_t lost, bool now)
{
	bool full = lost > 0;
	struct finding *finding = finding_add(findings, full ? "conntrack-full" : "conntrack-near-full",
					      full ? SEVERITY_CRITICAL : SEVERITY_WARNING, now ? SURE_CERTAIN : SURE_LIKELY, full ? WEIGHT_CAUSE :
					      WEIGHT_LIMIT);
	bool dropped = view_grown(view, LAYER_CONNTRACK, "", "drop").by > 0;
	char share[SHARE_LEN];

	if (full)
		finding_title(finding, "the conntrack table %s full: %s", now ? "is" : "was", dropped ? "packets of new connections are dropped" :
			      "others' entries are thrown out to make room");
	else
		finding_title(finding, "the conntrack table is nearly full: %s", share_text((double)entries, (double)max, share));
	finding_effect(finding, full ? "New connections do not come up, of any service, until old entries go; those that are open "
		       "go on." :
				       "When it is full, packets of new connections are dropped.");
	finding_note(finding, "entries", "%" PRIu64 " of %" PRIu64 "%s", entries, max, now ? "" : " at the end");
	view_evidence(finding, view, LAYER_CONNTRACK, "", "drop", false);
	view_evidence(finding, view, LAYER_CONNTRACK, "", "early_drop", false);
	view_evidence(finding, view, LAYER_CONNTRACK, "", "insert_failed", false);
	finding_command(finding, "sysctl -w net.netfilter.nf_conntrack_max=%" PRIu64, max < 32768 ? 65536 : 2 * max);
	finding_advice(finding, "An entry takes some 320 bytes. What needs no tracking can be let by: nft ... notrack. Many entries of "
				"one address are of a scan or of a client that opens too much: conntrack -L.");
}

void rule_conntrack(struct findings *findings, const struct view *view)
{
	uint64_t entries, max, lost = view_grown(view, LAYER_CONNTRACK, "", "drop").by;
	uint64_t early = view_grown(view, LAYER_CONNTRACK, "", "early_drop").by;
	struct grown failed = view_grown(view, LAYER_CONNTRACK, "", "insert_failed");
	struct finding *finding;

	if (view_level(view, LAYER_CONNTRACK, "", "entries", &entries) && view_level(view, LAYER_CONNTRACK, "", "max", &max) && max) {
		bool now = (double)entries >= NEAR_LIMIT * (double)max;

		/* What could not be entered is dropped as well, with room left: that is told of below. */
		if (now || (failed.known && lost >= failed.by + LOST_MIN)) {
			conntrack_full(findings, view, entries, max, lost + early, now);
			return;
		}
	}
	if (!failed.known || failed.by < LOST_MIN || view_rate(view, failed.by) < INSERT_FAILED_RATE)
		return;
	finding = finding_add(findings, "conntrack-insert-failed", SEVERITY_WARNING, SURE_LIKELY, WEIGHT_LOSS);
	finding_title(finding, "conntrack cannot enter connections and drops their packets");
	finding_effect(finding, "First packets are lost and sent again a second later: DNS and connections stutter.");
	view_evidence(finding, view, LAYER_CONNTRACK, "", "insert_failed", true);
	view_evidence(finding, view, LAYER_CONNTRACK, "", "drop", false);
	finding_advice(finding, "Two packets of one flow raced (DNS over UDP asks for A and AAAA at once: option "
		       "single-request-reopen in "
				"resolv.conf), or NAT has no port left: masquerade to more addresses, with random-fully.");
}

static void descriptors_system(struct findings *findings, const struct view *view)
{
	uint64_t allocated, max;
	struct finding *finding;
	char share[SHARE_LEN];

	if (!view_level(view, LAYER_FD, "", "allocated", &allocated) || !view_level(view, LAYER_FD, "", "max", &max) || !max ||
	    (double)allocated < NEAR_LIMIT * (double)max)
		return;
	finding = finding_add(findings, "fd-system", (double)allocated >= AT_LIMIT * (double)max ? SEVERITY_CRITICAL : SEVERITY_WARNING,
			      SURE_CERTAIN, WEIGHT_CAUSE);
	finding_title(finding, "this machine has %s of all its file descriptors in use", share_text((double)allocated,
												    (double)max, share));
	finding_effect(finding, "At the limit no process but root's opens a file or takes a connection (ENFILE).");
	finding_note(finding, "fs.file-nr", "%" PRIu64 " of %" PRIu64, allocated, max);
	if (max <= INT64_MAX / 2)
		finding_command(finding, "sysctl -w fs.file-max=%" PRIu64, 2 * max);
	finding_advice(finding, "See who has them: for p in /proc/[0-9]*; do echo \"$(ls $p/fd | wc -l) $p\"; done | sort -n");
}

void rule_descriptors(struct findings *findings, const struct view *view)
{
	descriptors_system(findings, view);
	for (const struct counter *c = view_objects(view, LAYER_FD, NULL); c; c = view_objects(view, LAYER_FD, c->object)) {
		uint64_t open, limit;
		struct finding *finding;
		const char *comm;
		unsigned long pid;
		bool at;

		if (!view_level(view, LAYER_FD, c->object, "open", &open) || !view_level(view, LAYER_FD, c->object, "limit", &limit) ||
		    !limit || (double)open < NEAR_LIMIT * (double)limit)
			continue;
		pid = strtoul(c->object, NULL, 10);
		comm = strchr(c->object, ' ');
		comm = comm ? comm + 1 : "?";
		at = (double)open >= AT_LIMIT * (double)limit;
		finding = finding_add(findings, "fd-process", at ? SEVERITY_CRITICAL : SEVERITY_WARNING, SURE_CERTAIN, WEIGHT_CAUSE);
		finding_title(finding, "%s (pid %lu) has %" PRIu64 " of its %" PRIu64 " file descriptors in use", comm, pid, open, limit);
		finding_effect(finding, at ? "It cannot take or make connections, nor open files (EMFILE); clients wait in its "
			       "accept queue." :
					     "At the limit it takes no more connections (EMFILE).");
		finding_note(finding, "open descriptors", "%" PRIu64 " of %" PRIu64, open, limit);
		finding_command(finding, "prlimit --pid %lu --nofile=%" PRIu64 ":%" PRIu64, pid, 4 * limit, 4 * limit);
		finding_command(finding, "ls -l /proc/%lu/fd", pid);
		finding_advice(finding, "For good: LimitNOFILE=%" PRIu64 " in its systemd unit. If the number only ever grows, it "
			       "forgets to "
					"close them.", 4 * limit);
	}
}

void rule_reverse_path(struct findings *findings, const struct view *view)
{
	struct grown stopped = view_grown(view, LAYER_TCP, "", "TcpExtIPReversePathFilter");
	struct finding *finding;
	char rate[RATE_LEN];

	if (!stopped.known || stopped.by < LOST_MIN || view_rate(view, stopped.by) < REVERSE_PATH_RATE)
		return;
	finding = finding_add(findings, "reverse-path", SEVERITY_CRITICAL, SURE_CERTAIN, WEIGHT_CAUSE);
	finding_title(finding, "the reverse-path filter drops %s packets a second", rate_text(view_rate(view, stopped.by), rate));
	finding_effect(finding, "Packets came in by another interface than the one that answers would leave by, and are dropped: those "
				"clients get nothing at all.");
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtIPReversePathFilter", true);
	view_reason(finding, view, "IP_RPFILTER");
	finding_command(finding, "sysctl -w net.ipv4.conf.all.log_martians=1; dmesg -w | grep martian");
	finding_command(finding, "sysctl -w net.ipv4.conf.all.rp_filter=2");
	finding_advice(finding, "The first names sources and interfaces. Either the route back is missing or wrong (ip route get "
		       "SOURCE), or "
				"routing is asymmetric on purpose: then 2 (loose) lets it by, and is the stronger of all and interface.");
}

/** struct checksum - a counter of bad checksums, and that of all packets it is a part of */
struct checksum {
	enum layer layer;
	const char *bad, *all, *protocol;
};

void rule_checksum(struct findings *findings, const struct view *view)
{
	static const struct checksum list[] = {
		{ LAYER_IP, "IpExtInCsumErrors", "IpInReceives", "IPv4" },
		{ LAYER_TCP, "TcpInCsumErrors", "TcpInSegs", "TCP" },
		{ LAYER_UDP, "UdpInCsumErrors", "UdpInDatagrams", "UDP" },
		{ LAYER_UDP, "Udp6InCsumErrors", "Udp6InDatagrams", "UDP over IPv6" },
		{ LAYER_ICMP, "IcmpInCsumErrors", "IcmpInMsgs", "ICMP" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct grown bad = view_grown(view, list[i].layer, "", list[i].bad), all = view_grown(view, list[i].layer, "",
												      list[i].all);
		struct finding *finding;
		char share[SHARE_LEN];

		if (!bad.known || !all.known || !view_lost(bad.by, all.by + bad.by))
			continue;
		finding = finding_add(findings, "checksum-errors", SEVERITY_WARNING, SURE_CERTAIN,
				      WEIGHT_LOSS + (double)bad.by / (double)(all.by + bad.by));
		finding_title(finding, "%s of %s packets arrive with a wrong checksum",
			      share_text((double)bad.by, (double)(all.by + bad.by), share), list[i].protocol);
		finding_effect(finding, "They are dropped; what changes packets on their way may change some without being noticed.");
		view_evidence(finding, view, list[i].layer, "", list[i].bad, true);
		view_evidence(finding, view, list[i].layer, "", list[i].all, true);
		finding_command(finding, "ethtool -k eth0 | grep checksum");
		finding_advice(finding, "For each interface. Faulty memory in a switch or a card, a tunnel or bridge of virtual "
			       "machines that "
					"leaves out checksums (ethtool -K IFACE tx off at the sender tells), or somebody who "
					"sends rubbish.");
	}
}

static void tcp_mem_command(struct finding *finding, const struct view *view)
{
	uint64_t low, pressure, high;

	if (view_level(view, LAYER_MEMORY, "tcp", "low", &low) && view_level(view, LAYER_MEMORY, "tcp", "pressure", &pressure) &&
	    view_level(view, LAYER_MEMORY, "tcp", "high", &high)) {
		finding_note(finding, "net.ipv4.tcp_mem", "%" PRIu64 " %" PRIu64 " %" PRIu64 " pages", low, pressure, high);
		finding_command(finding, "sysctl -w net.ipv4.tcp_mem=\"%" PRIu64 " %" PRIu64 " %" PRIu64 "\"", 2 * low,
				2 * pressure, 2 * high);
	}
}

/* Segments that came and were thrown away again for lack of room. */
static void tcp_pruned(struct findings *findings, const struct view *view)
{
	static const char *const names[] = { "TcpExtRcvPruned", "TcpExtOfoPruned", "TcpExtTCPRcvQDrop", "TcpExtTCPOFODrop",
					    "TcpExtTCPBacklogDrop" };
	struct grown all = view_grown(view, LAYER_TCP, "", "TcpInSegs");
	struct finding *finding;
	char share[SHARE_LEN];
	uint64_t lost = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		lost += view_grown(view, LAYER_TCP, "", names[i]).by;
	if (!all.known || !view_lost(lost, all.by))
		return;
	finding = finding_add(findings, "tcp-pruned", SEVERITY_WARNING, SURE_CERTAIN, WEIGHT_SLOW);
	finding_title(finding, "%s of TCP segments arrive and are thrown away for lack of room",
		      share_text((double)lost, (double)all.by, share));
	finding_effect(finding, "The peers send them again; those connections are slow.");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		view_evidence(finding, view, LAYER_TCP, "", names[i], false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtPruneCalled", false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpInSegs", true);
	finding_command(finding, "coremon-sockets");
	finding_advice(finding, "Receive buffers are full of what programs have not read: Recv-Q shows whose. A program that sets "
		       "SO_RCVBUF "
				"itself takes the kernel's tuning away.");
}

void rule_tcp_memory(struct findings *findings, const struct view *view)
{
	uint64_t pages = 0, pressure = 0, high = 0, aborted = view_grown(view, LAYER_TCP, "", "TcpExtTCPAbortOnMemory").by;
	bool known = view_level(view, LAYER_MEMORY, "tcp", "pages", &pages) && view_level(view, LAYER_MEMORY, "tcp", "pressure",
											  &pressure) &&
		     view_level(view, LAYER_MEMORY, "tcp", "high", &high) && high > 0;
	uint64_t entered = view_grown(view, LAYER_TCP, "", "TcpExtTCPMemoryPressures").by;
	bool worst = aborted > 0 || (known && (double)pages >= AT_LIMIT * (double)high);
	struct finding *finding;

	tcp_pruned(findings, view);
	if (!worst && !entered && !(known && pages >= pressure))
		return;
	finding = finding_add(findings, "tcp-memory", worst ? SEVERITY_CRITICAL : SEVERITY_WARNING, SURE_CERTAIN, WEIGHT_CAUSE);
	if (worst)
		finding_title(finding, "TCP is out of memory: connections are %s", aborted ? "killed" : "starved");
	else
		finding_title(finding, "TCP is under memory pressure");
	finding_effect(finding, worst ? "Segments are dropped and connections reset, of all services." :
					"The kernel shrinks windows and buffers: every connection gets slower.");
	if (known)
		finding_note(finding, "memory of TCP", "%" PRIu64 " pages; pressure at %" PRIu64 ", limit %" PRIu64, pages,
			     pressure, high);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPMemoryPressures", false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPMemoryPressuresChrono", false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPAbortOnMemory", false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtPruneCalled", false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtRcvPruned", false);
	tcp_mem_command(finding, view);
	finding_command(finding, "coremon-sockets");
	finding_advice(finding, "See which sockets hold it (Recv-Q, Send-Q): a program that does not read, or peers that do not. Orphans "
				"past net.ipv4.tcp_max_orphans are killed as well.");
}

void rule_thinned(struct findings *findings, const struct view *view)
{
	const struct module_stats *before = view->module_before, *now = view->module_now;
	struct finding *finding;
	uint64_t time_us;

	if (!before || !now || !module_stat_known(before, M_THINNED) || !module_stat_known(now, M_THINNED) ||
	    now->val[M_THINNED] <= before->val[M_THINNED])
		return;
	/* Nothing is wrong with the machine, but less of it is seen than is thought. */
	finding = finding_add(findings, "thinned", SEVERITY_NOTE, SURE_CERTAIN, WEIGHT_CAUSE);
	finding_title(finding, "CoreMon does not handle all calls, to keep within its CPU budget");
	finding_effect(finding, "Of connections that are open meanwhile, calls and highest and mean queues are not known. Bytes, segments, "
				"retransmits, states, ends and drops are exact.");
	finding_count(finding, "thinned", before->val[M_THINNED], now->val[M_THINNED], view->elapsed_ns);
	if (module_stat_known(now, M_THINNING))
		finding_note(finding, "thinning", "1 of %" PRIu64 " calls is handled now", now->val[M_THINNING]);
	if (module_stat_known(before, M_HOOKS_TIME_US) && module_stat_known(now, M_HOOKS_TIME_US) && view->elapsed_ns &&
	    now->val[M_HOOKS_TIME_US] >= before->val[M_HOOKS_TIME_US]) {
		time_us = now->val[M_HOOKS_TIME_US] - before->val[M_HOOKS_TIME_US];
		finding_note(finding, "hooks_time_us", "%.2f %% of a CPU, all CPUs added up", view_rate(view, time_us) / 1e4);
	}
	if (module_stat_known(now, M_CPU_BUDGET) && now->val[M_CPU_BUDGET] && now->val[M_CPU_BUDGET] <= 500) {
		finding_note(finding, "cpu_budget", "%" PRIu64 " thousandths of each CPU", now->val[M_CPU_BUDGET]);
		finding_command(finding, "echo %" PRIu64 " >/sys/module/coremon/parameters/cpu_budget", 2 * now->val[M_CPU_BUDGET]);
	}
}
