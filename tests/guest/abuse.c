// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers of /proc/coremon as nobody should be one.
 *
 *   abuse seek FILE N [SEED]     N times seeks anywhere, reads or preads any number of bytes anywhere. FILE is at rest: whatever it hands out is
 *                                what stands there when it is read from its beginning (a file that begins anew at its end: again and again)
 *   abuse move FILE N [SEED]     the same of a file that moves: only that nothing but an error of reading or seeking comes of it
 *   abuse kill N FILE...         N times a reader of each FILE that is killed in the middle
 *   abuse read FILE...           reads them over and over, whether they are there or not, until it is killed
 *   abuse open N FILE...         each FILE is open N times, and never read, until standard input ends; `open` on standard output before
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE_MAX_ (32 << 20)

static char *whole, buffer[1 << 17];
static ssize_t whole_size;
static uint64_t seed = 1;

static uint64_t rnd(uint64_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % below;
}

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void read_whole(const char *path)
{
	int fd = open_file(path);
	ssize_t n;

	whole = malloc(SIZE_MAX_);
	while ((n = read(fd, whole + whole_size, SIZE_MAX_ - whole_size)) > 0)
		whole_size += n;
	if (n)
		err(1, "%s", path);
	close(fd);
}

static off_t anywhere(void)
{
	static const off_t odd[] = { 0, 0, 0, 1, -1, 511, 512, 4095, 4096, 65536, 0x7fffffff, 0x80000000, -0x80000000L, INT64_MAX, INT64_MIN, INT64_MAX - 4096 };
	uint64_t kind = rnd(4);

	if (kind == 0)
		return odd[rnd(sizeof(odd) / sizeof(*odd))];
	return kind == 1 ? (off_t)rnd(whole_size + 2) : kind == 2 ? -(off_t)rnd(100) : (off_t)rnd(3) * whole_size;
}

/* Which bytes were to come: those of the whole at that place, of a file that is read on once more. */
static void judge(const char *path, ssize_t n, off_t at)
{
	if (n < 0 && errno != ESPIPE && errno != EINVAL && errno != EOVERFLOW)
		err(1, "%s: a read at %lld", path, (long long)at);
	for (ssize_t i = 0; i < n; i++)
		if (at < 0 || buffer[i] != whole[(at + i) % whole_size])
			errx(1, "%s: byte %lld is not what it was", path, (long long)at + i);
}

static void seek(const char *path, long n, int at_rest)
{
	long got = 0, refused = 0;
	int fd = open_file(path);

	while (n--) {
		static const size_t sizes[] = { 0, 1, 2, 7, 100, 511, 4096, 65536, sizeof(buffer) };
		size_t size = sizes[rnd(sizeof(sizes) / sizeof(*sizes))];
		uint64_t what = rnd(8);
		off_t at = anywhere();
		ssize_t r;

		if (what < 2) {
			if (lseek(fd, at, rnd(5)) < 0) {
				if (errno != ESPIPE && errno != EINVAL && errno != EOVERFLOW && errno != ENXIO)
					err(1, "%s: a seek to %lld", path, (long long)at);
				refused++;
			}
			continue;
		}
		if (what == 2) {
			lseek(fd, 0, SEEK_SET);
			continue;
		}
		if (what == 3) {
			close(fd);
			fd = open_file(path);
			continue;
		}
		if (what == 4) {
			r = pread(fd, buffer, size, at);
		} else {
			at = lseek(fd, 0, SEEK_CUR);
			r = read(fd, buffer, size);
		}
		if (r > 0)
			got += r;
		refused += r < 0;
		judge(path, at_rest || r < 0 ? r : 0, at);
	}
	close(fd);
	printf("%s: %zd bytes, %ld read, %ld refused\n", path, whole_size, got, refused);
}

static void kill_readers(long n, char **paths)
{
	static const size_t sizes[] = { 1, 100, 4096, sizeof(buffer) };

	for (long i = 0; i < n; i++)
		for (char **p = paths; *p; p++) {
			pid_t pid = fork();

			if (!pid) {
				int fd = open_file(*p);

				for (size_t size = sizes[rnd(4)];; lseek(fd, 0, SEEK_SET))
					while (read(fd, buffer, size) > 0)
						;
			}
			usleep(rnd(4000));
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
}

static void read_for_ever(char **paths)
{
	for (;; usleep(20000))
		for (char **p = paths; *p; p++) {
			int fd = open(*p, O_RDONLY | O_NONBLOCK);

			if (fd < 0)
				continue;
			while (read(fd, buffer, 1 + rnd(sizeof(buffer))) > 0 && rnd(8))
				;
			close(fd);
		}
}

static void open_many(long n, char **paths)
{
	char c;

	for (long i = 0; i < n; i++)
		for (char **p = paths; *p; p++)
			open_file(*p);
	printf("open\n");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
}

int main(int argc, char **argv)
{
	if (argc >= 4 && (!strcmp(argv[1], "seek") || !strcmp(argv[1], "move"))) {
		if (argc > 4)
			seed = strtoull(argv[4], NULL, 0);
		read_whole(argv[2]);
		if (!whole_size)
			errx(1, "%s is empty", argv[2]);
		seek(argv[2], atol(argv[3]), argv[1][0] == 's');
	} else if (argc >= 4 && !strcmp(argv[1], "kill")) {
		kill_readers(atol(argv[2]), argv + 3);
	} else if (argc >= 3 && !strcmp(argv[1], "read")) {
		read_for_ever(argv + 2);
	} else if (argc >= 4 && !strcmp(argv[1], "open")) {
		open_many(atol(argv[2]), argv + 3);
	} else {
		errx(2, "seek, move, kill, read or open");
	}
	return 0;
}
