/* SPDX-License-Identifier: GPL-2.0-only */
/* Who reads a file of /proc/coremon, and what of a record that reader may see. */
#ifndef _COREMON_VIEWER_H
#define _COREMON_VIEWER_H

#include <linux/types.h>

#include "uapi/coremon.h"

struct file;
struct net;
struct user_namespace;

/**
 * struct coremon_viewer - A reader's view, fixed when the file was opened.
 * @net: the one network namespace it sees, held, so that its inode number means no other; NULL: it sees all
 * @pids: it is in the pid namespace in which owners are recorded
 * @userns: how it sees user ids; held by the file's credentials
 */
struct coremon_viewer {
	struct net *net;
	bool pids;
	struct user_namespace *userns;
};

void coremon_viewer_init(struct coremon_viewer *viewer, struct file *file);
void coremon_viewer_exit(struct coremon_viewer *viewer);
bool coremon_viewer_ended(const struct coremon_viewer *viewer, u64 generation);
bool coremon_viewer_row(const struct coremon_viewer *viewer, struct coremon_row *row);
bool coremon_viewer_event(const struct coremon_viewer *viewer, struct coremon_event *event);

#endif /* _COREMON_VIEWER_H */
