// SPDX-License-Identifier: GPL-2.0-only
/* From v6.2 (94d095ffa0e1): the arguments of a traced function, without all registers. */
/* absent: implicit declaration of function 'ftrace_regs_get_argument'|incomplete type|unknown type|declared inside parameter list */
#include <linux/ftrace.h>

unsigned long probe(struct ftrace_regs *fregs);
unsigned long probe(struct ftrace_regs *fregs)
{
	return ftrace_regs_get_argument(fregs, 0);
}
