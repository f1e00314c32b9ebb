/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers as text. A row has some seventy of them, and printf would take ten times as long: here they are written right-aligned into
 * blanks, two digits at a time.
 */
#ifndef _COREMON_DIGITS_H
#define _COREMON_DIGITS_H

#include <linux/types.h>

char *coremon_digits_dec_long(char *p, unsigned int width, u64 value);
char *coremon_digits_hex(char *p, unsigned int width, u64 value);
char *coremon_digits_ipv4(char *p, const u8 *addr);

/**
 * coremon_digits_dec() - Write a number.
 * @p: where its column begins; so many bytes as it may be long are there, and @width of them are blanks
 * @width: of the column, at least 1; a longer number takes what it needs
 * @value: the number
 *
 * Return: the end of the column; no NUL is written.
 */
static inline char *coremon_digits_dec(char *p, unsigned int width, u64 value)
{
	if (value > 9)
		return coremon_digits_dec_long(p, width, value);
	p[width - 1] = '0' + value;
	return p + width;
}

#endif /* _COREMON_DIGITS_H */
