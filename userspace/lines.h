/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of a /proc file, in bounded memory, whatever the file holds.
 *
 * A line longer than LINES_MAX bytes or with a NUL in it is skipped and counted. A last line without a newline is skipped
 * too: a number at its end may have lost digits, and a wrong number is worse than none.
 */
#ifndef COREMON_LINES_H
#define COREMON_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "root.h"

#define LINES_MAX 65536

/** struct lines - a file being read */
struct lines {
	char *buf;
	size_t start, end;	/* what of @buf is not used yet */
	int fd;
	int error;		/* errno of a failed read, or 0 */
	bool eof;
	bool truncated;		/* the last line had no newline */
	unsigned long skipped;	/* lines too long or with a NUL */
};

/** lines_open() - open @path under @root. Return: 0 or a negative errno; only after 0 is lines_close() to be called. */
int lines_open(struct lines *in, const struct root *root, const char *path);

/** lines_next() - Return: the next line without its newline, to be changed at will, good until the next call; NULL at the end. */
char *lines_next(struct lines *in);

/** lines_close() - close and free. */
void lines_close(struct lines *in);

/** next_word() - cut the next word (of anything but blanks) off *@p. Return: the word, or NULL. */
char *next_word(char **p);

/**
 * parse_number() - read an unsigned decimal number, all of @word.
 *
 * Numbers past INT64_MAX are refused: no counter gets there, and JSON readers could not hold them.
 * Return: true when @word is such a number.
 */
bool parse_number(const char *word, uint64_t *value);

#endif /* COREMON_LINES_H */
