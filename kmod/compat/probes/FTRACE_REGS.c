// SPDX-License-Identifier: GPL-2.0-only
/* From v5.11 (d19ad0775dcd): a traced function's registers come as struct ftrace_regs. */
/* absent: incompatible pointer type|unknown type name 'ftrace_func_t'|declared inside parameter list */
#include <linux/ftrace.h>

static void cb(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
}

void probe(void);
void probe(void)
{
	ftrace_func_t f = cb;

	(void)f;
}
