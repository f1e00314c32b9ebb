/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _COREMON_PROC_H
#define _COREMON_PROC_H

#include <linux/proc_fs.h>
#include <linux/seq_file.h>

extern const struct proc_ops coremon_proc_connections_ops;

int coremon_proc_hooks_show(struct seq_file *m, void *v);
int coremon_proc_stats_show(struct seq_file *m, void *v);
unsigned int coremon_proc_readers(void);

int coremon_proc_init(void);
void coremon_proc_exit(void);

#endif /* _COREMON_PROC_H */
