// SPDX-License-Identifier: GPL-2.0-only
/* What the writers share. */
#include "out.h"

struct delta conn_delta(const struct rank_row *row, enum conn_counter k)
{
	enum conn_col col = counter_columns[k];
	struct delta delta = { .now = row->conn.num[col], .now_known = conn_known(&row->conn, col) };

	if (row->activity.known >> k & 1) {
		delta.grown = row->activity.grown[k];
		delta.grown_known = true;
	}
	return delta;
}

int conn_counter_of(enum conn_col col)
{
	for (int k = 0; k < K_NR; k++) {
		if (counter_columns[k] == col)
			return k;
	}
	return -1;
}

char *rate_name(const char *name, char buf[RATE_NAME_LEN])
{
	snprintf(buf, RATE_NAME_LEN, "%s_per_s", name);
	return buf;
}

unsigned int file_limit(const struct out_options *options)
{
	return options->limit > 0 ? (unsigned int)options->limit : 0;
}
