/* SPDX-License-Identifier: GPL-2.0-only */
/* The test cases of the reader, one file a concept, and what they share. */
#ifndef COREMON_UNIT_H
#define COREMON_UNIT_H

#include <check.h>
#include <stddef.h>

#include "root.h"

TCase *lines_case(void);
TCase *column_case(void);
TCase *host_case(void);
TCase *rate_case(void);
TCase *track_case(void);
TCase *rank_case(void);
TCase *filter_case(void);
TCase *fmt_case(void);
TCase *diag_case(void);
TCase *module_case(void);
TCase *options_case(void);
TCase *changes_case(void);
TCase *clients_case(void);
TCase *cgroup_case(void);
TCase *flow_case(void);
TCase *counter_case(void);
TCase *counter_netlink_case(void);
TCase *netfilter_case(void);
TCase *ledger_case(void);
TCase *socket_case(void);
TCase *sockets_case(void);
TCase *table_case(void);
TCase *verdict_case(void);
TCase *trouble_case(void);
TCase *forecast_case(void);
TCase *doctor_case(void);
TCase *doctor_tcp_case(void);

/** tree_new() - Return: a root that is an empty directory of this test's own. */
struct root tree_new(void);

/** tree_put() - make the file @path in @root, of @len bytes. */
void tree_put(const struct root *root, const char *path, const void *data, size_t len);

/** tree_text() - make the file @path in @root from a string. */
void tree_text(const struct root *root, const char *path, const char *text);

/** tree_free() - remove the directory. */
void tree_free(struct root *root);

#endif /* COREMON_UNIT_H */
