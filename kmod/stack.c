// SPDX-License-Identifier: GPL-2.0-only
#include "stack.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>

#define STACKS_LIMIT 4096

DEFINE_STATIC_KEY_FALSE(coremon_stacks_wanted);

/* Guards the making of the stacks and the static key. */
static DEFINE_MUTEX(admin);
static unsigned int drop_stacks;
static bool ready;
/* Once a row and tick, so one lock for all. */
static DEFINE_RAW_SPINLOCK(lock);
/* nr of them; protected by lock. */
static struct coremon_stack *stacks;
static unsigned int nr;
/* Stacks for which there was no room; protected by lock. */
static u64 lost;

/* Begins anew with room for @n stacks. */
static int resize(unsigned int n)
{
	struct coremon_stack *old, *new = NULL;
	unsigned long flags;

	lockdep_assert_held(&admin);
	if (n) {
		new = kvcalloc(n, sizeof(*new), GFP_KERNEL);
		if (!new)
			return -ENOMEM;
	}
	raw_spin_lock_irqsave(&lock, flags);
	old = stacks;
	stacks = new;
	nr = n;
	lost = 0;
	raw_spin_unlock_irqrestore(&lock, flags);
	kvfree(old);
	if (n)
		static_branch_enable(&coremon_stacks_wanted);
	else
		static_branch_disable(&coremon_stacks_wanted);
	return 0;
}

static int drop_stacks_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int ret = kstrtouint(val, 0, &n);

	if (ret)
		return ret;
	if (n > STACKS_LIMIT)
		return -ERANGE;
	mutex_lock(&admin);
	/* At the load they are made later, when somebody is there to free them. */
	if (ready)
		ret = resize(n);
	if (!ret)
		drop_stacks = n;
	mutex_unlock(&admin);
	return ret;
}

static const struct kernel_param_ops drop_stacks_ops = {
	.set = drop_stacks_set,
	.get = param_get_uint,
};

module_param_cb(drop_stacks, &drop_stacks_ops, &drop_stacks, 0644);
MODULE_PARM_DESC(drop_stacks, "Places and reasons of drops of which the last stack is kept, 0 (default) to 4096; writing it begins anew");

/* The entry of a place and reason, or a free one. */
static struct coremon_stack *entry_for(unsigned long place, u32 reason)
{
	unsigned int i;

	lockdep_assert_held(&lock);
	for (i = 0; i < nr; i++)
		if (!stacks[i].place || (stacks[i].place == place && stacks[i].reason == reason))
			return &stacks[i];
	return NULL;
}

/**
 * coremon_stack_note() - A packet is being dropped, and somebody wants to know how it came to that.
 * @place: where
 * @reason: for what; all ones: not known
 *
 * Context: any but NMI, in a probe. Looks at no more than drop_stacks entries, with interrupts off.
 */
void coremon_stack_note(unsigned long place, u32 reason)
{
	unsigned long calls[COREMON_STACK_DEPTH], flags;
	unsigned int n = stack_trace_save(calls, COREMON_STACK_DEPTH, 1);
	struct coremon_stack *stack;

	raw_spin_lock_irqsave(&lock, flags);
	stack = entry_for(place, reason);
	if (stack) {
		stack->place = place;
		stack->reason = reason;
		stack->last_ns = ktime_get_ns();
		stack->nr = n;
		memcpy(stack->calls, calls, n * sizeof(*calls));
	} else {
		lost++;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
}

/**
 * coremon_stack_read() - A stack.
 * @i: from 0
 * @stack: out
 *
 * Context: process. Takes the lock for the copy of one stack.
 * Return: false past the last.
 */
bool coremon_stack_read(unsigned int i, struct coremon_stack *stack)
{
	unsigned long flags;
	bool there;

	raw_spin_lock_irqsave(&lock, flags);
	there = i < nr && stacks[i].place;
	if (there)
		*stack = stacks[i];
	raw_spin_unlock_irqrestore(&lock, flags);
	return there;
}

/** coremon_stack_lost() - Return: stacks for which there was no room since drop_stacks was set. */
u64 coremon_stack_lost(void)
{
	unsigned long flags;
	u64 n;

	raw_spin_lock_irqsave(&lock, flags);
	n = lost;
	raw_spin_unlock_irqrestore(&lock, flags);
	return n;
}

/** coremon_stack_memory() - Return: bytes of the stacks. */
size_t coremon_stack_memory(void)
{
	return READ_ONCE(nr) * sizeof(struct coremon_stack);
}

/**
 * coremon_stack_init() - Make room for as many stacks as were asked for at the load.
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int coremon_stack_init(void)
{
	int ret;

	mutex_lock(&admin);
	ret = resize(drop_stacks);
	ready = !ret;
	mutex_unlock(&admin);
	return ret;
}

/**
 * coremon_stack_exit() - Free the stacks.
 *
 * Context: process; sleeps. No hook and no reader may run any more.
 */
void coremon_stack_exit(void)
{
	mutex_lock(&admin);
	ready = false;
	resize(0);
	mutex_unlock(&admin);
}
