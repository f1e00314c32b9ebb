// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor of what hooks cost: armed as CoreMon arms its own, tracepoints by name and the entries of functions by one ftrace_ops, with
 * handlers that count on their own processor how often they ran, and that is all. For measurements only.
 */
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "compat/ftrace.h"

#define NAMES_MAX 32

static char *tracepoints[NAMES_MAX];
static unsigned int nr_tracepoints;
module_param_array(tracepoints, charp, &nr_tracepoints, 0444);
MODULE_PARM_DESC(tracepoints, "Names of tracepoints, commas between");

static char *functions[NAMES_MAX];
static unsigned int nr_functions;
module_param_array(functions, charp, &nr_functions, 0444);
MODULE_PARM_DESC(functions, "Names of functions, commas between");

static DEFINE_PER_CPU(unsigned long, hits);

static int hits_get(char *buf, const struct kernel_param *kp)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(hits, cpu);
	return sprintf(buf, "%lu\n", sum);
}

static const struct kernel_param_ops hits_ops = { .get = hits_get };
module_param_cb(hits, &hits_ops, NULL, 0444);
MODULE_PARM_DESC(hits, "How often a handler ran");

/* Looks at no argument, so it does for every tracepoint. */
static void on_tracepoint(void *data)
{
	this_cpu_inc(hits);
}

static void on_function(unsigned long ip, void *arg0, void *arg1)
{
	this_cpu_inc(hits);
}

COREMON_DEFINE_ENTRY(entry, on_function)

static struct ftrace_ops ops = { .func = entry, .flags = COREMON_ENTRY_FLAGS };
static struct tracepoint *armed[NAMES_MAX];
static unsigned int nr_armed;

static void arm_tracepoint(struct tracepoint *tp, void *priv)
{
	unsigned int i;

	for (i = 0; i < nr_tracepoints; i++)
		if (!strcmp(tp->name, tracepoints[i]) && !tracepoint_probe_register(tp, on_tracepoint, NULL))
			armed[nr_armed++] = tp;
}

static void disarm_tracepoints(void)
{
	while (nr_armed)
		tracepoint_probe_unregister(armed[--nr_armed], on_tracepoint, NULL);
	tracepoint_synchronize_unregister();
}

static int __init floor_init(void)
{
	int ret = 0;
	unsigned int i;

	for (i = 0; i < nr_functions && !ret; i++)
		ret = ftrace_set_filter(&ops, functions[i], strlen(functions[i]), 0);
	if (!ret && nr_functions)
		ret = register_ftrace_function(&ops);
	if (ret)
		return ret;
	for_each_kernel_tracepoint(arm_tracepoint, NULL);
	if (nr_armed == nr_tracepoints)
		return 0;
	disarm_tracepoints();
	if (nr_functions)
		unregister_ftrace_function(&ops);
	return -ENOENT;
}

static void __exit floor_exit(void)
{
	if (nr_functions)
		unregister_ftrace_function(&ops);
	disarm_tracepoints();
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("Empty handlers, to measure what hooks themselves cost");
MODULE_LICENSE("GPL");
