// SPDX-License-Identifier: GPL-2.0-only
/*
 * File descriptors: those of the system (/proc/sys/fs/file-nr), and the processes that have at least half of their limit open
 * (/proc/PID/fd and limits).
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "counter_read.h"
#include "host.h"
#include "lines.h"
#include "say.h"

#define FILE_NR "/proc/sys/fs/file-nr"
#define LIMIT_LINE "Max open files"
#define COMM_LEN 64

/* "allocated unused maximum". Return: 0, -ENOMEM, or 1 where it is not known. */
static int read_system(struct counters *counters, const struct root *root)
{
	uint64_t value[3];
	struct lines in;
	char *line;
	int ret = 0;

	if (!host_open(&in, root, FILE_NR))
		return 1;
	line = lines_next(&in);
	for (unsigned int i = 0; i < 3 && ret == 0; i++) {
		char *word = line ? next_word(&line) : NULL;

		ret = !word || !parse_number(word, &value[i]);
	}
	if (!host_close(&in, FILE_NR) || ret)
		return 1;
	ret = counters_add(counters, LAYER_FD, true, "", "allocated", value[0]);
	return ret ? ret : counters_add(counters, LAYER_FD, true, "", "max", value[2]);
}

/* How many descriptors a process has. Return: 0 or a negative errno. */
static int count_open(const struct root *root, uint32_t pid, uint64_t *nr)
{
	char path[64], place[PATH_MAX];
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	if (root_path(root, path, place, sizeof(place)) < 0)
		return -ENAMETOOLONG;
	*nr = 0;
	/* From 6.2 on the size of the directory is their number; before, it is 0. */
	if (!root_moved(root) && stat(place, &st) == 0 && st.st_size > 0) {
		*nr = (uint64_t)st.st_size;
		return 0;
	}
	dir = opendir(place);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		*nr += entry->d_name[0] != '.';
	closedir(dir);
	return 0;
}

/* The soft limit of open files. Return: true where it is known, and there is one. */
static bool read_limit(const struct root *root, uint32_t pid, uint64_t *limit)
{
	bool found = false;
	struct lines in;
	char path[64], *line;

	snprintf(path, sizeof(path), "/proc/%u/limits", pid);
	if (lines_open(&in, root, path) < 0)
		return false;
	while (!found && (line = lines_next(&in))) {
		if (strncmp(line, LIMIT_LINE, strlen(LIMIT_LINE)) == 0) {
			char *word;

			line += strlen(LIMIT_LINE);
			word = next_word(&line);
			found = word && parse_number(word, limit);
			break;
		}
	}
	lines_close(&in);
	return found;
}

static void read_comm(const struct root *root, uint32_t pid, char comm[COMM_LEN])
{
	struct lines in;
	char path[64], *line;

	strcpy(comm, "-");
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	if (lines_open(&in, root, path) < 0)
		return;
	line = lines_next(&in);
	if (line)
		snprintf(comm, COMM_LEN, "%s", line);
	lines_close(&in);
}

/* Return: 0, -ENOMEM, or 1 where it is not ours to look at. */
static int read_process(struct counters *counters, const struct root *root, uint32_t pid)
{
	char object[COMM_LEN + 16], comm[COMM_LEN];
	uint64_t nr, limit;
	int ret = count_open(root, pid, &nr);

	if (ret == -EACCES || ret == -EPERM)
		return 1;
	/* One that has ended meanwhile has none. */
	if (ret < 0 || nr == 0 || !read_limit(root, pid, &limit) || nr < limit / 2 + limit % 2)
		return 0;
	read_comm(root, pid, comm);
	snprintf(object, sizeof(object), "%u %s", pid, comm);
	ret = counters_add(counters, LAYER_FD, true, object, "open", nr);
	return ret ? ret : counters_add(counters, LAYER_FD, true, object, "limit", limit);
}

/* Return: 0, -ENOMEM, or 1 where some are not known. */
static int read_processes(struct counters *counters, const struct root *root)
{
	char place[PATH_MAX];
	struct dirent *entry;
	bool whole = true;
	uint64_t pid;
	int ret = 0;
	DIR *dir;

	if (root_path(root, "/proc", place, sizeof(place)) < 0)
		return 1;
	dir = opendir(place);
	if (!dir)
		return 1;
	while (ret >= 0 && (entry = readdir(dir))) {
		if (!parse_number(entry->d_name, &pid) || pid > UINT32_MAX)
			continue;
		ret = read_process(counters, root, (uint32_t)pid);
		whole &= ret == 0;
	}
	closedir(dir);
	if (!whole && ret >= 0)
		say_once("fd", "descriptors of other users' processes are not known");
	return ret < 0 ? ret : !whole;
}

int counter_fd_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	int ret = read_system(counters, root), each;

	(void)layers;
	if (ret < 0)
		return ret;
	each = read_processes(counters, root);
	if (ret == 0 && each == 0)
		counters_whole(counters, LAYER_FD);
	return each < 0 ? each : 0;
}
