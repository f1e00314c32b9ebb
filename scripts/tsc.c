// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints how fast this machine's time stamp counter runs, in kHz. A guest of QEMU without KVM reads this very counter, but
 * measures it against an emulated timer, which is late on a busy machine: its clock would then run several times too fast.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

/* The moment of the counter: that of the reading of the clock between two of the counter that took least. */
static uint64_t read_both(uint64_t *ns)
{
	uint64_t least = UINT64_MAX, tsc = 0;

	for (int i = 0; i < 100; i++) {
		struct timespec now;
		uint64_t before = __rdtsc(), after;

		clock_gettime(CLOCK_MONOTONIC_RAW, &now);
		after = __rdtsc();
		if (after - before < least) {
			least = after - before;
			tsc = before + least / 2;
			*ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
		}
	}
	return tsc;
}

int main(void)
{
	struct timespec pause = { .tv_nsec = 50000000 };
	uint64_t ns0, ns1, tsc0, tsc1;

	tsc0 = read_both(&ns0);
	nanosleep(&pause, NULL);
	tsc1 = read_both(&ns1);
	printf("%llu\n", (unsigned long long)((double)(tsc1 - tsc0) / (double)(ns1 - ns0) * 1e6 + 0.5));
	return 0;
}
