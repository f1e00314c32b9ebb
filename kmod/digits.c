// SPDX-License-Identifier: GPL-2.0-only
#include "digits.h"

#include <linux/kernel.h>
#include <linux/string.h>

static const char pairs[] =
	"00010203040506070809" "10111213141516171819" "20212223242526272829" "30313233343536373839" "40414243444546474849"
	"50515253545556575859" "60616263646566676869" "70717273747576777879" "80818283848586878889" "90919293949596979899";

/* The least number that has more than so many digits. */
static const u64 too_long[] = {
	0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
	10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
	10000000000000000000U
};

/**
 * coremon_digits_dec_long() - coremon_digits_dec() of a number of any length.
 * @p: see there
 * @width: see there
 * @value: see there
 *
 * Return: see there.
 */
char *coremon_digits_dec_long(char *p, unsigned int width, u64 value)
{
	char *end;

	while (width < ARRAY_SIZE(too_long) && unlikely(value >= too_long[width]))
		width++;
	end = p + width;
	p = end;
	while (value > 99) {
		p -= 2;
		memcpy(p, pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value > 9)
		memcpy(p - 2, pairs + value * 2, 2);
	else
		p[-1] = '0' + value;
	return end;
}

/**
 * coremon_digits_hex() - The same, hexadecimal.
 * @p: see coremon_digits_dec()
 * @width: see there
 * @value: see there
 *
 * Return: see there.
 */
char *coremon_digits_hex(char *p, unsigned int width, u64 value)
{
	unsigned int digits = value ? (fls64(value) + 3) / 4 : 1;
	char *end = p + max(width, digits);

	p = end;
	do {
		*--p = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	return end;
}

/**
 * coremon_digits_ipv4() - An address of IPv4, from the left.
 * @p: where to, up to 15 bytes
 * @addr: its four bytes
 *
 * Return: the byte after it; no NUL is written.
 */
char *coremon_digits_ipv4(char *p, const u8 *addr)
{
	int i;

	for (i = 0; i < 4; i++) {
		unsigned int n = addr[i];

		if (i)
			*p++ = '.';
		if (n > 99) {
			*p++ = '0' + n / 100;
			n %= 100;
			memcpy(p, pairs + n * 2, 2);
			p += 2;
		} else if (n > 9) {
			memcpy(p, pairs + n * 2, 2);
			p += 2;
		} else {
			*p++ = '0' + n;
		}
	}
	return p;
}
