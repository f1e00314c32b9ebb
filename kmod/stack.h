/* SPDX-License-Identifier: GPL-2.0-only */
/* How the kernel came to drop a packet: on request, the stack of the last drop of each reason and place. */
#ifndef _COREMON_STACK_H
#define _COREMON_STACK_H

#include <linux/jump_label.h>
#include <linux/types.h>

#define COREMON_STACK_DEPTH 32

DECLARE_STATIC_KEY_FALSE(coremon_stacks_wanted);

/**
 * struct coremon_stack - A stack.
 * @place: where a packet was dropped; 0: none
 * @reason: for what; all ones: not known
 * @nr: how many of @calls there are
 * @last_ns: ktime_get_ns() of that drop
 * @calls: return addresses, the innermost first
 */
struct coremon_stack {
	unsigned long place;
	u32 reason;
	u32 nr;
	u64 last_ns;
	unsigned long calls[COREMON_STACK_DEPTH];
};

void coremon_stack_note(unsigned long place, u32 reason);
bool coremon_stack_read(unsigned int i, struct coremon_stack *stack);
u64 coremon_stack_lost(void);
size_t coremon_stack_memory(void);

int coremon_stack_init(void);
void coremon_stack_exit(void);

#endif /* _COREMON_STACK_H */
