// SPDX-License-Identifier: GPL-2.0-only
/* coremon flows: two readings of records as flow records, as text and as JSON. */
#include "flows.h"
#include "fuzz.h"

static const char *const paths[] = {
	"/proc/coremon/connections.bin", "/proc/coremon/stats", "/addresses", "/sys/module/coremon/parameters/closed_max",
	"/sys/fs/cgroup/a.slice/x",
};

static const char *const lines[] = {
	"coremon-flows -i 1", "coremon-flows -i 1 --json", "coremon-flows -H -i 5 --when retrans>0 state=established",
	"coremon-flows -i 1 --format ${coremon-cgroup-path}${coremon-comm}${coremon-cause}${tcp-flags}${pkt-srcaddr}${interface-id}",
	"coremon-flows --estimate",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	fuzz_files(data, size, paths, sizeof(paths) / sizeof(paths[0]), 2);
	fuzz_verb(verb_flows, lines[data[0] % (sizeof(lines) / sizeof(lines[0]))]);
	return 0;
}
