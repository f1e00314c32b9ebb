/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The paths of cgroups (v2) by their id, which is the inode number of their directory.
 *
 * The tree is walked when an id is asked for that is not known, once an interval at the most. What was seen is kept, also when
 * it is gone: the kernel gives no id twice.
 */
#ifndef COREMON_CGROUP_H
#define COREMON_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "root.h"

#define CGROUPS_MAX 65536u	/* cgroups; of more than that the paths are not known */
#define CGROUP_TEXT_LEN 513

/** struct cgroup - one */
struct cgroup {
	uint64_t id;
	char *path;		/* from the root of the hierarchy: "/system.slice/ssh.service" */
};

/** struct cgroups - what is known */
struct cgroups {
	const struct root *root;
	struct cgroup *cgroup;
	unsigned int nr, room;
	unsigned int sorted;	/* of them, the first so many are in order of their ids; all but during a walk */
	bool walked;		/* in this interval */
};

/** cgroups_begin() - an interval begins. The first time all of @cgroups is zero. */
void cgroups_begin(struct cgroups *cgroups, const struct root *root);

/** cgroups_path() - Return: the path of a cgroup, good until the next call, or NULL where it was gone before it was seen. */
const char *cgroups_path(struct cgroups *cgroups, uint64_t id);

/** cgroups_text() - the path, which begins with "/", or the number where it is not known or is longer than that. Return: @buf. */
char *cgroups_text(struct cgroups *cgroups, uint64_t id, char buf[CGROUP_TEXT_LEN]);

/** cgroups_free() - free all. */
void cgroups_free(struct cgroups *cgroups);

#endif /* COREMON_CGROUP_H */
