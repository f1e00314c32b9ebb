// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lines.h"

static bool tree_exists(const struct root *root, unsigned int tree)
{
	char path[PATH_MAX];
	int len;

	len = snprintf(path, sizeof(path), "%s/%u/proc", root->base, tree);
	return len > 0 && (size_t)len < sizeof(path) && access(path, F_OK) == 0;
}

void root_init(struct root *root)
{
	const char *base = secure_getenv("COREMON_ROOT");

	root->base = base ? base : "";
	root->tree = 0;
	root->numbered = root_moved(root) && tree_exists(root, 1);
}

bool root_next(struct root *root)
{
	if (!root->numbered)
		return true;
	if (!tree_exists(root, root->tree + 1))
		return false;
	root->tree++;
	return true;
}

bool root_moved(const struct root *root)
{
	return root->base[0] != '\0';
}

int root_path(const struct root *root, const char *path, char *buf, unsigned int size)
{
	int len;

	if (root->numbered)
		len = snprintf(buf, size, "%s/%u%s", root->base, root->tree, path);
	else
		len = snprintf(buf, size, "%s%s", root->base, path);
	return len < 0 || (unsigned int)len >= size ? -ENAMETOOLONG : 0;
}

int root_open(const struct root *root, const char *path)
{
	char place[PATH_MAX];
	int ret;

	ret = root_path(root, path, place, sizeof(place));
	if (ret < 0)
		return ret;
	ret = open(place, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return ret < 0 ? -errno : ret;
}

bool root_exists(const struct root *root, const char *path)
{
	char place[PATH_MAX];

	return root_path(root, path, place, sizeof(place)) == 0 && access(place, F_OK) == 0;
}

bool root_has_entries(const struct root *root, const char *path)
{
	char place[PATH_MAX];
	bool found = false;
	struct dirent *entry;
	DIR *dir;

	if (root_path(root, path, place, sizeof(place)) < 0)
		return false;
	dir = opendir(place);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.';
	closedir(dir);
	return found;
}

static uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The clock file of a numbered tree: one line of two numbers. */
static int tree_clock(const struct root *root, struct stamp *now)
{
	struct lines in;
	char *line, *mono, *real;
	int ret;

	ret = lines_open(&in, root, "/clock");
	if (ret < 0)
		return ret;
	ret = -EINVAL;
	line = lines_next(&in);
	if (line) {
		mono = next_word(&line);
		real = next_word(&line);
		if (mono && real && parse_number(mono, &now->mono_ns) && parse_number(real, &now->real_ns))
			ret = 0;
	}
	lines_close(&in);
	return ret;
}

int root_clock(const struct root *root, struct stamp *now)
{
	if (root->numbered)
		return tree_clock(root, now);
	now->mono_ns = clock_ns(CLOCK_MONOTONIC);
	now->real_ns = clock_ns(CLOCK_REALTIME);
	return 0;
}
