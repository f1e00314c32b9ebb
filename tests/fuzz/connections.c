// SPDX-License-Identifier: GPL-2.0-only
/* The text files of the module that a report reads: connections, stats, reasons. */
#include <string.h>

#include "fuzz.h"
#include "lines.h"
#include "reason.h"
#include "source.h"
#include "track.h"

static const char *const paths[] = { "/proc/coremon/connections", "/proc/coremon/stats", "/proc/coremon/reasons" };

static void check(const struct conn *conn)
{
	char text[ENDPOINT_STRLEN], again[ENDPOINT_STRLEN];
	struct endpoint ep;

	for (int col = 0; col < C_NR; col++) {
		if (!conn_known(conn, (enum conn_col)col))
			continue;
		switch (conn_columns[col].type) {
		case COL_TEXT:
			fuzz_must(memchr(conn_text(conn, (enum conn_col)col), '\0', CONN_LONG_LEN), "a text has no end");
			break;
		case COL_ENDPOINT:
			endpoint_format(conn_endpoint(conn, (enum conn_col)col), text);
			fuzz_must(endpoint_parse(text, &ep), "an endpoint is not read back");
			fuzz_must(strcmp(endpoint_format(&ep, again), text) == 0, "an endpoint is another when it is read back");
			break;
		case COL_HEX:
			break;
		default:
			fuzz_must(conn->num[col] <= INT64_MAX, "a number that JSON cannot hold");
			break;
		}
	}
}

static bool take(void *ctx, const struct conn *conn)
{
	struct activity activity;

	check(conn);
	return track_row(ctx, conn, 1000000000, &activity, NULL) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct track *track = track_new();
	struct module_stats stats;
	struct root root = fuzz_root();

	fuzz_files(data, size, paths, sizeof(paths) / sizeof(paths[0]), 0);
	fuzz_begin(FUZZ_TEXT);
	fuzz_must(track, "out of memory");
	for (unsigned int reading = 0; reading < 2; reading++) {
		track_begin(track, reading);
		module_read(&root, take, track);
		track_end(track, NULL, NULL);
	}
	track_free(track);
	module_stats_read(&stats, &root);
	reasons_read(&root);
	reason_name(REASON_DROP, 2);
	fuzz_end();
	return 0;
}
