// SPDX-License-Identifier: GPL-2.0-only
#include "message.h"

#include <string.h>

_Alignas(8) char buf[16384];
size_t len, start;

void no_messages(void)
{
	memset(buf, 0, sizeof(buf));
	len = 0;
}

struct nlmsghdr *last(void)
{
	return (struct nlmsghdr *)(buf + start);
}

void put_message(uint16_t type, const void *payload, size_t size)
{
	start = len;
	last()->nlmsg_type = type;
	last()->nlmsg_flags = NLM_F_MULTI;
	last()->nlmsg_seq = 1;
	memcpy(buf + start + NLMSG_HDRLEN, payload, size);
	len += NLMSG_HDRLEN + NLMSG_ALIGN(size);
	last()->nlmsg_len = (uint32_t)(len - start);
}

void put_attr(uint16_t type, const void *payload, size_t size)
{
	struct nlattr *attr = (struct nlattr *)(buf + len);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + size);
	memcpy(buf + len + NLA_HDRLEN, payload, size);
	len += NLA_HDRLEN + NLA_ALIGN(size);
	last()->nlmsg_len = (uint32_t)(len - start);
}

void put_text(uint16_t type, const char *text)
{
	put_attr(type, text, strlen(text) + 1);
}

size_t begin_nest(uint16_t type)
{
	size_t at = len;

	put_attr(type, "", 0);
	return at;
}

void end_nest(size_t at)
{
	((struct nlattr *)(buf + at))->nla_len = (uint16_t)(len - at);
}
