// SPDX-License-Identifier: GPL-2.0-only
/* From v5.17 to v6.3: the names of drop reasons in one array, exported since v6.0. */
/* absent: undeclared|No such file */
#include <linux/skbuff.h>
#include <net/dropreason.h>

const char *probe(void);
const char *probe(void)
{
	return drop_reasons[SKB_DROP_REASON_MAX - 1];
}
