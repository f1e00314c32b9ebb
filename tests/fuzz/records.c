// SPDX-License-Identifier: GPL-2.0-only
/* Binary records: two readings of connections.bin, and what connections did between. */
#include <string.h>

#include "fuzz.h"
#include "rank.h"
#include "source.h"
#include "totals.h"
#include "track.h"

static const char *const paths[] = { "/proc/coremon/connections.bin", "/proc/coremon/reasons" };

static bool take(void *ctx, const struct conn *conn)
{
	struct activity activity;
	struct totals totals = { 0 };
	int ret = track_row(ctx, conn, 2500000000, &activity, NULL);

	for (int col = 0; col < C_NR; col++) {
		if (conn_known(conn, (enum conn_col)col) && (conn_columns[col].type == COL_NUMBER || conn_columns[col].type == COL_COUNTER))
			fuzz_must(conn->num[col] <= INT64_MAX, "a number that JSON cannot hold");
	}
	if (ret == 0)
		totals_add(&totals, &activity);
	if (ret == 0 && conn->ended)
		track_forget(ctx, conn);
	return ret == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct root root = { .base = FUZZ_ROOT, .numbered = true };
	struct track *track = track_new();
	struct source source = { 0 };
	struct reading reading;

	fuzz_files(data, size, paths, sizeof(paths) / sizeof(paths[0]), 2);
	fuzz_begin(FUZZ_TEXT);
	fuzz_must(track, "out of memory");
	for (root.tree = 1; root.tree <= 2; root.tree++) {
		struct stamp now = { .mono_ns = 2500000000 * root.tree };

		track_begin(track, now.mono_ns - 2500000000);
		changes_read(&source, &root, &now, take, track, &reading);
		if (!reading.changes)
			track_end(track, NULL, NULL);
	}
	source_close(&source);
	track_free(track);
	fuzz_end();
	return 0;
}
