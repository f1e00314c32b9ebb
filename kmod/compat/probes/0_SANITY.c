// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/tracepoint.h>
#include <net/tcp.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>

u32 probe(const struct tcp_sock *tp);
u32 probe(const struct tcp_sock *tp)
{
	return tp->segs_in;
}
