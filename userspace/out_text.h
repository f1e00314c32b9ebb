/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of the text writer share. */
#ifndef COREMON_OUT_TEXT_H
#define COREMON_OUT_TEXT_H

#include "out.h"

/** struct text - the page being written */
struct text {
	FILE *out;
	unsigned int width;	/* of a line */
	unsigned int height;	/* lines on the terminal, 0 where there is none */
	unsigned int lines;	/* written so far in this interval */
};

/** text_line() - end a line. */
void text_line(struct text *text);

/** text_cell() - one number of CELL characters. */
#define CELL 7
void text_cell(struct text *text, const char *value);

/** text_part() - a part of a line that is written up to column *@at, after @before; on the next line where this one is full. */
void text_part(struct text *text, unsigned int *at, const char *before, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** text_connections() - the connections of the interval, busiest first, as many as @limit (0: all) or as there is room. */
void text_connections(struct text *text, const struct report *report, const struct out_options *options);

/** text_lives() - how many connections came and went, where that is known. */
void text_lives(struct text *text, const struct report *report);

/** text_clients() - the clients that took most. */
void text_clients(struct text *text, const struct report *report);

/** text_trouble() - the sections that tell of trouble: in full where asked for, else in short and only where something moved. */
void text_trouble(struct text *text, const struct report *report, const struct sections *sections);

#define TEXT_NOTES_LEN 512

/** text_notes() - what else there is to say of a connection, "" for nothing; @wide: with its cgroup. Return: @buf. */
char *text_notes(const struct report *report, const struct rank_row *row, bool wide, char buf[TEXT_NOTES_LEN]);

/** text_left_open() - Return: true where the connection entered another CA state than Open in the interval. */
bool text_left_open(const struct rank_row *row);

#endif /* COREMON_OUT_TEXT_H */
