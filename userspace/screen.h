/* SPDX-License-Identifier: GPL-2.0-only */
/* A terminal that is drawn over again and again, and left as it was found. Where there is none, text follows text. */
#ifndef COREMON_SCREEN_H
#define COREMON_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/** screen_width() - Return: the width of a line: that of the terminal, or COLUMNS, at least 80; 0 where there is no limit. */
unsigned int screen_width(void);

/** screen_is_terminal() - Return: true where standard output is a terminal that can be drawn over. */
bool screen_is_terminal(void);

/** screen_begin() - from now on, until screen_end(), the terminal shows what screen_draw() draws. */
void screen_begin(void);

/** screen_draw() - draw lines of text; of more lines than there is room for the last one tells how many. */
void screen_draw(const char *text, size_t len);

/** screen_end() - show again what was there before. */
void screen_end(void);

#endif /* COREMON_SCREEN_H */
