// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/coremon/connections.bin: all connections once, then what changed or ended, on one descriptor.
 *
 * Of numbered trees each holds in its file the records of its own reading. The first one is of all connections, those of the
 * trees that follow it without a gap are of what changed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "reason.h"
#include "records.h"
#include "row.h"
#include "say.h"
#include "source.h"

#define CHANGES "/proc/coremon/connections.bin"
#define MAX_FIELDS 128		/* more than a record has */

/** struct taker - who takes the rows of a reading */
struct taker {
	const struct stamp *now;
	row_fn row;
	void *ctx;
	struct reading *reading;
	uint64_t rows;		/* records that made sense */
	uint64_t bad;
	bool again;		/* rows that the reading had already are no mistake */
};

static void close_changes(struct source *source)
{
	if (!source->changes)
		return;
	records_close(source->changes);
	free(source->changes);
	source->changes = NULL;
}

void source_close(struct source *source)
{
	close_changes(source);
}

static int open_records(struct records **in, const struct root *root)
{
	struct records *records = malloc(sizeof(*records));
	int ret;

	if (!records)
		return -ENOMEM;
	ret = records_open(records, root, CHANGES);
	if (ret < 0)
		free(records);
	else
		*in = records;
	return ret;
}

/* Numbers that no JSON reader could hold are not known: nothing counts so far, but for 64 bits of which half are there. */
static void set_num(struct conn *conn, enum conn_col col, uint64_t value)
{
	if (value <= INT64_MAX)
		conn_set_num(conn, col, value);
}

static void set_flags(struct conn *conn, enum conn_col col, uint8_t flags)
{
	static const char letters[] = "FSRPA";
	char text[sizeof(letters)];
	unsigned int len = 0;

	if (flags == 0 || flags == UINT8_MAX)
		return;
	for (unsigned int i = 0; i + 1 < sizeof(letters); i++) {
		if (flags >> i & 1)
			text[len++] = letters[i];
	}
	text[len] = '\0';
	conn_set_text(conn, col, text);
}

/* As /proc/coremon/connections has them: NAME:count,NAME:count,other:count. */
static void set_drop_reasons(struct conn *conn, const struct coremon_row *row)
{
	char text[CONN_LONG_LEN];
	unsigned int len = 0;

	if (row->drops == UINT32_MAX || row->drops == 0 || row->drops_other == UINT32_MAX)
		return;
	for (unsigned int i = 0; i < COREMON_DROP_REASONS && row->drop_count[i] != UINT32_MAX; i++) {
		const char *name = reason_name(REASON_DROP, row->drop_reason[i]);
		char number[16];

		snprintf(number, sizeof(number), "%" PRIu32, row->drop_reason[i]);
		len += (unsigned int)snprintf(text + len, sizeof(text) - len, "%s%s:%" PRIu32, len ? "," : "", name ? name : number,
					      row->drop_count[i]);
		if (len >= sizeof(text))
			return;
	}
	if (row->drops_other)
		len += (unsigned int)snprintf(text + len, sizeof(text) - len, "%sother:%" PRIu32, len ? "," : "", row->drops_other);
	if (len > 0 && len < sizeof(text))
		conn_set_text(conn, C_DROP_REASONS, text);
}

/** struct plan - the fields of the table of fields under the columns of their names: worked out once, since every row of every reading is set by it */
struct plan {
	struct plan_number { uint16_t offset, col, size, divisor; } number[MAX_FIELDS];	/* of 4 or 8 bytes, as they are */
	struct { int nr; enum conn_col col; } rest[MAX_FIELDS];
	int numbers, rests;
};

static const struct plan *plan(void)
{
	static struct plan plan;
	static bool made;

	for (int nr = 0; !made && nr < row_fields_nr && nr < MAX_FIELDS; nr++) {
		const struct row_field *field = &row_fields[nr];
		int col = conn_column(field->name, (unsigned int)strlen(field->name));

		if (col < 0)
			continue;
		if (field->derive || field->type == ROW_NAME || field->type == ROW_TEXT || field->size < sizeof(uint32_t)) {
			plan.rest[plan.rests].nr = nr;
			plan.rest[plan.rests++].col = (enum conn_col)col;
		} else {
			plan.number[plan.numbers++] = (struct plan_number){ field->offset, (uint16_t)col, field->size, field->divisor };
		}
	}
	made = true;
	return &plan;
}

/* Return: false where the number is not known. */
static inline bool number_of(const struct coremon_row *row, const struct plan_number *number, uint64_t *value)
{
	const char *at = (const char *)row + number->offset;
	uint32_t n32;

	if (number->size == sizeof(n32)) {
		memcpy(&n32, at, sizeof(n32));
		*value = n32;
		return n32 != UINT32_MAX;
	}
	memcpy(value, at, sizeof(*value));
	return *value != UINT64_MAX;
}

/* The fields of the table of fields, under its names. */
static void set_fields(struct conn *conn, const struct coremon_row *row)
{
	const struct plan *by = plan();

	for (int i = 0; i < by->numbers; i++) {
		const struct plan_number *number = &by->number[i];
		uint64_t value;

		if (number_of(row, number, &value))
			set_num(conn, (enum conn_col)number->col, number->divisor == 1 ? value : value / number->divisor);
	}
	for (int i = 0; i < by->rests; i++) {
		const struct row_field *field = &row_fields[by->rest[i].nr];
		const char *text;
		uint64_t value;

		if (field->type == ROW_NAME || field->type == ROW_TEXT) {
			text = row_text(row, by->rest[i].nr);
			if (text)
				conn_set_text(conn, by->rest[i].col, text);
		} else if (row_number(row, by->rest[i].nr, &value)) {
			set_num(conn, by->rest[i].col, value / field->divisor);
		}
	}
}

static void set_ago(struct conn *conn, enum conn_col col, uint64_t ns, uint64_t now_ns)
{
	if (ns <= INT64_MAX)
		conn_set_num(conn, col, now_ns > ns ? (now_ns - ns) / 1000000 : 0);
}

/* Moments, as they are and as times before now; what is made of them. */
static void set_times(struct conn *conn, const struct coremon_row *row, uint64_t now_ns)
{
	if (row->end_ns != UINT64_MAX)
		now_ns = row->end_ns;
	set_num(conn, C_BIRTH_NS, row->birth_ns);
	set_num(conn, C_END_NS, row->end_ns);
	set_num(conn, C_SEND_Q_AREA, row->send_q_area);
	set_num(conn, C_RECV_Q_AREA, row->recv_q_area);
	set_ago(conn, C_AGE_MS, row->birth_ns, now_ns);
	set_ago(conn, C_CA_CHANGED_MS, row->ca_changed_ns, now_ns);
	set_ago(conn, C_LAST_RETRANS_MS, row->last_retrans_ns, now_ns);
	if (!conn_known(conn, C_AGE_MS) || conn->num[C_AGE_MS] == 0)
		return;
	if (conn_known(conn, C_SEND_Q_AREA))
		conn_set_num(conn, C_SEND_Q_MEAN, row->send_q_area / conn->num[C_AGE_MS]);
	if (conn_known(conn, C_RECV_Q_AREA))
		conn_set_num(conn, C_RECV_Q_MEAN, row->recv_q_area / conn->num[C_AGE_MS]);
}

/* Return: false where the record names no connection. */
static bool make_conn(struct conn *conn, const struct coremon_row *row, uint64_t now_ns)
{
	struct endpoint ep;

	if (row->id == UINT64_MAX || (row->addr.family != AF_INET && row->addr.family != AF_INET6))
		return false;
	conn_clear(conn);
	conn->ended = row->kind == COREMON_ROW_CLOSED;
	addr_endpoint(&row->addr, true, &ep);
	conn_set_endpoint(conn, C_LOCAL, &ep);
	addr_endpoint(&row->addr, false, &ep);
	conn_set_endpoint(conn, C_REMOTE, &ep);
	conn_set_text(conn, C_FAMILY, ep.v6 ? "inet6" : "inet");
	set_fields(conn, row);
	conn_set_num(conn, C_ID, row->id);
	set_times(conn, row, now_ns);
	set_flags(conn, C_FLAGS_IN, row->flags_in);
	set_flags(conn, C_FLAGS_OUT, row->flags_out);
	set_drop_reasons(conn, row);
	if (conn->ended)
		set_num(conn, C_SEQ, row->seq);
	else
		conn_forget(conn, C_ERROR);
	return true;
}

static void take(struct source *source, struct taker *taker, const struct coremon_row *row)
{
	struct conn conn;

	switch (row->kind) {
	case COREMON_ROW_LOST:
		if (row->seq != UINT64_MAX && !__builtin_add_overflow(taker->reading->lost, row->seq, &taker->reading->lost))
			return;
		taker->bad++;
		return;
	case COREMON_ROW_CLOSED:
		/* Known from the descriptor before this one. */
		if (row->seq && row->seq <= source->seq)
			return;
		if (row->seq != UINT64_MAX)
			source->seq = row->seq;
		break;
	case COREMON_ROW_LIVE:
		break;
	default:
		return;	/* of a newer module */
	}
	if (!make_conn(&conn, row, taker->now->mono_ns) || (!taker->row(taker->ctx, &conn) && !taker->again))
		taker->bad++;
}

/* One reading of @in. Return: 0 or a negative errno. */
static int read_records(struct source *source, struct records *in, struct taker *taker)
{
	struct coremon_row row;
	int ret;

	do {
		ret = records_next(in, &row, sizeof(row));
		if (ret > 0) {
			taker->rows++;
			take(source, taker, &row);
		}
	} while (ret > 0 || ret == -EINTR);
	return ret;
}

/*
 * Connections ended untold, so some that are known are gone. Read all on a new descriptor, and then on the old one what ended
 * before that began: the reading is now one of all connections, and nothing else is missing.
 */
static void read_all_again(struct source *source, const struct root *root, struct taker *taker)
{
	struct records *fresh;

	if (root->numbered || open_records(&fresh, root) < 0)
		return;
	taker->again = true;
	if (read_records(source, fresh, taker) < 0) {
		records_close(fresh);
		free(fresh);
		return;
	}
	read_records(source, source->changes, taker);
	close_changes(source);
	source->changes = fresh;
	taker->reading->changes = false;
}

/* Open the file, if need be. Return: 1 where the reading to come is of all connections, 0 where of changes; a negative errno. */
static int prepare(struct source *source, const struct root *root)
{
	bool goes_on = source->changes;
	int ret;

	if (root->numbered) {
		goes_on = goes_on && source->tree + 1 == root->tree;
		close_changes(source);
	}
	source->tree = root->tree;
	if (source->changes)
		return 0;
	ret = open_records(&source->changes, root);
	if (ret == 0 && !goes_on)
		source->seq = 0;
	return ret < 0 ? ret : !goes_on;
}

int changes_read(struct source *source, const struct root *root, const struct stamp *now, row_fn row, void *ctx,
		 struct reading *reading)
{
	struct taker taker = { .now = now, .row = row, .ctx = ctx, .reading = reading };
	int ret, all;

	memset(reading, 0, sizeof(*reading));
	reasons_read(root);
	all = prepare(source, root);
	if (all < 0)
		return all;
	ret = read_records(source, source->changes, &taker);
	if (ret < 0 && taker.rows == 0 && !all && !root->numbered) {
		/* The module went, and perhaps came back. */
		close_changes(source);
		all = prepare(source, root);
		if (all < 0)
			return all;
		ret = read_records(source, source->changes, &taker);
	}
	reading->changes = !all;
	reading->ends_known = !all && ret == 0;
	if (ret < 0) {
		close_changes(source);
		if (taker.rows == 0)
			return ret;
		say_once("changes", "%s: %s", CHANGES, strerror(-ret));
	} else if (reading->lost) {
		read_all_again(source, root, &taker);
	}
	if (taker.bad)
		say_once("records", "%s: %llu records make no sense and are left out", CHANGES, (unsigned long long)taker.bad);
	return 0;
}
