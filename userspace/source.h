/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the rows come from: /proc/coremon/connections, or inet_diag where there is no module.
 *
 * A source calls the row function once per connection and keeps nothing, so a reading costs the same memory for ten
 * connections as for a million.
 */
#ifndef COREMON_SOURCE_H
#define COREMON_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "column.h"
#include "root.h"

enum source_kind { SOURCE_NONE, SOURCE_MODULE, SOURCE_DIAG };

/** typedef row_fn - takes one connection. Return: true, or false where the reading had this connection already. */
typedef bool (*row_fn)(void *ctx, const struct conn *conn);

/** source_name() - Return: the name of a kind in JSON: "module", "inet_diag", "none". */
const char *source_name(enum source_kind kind);

/**
 * source_read() - one reading of all connections, from the best source there is now.
 *
 * What went wrong is said on stderr, once. Return: the source that served; SOURCE_NONE where none could.
 */
enum source_kind source_read(const struct root *root, row_fn row, void *ctx);

/**
 * module_read() - all rows of /proc/coremon/connections.
 *
 * Columns are found by name; those this program does not know are passed over. Rows that make no sense are left out and
 * counted in what is said. Return: 0; a negative errno when the file cannot be opened; -EPROTO when it is not of a format
 * this program knows (said on stderr).
 */
int module_read(const struct root *root, row_fn row, void *ctx);

/** struct module_stats - what the module says of itself; bit per value in @known */
enum module_stat { M_CONNECTIONS, M_LISTENERS, M_MAX_CONNS, M_REFUSED_FULL, M_REFUSED_NOMEM, M_HOOKS_MISSED, M_NR };
struct module_stats {
	uint32_t known;
	uint64_t val[M_NR];
};
extern const char *const module_stat_names[M_NR];

/** module_stats_read() - /proc/coremon/stats; what is not there stays unknown. */
void module_stats_read(struct module_stats *stats, const struct root *root);

/** diag_read() - all TCP sockets of this network namespace by inet_diag. Return: 0 or a negative errno. */
int diag_read(const struct root *root, row_fn row, void *ctx);

/**
 * diag_messages() - the rows in @len bytes of netlink messages.
 * @seq: the sequence number messages must have, 0 for any.
 * @netns: inode number of the namespace they are of, 0 where not known.
 * Return: 1 when the dump goes on, 0 at its end, a negative errno for an error message, -EBADMSG for bytes that are no
 * message.
 */
int diag_messages(const void *buf, size_t len, uint32_t seq, uint64_t netns, row_fn row, void *ctx);

#endif /* COREMON_SOURCE_H */
