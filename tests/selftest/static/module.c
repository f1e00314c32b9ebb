// SPDX-License-Identifier: GPL-2.0-only
/* Wrong on purpose: scripts/static.sh must find it. Never built. */
#include <linux/slab.h>

void *planted(size_t size)
{
	void *at;

	smp_mb();
	at = kmalloc(size, GFP_KERNEL);
	if (!at)
		return NULL;
	memset(at, 0, size);
	return at;
}
EXPORT_SYMBOL_GPL(planted);
