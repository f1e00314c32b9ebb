// SPDX-License-Identifier: GPL-2.0-only
/* Between v6.12 and v7.2: the receiving socket of kfree_skb became const. */
/* absent: incompatible pointer type|'enum skb_drop_reason' declared|unknown type|incomplete type|has incomplete type */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

static void cb(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason, const struct sock *rx_sk)
{
}

void probe(void);
void probe(void)
{
	check_trace_callback_type_kfree_skb(cb);
}
