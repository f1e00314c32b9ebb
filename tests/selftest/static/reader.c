// SPDX-License-Identifier: GPL-2.0-only
/* Wrong on purpose: scripts/static.sh must find it. Never built. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct planted {
	char a;
	int b;
};

bool planted(const struct planted *x, const struct planted *y)
{
	int uninitialized;

	if (x->b)
		return uninitialized > 1;
	return memcmp(x, y, sizeof(*x)) == 0;
}

int twice(void)
{
	int *at = malloc(sizeof(*at));

	if (!at)
		return 0;
	free(at);
	return *at;
}
