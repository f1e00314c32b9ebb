// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "screen.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lines.h"

#define LEAST_WIDTH 80
#define DEFAULT_HEIGHT 24

/* Keep what the terminal shows, no cursor, no line that goes on below; and back. */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[0m\033[?7h\033[?25h\033[?1049l"
#define HOME "\033[H"
#define REST_OF_LINE "\033[0m\033[K"
#define REST_OF_SCREEN "\033[J"

unsigned int screen_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t n;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col < LEAST_WIDTH ? LEAST_WIDTH : size.ws_col;
	if (!columns || !parse_number(columns, &n) || n == 0 || n > 10000)
		return 0;
	return n < LEAST_WIDTH ? LEAST_WIDTH : (unsigned int)n;
}

bool screen_is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

void screen_begin(void)
{
	fputs(ENTER, stdout);
}

void screen_end(void)
{
	fputs(LEAVE, stdout);
	fflush(stdout);
}

static size_t count_lines(const char *text, const char *end)
{
	size_t lines = 0;

	while ((text = memchr(text, '\n', (size_t)(end - text)))) {
		lines++;
		text++;
	}
	return lines;
}

void screen_draw(const char *text, size_t len)
{
	const char *end = text + len;
	struct winsize size;
	size_t height = DEFAULT_HEIGHT, lines = count_lines(text, end), shown;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row)
		height = size.ws_row;
	shown = lines <= height ? lines : height - 1;
	fputs(HOME, stdout);
	for (size_t i = 0; i < shown; i++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		fwrite(text, 1, (size_t)(newline - text), stdout);
		fputs(REST_OF_LINE, stdout);
		if (i + 1 < height)
			fputs("\r\n", stdout);
		text = newline + 1;
	}
	if (shown < lines)
		printf("... %zu more lines" REST_OF_LINE, lines - shown);
	else if (shown < height)
		fputs(REST_OF_SCREEN, stdout);
}
