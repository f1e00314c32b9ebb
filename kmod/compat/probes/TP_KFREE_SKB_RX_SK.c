// SPDX-License-Identifier: GPL-2.0-only
/* v6.11 (c53795d48ee8): kfree_skb tells the receiving socket, where the one who drops knows it. */
/* absent: incompatible pointer type|'enum skb_drop_reason' declared|unknown type|incomplete type|has incomplete type */
#include <linux/skbuff.h>
#include <trace/events/skb.h>

static void cb(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason, struct sock *rx_sk)
{
}

void probe(void);
void probe(void)
{
	check_trace_callback_type_kfree_skb(cb);
}
