// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

/**
 * coremon_place_text() - The name of a place.
 * @buf: out: symbol+0xoffset[module], without blanks, every byte written; empty where there is no symbol (its module is gone)
 * @place: an address in the kernel's or a module's text; 0: none
 *
 * What is in a module that is gone may be named after another that was loaded into its place since.
 *
 * Context: any.
 */
void coremon_place_text(char buf[COREMON_PLACE_LEN], unsigned long place)
{
	char *size, *module;

	memset(buf, 0, COREMON_PLACE_LEN);
	if (!place)
		return;
	snprintf(buf, COREMON_PLACE_LEN, "%pS", (void *)place);
	size = strchr(buf, '/');
	/* What has no symbol is printed as a number. */
	if (isdigit(buf[0]) || !size) {
		memset(buf, 0, COREMON_PLACE_LEN);
		return;
	}
	module = strchr(size, '[');
	if (module)
		memmove(size, module, strlen(module) + 1);
	else
		*size = '\0';
	/* The build's id may follow the module's name. */
	size = strchr(buf, ']');
	if (size)
		size[1] = '\0';
	size = strchr(buf, ' ');
	if (size)
		memmove(size, size + 1, strlen(size));
	memset(buf + strlen(buf), 0, COREMON_PLACE_LEN - strlen(buf));
}
