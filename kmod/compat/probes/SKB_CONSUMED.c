// SPDX-License-Identifier: GPL-2.0-only
/* v6.3 (40bbae583ec3): a reason that says that nothing was dropped. */
/* absent: undeclared */
#include <linux/skbuff.h>

unsigned int probe(void);
unsigned int probe(void)
{
	return SKB_CONSUMED;
}
