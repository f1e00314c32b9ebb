// SPDX-License-Identifier: GPL-2.0-only
/* Between v6.1 and v6.12: tcp_send_reset tells the reason, and may have no socket. */
/* absent: incompatible pointer type|'enum sk_rst_reason' declared|unknown type|incomplete type */
#include <net/tcp.h>
#include <trace/events/tcp.h>

static void cb(void *data, const struct sock *sk, const struct sk_buff *skb, const enum sk_rst_reason reason)
{
}

void probe(void);
void probe(void)
{
	check_trace_callback_type_tcp_send_reset(cb);
}
