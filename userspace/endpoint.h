/* SPDX-License-Identifier: GPL-2.0-only */
/* One end of a connection: an address and a port. */
#ifndef COREMON_ENDPOINT_H
#define COREMON_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

/* "[" IPv6 "]:" port, with the final NUL */
#define ENDPOINT_STRLEN 56

/** struct endpoint - address and port */
struct endpoint {
	uint8_t addr[16];	/* network order; IPv4 in the first four bytes */
	uint16_t port;		/* host order; 0 is shown as "*" */
	bool v6;		/* IPv6; a v4-mapped address is IPv6 here, as in the kernel */
};

/** struct prefix - an address with the number of its bits that count */
struct prefix {
	uint8_t addr[16];
	unsigned int bits;
	bool v6;
};

/** endpoint_parse() - read "addr:port" or "[addr]:port". Return: true when @word is one. */
bool endpoint_parse(const char *word, struct endpoint *ep);

/** endpoint_format() - write @ep as endpoint_parse() reads it. Return: @buf. */
char *endpoint_format(const struct endpoint *ep, char buf[ENDPOINT_STRLEN]);

/** endpoint_same() - Return: true where the two are the same. (Not memcmp(): behind the last member there is a byte that nobody sets.) */
bool endpoint_same(const struct endpoint *a, const struct endpoint *b);

/** prefix_match() - Return: true when the address of @ep is in @prefix; a v4-mapped address is also in IPv4 prefixes. */
bool prefix_match(const struct prefix *prefix, const struct endpoint *ep);

#endif /* COREMON_ENDPOINT_H */
