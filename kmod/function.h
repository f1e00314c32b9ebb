/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of kernel functions: by ftrace where it can, else by kprobe. A kprobe is passed over, and counted as missed, when it is
 * hit while another one runs on that CPU, as by an interrupt with all the segments it handles; ftrace misses nothing, and costs less.
 * Where they are, kprobes tell; on a kernel without them ftrace is asked by name.
 */
#ifndef _COREMON_FUNCTION_H
#define _COREMON_FUNCTION_H

#include <linux/kprobes.h>
#include <linux/types.h>

struct ftrace_ops;

/* The first two arguments. Context: that of the function's callers; may be interrupted. */
typedef void (*coremon_function_handler)(void *arg0, void *arg1);

/**
 * struct coremon_function - A function whose entry is hooked.
 * @symbol: its name
 * @handler: what is called
 * @own: COREMON_ENTRY_OPS() around @handler, for a function that is called all the time; NULL: what all others share will do
 * @address: where it is; 0: not known
 * @own_armed: @own serves
 * @kind: "ftrace", "kprobe"; NULL: not armed
 * @error: why nothing serves: -ENOENT: this kernel has no function of that name, -EOPNOTSUPP: it has neither ftrace nor kprobes,
 *	otherwise they refused it
 * @kp: the kprobe
 */
struct coremon_function {
	const char *symbol;
	coremon_function_handler handler;
	struct ftrace_ops *own;
	unsigned long address;
	bool own_armed;
	const char *kind;
	int error;
	struct kprobe kp;
};

#define COREMON_FUNCTIONS_MAX 24

/* Which ways there are; a test takes them away. */
#define COREMON_WAY_FTRACE	0x1
#define COREMON_WAY_KPROBES	0x2

void coremon_functions_arm(struct coremon_function **functions, int n, unsigned int ways);
void coremon_functions_disarm(struct coremon_function **functions, int n);

#endif /* _COREMON_FUNCTION_H */
