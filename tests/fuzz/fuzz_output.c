// SPDX-License-Identifier: GPL-2.0-only
/* What the reader writes, caught and looked at; and its command lines. */
#define _GNU_SOURCE
#include "fuzz.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So that what it keeps can be forgotten. */
#include "../../userspace/say.c"

#define OUTPUT_SIZE (1u << 20)

/** struct caught - what was written to stdout or stderr */
struct caught {
	FILE *file, *own;
	char *text;
	size_t len;
	bool full;
};

static struct caught out, err;
static enum fuzz_output kind;
static bool first_option;

void fuzz_must(bool holds, const char *what)
{
	if (holds)
		return;
	dprintf(STDERR_FILENO, "fuzz: %s\n", what);
	abort();
}

int fuzz_getopt_long(int argc, char *const *argv, const char *letters, const struct option *longs, int *index);

/* Each command line is the first. */
int fuzz_getopt_long(int argc, char *const *argv, const char *letters, const struct option *longs, int *index)
{
	if (first_option)
		optind = 0;
	first_option = false;
	return getopt_long(argc, argv, letters, longs, index);
}

static ssize_t catch(void *cookie, const char *buf, size_t size)
{
	struct caught *caught = cookie;

	if (size > OUTPUT_SIZE - caught->len) {
		caught->full = true;
		return (ssize_t)size;
	}
	memcpy(caught->text + caught->len, buf, size);
	caught->len += size;
	return (ssize_t)size;
}

static void begin(struct caught *caught, FILE **stream)
{
	if (!caught->file) {
		caught->file = fopencookie(caught, "w", (cookie_io_functions_t){ .write = catch });
		caught->text = malloc(OUTPUT_SIZE + 1);
		fuzz_must(caught->file && caught->text, "out of memory");
		setvbuf(caught->file, NULL, _IOFBF, 4096);
	}
	caught->own = *stream;
	caught->len = 0;
	caught->full = false;
	*stream = caught->file;
}

static void end(struct caught *caught, FILE **stream)
{
	fflush(caught->file);
	*stream = caught->own;
	caught->text[caught->len] = '\0';
}

void fuzz_begin(enum fuzz_output wanted)
{
	kind = wanted;
	first_option = true;
	/* What was said once can be said again. */
	while (nr_said)
		free(said[--nr_said]);
	begin(&out, &stdout);
	begin(&err, &stderr);
}

static void must_be_plain(const struct caught *caught)
{
	for (size_t i = 0; i < caught->len; i++)
		fuzz_must((caught->text[i] >= ' ' && caught->text[i] <= '~') || caught->text[i] == '\n', "a control character is printed");
}

static void must_be_json(char *text)
{
	json_t *object;
	char *newline;

	for (; *text; text = newline + 1) {
		newline = strchr(text, '\n');
		fuzz_must(newline, "a line of JSON has no end");
		object = json_loadb(text, (size_t)(newline - text), JSON_REJECT_DUPLICATES, NULL);
		fuzz_must(json_is_object(object), "a line is no JSON object");
		json_decref(object);
	}
}

/* As RFC 4180 has it, each record of as many fields as the first. */
static void must_be_csv(const char *text)
{
	unsigned int fields = 1, first = 0;
	bool quoted = false;

	for (; *text; text++) {
		quoted ^= *text == '"';
		fields += *text == ',' && !quoted;
		if (*text != '\n' || quoted)
			continue;
		fuzz_must(!first || fields == first, "a record of CSV has more fields than another");
		first = fields;
		fields = 1;
	}
	fuzz_must(!quoted && fields == 1, "CSV ends in the middle of a record");
}

void fuzz_end(void)
{
	end(&out, &stdout);
	end(&err, &stderr);
	if (kind == FUZZ_ANY)
		return;
	must_be_plain(&err);
	if (out.full)
		return;
	if (kind == FUZZ_TEXT)
		must_be_plain(&out);
	else if (kind == FUZZ_JSON)
		must_be_json(out.text);
	else
		must_be_csv(out.text);
}

void fuzz_verb(int (*verb)(int argc, char **argv), const char *line)
{
	char words[256], *argv[32] = { NULL };
	int argc = 0, ret;

	snprintf(words, sizeof(words), "%s", line);
	for (char *rest = words; argc < 31 && (argv[argc] = strsep(&rest, " "));)
		argc++;
	fuzz_begin(strstr(line, "--json") ? FUZZ_JSON : strstr(line, "--csv") ? FUZZ_CSV : FUZZ_TEXT);
	ret = verb(argc, argv);
	fuzz_end();
	fuzz_must(ret >= 0 && ret <= 1, "an exit code of another kind");
}
