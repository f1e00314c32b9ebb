/* SPDX-License-Identifier: GPL-2.0-only */
/* The fields of a connection's binary record by name, and what the numbers in records and events are called. */
#ifndef COREMON_ROW_H
#define COREMON_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "../kmod/uapi/coremon.h"
#include "column.h"

enum row_type {
	ROW_NUMBER,	/* a value of now */
	ROW_COUNTER,	/* a number that only grows */
	ROW_HEX,	/* a number shown in hexadecimal */
	ROW_NAME,	/* a number that has a name */
	ROW_TEXT,	/* the owner's name */
};

/* Which way the segments go that a field tells of. */
enum row_side { ROW_BOTH, ROW_OUT, ROW_IN };

/** struct row_field - one field */
struct row_field {
	const char *name;	/* as in /proc/coremon/connections and closed */
	uint16_t offset;
	uint8_t size;
	uint16_t divisor;	/* from the record's unit to that of the name */
	enum row_type type;
	enum row_side side;
	const char *(*name_of)(uint64_t number);	/* ROW_NAME */
	uint64_t (*derive)(const struct coremon_row *row);	/* of one that is made of others; all ones: not known */
};

extern const struct row_field row_fields[];
extern const int row_fields_nr;

/** row_field() - Return: the number of the field @name, or -1. */
int row_field(const char *name);

/** row_number() - the value of field @nr in its record's unit. Return: false where it is not known. */
bool row_number(const struct coremon_row *row, int nr, uint64_t *value);

/** row_text() - Return: the text of a ROW_NAME or ROW_TEXT field, or NULL where it is not known. */
const char *row_text(const struct coremon_row *row, int nr);

/** row_to_conn() - addresses, states and owner of @row, as filters ask for them. */
void row_to_conn(const struct coremon_row *row, struct conn *conn);

/** addr_endpoint() - one end of @addr. */
void addr_endpoint(const struct coremon_addr *addr, bool local, struct endpoint *ep);

/* Names of the numbers; NULL for one that has none. */
const char *name_state(uint64_t state);		/* TCP_* */
const char *name_ca_state(uint64_t state);	/* TCP_CA_* */
const char *name_opened(uint64_t opened);	/* COREMON_OPENED_* */
const char *name_cause(uint64_t cause);		/* COREMON_CAUSE_* */
const char *name_retrans(uint64_t kind);	/* COREMON_RETRANS_* */

#endif /* COREMON_ROW_H */
