/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the rows come from: /proc/coremon/connections.bin, which after its first reading gives only what changed or ended;
 * where it is not there, or of another version, /proc/coremon/connections; inet_diag where there is no module.
 *
 * A source calls the row function once per row and keeps none, so a reading costs the same memory for ten connections as for
 * a million.
 */
#ifndef COREMON_SOURCE_H
#define COREMON_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "column.h"
#include "root.h"

struct records;

enum source_kind { SOURCE_NONE, SOURCE_MODULE, SOURCE_DIAG };

/** typedef row_fn - takes one connection. Return: true, or false where the reading had this connection already. */
typedef bool (*row_fn)(void *ctx, const struct conn *conn);

/** source_name() - Return: the name of a kind in JSON: "module", "inet_diag", "none". */
const char *source_name(enum source_kind kind);

/** struct source - what stays open between two readings */
struct source {
	struct records *changes;	/* connections.bin; NULL: not open */
	unsigned int tree;		/* numbered trees: the one whose connections.bin was read last */
	uint64_t seq;			/* number of the ended connection told of last */
};

/** struct reading - what a reading gave */
struct reading {
	bool changes;		/* only what changed or ended since the last one; else all connections */
	bool ends_known;	/* all that ended since the last reading was told, but for @lost */
	uint64_t lost;		/* connections that ended and are not known: the module's ring was too short */
};

/**
 * source_read() - one reading, from the best source there is now.
 * @now: when it began
 *
 * What went wrong is said on stderr, once. Return: the source that served; SOURCE_NONE where none could.
 */
enum source_kind source_read(struct source *source, const struct root *root, const struct stamp *now, row_fn row, void *ctx,
			     struct reading *reading);

/** source_close() - close what is open. */
void source_close(struct source *source);

/**
 * changes_read() - a reading of connections.bin.
 *
 * Return: 0; a negative errno, and no row was given, where the file cannot be read; -EPROTO when it is not of a version this
 * program knows (said on stderr).
 */
int changes_read(struct source *source, const struct root *root, const struct stamp *now, row_fn row, void *ctx,
		 struct reading *reading);

/**
 * module_read() - all rows of /proc/coremon/connections.
 *
 * Columns are found by name; those this program does not know are passed over. Rows that make no sense are left out and
 * counted in what is said. Return: 0; a negative errno when the file cannot be opened; -EPROTO when it is not of a format
 * this program knows (said on stderr).
 */
int module_read(const struct root *root, row_fn row, void *ctx);

/** struct module_stats - what the module says of itself; bit per value in @known */
enum module_stat {
	M_CONNECTIONS, M_LISTENERS, M_MAX_CONNS, M_REFUSED_FULL, M_REFUSED_NOMEM, M_HOOKS_MISSED, M_HOOKS_TIME_US, M_CPU_BUDGET,
	M_THINNING, M_THINNED, M_NR
};
struct module_stats {
	uint32_t known;
	uint64_t val[M_NR];
};
extern const char *const module_stat_names[M_NR];

/** module_stat_known() - Return: true where a value is known. */
static inline bool module_stat_known(const struct module_stats *stats, enum module_stat stat)
{
	return stats->known >> stat & 1;
}

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
