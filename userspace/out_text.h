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

/** text_connections() - the connections of the interval, busiest first, as many as @limit (0: all) or as there is room. */
void text_connections(struct text *text, const struct report *report, const struct out_options *options);

#endif /* COREMON_OUT_TEXT_H */
