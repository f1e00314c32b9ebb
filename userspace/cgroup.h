/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The paths of cgroups (v2) by their id, which is the inode number of their directory.
 *
 * The tree is walked when an id is asked for that is not known, once an interval at the most, and kept. A path is given only
 * while its directory is still that cgroup.
 */
#ifndef COREMON_CGROUP_H
#define COREMON_CGROUP_H

#include <stdint.h>

#include "root.h"

#define CGROUPS_MAX 65536u	/* cgroups; of more than that the paths are not known */

/** struct cgroup - one */
struct cgroup {
	uint64_t id;
	char *path;		/* from the root of the hierarchy: "/system.slice/ssh.service" */
	unsigned int checked;	/* the interval in which it was there last */
};

/** struct cgroups - what is known */
struct cgroups {
	const struct root *root;
	struct cgroup *cgroup;	/* sorted by id */
	unsigned int nr, room;
	unsigned int interval;
	unsigned int walked;	/* the interval of the last walk */
};

/** cgroups_begin() - an interval begins. The first time all of @cgroups is zero. */
void cgroups_begin(struct cgroups *cgroups, const struct root *root);

/** cgroups_path() - Return: the path of a cgroup, good until the next call, or NULL where it is gone. */
const char *cgroups_path(struct cgroups *cgroups, uint64_t id);

/** cgroups_free() - free all. */
void cgroups_free(struct cgroups *cgroups);

#endif /* COREMON_CGROUP_H */
