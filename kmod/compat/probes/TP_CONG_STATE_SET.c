// SPDX-License-Identifier: GPL-2.0-only
/* v6.0 (15fcdf6ae116): a tracepoint in tcp_set_ca_state(). */
/* absent: implicit declaration|undeclared */
#include <net/tcp.h>
#include <trace/events/tcp.h>

static void cb(void *data, struct sock *sk, const u8 ca_state)
{
}

void probe(void);
void probe(void)
{
	check_trace_callback_type_tcp_cong_state_set(cb);
}
