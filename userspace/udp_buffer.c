// SPDX-License-Identifier: GPL-2.0-only
#include "udp_buffer.h"

/* A buffer for bursts: some 1,000 datagrams of an Ethernet, each with what the kernel keeps beside it, are not worth less. */
#define LEAST 1048576

static uint64_t limit(const struct counters *limits, const char *name)
{
	const struct counter *counter = counters_find(limits, LAYER_LIMIT, "", name);

	return counter ? counter->value : 0;
}

struct udp_buffer udp_buffer_advise(const struct socket *socket, const struct counters *limits)
{
	uint64_t most = limit(limits, "net.core.rmem_max"), standard = limit(limits, "net.core.rmem_default");
	enum socket_col col = socket_known(socket, SOCKET_RCVBUF) ? SOCKET_RCVBUF : SOCKET_RECV_Q;
	uint64_t have = socket_known(socket, col) ? socket->num[col] : 0, base = have ? have : standard;
	struct udp_buffer buffer = { .ask = base > LEAST / 2 ? 2 * base : LEAST };

	/* Nobody has more than an int has bytes; what a file says beyond that is no size. */
	if (base > INT32_MAX / 4)
		buffer.ask = INT32_MAX / 2;
	if (most && buffer.ask > most)
		buffer.raise_max = buffer.ask;
	if (have && have == standard)
		buffer.raise_default = 2 * buffer.ask;
	return buffer;
}
