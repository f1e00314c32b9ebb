// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HYBRID "/sys/fs/cgroup/unified"		/* where v1 hierarchies are mounted beside it */
#define UNIFIED "/sys/fs/cgroup"
#define MAX_DEPTH 64

static int by_id(const void *a, const void *b)
{
	uint64_t x = ((const struct cgroup *)a)->id, y = ((const struct cgroup *)b)->id;

	return x < y ? -1 : x > y;
}

static void forget_all(struct cgroups *cgroups)
{
	for (unsigned int i = 0; i < cgroups->nr; i++)
		free(cgroups->cgroup[i].path);
	cgroups->nr = 0;
	cgroups->sorted = 0;
}

static struct cgroup *find(const struct cgroups *cgroups, uint64_t id)
{
	struct cgroup key = { .id = id };

	return cgroups->sorted ? bsearch(&key, cgroups->cgroup, cgroups->sorted, sizeof(key), by_id) : NULL;
}

static void add(struct cgroups *cgroups, uint64_t id, const char *path)
{
	unsigned int room = cgroups->room ? 2 * cgroups->room : 64;
	struct cgroup *cgroup = cgroups->cgroup;

	if (cgroups->nr == CGROUPS_MAX || find(cgroups, id))
		return;
	if (cgroups->nr == cgroups->room) {
		cgroup = realloc(cgroup, room * sizeof(*cgroup));
		if (!cgroup)
			return;
		cgroups->cgroup = cgroup;
		cgroups->room = room;
	}
	cgroup[cgroups->nr] = (struct cgroup){ .id = id, .path = strdup(path) };
	if (cgroup[cgroups->nr].path)
		cgroups->nr++;
}

/* The directory open as @fd, whose path below the root is the first @len bytes of @path, and those in it. */
static void walk(struct cgroups *cgroups, int fd, char path[PATH_MAX], size_t len, unsigned int depth)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	if (fstat(fd, &st) == 0)
		add(cgroups, st.st_ino, len ? path : "/");
	while (depth < MAX_DEPTH && cgroups->nr < CGROUPS_MAX && (entry = readdir(dir))) {
		size_t more = strlen(entry->d_name) + 1;
		int child;

		if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN) || len + more >= PATH_MAX)
			continue;
		child = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (child < 0)
			continue;
		path[len] = '/';
		memcpy(path + len + 1, entry->d_name, more);
		walk(cgroups, child, path, len + more, depth + 1);
		path[len] = '\0';
	}
	closedir(dir);
}

static const char *hierarchy(const struct cgroups *cgroups)
{
	return root_exists(cgroups->root, HYBRID) ? HYBRID : UNIFIED;
}

static void walk_all(struct cgroups *cgroups)
{
	char path[PATH_MAX] = "";
	int fd;

	cgroups->walked = true;
	/* Those that are gone leave room for those that are there. */
	if (cgroups->nr > CGROUPS_MAX / 2)
		forget_all(cgroups);
	fd = root_open(cgroups->root, hierarchy(cgroups));
	if (fd < 0)
		return;
	walk(cgroups, fd, path, 0, 0);
	if (cgroups->nr)
		qsort(cgroups->cgroup, cgroups->nr, sizeof(*cgroups->cgroup), by_id);
	cgroups->sorted = cgroups->nr;
}

void cgroups_begin(struct cgroups *cgroups, const struct root *root)
{
	cgroups->root = root;
	cgroups->walked = false;
}

const char *cgroups_path(struct cgroups *cgroups, uint64_t id)
{
	struct cgroup *cgroup = find(cgroups, id);

	if (!cgroup && !cgroups->walked) {
		walk_all(cgroups);
		cgroup = find(cgroups, id);
	}
	return cgroup ? cgroup->path : NULL;
}

char *cgroups_text(struct cgroups *cgroups, uint64_t id, char buf[CGROUP_TEXT_LEN])
{
	const char *path = cgroups_path(cgroups, id);

	if (path && strlen(path) < CGROUP_TEXT_LEN)
		return strcpy(buf, path);
	snprintf(buf, CGROUP_TEXT_LEN, "%" PRIu64, id);
	return buf;
}

void cgroups_free(struct cgroups *cgroups)
{
	forget_all(cgroups);
	free(cgroups->cgroup);
	memset(cgroups, 0, sizeof(*cgroups));
}
