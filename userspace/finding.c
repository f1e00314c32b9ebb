// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "finding.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const severity_names[] = { "note", "warning", "critical" };
static const char *const sure_names[] = { "possible", "likely", "certain" };

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

const char *sure_name(enum sure sure)
{
	return sure_names[sure];
}

/* Names are the kernel's and the users': a backslash and what does not print becomes \ooo. */
static char *printable(char *text)
{
	size_t len = 0;
	char *out;

	for (const char *c = text; *c; c++)
		len += *c >= ' ' && *c < 0x7f && *c != '\\' ? 1 : 4;
	if (len == strlen(text))
		return text;
	out = malloc(len + 1);
	if (out) {
		char *end = out;

		*out = '\0';
		for (const char *c = text; *c; c++)
			end += sprintf(end, *c >= ' ' && *c < 0x7f && *c != '\\' ? "%c" : "\\%03o", (unsigned char)*c);
	}
	free(text);
	return out;
}

static char *__attribute__((format(printf, 1, 0))) format(const char *fmt, va_list ap)
{
	char *text;

	return vasprintf(&text, fmt, ap) < 0 ? NULL : printable(text);
}

static void forget(struct finding *finding)
{
	free(finding->title);
	free(finding->effect);
	for (unsigned int i = 0; i < finding->nr_evidence; i++) {
		free(finding->evidence[i].name);
		free(finding->evidence[i].text);
	}
	for (unsigned int i = 0; i < finding->nr_advice; i++)
		free(finding->advice[i].text);
	memset(finding, 0, sizeof(*finding));
}

struct finding *finding_add(struct findings *findings, const char *id, enum severity severity, enum sure sure, double weight)
{
	struct finding *finding = &findings->spare;

	if (findings->nr == findings->room) {
		unsigned int room = findings->room ? 2 * findings->room : 16;
		struct finding *list = realloc(findings->finding, room * sizeof(*list));

		if (list) {
			findings->finding = list;
			findings->room = room;
		}
	}
	if (findings->nr < findings->room) {
		finding = &findings->finding[findings->nr++];
		memset(finding, 0, sizeof(*finding));
	} else {
		forget(finding);
		findings->lost++;
	}
	finding->id = id;
	finding->severity = severity;
	finding->sure = sure;
	finding->weight = weight;
	return finding;
}

void finding_title(struct finding *finding, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	free(finding->title);
	finding->title = format(fmt, ap);
	va_end(ap);
}

void finding_effect(struct finding *finding, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	free(finding->effect);
	finding->effect = format(fmt, ap);
	va_end(ap);
}

static struct evidence *evidence_add(struct finding *finding, const char *name)
{
	struct evidence *evidence = &finding->evidence[finding->nr_evidence];
	char *copy;

	if (finding->nr_evidence == FINDING_EVIDENCE)
		return NULL;
	copy = strdup(name);
	if (copy)
		copy = printable(copy);
	if (!copy)
		return NULL;
	*evidence = (struct evidence){ .name = copy };
	finding->nr_evidence++;
	return evidence;
}

void finding_count(struct finding *finding, const char *name, uint64_t before, uint64_t after, uint64_t elapsed_ns)
{
	struct evidence *evidence = evidence_add(finding, name);

	if (!evidence)
		return;
	evidence->counted = true;
	evidence->before = before;
	evidence->after = after;
	evidence->per_s = elapsed_ns ? (double)(after - before) * 1e9 / (double)elapsed_ns : 0;
}

void finding_note(struct finding *finding, const char *name, const char *fmt, ...)
{
	struct evidence *evidence = evidence_add(finding, name);
	va_list ap;

	if (!evidence)
		return;
	va_start(ap, fmt);
	evidence->text = format(fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 3, 0))) advice_add(struct finding *finding, bool command, const char *fmt, va_list ap)
{
	char *text;

	if (finding->nr_advice == FINDING_ADVICE)
		return;
	text = format(fmt, ap);
	if (text)
		finding->advice[finding->nr_advice++] = (struct advice){ .command = command, .text = text };
}

void finding_command(struct finding *finding, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	advice_add(finding, true, fmt, ap);
	va_end(ap);
}

void finding_advice(struct finding *finding, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	advice_add(finding, false, fmt, ap);
	va_end(ap);
}

static int worst_first(const void *x, const void *y)
{
	const struct finding *a = x, *b = y;

	if (a->severity != b->severity)
		return (int)b->severity - (int)a->severity;
	if (a->weight < b->weight || a->weight > b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->sure != b->sure)
		return (int)b->sure - (int)a->sure;
	return strcmp(a->title ? a->title : "", b->title ? b->title : "");
}

void findings_sort(struct findings *findings)
{
	if (findings->nr)
		qsort(findings->finding, findings->nr, sizeof(findings->finding[0]), worst_first);
}

void findings_free(struct findings *findings)
{
	for (unsigned int i = 0; i < findings->nr; i++)
		forget(&findings->finding[i]);
	forget(&findings->spare);
	free(findings->finding);
	memset(findings, 0, sizeof(*findings));
}

const struct finding *findings_has(const struct findings *findings, const char *id)
{
	for (unsigned int i = 0; i < findings->nr; i++) {
		if (strcmp(findings->finding[i].id, id) == 0)
			return &findings->finding[i];
	}
	return NULL;
}

char *shell_word(const char *name, char buf[SHELL_WORD_LEN])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:@-+%";
	size_t len = 0;

	if (*name && *name != '-' && name[strspn(name, plain)] == '\0' && strlen(name) < SHELL_WORD_LEN)
		return strcpy(buf, name);
	buf[len++] = '\'';
	for (; *name && len + 6 < SHELL_WORD_LEN; name++) {
		if (*name == '\'')
			len += (size_t)sprintf(buf + len, "'\\''");
		else
			buf[len++] = *name;
	}
	buf[len++] = '\'';
	buf[len] = '\0';
	return buf;
}

char *share_text(double part, double whole, char buf[SHARE_LEN])
{
	double share = whole > 0 ? 100 * part / whole : 0;

	if (share > 0 && share < 0.01)
		return strcpy(buf, "<0.01 %");
	snprintf(buf, SHARE_LEN, share < 10 ? "%.2f %%" : "%.0f %%", fmin(share, 999));
	return buf;
}

char *rate_text(double per_s, char buf[RATE_LEN])
{
	snprintf(buf, RATE_LEN, per_s < 9.95 ? "%.2g" : "%.0f", fmin(per_s, 1e15));
	return buf;
}

char *span_text(double seconds, char buf[SPAN_LEN])
{
	if (seconds < 120)
		snprintf(buf, SPAN_LEN, "%.0f s", seconds);
	else if (seconds < 7200)
		snprintf(buf, SPAN_LEN, "%.0f min", seconds / 60);
	else
		snprintf(buf, SPAN_LEN, "%.0f h", fmin(seconds / 3600, 1e6));
	return buf;
}

static void __attribute__((format(printf, 3, 0))) list_add(char **list, unsigned int *nr, const char *fmt, va_list ap)
{
	char *text;

	if (*nr == 24)
		return;
	text = format(fmt, ap);
	if (text)
		list[(*nr)++] = text;
}

void looked_at(struct looked *looked, const char *what)
{
	char *text = strdup(what);

	if (text && looked->nr_at < 24)
		looked->at[looked->nr_at++] = text;
	else
		free(text);
}

void not_looked_at(struct looked *looked, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	list_add(looked->not_at, &looked->nr_not_at, fmt, ap);
	va_end(ap);
}

void looked_free(struct looked *looked)
{
	for (unsigned int i = 0; i < looked->nr_at; i++)
		free(looked->at[i]);
	for (unsigned int i = 0; i < looked->nr_not_at; i++)
		free(looked->not_at[i]);
	looked->nr_at = 0;
	looked->nr_not_at = 0;
}
