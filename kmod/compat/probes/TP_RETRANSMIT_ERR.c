// SPDX-License-Identifier: GPL-2.0-only
/* Between v6.12 and v7.2: tcp_retransmit_skb tells of failures too, with err. */
/* absent: incompatible pointer type */
#include <net/tcp.h>
#include <trace/events/tcp.h>

static void cb(void *data, const struct sock *sk, const struct sk_buff *skb, int err)
{
}

void probe(void);
void probe(void)
{
	check_trace_callback_type_tcp_retransmit_skb(cb);
}
