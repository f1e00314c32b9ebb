// SPDX-License-Identifier: GPL-2.0-only
#include "function.h"

#include <linux/errno.h>
#include <linux/string.h>

#include "compat/ftrace.h"

/**
 * coremon_functions_find() - Find where functions are, by kprobes that are never armed: their names are not exported.
 * @functions: with their symbols
 * @n: how many, at most COREMON_FUNCTIONS_MAX
 *
 * Context: process; sleeps.
 */
void coremon_functions_find(struct coremon_function **functions, int n)
{
	struct kprobe *kps[COREMON_FUNCTIONS_MAX];
	int i, found = 0;

	for (i = 0; i < n; i++) {
		struct coremon_function *f = functions[i];

		f->kp = (struct kprobe){ .symbol_name = f->symbol, .flags = KPROBE_FLAG_DISABLED };
		f->address = 0;
		if (register_kprobe(&f->kp))
			continue;
		f->address = (unsigned long)f->kp.addr;
		kps[found++] = &f->kp;
	}
	unregister_kprobes(kps, found);
}

static int on_kprobe(struct kprobe *kp, struct pt_regs *regs)
{
	const struct coremon_function *f = container_of(kp, struct coremon_function, kp);

	f->handler((void *)regs_get_kernel_argument(regs, 0), (void *)regs_get_kernel_argument(regs, 1));
	return 0;
}

static void arm_kprobe(struct coremon_function *f)
{
	f->kp = (struct kprobe){ .symbol_name = f->symbol, .pre_handler = on_kprobe };
	f->kind = register_kprobe(&f->kp) ? NULL : "kprobe";
}

#ifdef COREMON_FTRACE

/* What ftrace serves, those hit most first; written while nothing is armed. */
static struct {
	unsigned long address;
	coremon_function_handler handler;
} served[COREMON_FUNCTIONS_MAX];
static int nr_served;

/* The place that ftrace tells may lie behind a landing mark of the function. */
#define ENTRY_BYTES 8

static __always_inline void on_entry(unsigned long ip, void *arg0, void *arg1)
{
	int i;

	if (likely(ip - served[0].address <= ENTRY_BYTES)) {
		served[0].handler(arg0, arg1);
		return;
	}
	for (i = 1; i < nr_served; i++) {
		if (ip - served[i].address <= ENTRY_BYTES) {
			served[i].handler(arg0, arg1);
			return;
		}
	}
}

COREMON_DEFINE_ENTRY(entry, on_entry)

/* One for all but the few that are called all the time: taking one away waits for every task to have left it. */
static struct ftrace_ops ops = { .func = entry, .flags = COREMON_ENTRY_FLAGS };

static void ftrace_forget(void)
{
	ftrace_set_filter(&ops, NULL, 0, 1);
	nr_served = 0;
}

/* Without the search for its handler. Returns whether it is armed. */
static bool own_arm(struct coremon_function *f)
{
	if (ftrace_set_filter_ip(f->own, f->address, 0, 0))
		return false;
	if (!register_ftrace_function(f->own))
		return true;
	ftrace_set_filter(f->own, NULL, 0, 1);
	return false;
}

static bool ftrace_arm(struct coremon_function **functions, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		struct coremon_function *f = functions[i];

		f->own_armed = f->address && f->own && own_arm(f);
		if (f->own_armed)
			f->kind = "ftrace";
		if (!f->address || f->own_armed || ftrace_set_filter_ip(&ops, f->address, 0, 0))
			continue;
		served[nr_served].address = f->address;
		served[nr_served++].handler = f->handler;
		f->kind = "ftrace";
	}
	if (nr_served && !register_ftrace_function(&ops))
		return true;
	for (i = 0; i < n; i++)
		if (!functions[i]->own_armed)
			functions[i]->kind = NULL;
	ftrace_forget();
	return false;
}

static void ftrace_disarm(struct coremon_function **functions, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (!functions[i]->own_armed)
			continue;
		unregister_ftrace_function(functions[i]->own);
		ftrace_set_filter(functions[i]->own, NULL, 0, 1);
		functions[i]->own_armed = false;
	}
	if (!nr_served)
		return;
	unregister_ftrace_function(&ops);
	ftrace_forget();
}

#else

static bool ftrace_arm(struct coremon_function **functions, int n)
{
	return false;
}

static void ftrace_disarm(struct coremon_function **functions, int n)
{
}

#endif

/**
 * coremon_functions_arm() - Hook functions.
 * @functions: as coremon_functions_find() left them, those hit most first
 * @n: how many
 * @use_ftrace: false: by kprobe alone
 *
 * What cannot be hooked has no kind afterwards.
 *
 * Context: process; sleeps.
 */
void coremon_functions_arm(struct coremon_function **functions, int n, bool use_ftrace)
{
	int i;

	for (i = 0; i < n; i++)
		functions[i]->kind = NULL;
	if (use_ftrace)
		ftrace_arm(functions, n);
	for (i = 0; i < n; i++)
		if (functions[i]->address && !functions[i]->kind)
			arm_kprobe(functions[i]);
}

/**
 * coremon_functions_disarm() - Take all of it away, and wait until no handler runs.
 * @functions: those that were armed
 * @n: how many
 *
 * Context: process; sleeps.
 */
void coremon_functions_disarm(struct coremon_function **functions, int n)
{
	struct kprobe *kps[COREMON_FUNCTIONS_MAX];
	int i, probes = 0;

	ftrace_disarm(functions, n);
	for (i = 0; i < n; i++) {
		if (functions[i]->kind && !strcmp(functions[i]->kind, "kprobe"))
			kps[probes++] = &functions[i]->kp;
		functions[i]->kind = NULL;
	}
	/* All at once: each call waits for a grace period. */
	unregister_kprobes(kps, probes);
}
