/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records for programs, as JSON (an object a line for each reading, with a list of records in it) or CSV (RFC 4180, a record a line,
 * the names in the first). What is not known is null, or empty. The fields of a record are put one by one, always the same and in
 * the same order.
 */
#ifndef COREMON_SINK_H
#define COREMON_SINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "root.h"

/** struct sink - begun with zeroes and @csv */
struct sink {
	bool csv;
	bool named;		/* CSV: the names are written */
	bool naming;		/* CSV: names are written now, not values */
	bool failed;		/* no memory */
	struct stamp when;
	uint64_t elapsed_ns;	/* since the reading before; 0: there was none */
	json_t *object, *list, *record;
};

/**
 * sink_begin() - begin a reading.
 * @list: the name of its list of records
 * @elapsed_ns: since the reading before, 0 where there was none
 */
void sink_begin(struct sink *sink, const char *list, const struct stamp *when, uint64_t elapsed_ns);

/**
 * sink_names() - Return: true once, for CSV, before the first record: then put the fields of a record of any values, which are not
 * looked at, between sink_record() and the next.
 */
bool sink_names(struct sink *sink);

/** sink_record() - begin a record. */
void sink_record(struct sink *sink);

/** sink_number(), sink_signed(), sink_real(), sink_text() - a field of the record; a NULL @value is not known. */
void sink_number(struct sink *sink, const char *name, bool known, uint64_t value);
void sink_signed(struct sink *sink, const char *name, bool known, int64_t value);
void sink_real(struct sink *sink, const char *name, bool known, double value);
void sink_text(struct sink *sink, const char *name, const char *value);

/** sink_about(), sink_about_bool() - JSON: what is of the whole reading. CSV has no place for it. */
void sink_about(struct sink *sink, const char *name, bool known, uint64_t value);
void sink_about_bool(struct sink *sink, const char *name, bool value);

/** sink_end() - write the reading. Return: false where there was no memory for it. */
bool sink_end(struct sink *sink);

#endif /* COREMON_SINK_H */
