// SPDX-License-Identifier: GPL-2.0-only
/* v6.3 (6e6eda44b939): sock_send_length, sock_recv_length, one hit a call. */
/* absent: implicit declaration|undeclared */
#include <net/sock.h>
#include <trace/events/sock.h>

static void cb(void *data, struct sock *sk, int ret, int flags)
{
}

void probe(void);
void probe(void)
{
	check_trace_callback_type_sock_send_length(cb);
	check_trace_callback_type_sock_recv_length(cb);
}
