// SPDX-License-Identifier: GPL-2.0-only
/* v5.19 (40570375356c): tp->snd_cwnd is read through tcp_snd_cwnd(). */
/* absent: implicit declaration */
#include <net/tcp.h>

u32 probe(const struct tcp_sock *tp);
u32 probe(const struct tcp_sock *tp)
{
	return tcp_snd_cwnd(tp);
}
