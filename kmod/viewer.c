// SPDX-License-Identifier: GPL-2.0-only
#include "viewer.h"

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "netns.h"

/**
 * coremon_viewer_init() - Note who opens a file.
 * @viewer: the view
 * @file: the file; its credentials must outlive the view
 *
 * Context: process, in open(). coremon_viewer_exit() must follow.
 */
void coremon_viewer_init(struct coremon_viewer *viewer, struct file *file)
{
	struct net *net = current->nsproxy->net_ns;

	viewer->net = net_eq(net, &init_net) ? NULL : get_net(net);
	viewer->pids = task_active_pid_ns(current) == &init_pid_ns;
	viewer->userns = file->f_cred->user_ns;
}

/**
 * coremon_viewer_exit() - The file is closed.
 * @viewer: the view
 *
 * Context: process.
 */
void coremon_viewer_exit(struct coremon_viewer *viewer)
{
	if (viewer->net)
		put_net(viewer->net);
}

static bool sees_netns(const struct coremon_viewer *viewer, u32 netns)
{
	return !viewer->net || viewer->net->ns.inum == netns;
}

/**
 * coremon_viewer_ended() - Whether a reader may see an ended connection, whose namespace may be gone, and its inode number another's.
 * @viewer: the view
 * @generation: of the connection's namespace
 *
 * Return: whether.
 */
bool coremon_viewer_ended(const struct coremon_viewer *viewer, u64 generation)
{
	return !viewer->net || coremon_netns_generation(viewer->net) == generation;
}

/**
 * coremon_viewer_row() - Fit a row to its reader.
 * @viewer: the view
 * @row: the row; ids are put as the reader's namespaces have them, or as not known
 *
 * Return: false if the reader may not see it.
 */
bool coremon_viewer_row(const struct coremon_viewer *viewer, struct coremon_row *row)
{
	if (!sees_netns(viewer, row->netns))
		return false;
	if (viewer->userns != &init_user_ns)
		row->uid = from_kuid_munged(viewer->userns, make_kuid(&init_user_ns, row->uid));
	if (!viewer->pids) {
		row->tgid = (u32)COREMON_UNKNOWN;
		row->tid = (u32)COREMON_UNKNOWN;
		memset(row->comm, 0, sizeof(row->comm));
	}
	return true;
}

/**
 * coremon_viewer_event() - Fit an event to its reader.
 * @viewer: the view
 * @event: the event
 *
 * Return: false if the reader may not see it.
 */
bool coremon_viewer_event(const struct coremon_viewer *viewer, struct coremon_event *event)
{
	if (!sees_netns(viewer, event->netns))
		return false;
	if (!viewer->pids) {
		event->tgid = (u32)COREMON_UNKNOWN;
		memset(event->comm, 0, sizeof(event->comm));
	}
	return true;
}
