// SPDX-License-Identifier: GPL-2.0-only
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"

#define MAX_KEYS 64
#define TEXT_LEN 1024

static const char *program = "coremon";
static char *said[MAX_KEYS];
static unsigned int nr_said;

void say_name(const char *name)
{
	program = name;
}

/* In what is said there are words of files and of the kernel: a terminal must not be told anything by them. */
static void __attribute__((format(printf, 1, 0))) vsay(const char *fmt, va_list ap)
{
	char text[TEXT_LEN], plain[4 * TEXT_LEN];

	vsnprintf(text, sizeof(text), fmt, ap);
	fprintf(stderr, "%s: %s\n", program, fmt_path(text, plain, sizeof(plain)));
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
}

void say_help(void)
{
	say("--help lists the options");
}

void say_once(const char *key, const char *fmt, ...)
{
	va_list ap;

	for (unsigned int i = 0; i < nr_said; i++) {
		if (strcmp(said[i], key) == 0)
			return;
	}
	if (nr_said == MAX_KEYS)
		return;
	said[nr_said] = strdup(key);
	if (!said[nr_said])
		return;
	nr_said++;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
}
