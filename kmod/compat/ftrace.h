/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entry of a function by ftrace. COREMON_FTRACE is defined where it gives the function's arguments;
 *   COREMON_DEFINE_ENTRY(name, handler)	defines the callback `name` around void (*handler)(unsigned long ip, void *arg0, void *arg1),
 *   COREMON_ENTRY_FLAGS			what struct ftrace_ops must ask for.
 * Everywhere:
 *   COREMON_DEFINE_ENTRY_OPS(name, handler)	defines struct ftrace_ops `name` that calls void (*handler)(void *arg0, void *arg1), for one function
 *						alone, and
 *   COREMON_ENTRY_OPS(name)		is its address; where there is no COREMON_FTRACE they are nothing and NULL.
 * A callback is on its own: nothing keeps it from being entered by an interrupt while it runs, and nothing is lost by that.
 * FTRACE_OPS_FL_PERMANENT: sysctl kernel.ftrace_enabled=0 is refused meanwhile, instead of silently ending all counting.
 */
#ifndef _COREMON_COMPAT_FTRACE_H
#define _COREMON_COMPAT_FTRACE_H

#include <linux/ftrace.h>
#include <linux/ptrace.h>

#if defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) && defined(HAVE_FTRACE_REGS_ARGUMENT)
#define COREMON_FTRACE 1
#define COREMON_ENTRY_FLAGS FTRACE_OPS_FL_PERMANENT
#define COREMON_DEFINE_ENTRY(name, handler)						\
	static notrace void name(unsigned long ip, unsigned long parent_ip,			\
			 struct ftrace_ops *ops, struct ftrace_regs *fregs)		\
	{										\
		handler(ip, (void *)ftrace_regs_get_argument(fregs, 0),			\
			(void *)ftrace_regs_get_argument(fregs, 1));			\
	}
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) && defined(CONFIG_X86_64)
/* On x86 what is saved of them is at the place it has in pt_regs. */
#define COREMON_FTRACE 1
#define COREMON_ENTRY_FLAGS FTRACE_OPS_FL_PERMANENT
#define COREMON_DEFINE_ENTRY(name, handler)						\
	static notrace void name(unsigned long ip, unsigned long parent_ip,			\
			 struct ftrace_ops *ops, struct ftrace_regs *fregs)		\
	{										\
		handler(ip, (void *)regs_get_kernel_argument(&fregs->regs, 0),		\
			(void *)regs_get_kernel_argument(&fregs->regs, 1));		\
	}
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) && defined(HAVE_FTRACE_REGS)
#define COREMON_FTRACE 1
#define COREMON_ENTRY_FLAGS (FTRACE_OPS_FL_PERMANENT | FTRACE_OPS_FL_SAVE_REGS)
#define COREMON_DEFINE_ENTRY(name, handler)						\
	static notrace void name(unsigned long ip, unsigned long parent_ip,			\
			 struct ftrace_ops *ops, struct ftrace_regs *fregs)		\
	{										\
		struct pt_regs *regs = ftrace_get_regs(fregs);				\
											\
		handler(ip, (void *)regs_get_kernel_argument(regs, 0),			\
			(void *)regs_get_kernel_argument(regs, 1));			\
	}
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS)
/* Before v5.11 a callback that does not say that it may be entered again is guarded against it. */
#define COREMON_FTRACE 1
#define COREMON_ENTRY_FLAGS (FTRACE_OPS_FL_PERMANENT | FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RECURSION_SAFE)
#define COREMON_DEFINE_ENTRY(name, handler)						\
	static notrace void name(unsigned long ip, unsigned long parent_ip,			\
			 struct ftrace_ops *ops, struct pt_regs *regs)			\
	{										\
		handler(ip, (void *)regs_get_kernel_argument(regs, 0),			\
			(void *)regs_get_kernel_argument(regs, 1));			\
	}
#endif

#ifdef COREMON_FTRACE
#define COREMON_DEFINE_ENTRY_OPS(name, handler)						\
	static __always_inline void name##_entered(unsigned long ip, void *arg0, void *arg1) \
	{										\
		handler(arg0, arg1);							\
	}										\
	COREMON_DEFINE_ENTRY(name##_entry, name##_entered)				\
	static struct ftrace_ops name = { .func = name##_entry, .flags = COREMON_ENTRY_FLAGS }
#define COREMON_ENTRY_OPS(name) (&(name))
#else
#define COREMON_DEFINE_ENTRY_OPS(name, handler) struct ftrace_ops
#define COREMON_ENTRY_OPS(name) NULL
#endif

#endif /* _COREMON_COMPAT_FTRACE_H */
