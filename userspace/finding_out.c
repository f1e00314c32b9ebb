// SPDX-License-Identifier: GPL-2.0-only
/* Findings as text for people and as JSON for programs. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "fmt.h"

#define INDENT 11

/* Words in lines of at most @width; the first stands at column @at already, the next lines begin at @indent. A longer word is not cut. */
static void wrap(FILE *out, const char *text, unsigned int at, unsigned int indent, unsigned int width)
{
	bool first = true;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (!first && at + 1 + len > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
			first = true;
		}
		if (len) {
			fprintf(out, "%s%.*s", first ? "" : " ", (int)len, text);
			at += (unsigned int)len + !first;
			first = false;
		}
		text += len;
		text += *text == ' ';
	}
	putc('\n', out);
}

static void label(FILE *out, const char *word)
{
	fprintf(out, "   %-*s", INDENT - 3, word);
}

static void print_evidence(FILE *out, const struct evidence *evidence, bool first, unsigned int width)
{
	char rate[FMT_LEN], *line = NULL;
	size_t size;
	FILE *text = open_memstream(&line, &size);

	if (!text)
		return;
	if (evidence->counted)
		fprintf(text, "%s %" PRIu64 " -> %" PRIu64 " (+%" PRIu64 ", %s/s)", evidence->name, evidence->before, evidence->after,
			evidence->after - evidence->before, fmt_human(evidence->per_s, rate));
	else
		fprintf(text, "%s: %s", evidence->name, evidence->text ? evidence->text : "");
	fclose(text);
	label(out, first ? "seen" : "");
	wrap(out, line, INDENT, INDENT, width);
	free(line);
}

static void print_finding(FILE *out, const struct finding *finding, unsigned int nr, unsigned int width)
{
	static const char *const words[] = { "NOTE", "WARNING", "CRITICAL" };
	int head = fprintf(out, "%u. %-*s ", nr, INDENT - (nr > 9 ? 5 : 4), words[finding->severity]);

	wrap(out, finding->title ? finding->title : finding->id, (unsigned int)head, INDENT, width);
	for (unsigned int i = 0; i < finding->nr_evidence; i++)
		print_evidence(out, &finding->evidence[i], i == 0, width);
	if (finding->effect) {
		label(out, "effect");
		wrap(out, finding->effect, INDENT, INDENT, width);
	}
	for (unsigned int i = 0; i < finding->nr_advice; i++) {
		label(out, i == 0 ? "do" : "");
		/* A command stays in one piece. */
		if (finding->advice[i].command)
			fprintf(out, "# %s\n", finding->advice[i].text);
		else
			wrap(out, finding->advice[i].text, INDENT, INDENT, width);
	}
	label(out, "sure");
	fprintf(out, "%s (%s)\n", sure_name(finding->sure), finding->id);
}

static void print_list(FILE *out, const char *head, char *const *list, unsigned int nr, const char *between, unsigned int width)
{
	char *line = NULL;
	size_t size;
	FILE *text = open_memstream(&line, &size);

	if (!text)
		return;
	fputs(head, text);
	for (unsigned int i = 0; i < nr; i++)
		fprintf(text, "%s%s", i ? between : " ", list[i]);
	if (nr == 0)
		fputs(" nothing", text);
	fclose(text);
	wrap(out, line, 0, 2, width);
	free(line);
}

void findings_text(FILE *out, const struct findings *findings, const struct looked *looked, unsigned int width)
{
	char head[128];

	for (unsigned int i = 0; i < findings->nr; i++) {
		print_finding(out, &findings->finding[i], i + 1, width);
		putc('\n', out);
	}
	snprintf(head, sizeof(head), "%s; looked for %.1f s at:", findings->nr ? "no further findings" :
		 looked->nr_at ? "no findings" : "nothing is known", (double)looked->elapsed_ns / 1e9);
	print_list(out, head, looked->at, looked->nr_at, ", ", width);
	if (looked->nr_not_at)
		print_list(out, "not looked at:", looked->not_at, looked->nr_not_at, "; ", width);
	if (findings->lost)
		fprintf(out, "no memory for %u findings\n", findings->lost);
}

static json_t *text_or_null(const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	return value ? value : json_null();
}

static json_t *number(uint64_t value)
{
	return value <= INT64_MAX ? json_integer((json_int_t)value) : json_null();
}

static json_t *evidence_json(const struct evidence *evidence)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", text_or_null(evidence->name));
	if (evidence->counted) {
		json_object_set_new(object, "before", number(evidence->before));
		json_object_set_new(object, "after", number(evidence->after));
		json_object_set_new(object, "grown", number(evidence->after - evidence->before));
		json_object_set_new(object, "per_s", json_real(evidence->per_s));
	} else {
		json_object_set_new(object, "text", text_or_null(evidence->text));
	}
	return object;
}

static json_t *finding_json(const struct finding *finding)
{
	json_t *object = json_object(), *evidence = json_array(), *advice = json_array();

	json_object_set_new(object, "id", text_or_null(finding->id));
	json_object_set_new(object, "severity", text_or_null(severity_name(finding->severity)));
	json_object_set_new(object, "sure", text_or_null(sure_name(finding->sure)));
	json_object_set_new(object, "title", text_or_null(finding->title));
	json_object_set_new(object, "effect", text_or_null(finding->effect));
	for (unsigned int i = 0; i < finding->nr_evidence; i++)
		json_array_append_new(evidence, evidence_json(&finding->evidence[i]));
	json_object_set_new(object, "evidence", evidence);
	for (unsigned int i = 0; i < finding->nr_advice; i++) {
		json_t *one = json_object();

		json_object_set_new(one, finding->advice[i].command ? "command" : "text", text_or_null(finding->advice[i].text));
		json_array_append_new(advice, one);
	}
	json_object_set_new(object, "do", advice);
	return object;
}

static json_t *texts(char *const *list, unsigned int nr)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < nr; i++)
		json_array_append_new(array, text_or_null(list[i]));
	return array;
}

bool findings_json(FILE *out, const struct findings *findings, const struct looked *looked)
{
	json_t *object = json_object(), *list = json_array();
	char time[FMT_LEN];
	bool written;

	json_object_set_new(object, "time", json_string(fmt_iso(looked->real_ns, time)));
	json_object_set_new(object, "elapsed_ns", number(looked->elapsed_ns));
	json_object_set_new(object, "intervals", json_integer(looked->intervals));
	json_object_set_new(object, "source", text_or_null(looked->source));
	for (unsigned int i = 0; i < findings->nr; i++)
		json_array_append_new(list, finding_json(&findings->finding[i]));
	json_object_set_new(object, "findings", list);
	json_object_set_new(object, "findings_lost", json_integer(findings->lost));
	json_object_set_new(object, "looked_at", texts(looked->at, looked->nr_at));
	json_object_set_new(object, "not_looked_at", texts(looked->not_at, looked->nr_not_at));
	written = object && json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(6)) == 0;
	json_decref(object);
	if (written)
		putc('\n', out);
	return written;
}
