// SPDX-License-Identifier: GPL-2.0-only
/* noise SEED < file: the file with some of its bytes changed, the same ones for the same seed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	uint32_t x = 2463534242u + (argc > 1 ? (uint32_t)atoi(argv[1]) * 7919 : 0);
	int c;

	while ((c = getchar()) != EOF) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		if (x % 97 == 0)
			c = (int)(x >> 8 & 0xff);
		if (x % 1009 != 1)
			putchar(c);
	}
	return 0;
}
