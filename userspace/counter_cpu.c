// SPDX-License-Identifier: GPL-2.0-only
/* What each CPU did with received packets before any protocol saw them: /proc/net/softnet_stat, hexadecimal words. */
#include <stdio.h>
#include <string.h>

#include "counter_read.h"
#include "host.h"
#include "lines.h"
#include "say.h"

#define SOFTNET "/proc/net/softnet_stat"
#define MOST_WORDS 32
#define LEAST_WORDS 3
#define CPU_WORD 12		/* which CPU it is, from 5.10 on; before, a line is a CPU that is online */

static const struct {
	unsigned int word;
	bool gauge;
	const char *name;
} columns[] = {
	{ 0, false, "processed" }, { 1, false, "dropped" }, { 2, false, "time_squeeze" }, { 9, false, "received_rps" },
	{ 10, false, "flow_limit_count" }, { 11, true, "backlog_len" },
};

/* All of @word, up to 8 hexadecimal digits. */
static bool parse_hex(const char *word, uint64_t *value)
{
	size_t len = strspn(word, "0123456789abcdef");

	*value = 0;
	if (len == 0 || len > 8 || word[len])
		return false;
	for (; *word; word++)
		*value = *value << 4 | (uint64_t)(*word <= '9' ? *word - '0' : *word - 'a' + 10);
	return true;
}

/* Return: 0, -ENOMEM, or 1 where this is no such line. */
static int take_line(struct counters *counters, char *line, unsigned int row)
{
	uint64_t value[MOST_WORDS];
	unsigned int nr = 0;
	char object[16], *word;
	int ret = 0;

	while ((word = next_word(&line)) && nr < MOST_WORDS) {
		if (!parse_hex(word, &value[nr++]))
			return 1;
	}
	if (nr < LEAST_WORDS)
		return 1;
	snprintf(object, sizeof(object), "cpu%u", nr > CPU_WORD ? (unsigned int)value[CPU_WORD] : row);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]) && ret == 0; i++) {
		if (columns[i].word < nr)
			ret = counters_add(counters, LAYER_CPU, columns[i].gauge, object, columns[i].name, value[columns[i].word]);
	}
	return ret;
}

int counter_cpu_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	unsigned int row = 0, bad = 0;
	struct lines in;
	char *line;
	int ret = 0;

	(void)layers;
	if (!host_open(&in, root, SOFTNET))
		return 0;
	while (ret >= 0 && (line = lines_next(&in))) {
		ret = take_line(counters, line, row++);
		bad += ret > 0;
	}
	if (bad)
		say_once(SOFTNET "?", "%s: %u lines make no sense", SOFTNET, bad);
	if (host_close(&in, SOFTNET) && !bad && row)
		counters_whole(counters, LAYER_CPU);
	return ret < 0 ? ret : 0;
}
