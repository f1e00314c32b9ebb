// SPDX-License-Identifier: GPL-2.0-only
/* The text files of the host's counters, in two readings: /proc/net, /proc/sys, /proc/coremon/drops, limits of processes. */
#include <string.h>

#include "counter.h"
#include "fuzz.h"

#define LAYERS (((1u << LAYER_NR) - 1) & ~(1u << LAYER_LINK | 1u << LAYER_DRIVER | 1u << LAYER_QDISC))

static const char *const paths[] = {
	"/proc/coremon/drops", "/proc/coremon/reasons", "/proc/net/snmp", "/proc/net/netstat", "/proc/net/snmp6",
	"/proc/net/softnet_stat", "/proc/net/sockstat", "/proc/net/sockstat6", "/proc/sys/net/ipv4/tcp_mem",
	"/proc/sys/net/ipv4/tcp_rmem", "/proc/sys/net/core/somaxconn", "/proc/sys/fs/file-nr", "/netns", "/proc/77/limits",
	"/proc/77/comm", "/proc/77/fd/1", "/proc/sys/net/netfilter/nf_conntrack_count", "/proc/sys/net/netfilter/nf_conntrack_max",
};

static void check(const struct counters *before, const struct counters *now)
{
	uint64_t delta;

	for (unsigned int i = 0; i < now->nr; i++) {
		const struct counter *counter = &now->counter[i];

		fuzz_must(counters_find(now, counter->layer, counter->object, counter->name) == counter, "a counter is not found");
		if (counters_delta(before, now, counter->layer, counter->object, counter->name, &delta))
			fuzz_must(delta <= counter->value, "a counter grew by more than it is");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct root root = { .base = FUZZ_ROOT, .numbered = true };
	struct counters reading[2];

	fuzz_files(data, size, paths, sizeof(paths) / sizeof(paths[0]), 2);
	fuzz_begin(FUZZ_TEXT);
	for (root.tree = 1; root.tree <= 2; root.tree++)
		fuzz_must(counters_read(&reading[root.tree - 1], &root, LAYERS) == 0, "out of memory");
	check(&reading[0], &reading[1]);
	counters_free(&reading[0]);
	counters_free(&reading[1]);
	fuzz_end();
	return 0;
}
