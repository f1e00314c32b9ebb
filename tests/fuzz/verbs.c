// SPDX-License-Identifier: GPL-2.0-only
/* The verbs that tell of the whole machine, on two readings of everything: what they write is looked at as text, JSON, CSV. */
#include "doctor.h"
#include "drops.h"
#include "fuzz.h"
#include "report.h"
#include "sockets.h"

static const char *const paths[] = {
	"/proc/coremon/connections.bin", "/proc/coremon/connections", "/proc/coremon/stats", "/proc/coremon/reasons",
	"/proc/coremon/drops", "/proc/net/snmp", "/proc/net/netstat", "/proc/net/snmp6", "/proc/net/dev", "/proc/diskstats",
	"/proc/stat", "/proc/vmstat", "/proc/net/softnet_stat", "/proc/net/sockstat", "/proc/net/tcp", "/proc/net/udp",
	"/netlink/link", "/netlink/qdisc", "/netlink/class", "/netlink/conntrack", "/netlink/tcp", "/netlink/udp", "/inet_diag",
	"/ethtool/eth0", "/proc/20/comm", "/proc/20/fd/3",
};

static const struct {
	int (*verb)(int argc, char **argv);
	const char *line;
} runs[] = {
	{ verb_report, "coremon-report 1" },
	{ verb_report, "coremon-report --json --section=all 1" },
	{ verb_report, "coremon-report --section=all --clients=3 1" },
	{ verb_report, "coremon-report --csv=connections 1" },
	{ verb_report, "coremon-report --csv=drops 1" },
	{ verb_drops, "coremon-drops -a 1" },
	{ verb_drops, "coremon-drops --json 1" },
	{ verb_drops, "coremon-drops --csv 1" },
	{ verb_sockets, "coremon-sockets -apn 1" },
	{ verb_sockets, "coremon-sockets --json -apn 1" },
	{ verb_sockets, "coremon-sockets -i 1" },
	{ verb_sockets, "coremon-sockets -s 1" },
	{ verb_sockets, "coremon-sockets --loss 1" },
	{ verb_sockets, "coremon-sockets --limits --json 1" },
	{ verb_doctor, "coremon-doctor" },
	{ verb_doctor, "coremon-doctor --json" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int which;

	if (size == 0)
		return 0;
	which = (data[0] - 'A') % (sizeof(runs) / sizeof(runs[0]));
	fuzz_files(data, size, paths, sizeof(paths) / sizeof(paths[0]), 2);
	fuzz_verb(runs[which].verb, runs[which].line);
	return 0;
}
