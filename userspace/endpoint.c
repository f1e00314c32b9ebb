// SPDX-License-Identifier: GPL-2.0-only
#include "endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "lines.h"

static const uint8_t v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool port_parse(const char *word, uint16_t *port)
{
	uint64_t n;

	if (strcmp(word, "*") == 0) {
		*port = 0;
		return true;
	}
	if (!parse_number(word, &n) || n > UINT16_MAX)
		return false;
	*port = (uint16_t)n;
	return true;
}

bool endpoint_parse(const char *word, struct endpoint *ep)
{
	char addr[INET6_ADDRSTRLEN];
	const char *begin = word;
	const char *colon = strrchr(word, ':');
	const char *end = colon;

	memset(ep, 0, sizeof(*ep));
	if (!colon)
		return false;
	if (*word == '[') {
		ep->v6 = true;
		begin++;
		end--;
		if (end < begin || *end != ']')
			return false;
	}
	if ((size_t)(end - begin) >= sizeof(addr))
		return false;
	memcpy(addr, begin, (size_t)(end - begin));
	addr[end - begin] = '\0';
	if (inet_pton(ep->v6 ? AF_INET6 : AF_INET, addr, ep->addr) != 1)
		return false;
	return port_parse(colon + 1, &ep->port);
}

char *endpoint_format(const struct endpoint *ep, char buf[ENDPOINT_STRLEN])
{
	char addr[INET6_ADDRSTRLEN];
	char port[8] = "*";

	inet_ntop(ep->v6 ? AF_INET6 : AF_INET, ep->addr, addr, sizeof(addr));
	if (ep->port)
		snprintf(port, sizeof(port), "%u", ep->port);
	snprintf(buf, ENDPOINT_STRLEN, ep->v6 ? "[%s]:%s" : "%s:%s", addr, port);
	return buf;
}

bool endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->v6 == b->v6 && a->port == b->port && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

bool prefix_match(const struct prefix *prefix, const struct endpoint *ep)
{
	const uint8_t *addr = ep->addr;
	unsigned int bytes = prefix->bits / 8;
	unsigned int rest = prefix->bits % 8;

	if (prefix->v6 != ep->v6) {
		if (prefix->v6 || memcmp(addr, v4_mapped, sizeof(v4_mapped)) != 0)
			return false;
		addr += sizeof(v4_mapped);
	}
	if (memcmp(addr, prefix->addr, bytes) != 0)
		return false;
	return rest == 0 || (addr[bytes] ^ prefix->addr[bytes]) >> (8 - rest) == 0;
}
