// SPDX-License-Identifier: GPL-2.0-only
#include <net/tcp.h>

void probe(struct sock *sk);
void probe(struct sock *sk)
{
	tcp_function_no_kernel_ever_had(sk);
}
