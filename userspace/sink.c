// SPDX-License-Identifier: GPL-2.0-only
#include "sink.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fmt.h"
#include "run.h"

void sink_begin(struct sink *sink, const char *list, const struct stamp *when, uint64_t elapsed_ns)
{
	char buf[FMT_LEN];

	sink->when = *when;
	sink->elapsed_ns = elapsed_ns;
	sink->record = NULL;
	if (sink->csv)
		return;
	sink->object = json_object();
	sink->list = json_array();
	json_object_set_new(sink->object, "time", json_string(fmt_iso(when->real_ns, buf)));
	run_json_number(sink->object, "realtime_ns", true, when->real_ns);
	run_json_number(sink->object, "elapsed_ns", elapsed_ns != 0, elapsed_ns);
	json_object_set_new(sink->object, list, sink->list);
	sink->failed |= !sink->object || !sink->list;
}

/* The end of a line that was begun. */
static void end_line(struct sink *sink)
{
	if (!sink->csv || !sink->record)
		return;
	putchar('\n');
	sink->named = true;
	sink->naming = false;
}

bool sink_names(struct sink *sink)
{
	sink->naming = sink->csv && !sink->named;
	return sink->naming;
}

void sink_record(struct sink *sink)
{
	char buf[FMT_LEN];

	end_line(sink);
	if (!sink->csv) {
		sink->record = json_object();
		sink->failed |= json_array_append_new(sink->list, sink->record) < 0;
		return;
	}
	if (sink->naming)
		fputs("time,elapsed_s", stdout);
	else if (sink->elapsed_ns)
		printf("%s,%" PRIu64 ".%09" PRIu64, fmt_iso(sink->when.real_ns, buf), sink->elapsed_ns / 1000000000u,
		       sink->elapsed_ns % 1000000000u);
	else
		printf("%s,", fmt_iso(sink->when.real_ns, buf));
	sink->record = json_null();	/* something: a line is begun */
}

/* Return: true where a value is to be written, else what had to be is. */
static bool begin_csv(struct sink *sink, const char *name, bool known)
{
	putchar(',');
	if (sink->naming)
		fputs(name, stdout);
	return known && !sink->naming;
}

void sink_number(struct sink *sink, const char *name, bool known, uint64_t value)
{
	if (!sink->csv)
		run_json_number(sink->record, name, known, value);
	else if (begin_csv(sink, name, known))
		printf("%" PRIu64, value);
}

void sink_signed(struct sink *sink, const char *name, bool known, int64_t value)
{
	if (!sink->csv)
		json_object_set_new(sink->record, name, known ? json_integer(value) : json_null());
	else if (begin_csv(sink, name, known))
		printf("%" PRId64, value);
}

void sink_real(struct sink *sink, const char *name, bool known, double value)
{
	if (!sink->csv)
		json_object_set_new(sink->record, name, known ? json_real(value) : json_null());
	else if (begin_csv(sink, name, known))
		printf("%.15g", value);
}

void sink_text(struct sink *sink, const char *name, const char *value)
{
	char buf[1024];

	if (!sink->csv) {
		run_json_text(sink->record, name, value);
		return;
	}
	if (!begin_csv(sink, name, value != NULL))
		return;
	value = fmt_path(value, buf, sizeof(buf));
	if (!strpbrk(value, ",\"")) {
		fputs(value, stdout);
		return;
	}
	putchar('"');
	for (; *value; value++) {
		if (*value == '"')
			putchar('"');
		putchar(*value);
	}
	putchar('"');
}

void sink_about(struct sink *sink, const char *name, bool known, uint64_t value)
{
	if (!sink->csv)
		run_json_number(sink->object, name, known, value);
}

void sink_about_bool(struct sink *sink, const char *name, bool value)
{
	if (!sink->csv)
		json_object_set_new(sink->object, name, json_boolean(value));
}

bool sink_end(struct sink *sink)
{
	json_t *object = sink->object;
	bool written;

	end_line(sink);
	sink->record = NULL;
	if (sink->csv)
		return true;
	sink->object = NULL;
	sink->list = NULL;
	written = !sink->failed && json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15)) == 0;
	json_decref(object);
	if (written)
		putchar('\n');
	return written;
}
