/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flow records: what went one way on one connection in one window of time, as AWS's VPC flow logs have it.
 *
 * flow_table.c keeps the connections and cuts their lives into windows; flow_format.c writes a record field by field.
 */
#ifndef COREMON_FLOW_H
#define COREMON_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kmod/uapi/coremon.h"
#include "cgroup.h"
#include "filter.h"

/* Values of the log-status field. */
enum flow_status { FLOW_OK, FLOW_NODATA, FLOW_SKIPDATA };

/** struct flow - a connection */
struct flow {
	struct flow *next;	/* in its bucket */
	struct coremon_row row;	/* as it was read last */
	struct coremon_row base;	/* as it was when its last window ended */
	uint64_t since_ns;	/* when its window began; CLOCK_MONOTONIC */
	struct coremon_addr nat;	/* the packets' own addresses; as row.addr where there is no NAT */
	bool nat_known;
	bool waits;		/* its window goes on past this cut */
	bool missing;		/* it was not in the last full reading */
};

/** struct flow_record - one record */
struct flow_record {
	enum flow_status status;
	const struct flow *flow;	/* FLOW_OK */
	bool egress;			/* what this end sent */
	uint64_t seq;			/* number of the record in this run, from 1 */
	uint64_t start, end;		/* seconds of the epoch */
	uint64_t skipped;		/* FLOW_SKIPDATA: connections not known of; 0: not known how many */
	const char *account;
	const char *interface;		/* NULL: not known */
	struct cgroups *cgroups;
};

/* ---- what happened in the window: flow_window.c ---- */

/** flow_number() - the value of row field @nr; of a counter what it grew in the window. Return: false where not known. */
bool flow_number(const struct flow *flow, int nr, uint64_t *value);

/** flow_packets() - packets of one direction in the window, with SYN-ACKs. Return: false where not known. */
bool flow_packets(const struct flow *flow, bool egress, uint64_t *value);

/** flow_bytes() - payload bytes of one direction in the window. Return: false where not known. */
bool flow_bytes(const struct flow *flow, bool egress, uint64_t *value);

/** flow_tcp_flags() - AWS's tcp-flags of one direction in the window. Return: false where not known. */
bool flow_tcp_flags(const struct flow *flow, bool egress, unsigned int *flags);

/** flow_moved() - Return: true when anything went this way in the window. */
bool flow_moved(const struct flow *flow, bool egress);

/** flow_refused() - Return: true where a reset, or an ICMP message, refused the connection. */
bool flow_refused(const struct flow *flow);

/** flow_egress_first() - Return: true where this end began the connection, or it is not known which did. */
bool flow_egress_first(const struct flow *flow);

/** flow_filter - the words of filters on flows: all row fields and rst, fin, syn, refused, ended. */
extern const struct filter_extra flow_filter;

/** flow_match() - Return: true when @filter (NULL: none) chooses the flow. */
bool flow_match(const struct filter *filter, const struct flow *flow);

/* ---- formats: flow_format.c ---- */

struct flow_format;

extern const char flow_default_format[];	/* version 2 */

/** flow_format_parse() - read "${a} ${b}". Return: the format, or NULL after saying what is wrong. */
struct flow_format *flow_format_parse(const char *text);

/** flow_format_all() - Return: the format of every field that has a value here, or NULL: no memory. */
struct flow_format *flow_format_all(void);

/** flow_format_free() - free a format; NULL is fine. */
void flow_format_free(struct flow_format *format);

/** flow_format_wants_nat() - Return: true where it has packet addresses in it. */
bool flow_format_wants_nat(const struct flow_format *format);

/** flow_format_head() - print the names of the fields. Return: characters printed. */
int flow_format_head(const struct flow_format *format);

/** flow_format_line() - write a record with its newline. Return: bytes it has, all in the buffer *@buf of *@size that grows; -1: no memory. */
int flow_format_line(const struct flow_format *format, const struct flow_record *record, char **buf, size_t *size);

/** flow_format_json() - as flow_format_line(), as a JSON object. */
int flow_format_json(const struct flow_format *format, const struct flow_record *record, char **buf, size_t *size);

/** flow_format_list() - print the names of all fields, for --help. */
void flow_format_list(void);

#endif /* COREMON_FLOW_H */
