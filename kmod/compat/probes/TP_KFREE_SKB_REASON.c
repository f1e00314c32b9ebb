// SPDX-License-Identifier: GPL-2.0-only
/* v5.17 (c504e5c2f964): kfree_skb tells the reason, whose names the kernel has. */
/* absent: incompatible pointer type|'enum skb_drop_reason' declared|unknown type|incomplete type|has incomplete type */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

static void cb(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason)
{
}

void probe(void);
void probe(void)
{
	check_trace_callback_type_kfree_skb(cb);
}
