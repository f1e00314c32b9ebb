// SPDX-License-Identifier: GPL-2.0-only
#include "snmp.h"

#include <stdlib.h>
#include <string.h>

/* Cut "Group: a b c" at its colon. Return: the group, or NULL. */
static char *cut_group(char **line)
{
	char *group = *line;
	char *colon = strchr(group, ':');

	if (!colon)
		return NULL;
	*colon = '\0';
	*line = colon + 1;
	return group;
}

static bool same_number_of_words(const char *a, const char *b)
{
	for (;;) {
		a += strspn(a, " ");
		b += strspn(b, " ");
		if (!*a || !*b)
			return !*a && !*b;
		a += strcspn(a, " ");
		b += strcspn(b, " ");
	}
}

/* Return: false where the two lines are no pair. */
static bool pair(char *names, char *values, snmp_fn fn, void *ctx)
{
	char *group = cut_group(&names), *group_of_values = cut_group(&values);
	char *name, *value;

	if (!group || !group_of_values || strcmp(group, group_of_values) != 0 || !same_number_of_words(names, values))
		return false;
	while ((name = next_word(&names)) && (value = next_word(&values)))
		fn(ctx, group, name, value);
	return true;
}

bool snmp_pairs(struct lines *in, snmp_fn fn, void *ctx)
{
	bool whole = true;
	char *line;

	while ((line = lines_next(in))) {
		char *names = strdup(line);

		line = names ? lines_next(in) : NULL;
		whole &= line && pair(names, line, fn, ctx);
		free(names);
		if (!line)
			break;
	}
	return whole;
}
