// SPDX-License-Identifier: GPL-2.0-only
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lines_open(struct lines *in, const struct root *root, const char *path)
{
	memset(in, 0, sizeof(*in));
	in->fd = root_open(root, path);
	if (in->fd < 0)
		return in->fd;
	in->buf = malloc(LINES_MAX + 1);
	if (!in->buf) {
		close(in->fd);
		return -ENOMEM;
	}
	return 0;
}

void lines_close(struct lines *in)
{
	close(in->fd);
	free(in->buf);
	in->buf = NULL;
}

/* Read more behind what is not used yet. Return: false when there is no more, or no room. */
static bool fill(struct lines *in)
{
	ssize_t got;

	if (in->start > 0) {
		memmove(in->buf, in->buf + in->start, in->end - in->start);
		in->end -= in->start;
		in->start = 0;
	}
	if (in->eof || in->end == LINES_MAX)
		return false;
	do {
		got = read(in->fd, in->buf + in->end, LINES_MAX - in->end);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		in->error = errno;
	if (got <= 0) {
		in->eof = true;
		return false;
	}
	in->end += (size_t)got;
	return true;
}

/* The buffer is full and has no newline: drop what is there up to the next newline. */
static void skip_long_line(struct lines *in)
{
	char *newline;

	in->skipped++;
	do {
		in->start = in->end;
		if (!fill(in)) {
			in->truncated = true;
			return;
		}
		newline = memchr(in->buf, '\n', in->end);
	} while (!newline);
	in->start = (size_t)(newline - in->buf) + 1;
}

char *lines_next(struct lines *in)
{
	for (;;) {
		char *line = in->buf + in->start;
		char *newline = memchr(line, '\n', in->end - in->start);

		if (newline) {
			in->start = (size_t)(newline - in->buf) + 1;
			*newline = '\0';
			if (strlen(line) == (size_t)(newline - line))
				return line;
			in->skipped++;
			continue;
		}
		if (fill(in))
			continue;
		if (in->eof) {
			if (in->end > in->start)
				in->truncated = true;
			return NULL;
		}
		skip_long_line(in);
		if (in->eof && in->truncated)
			return NULL;
	}
}

char *next_word(char **p)
{
	char *word = *p, *end;

	/* Words are short: a loop is twice as fast as strspn() and strcspn(), and a table has 30 million of them. */
	while (*word == ' ' || *word == '\t')
		word++;
	for (end = word; *end && *end != ' ' && *end != '\t';)
		end++;
	if (word == end)
		return NULL;
	*p = end;
	if (*end) {
		*end = '\0';
		*p = end + 1;
	}
	return word;
}

bool parse_number(const char *word, uint64_t *value)
{
	uint64_t n = 0;

	if (!*word)
		return false;
	for (; *word; word++) {
		unsigned int digit = (unsigned int)(unsigned char)*word - '0';

		/* n * 10 + digit stays below 2^64, as n was at most INT64_MAX / 10 */
		if (digit > 9 || n > INT64_MAX / 10)
			return false;
		n = n * 10 + digit;
		if (n > INT64_MAX)
			return false;
	}
	*value = n;
	return true;
}
