// SPDX-License-Identifier: GPL-2.0-only
#include "function.h"

#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/string.h>

#include "compat/ftrace.h"

/* Finds where functions are, by kprobes that are never armed: their names are not exported. */
static void find(struct coremon_function **functions, int n, bool use_kprobes)
{
	struct kprobe *kps[COREMON_FUNCTIONS_MAX];
	int i, found = 0;

	for (i = 0; i < n; i++) {
		struct coremon_function *f = functions[i];

		f->kp = (struct kprobe){ .symbol_name = f->symbol, .flags = KPROBE_FLAG_DISABLED };
		f->address = 0;
		f->error = IS_ENABLED(CONFIG_KPROBES) && use_kprobes ? register_kprobe(&f->kp) : -EOPNOTSUPP;
		if (f->error)
			continue;
		f->address = (unsigned long)f->kp.addr;
		kps[found++] = &f->kp;
	}
	if (found)
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
	f->error = register_kprobe(&f->kp);
	f->kind = f->error ? NULL : "kprobe";
}

#ifdef COREMON_FTRACE

/*
 * What ftrace serves, those hit most first; written while nothing is armed, but for an address that is not known (all ones): that is
 * learned when the function is first called.
 */
static struct {
	unsigned long address;
	coremon_function_handler handler;
	const char *symbol;
} served[COREMON_FUNCTIONS_MAX];
static int nr_served;

/* The place that ftrace tells may lie behind a landing mark of the function. */
#define ENTRY_BYTES 8

/* Which function it is, by its name. It may be learned on several CPUs at once: all write the same. */
static noinline notrace void learn(unsigned long ip, void *arg0, void *arg1)
{
	char name[KSYM_SYMBOL_LEN];
	int i;

	sprint_symbol_no_offset(name, ip);
	for (i = 0; i < nr_served; i++) {
		if (!strcmp(name, served[i].symbol)) {
			WRITE_ONCE(served[i].address, ip);
			served[i].handler(arg0, arg1);
			return;
		}
	}
}

static __always_inline void on_entry(unsigned long ip, void *arg0, void *arg1)
{
	int i;

	if (likely(ip - READ_ONCE(served[0].address) <= ENTRY_BYTES)) {
		served[0].handler(arg0, arg1);
		return;
	}
	for (i = 1; i < nr_served; i++) {
		if (ip - READ_ONCE(served[i].address) <= ENTRY_BYTES) {
			served[i].handler(arg0, arg1);
			return;
		}
	}
	learn(ip, arg0, arg1);
}

COREMON_DEFINE_ENTRY(entry, on_entry)

/* One for all but the few that are called all the time: taking one away waits for every task to have left it. */
static struct ftrace_ops ops = { .func = entry, .flags = COREMON_ENTRY_FLAGS };

static void ftrace_forget(void)
{
	ftrace_set_filter(&ops, NULL, 0, 1);
	nr_served = 0;
}

/* Has ftrace stop at a function, by its name where its address is not known. */
static int filter(struct ftrace_ops *at, const struct coremon_function *f)
{
	unsigned char name[64];

	if (f->address)
		return ftrace_set_filter_ip(at, f->address, 0, 0);
	/* It writes there. */
	if (strscpy(name, f->symbol, sizeof(name)) < 0)
		return -ENAMETOOLONG;
	return ftrace_set_filter(at, name, strlen(name), 0) ? -ENOENT : 0;
}

/* Without the search for its handler. Returns 0 when it is armed. */
static int own_arm(struct coremon_function *f)
{
	int ret = filter(f->own, f);

	if (ret)
		return ret;
	ret = register_ftrace_function(f->own);
	if (ret)
		ftrace_set_filter(f->own, NULL, 0, 1);
	return ret;
}

static int shared_arm(struct coremon_function *f)
{
	int ret = filter(&ops, f);

	if (ret)
		return ret;
	served[nr_served].address = f->address ?: ~0UL;
	served[nr_served].symbol = f->symbol;
	served[nr_served++].handler = f->handler;
	return 0;
}

/* @unfound: those too whose address is not known */
static void ftrace_arm(struct coremon_function **functions, int n, bool unfound)
{
	int i, ret;

	for (i = 0; i < n; i++) {
		struct coremon_function *f = functions[i];

		if (!f->address && !unfound)
			continue;
		f->own_armed = f->own && !own_arm(f);
		f->error = f->own_armed ? 0 : shared_arm(f);
		f->kind = f->error ? NULL : "ftrace";
	}
	ret = nr_served ? register_ftrace_function(&ops) : 0;
	if (!ret)
		return;
	for (i = 0; i < n; i++) {
		if (functions[i]->own_armed)
			continue;
		functions[i]->kind = NULL;
		functions[i]->error = functions[i]->error ?: ret;
	}
	ftrace_forget();
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

static void ftrace_arm(struct coremon_function **functions, int n, bool unfound)
{
}

static void ftrace_disarm(struct coremon_function **functions, int n)
{
}

#endif

/**
 * coremon_functions_arm() - Hook functions.
 * @functions: with their symbols and handlers, those hit most first
 * @n: how many, at most COREMON_FUNCTIONS_MAX
 * @ways: COREMON_WAY_*: what may serve, of what this kernel has
 *
 * What cannot be hooked has no kind afterwards, and the reason as its error.
 *
 * Context: process; sleeps.
 */
void coremon_functions_arm(struct coremon_function **functions, int n, unsigned int ways)
{
	bool use_kprobes = ways & COREMON_WAY_KPROBES;
	int i;

	find(functions, n, use_kprobes);
	for (i = 0; i < n; i++)
		functions[i]->kind = NULL;
	/* A kernel without kprobes says so of each function. */
	if (ways & COREMON_WAY_FTRACE)
		ftrace_arm(functions, n, !use_kprobes || (n && functions[0]->error == -EOPNOTSUPP));
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
	if (probes)
		unregister_kprobes(kps, probes);
}
