// SPDX-License-Identifier: GPL-2.0-only
#include "reason.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

#define PATH "/proc/coremon/reasons"
#define REASONS_MAX 4096	/* more than any kernel has */

/** struct reason - one line */
struct reason {
	enum reason_kind kind;
	uint32_t number;
	char name[REASON_NAME_LEN];
};

static struct reason *reasons;
static unsigned int nr;
static bool done;

static bool parse_kind(const char *word, enum reason_kind *kind)
{
	*kind = strcmp(word, "rst") == 0 ? REASON_RST : REASON_DROP;
	return *kind == REASON_RST || strcmp(word, "drop") == 0;
}

/* A name is printed as it is: nothing but letters, digits and _. */
static bool plain(const char *name)
{
	return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name) &&
	       strlen(name) < REASON_NAME_LEN;
}

static bool parse(char *line, struct reason *reason)
{
	char *kind = next_word(&line), *number = next_word(&line), *name = next_word(&line);
	uint64_t n;

	if (!name || !parse_kind(kind, &reason->kind) || !parse_number(number, &n) || n > UINT32_MAX || !plain(name))
		return false;
	reason->number = (uint32_t)n;
	strcpy(reason->name, name);
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

void reasons_read(const struct root *root)
{
	struct lines in;
	char *line;

	if (done || lines_open(&in, root, PATH) < 0)
		return;
	done = true;
	reasons = calloc(REASONS_MAX, sizeof(*reasons));
	while (reasons && nr < REASONS_MAX && (line = lines_next(&in)) != NULL)
		nr += parse(line, &reasons[nr]);
	lines_close(&in);
	if (reasons)
		qsort(reasons, nr, sizeof(*reasons), compare);
}

const char *reason_name(enum reason_kind kind, uint32_t number)
{
	struct reason key = { .kind = kind, .number = number };
	const struct reason *found = nr ? bsearch(&key, reasons, nr, sizeof(*reasons), compare) : NULL;

	return found ? found->name : NULL;
}
