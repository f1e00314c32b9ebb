// SPDX-License-Identifier: GPL-2.0-only
/* v6.4 (071c0fc6fb91): the names of drop reasons come in lists, one a subsystem, and may come and go with modules. */
/* absent: undeclared|incomplete type|undefined type|No such file */
#include <linux/skbuff.h>
#include <net/dropreason.h>

size_t probe(void);
size_t probe(void)
{
	const struct drop_reason_list *list = rcu_dereference(drop_reasons_by_subsys[SKB_DROP_REASON_SUBSYS_CORE]);

	return list->n_reasons + (SKB_DROP_REASON_SUBSYS_MASK >> SKB_DROP_REASON_SUBSYS_SHIFT);
}
