// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader of changes that is driven by a test: each line of standard input is a reading of connections.bin on the one descriptor,
 * whose rows it prints, then `end N`. The line may be the path of a file to print to instead.
 * A row:  KIND LOCAL_PORT REMOTE_PORT STATE SEND_Q SEND_Q_PEAK RECV_Q RECV_Q_PEAK SEND_Q_MAX RECV_Q_MAX, KIND live or closed; or `lost N`.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../kmod/uapi/coremon.h"

static const char *number(uint32_t value)
{
	static char text[6][16];
	static int next;
	char *t = text[next++ % 6];

	if (value == (uint32_t)COREMON_UNKNOWN)
		return "-";
	snprintf(t, sizeof(text[0]), "%" PRIu32, value);
	return t;
}

static void print(FILE *out, const struct coremon_row *row)
{
	static const char *const kinds[] = { "?", "live", "closed", "lost" };

	if (row->kind == COREMON_ROW_LOST) {
		fprintf(out, "lost %llu\n", (unsigned long long)row->seq);
		return;
	}
	fprintf(out, "%s %u %u %u %s %s %s %s %s %s\n", kinds[row->kind & 3], row->addr.local_port, row->addr.remote_port, row->state,
		number(row->send_q), number(row->send_q_peak), number(row->recv_q), number(row->recv_q_peak),
		number(row->send_q_max), number(row->recv_q_max));
}

static void reading(int fd, FILE *out)
{
	struct coremon_row rows[32];
	ssize_t n;

	while ((n = read(fd, rows, sizeof(rows))) > 0) {
		if (n % sizeof(rows[0]))
			errx(1, "a record is cut");
		for (size_t i = 0; i < n / sizeof(rows[0]); i++)
			print(out, &rows[i]);
	}
	if (n < 0)
		err(1, "read");
}

int main(void)
{
	int fd = open("/proc/coremon/connections.bin", O_RDONLY | O_CLOEXEC);
	char line[256];

	if (fd < 0)
		err(1, "connections.bin");
	for (int n = 1; fgets(line, sizeof(line), stdin); n++) {
		FILE *out = stdout;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] && !(out = fopen(line, "we")))
			err(1, "%s", line);
		reading(fd, out);
		if (out != stdout)
			fclose(out);
		printf("end %d\n", n);
		fflush(stdout);
	}
	return 0;
}
