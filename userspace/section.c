// SPDX-License-Identifier: GPL-2.0-only
#include "section.h"

#include <string.h>

static const char *const names[SECTION_NR] = {
	[SECTION_LOAD] = "load",	     [SECTION_CONNECTIONS] = "connections", [SECTION_CLIENTS] = "clients",
	[SECTION_CONGESTION] = "congestion", [SECTION_DROPS] = "drops",		    [SECTION_SOCKETS] = "sockets",
};

const char *section_name(enum section section)
{
	return names[section];
}

/* Return: the bits of the name of @len bytes, 0 where it is none. */
static uint32_t section_bits(const char *name, size_t len)
{
	if (len == strlen("all") && strncmp(name, "all", len) == 0)
		return SECTION_ALL;
	for (unsigned int i = 0; i < SECTION_NR; i++) {
		if (len == strlen(names[i]) && strncmp(name, names[i], len) == 0)
			return SECTION_BIT(i);
	}
	return 0;
}

bool sections_parse(const char *text, uint32_t *bits)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		uint32_t section = section_bits(text, len);

		if (!section)
			return false;
		*bits |= section;
		text += len;
		if (!*text)
			return true;
		text++;
	}
}
