// SPDX-License-Identifier: GPL-2.0-only
#include "fmt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

char *fmt_human(double value, char buf[FMT_LEN])
{
	static const char units[] = "kMGTPEZY";
	unsigned int unit = 0;

	if (value <= 0)
		return strcpy(buf, "0");
	if (value < 0.005)
		return strcpy(buf, "<0.01");
	if (value < 99.995) {
		snprintf(buf, FMT_LEN, "%.2f", value);
		return buf;
	}
	if (value < 999.95) {
		snprintf(buf, FMT_LEN, "%.1f", value);
		return buf;
	}
	value /= 1000;
	while (value >= 999.95 && unit + 2 < sizeof(units)) {
		value /= 1000;
		unit++;
	}
	snprintf(buf, FMT_LEN, "%.1f%c", value, units[unit]);
	return buf;
}

char *fmt_count(uint64_t value, char buf[FMT_LEN])
{
	if (value > 99999)
		return fmt_human((double)value, buf);
	snprintf(buf, FMT_LEN, "%" PRIu64, value);
	return buf;
}

char *fmt_rate(const struct delta *delta, uint64_t elapsed_ns, char buf[FMT_LEN])
{
	if (!delta->grown_known)
		return strcpy(buf, "-");
	return fmt_human(per_second(delta->grown, elapsed_ns), buf);
}

char *fmt_usec(uint64_t us, char buf[FMT_LEN])
{
	if (us < 1000)
		snprintf(buf, FMT_LEN, "%" PRIu64 "us", us);
	else if (us < 999950)
		snprintf(buf, FMT_LEN, "%.1fms", (double)us / 1e3);
	else if (us < UINT64_C(1000000000))
		snprintf(buf, FMT_LEN, "%.2fs", (double)us / 1e6);
	else
		snprintf(buf, FMT_LEN, "%.0fs", (double)us / 1e6);
	return buf;
}

char *fmt_clock(uint64_t real_ns, char buf[FMT_LEN])
{
	time_t seconds = (time_t)(real_ns / 1000000000u);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) || strftime(buf, FMT_LEN, "%H:%M:%S", &tm) == 0)
		strcpy(buf, "-");
	return buf;
}

char *fmt_iso(uint64_t real_ns, char buf[FMT_LEN])
{
	time_t seconds = (time_t)(real_ns / 1000000000u);
	size_t len;
	struct tm tm;

	len = gmtime_r(&seconds, &tm) ? strftime(buf, FMT_LEN, "%Y-%m-%dT%H:%M:%S", &tm) : 0;
	snprintf(buf + len, FMT_LEN - len, ".%03uZ", (unsigned int)(real_ns / 1000000 % 1000));
	return buf;
}

char *fmt_path(const char *path, char *buf, size_t size)
{
	size_t len = 0;

	for (; *path && len + 5 <= size; path++) {
		unsigned char c = (unsigned char)*path;

		if (c >= ' ' && c < 0x7f && c != '\\')
			buf[len++] = (char)c;
		else
			len += (size_t)snprintf(buf + len, 5, "\\%03o", c);
	}
	buf[len] = '\0';
	return buf;
}

char *fmt_name(const char *name, char buf[FMT_NAME_LEN])
{
	return fmt_path(name, buf, FMT_NAME_LEN);
}
