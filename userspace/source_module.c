// SPDX-License-Identifier: GPL-2.0-only
/* /proc/coremon: the text files of the module. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lines.h"
#include "say.h"
#include "source.h"

#define CONNECTIONS "/proc/coremon/connections"
#define STATS "/proc/coremon/stats"
#define FORMAT "# coremon connections "
#define FORMAT_KNOWN 1
#define MAX_WORDS 256

const char *const module_stat_names[M_NR] = {
	[M_CONNECTIONS] = "connections",
	[M_LISTENERS] = "listeners",
	[M_MAX_CONNS] = "max_conns",
	[M_REFUSED_FULL] = "refused_full",
	[M_REFUSED_NOMEM] = "refused_nomem",
	[M_HOOKS_MISSED] = "hooks_missed",
	[M_HOOKS_TIME_US] = "hooks_time_us",
	[M_CPU_BUDGET] = "cpu_budget",
	[M_THINNING] = "thinning",
	[M_THINNED] = "thinned",
};

/** struct header - which column each word of a row is */
struct header {
	int col[MAX_WORDS];	/* enum conn_col, or -1 */
	int words;
};

/* Line 1. Return: 0, or -EPROTO after saying why. */
static int check_format(const char *line)
{
	uint64_t version;

	if (!line || strncmp(line, FORMAT, strlen(FORMAT)) != 0 || !parse_number(line + strlen(FORMAT), &version)) {
		say_once(CONNECTIONS, "%s: not a connection table", CONNECTIONS);
		return -EPROTO;
	}
	if (version != FORMAT_KNOWN) {
		say_once(CONNECTIONS, "%s: format %llu, this program knows format %d: connections are from inet_diag",
			 CONNECTIONS, (unsigned long long)version, FORMAT_KNOWN);
		return -EPROTO;
	}
	return 0;
}

/* Line 2, the column names. Return: 0, or -EPROTO after saying why. */
static int read_header(struct header *header, char *line)
{
	bool have[C_NR] = { false };
	char *word;

	header->words = 0;
	while (line && (word = next_word(&line))) {
		int col = conn_column(word, (unsigned int)strlen(word));

		if (header->words == MAX_WORDS)
			goto bad;
		if (col >= 0 && have[col])
			goto bad;
		if (col >= 0)
			have[col] = true;
		header->col[header->words++] = col;
	}
	if (have[C_ID] && have[C_LOCAL] && have[C_REMOTE])
		return 0;
bad:
	say_once(CONNECTIONS, "%s: its second line does not name the columns", CONNECTIONS);
	return -EPROTO;
}

/* Return: false where @line has not just the words that the header has, or names no connection. */
static bool parse_row(struct conn *conn, const struct header *header, char *line)
{
	int words = 0;
	char *word;

	conn_clear(conn);
	while ((word = next_word(&line))) {
		if (words == header->words)
			return false;
		if (header->col[words] >= 0)
			conn_parse(conn, (enum conn_col)header->col[words], word);
		words++;
	}
	return words == header->words && conn_known(conn, C_ID) && conn_known(conn, C_LOCAL) && conn_known(conn, C_REMOTE);
}

static int read_rows(struct lines *in, row_fn row, void *ctx)
{
	struct header header;
	struct conn conn;
	unsigned long bad = 0;
	char *line;
	int ret;

	ret = check_format(lines_next(in));
	if (ret < 0)
		return ret;
	ret = read_header(&header, lines_next(in));
	if (ret < 0)
		return ret;
	while ((line = lines_next(in))) {
		if (!parse_row(&conn, &header, line) || !row(ctx, &conn))
			bad++;
	}
	bad += in->skipped;
	if (bad)
		say_once("rows", "%s: %lu rows make no sense and are left out", CONNECTIONS, bad);
	if (in->truncated)
		say_once("rows", "%s: ends in the middle of a row", CONNECTIONS);
	if (in->error)
		say_once("rows", "%s: %s", CONNECTIONS, strerror(in->error));
	return 0;
}

int module_read(const struct root *root, row_fn row, void *ctx)
{
	struct lines in;
	int ret;

	ret = lines_open(&in, root, CONNECTIONS);
	if (ret < 0)
		return ret;
	ret = read_rows(&in, row, ctx);
	lines_close(&in);
	return ret;
}

void module_stats_read(struct module_stats *stats, const struct root *root)
{
	struct lines in;
	char *line;

	stats->known = 0;
	if (lines_open(&in, root, STATS) < 0)
		return;
	while ((line = lines_next(&in))) {
		char *name = next_word(&line);
		char *value = next_word(&line);

		for (unsigned int i = 0; name && value && i < M_NR; i++) {
			if (strcmp(name, module_stat_names[i]) == 0 && parse_number(value, &stats->val[i]))
				stats->known |= UINT32_C(1) << i;
		}
	}
	lines_close(&in);
}
