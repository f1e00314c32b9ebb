/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _COREMON_PROC_H
#define _COREMON_PROC_H

#include <linux/proc_fs.h>
#include <linux/seq_file.h>

struct coremon_stream;

extern const struct proc_ops coremon_proc_connections_ops;
extern const struct proc_ops coremon_proc_connections_bin_ops;
extern const struct proc_ops coremon_proc_closed_ops;
extern const struct proc_ops coremon_proc_closed_bin_ops;
extern const struct proc_ops coremon_proc_events_ops;
extern const struct proc_ops coremon_proc_events_bin_ops;
extern const struct proc_ops coremon_proc_drops_ops;
extern const struct proc_ops coremon_proc_drops_bin_ops;

int coremon_proc_hooks_show(struct seq_file *m, void *v);
int coremon_proc_stats_show(struct seq_file *m, void *v);
int coremon_proc_reasons_show(struct seq_file *m, void *v);
int coremon_proc_fill_closed(struct coremon_stream *stream, u64 *seq, u64 end, bool text, int slot, u64 whole_before);

int coremon_proc_init(void);
void coremon_proc_exit(void);

#endif /* _COREMON_PROC_H */
