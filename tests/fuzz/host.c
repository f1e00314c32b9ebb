// SPDX-License-Identifier: GPL-2.0-only
/* The files of the load of the machine, in two readings: stat, vmstat, snmp, interfaces, disks. */
#include "fuzz.h"
#include "host.h"
#include "rate.h"

static const char *const paths[] = {
	"/proc/stat", "/proc/vmstat", "/proc/net/snmp", "/proc/net/snmp6", "/proc/net/dev", "/proc/diskstats", "/sys/block/sda/size",
	"/sys/block/dm-0/slaves/sda/size", "/sys/block/dm-0/size",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct root root = { .base = FUZZ_ROOT, .numbered = true };
	struct host_delta delta;
	struct host reading[2];

	fuzz_files(data, size, paths, sizeof(paths) / sizeof(paths[0]), 2);
	fuzz_begin(FUZZ_TEXT);
	for (root.tree = 1; root.tree <= 2; root.tree++)
		host_read(&reading[root.tree - 1], &root);
	fuzz_must(host_delta_make(&delta, &reading[0], &reading[1]) == 0, "out of memory");
	host_delta_free(&delta);
	host_free(&reading[0]);
	host_free(&reading[1]);
	fuzz_end();
	return 0;
}
