// SPDX-License-Identifier: GPL-2.0-only
/* The drops that the module saw: /proc/coremon/drops, added up over network namespaces, and those of this one alone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "counter_read.h"
#include "host.h"
#include "lines.h"
#include "say.h"

#define DROPS "/proc/coremon/drops"
#define REASONS "/proc/coremon/reasons"
#define HEAD "# coremon drops "
#define MOST_WORDS 64

enum reason_col { R_NETNS, R_REASON, R_PLACE, R_PROTOCOL, R_COUNT, R_NR };

/** struct reason_reading - where the columns are */
struct reason_reading {
	int at[R_NR];		/* -1: not there */
	int nr;			/* words a row has */
	uint64_t netns;		/* inode of ours, 0 where all rows are taken for ours */
};

/* Return: true where these are names of columns with all that is needed. */
static bool take_names(struct reason_reading *reading, char *line)
{
	static const char *const names[R_NR] = { "netns", "reason", "place", "protocol", "count" };
	bool all = true;
	char *word;

	for (int i = 0; i < R_NR; i++)
		reading->at[i] = -1;
	for (reading->nr = 0; (word = next_word(&line)); reading->nr++) {
		for (int i = 0; i < R_NR; i++) {
			if (strcmp(word, names[i]) == 0)
				reading->at[i] = reading->nr;
		}
	}
	for (int i = 0; i < R_NR; i++)
		all &= reading->at[i] >= 0;
	return all && reading->nr <= MOST_WORDS;
}

/* Return: 0, -ENOMEM, or 1 where this is no row. */
static int take_row(struct counters *counters, const struct reason_reading *reading, char *line)
{
	char *word[MOST_WORDS], object[512];
	uint64_t count, netns;
	int nr = 0, ret;

	while (nr < MOST_WORDS && (word[nr] = next_word(&line)))
		nr++;
	if (nr != reading->nr || next_word(&line) || !parse_number(word[reading->at[R_COUNT]], &count))
		return 1;
	ret = snprintf(object, sizeof(object), "%s|%s|%s", word[reading->at[R_REASON]], word[reading->at[R_PLACE]],
		       word[reading->at[R_PROTOCOL]]);
	if (ret >= (int)sizeof(object))
		return 1;
	ret = counters_add(counters, LAYER_REASON, false, object, "count", count);
	if (ret == 0 && (!reading->netns || (parse_number(word[reading->at[R_NETNS]], &netns) && netns == reading->netns)))
		ret = counters_add(counters, LAYER_REASON, false, object, "count_here", count);
	return ret;
}

/* Return: true where the rows of the file are to be read. What is wrong is said. */
static bool read_head(struct reason_reading *reading, struct lines *in)
{
	char *line = lines_next(in);

	if (!line || strncmp(line, HEAD, strlen(HEAD)) != 0) {
		say_once(DROPS, "%s: not a table of drops", DROPS);
		return false;
	}
	if (strcmp(line + strlen(HEAD), "1") != 0) {
		say_once(DROPS, "%s: format %.20s, this program knows format 1", DROPS, line + strlen(HEAD));
		return false;
	}
	line = lines_next(in);
	if (line && take_names(reading, line))
		return true;
	say_once(DROPS, "%s: columns are missing", DROPS);
	return false;
}

/* How many reasons for a drop this kernel has names of: none before 5.17. Lines of kind, number, name. Return: 0 or -ENOMEM. */
static int read_names(struct counters *counters, const struct root *root)
{
	struct lines in;
	uint64_t nr = 0;
	char *line;

	if (lines_open(&in, root, REASONS) < 0)
		return 0;
	while ((line = lines_next(&in))) {
		char *kind = next_word(&line);

		nr += kind && strcmp(kind, "drop") == 0;
	}
	return host_close(&in, REASONS) ? counters_add(counters, LAYER_REASON, true, "", "reasons", nr) : 0;
}

/* Inode of this program's network namespace; under COREMON_ROOT what $COREMON_ROOT/netns says. Return: it, or 0. */
static uint64_t own_netns(const struct root *root)
{
	uint64_t netns = 0;
	struct lines in;
	struct stat st;
	char *line;

	if (!root_moved(root))
		return stat("/proc/self/ns/net", &st) == 0 ? st.st_ino : 0;
	if (lines_open(&in, root, "/netns") < 0)
		return 0;
	line = lines_next(&in);
	if (!line || !parse_number(line, &netns))
		netns = 0;
	lines_close(&in);
	return netns;
}

int counter_reason_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	struct reason_reading reading = { .netns = 0 };
	unsigned int bad = 0;
	struct lines in;
	bool good;
	char *line;
	int ret = lines_open(&in, root, DROPS);

	(void)layers;
	if (ret < 0) {
		if (ret == -ENOENT)
			say_once(DROPS, "no %s: the kernel's reasons are not known", DROPS);
		else
			say_once(DROPS, "%s: %s", DROPS, strerror(-ret));
		return 0;
	}
	reading.netns = own_netns(root);
	ret = 0;
	good = read_head(&reading, &in);
	while (good && ret >= 0 && (line = lines_next(&in))) {
		if (line[0] == '#')
			continue;
		ret = take_row(counters, &reading, line);
		bad += ret > 0;
	}
	if (bad)
		say_once(DROPS "?", "%s: %u rows make no sense", DROPS, bad);
	if (host_close(&in, DROPS) && good && !bad)
		counters_whole(counters, LAYER_REASON);
	return ret < 0 ? ret : read_names(counters, root);
}
