/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table for people: rows of cells that are known by a key, so that two readings of it can be compared, and that are folded into
 * several lines each where one is too narrow. The last column, if it is text, is as long as it needs to be in each row. Columns
 * without any name have no line of names. Adding may fail for want of memory: table_failed() tells at the end.
 */
#ifndef COREMON_TABLE_H
#define COREMON_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS 16

/** struct table_column - one column */
struct table_column {
	const char *name;
	bool left;		/* text; else a number, to the right */
	bool fold;		/* where a row is too wide, a new line may begin here */
};

enum table_change { TABLE_SAME, TABLE_NEW, TABLE_GONE };

/** struct table_row - a row, or a line of text alone */
struct table_row {
	size_t key;			/* places in the table's text */
	size_t cell[TABLE_COLUMNS];
	unsigned int cells;
	bool text;			/* its only cell is a line of its own */
	enum table_change change;	/* since the table before */
	uint32_t changed;		/* bit per cell that has another value */
};

/** struct table - begun with zeroes and @column */
struct table {
	const struct table_column *column;
	unsigned int columns;
	bool names_first;	/* the names of the columns stand above all; else above the first row */
	struct table_row *row;
	unsigned int nr, room;
	char *texts;
	size_t used, size;
	bool failed;
};

enum table_marks {
	TABLE_PLAIN,
	TABLE_CHARS,	/* a `*` behind what changed, + and - before what came and went */
	TABLE_INVERSE,	/* the same in inverse video, for a terminal */
};

/** table_row() - begin a row that no other has the @key of; table_cell() adds its cells from the left. */
void table_row(struct table *table, const char *key);
void table_cell(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** table_number() - add a cell: the number, or `-` where it is not known. */
void table_number(struct table *table, bool known, uint64_t value);

/** table_text() - add a line of text: a heading, a note. It is not compared. */
void table_text(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** table_compare() - mark in @now what is not as in @before; rows that are gone are added at the end. */
void table_compare(struct table *now, const struct table *before);

/** table_print() - write it in lines of at most @width characters if it can be done; 0: a row a line. */
void table_print(const struct table *table, FILE *out, unsigned int width, enum table_marks marks);

/** table_failed() - Return: true where there was no memory for all of it. */
bool table_failed(const struct table *table);

/** table_clear() - free it; the columns stay. */
void table_clear(struct table *table);

#endif /* COREMON_TABLE_H */
