// SPDX-License-Identifier: GPL-2.0-only
/* coremon events: records of events, and the connections whose cgroups they are told with. */
#include "events.h"
#include "fuzz.h"

static const char *const paths[] = {
	"/proc/coremon/events.bin", "/proc/coremon/connections.bin", "/proc/coremon/reasons", "/sys/fs/cgroup/a.slice/b.service/x",
};

static const char *const lines[] = {
	"coremon-events", "coremon-events --json", "coremon-events -u -n 5 comm x or state established", "coremon-events --json -k drop,ca",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	fuzz_files(data, size, paths, sizeof(paths) / sizeof(paths[0]), 2);
	fuzz_verb(verb_events, lines[data[0] % (sizeof(lines) / sizeof(lines[0]))]);
	return 0;
}
