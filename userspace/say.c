// SPDX-License-Identifier: GPL-2.0-only
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KEYS 64

static const char *program = "coremon";
static char *said[MAX_KEYS];
static unsigned int nr_said;

void say_name(const char *name)
{
	program = name;
}

static void __attribute__((format(printf, 1, 0))) vsay(const char *fmt, va_list ap)
{
	fprintf(stderr, "%s: ", program);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
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
