/* SPDX-License-Identifier: GPL-2.0-only */
/* The connections that flow records tell of: fed with rows, cut into windows. */
#ifndef COREMON_FLOW_TABLE_H
#define COREMON_FLOW_TABLE_H

#include "flow.h"

struct flow_table;

/** typedef flow_fn - takes one direction of a flow whose window ends at @end_ns. Return: false to end the run. */
typedef bool (*flow_fn)(void *ctx, const struct flow *flow, bool egress, uint64_t end_ns);

/** flow_table_new() - Return: a table of nothing at @start_ns, or NULL. Connections older than that count from their first row. */
struct flow_table *flow_table_new(uint64_t start_ns);

/** flow_table_free() - free it with all flows; NULL is fine. */
void flow_table_free(struct flow_table *table);

/**
 * flow_table_row() - take a row of a connection, live or ended.
 *
 * Return: 1 for one that is new to the table, 0 for a known one or a listener, -ENOMEM. @flow is set where it is new.
 */
int flow_table_row(struct flow_table *table, const struct coremon_row *row, struct flow **flow);

/** flow_table_ended() - Return: how many ended connections wait for their last record. */
size_t flow_table_ended(const struct flow_table *table);

/**
 * flow_table_cut() - end the window of every connection born, and its SYN answered, before @before_ns, and begin the next; all
 * ones: of every one.
 *
 * @emit gets each direction in which anything moved; of a connection that ended one at least. The oldest connection comes
 * first, the direction of its SYN before the other. Where both ends of a connection are here, what went the same way stands
 * together, so that no SYN comes after its SYN-ACK. Return: 0, -ENOMEM, or -ECANCELED after @emit said so.
 */
int flow_table_cut(struct flow_table *table, uint64_t before_ns, uint64_t end_ns, flow_fn emit, void *ctx);

/** flow_table_doubt() - all live connections may be gone: flow_table_seen() says of each that is not. */
void flow_table_doubt(struct flow_table *table);
void flow_table_seen(struct flow_table *table, const struct coremon_row *row);

/** flow_table_drop_doubted() - those not seen have ended, nobody knows when and why. */
void flow_table_drop_doubted(struct flow_table *table);

#endif /* COREMON_FLOW_TABLE_H */
