// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/coremon: one tree for all network namespaces. Who may open a file is told by its mode and group alone (0440);
 * what a reader then sees depends on the network namespace it opened the file in.
 */
#include "proc.h"

#include <linux/moduleparam.h>
#include <linux/user_namespace.h>

#define DIR_NAME "coremon"

static unsigned int proc_gid;

static int proc_gid_set(const char *val, const struct kernel_param *kp)
{
	unsigned int gid;
	int ret = kstrtouint(val, 0, &gid);

	if (ret)
		return ret;
	if (!gid_valid(make_kgid(&init_user_ns, gid)))
		return -EINVAL;
	proc_gid = gid;
	return 0;
}

static const struct kernel_param_ops proc_gid_ops = {
	.set = proc_gid_set,
	.get = param_get_uint,
};

module_param_cb(proc_gid, &proc_gid_ops, &proc_gid, 0444);
MODULE_PARM_DESC(proc_gid, "Group that may read /proc/coremon besides root (default 0)");

static struct proc_dir_entry *dir;

static struct proc_dir_entry *owned(struct proc_dir_entry *entry)
{
	if (entry)
		proc_set_user(entry, GLOBAL_ROOT_UID, make_kgid(&init_user_ns, proc_gid));
	return entry;
}

/**
 * coremon_proc_init() - Make /proc/coremon and its files.
 *
 * Return: 0 or -ENOMEM, which is also what a name that is taken gives; then nothing is left.
 */
int coremon_proc_init(void)
{
	dir = owned(proc_mkdir_data(DIR_NAME, 0550, NULL, NULL));
	if (!dir)
		return -ENOMEM;
	if (owned(proc_create("connections", 0440, dir, &coremon_proc_connections_ops)) &&
	    owned(proc_create("connections.bin", 0440, dir, &coremon_proc_connections_bin_ops)) &&
	    owned(proc_create("closed", 0440, dir, &coremon_proc_closed_ops)) &&
	    owned(proc_create("closed.bin", 0440, dir, &coremon_proc_closed_bin_ops)) &&
	    owned(proc_create("events", 0440, dir, &coremon_proc_events_ops)) &&
	    owned(proc_create("events.bin", 0440, dir, &coremon_proc_events_bin_ops)) &&
	    owned(proc_create("drops", 0440, dir, &coremon_proc_drops_ops)) &&
	    owned(proc_create("drops.bin", 0440, dir, &coremon_proc_drops_bin_ops)) &&
	    owned(proc_create_single("reasons", 0440, dir, coremon_proc_reasons_show)) &&
	    owned(proc_create_single("hooks", 0440, dir, coremon_proc_hooks_show)) &&
	    owned(proc_create_single("stats", 0440, dir, coremon_proc_stats_show)))
		return 0;
	coremon_proc_exit();
	return -ENOMEM;
}

/**
 * coremon_proc_exit() - Take /proc/coremon away.
 *
 * Waits for reads under way and closes what is open: no reader is in the module afterwards.
 *
 * Context: process; sleeps.
 */
void coremon_proc_exit(void)
{
	proc_remove(dir);
}
