/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the hooks cost, and how that is kept within a budget.
 *
 * Cost. Each CPU counts each hook's calls. Of the first 1024 every 16th is timed, then every 1024th: two readings of the clock, with
 * interrupts off so that nothing else is in the figure. The count itself tells when: its low bits are tested, which is three instructions a
 * call. The clock's own time is taken off. A sample counts for no more than eight times the mean so far, since a hypervisor or firmware may
 * have had the CPU meanwhile. What the kernel spends to get to a handler (ftrace, a kprobe's trap, a tracepoint's call) is not in it.
 *
 * Budget. While cpu_budget is set, each second the calls of each CPU times their mean are held against it. Past it the hot hooks thin out: of N
 * calls one is handled, N doubling each second as long as that helps; it halves when three seconds in a row had room for that. The test is the
 * same: a hook that thins out has no bits to test, so every call takes the slow side. What a thinned call still does is in thin.c.
 *
 * A connection that was open while calls were thinned does not have its calls and highest queues counted whole: see coremon_meter_exact().
 */
#ifndef _COREMON_METER_H
#define _COREMON_METER_H

#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/types.h>

#define COREMON_METER_HOOKS 24
#define COREMON_METER_PERIOD 1024U	/* calls, a power of two */

/**
 * struct coremon_meter_sample - A call that is being timed.
 * @start: local_clock() when it began; 0: it is not timed after all
 * @flags: of the interrupts before
 */
struct coremon_meter_sample {
	u64 start;
	unsigned long flags;
};

/**
 * struct coremon_meter_info - What a hook has cost.
 * @hits: calls since the load
 * @thinned: of these, not handled
 * @sampled: of those handled, timed
 * @ns: mean time of a handled call, ns; all ones: none was timed
 * @thinned_ns: the same of a thinned call
 * @time_us: estimate of the time of all calls, us; all ones: not known
 */
struct coremon_meter_info {
	u64 hits;
	u64 thinned;
	u64 sampled;
	u64 ns;
	u64 thinned_ns;
	u64 time_us;
};

/* Counts of a CPU, its own cache lines: the number of calls less 1, so that the first is timed; and of these those thinned. */
DECLARE_PER_CPU(u64[COREMON_METER_HOOKS], coremon_meter_calls);
DECLARE_PER_CPU(u64[COREMON_METER_HOOKS], coremon_meter_thinned);
/* The bits of a hook's count that are all 0 in a call that takes the slow side. Written seldom. */
extern u32 coremon_meter_masks[COREMON_METER_HOOKS];
/* N - 1: the bits that are all 0 in the calls of a hot hook that are handled; 0: all are. Written seldom. */
extern u32 coremon_meter_skip;

/**
 * coremon_meter_call() - Count a call of a hook. Any context.
 * @id: which hook
 *
 * Return: whether it is one for the slow side, to be timed or thinned.
 */
static __always_inline bool coremon_meter_call(unsigned int id)
{
	this_cpu_inc(coremon_meter_calls[id]);
	/* A plain load of the mask, which the test takes from memory. */
	return unlikely(!((u32)this_cpu_read(coremon_meter_calls[id]) & data_race(coremon_meter_masks[id])));
}

struct coremon_meter_sample coremon_meter_begin(unsigned int id);
void coremon_meter_end(unsigned int id, bool thinned, struct coremon_meter_sample sample);

/*
 * Defines the function @name, which does @work and is metered as hook @id. The slow side is a function of its own, so that the usual call saves no
 * register. COREMON_METERED_HOT: a thinned call does @thin instead, unless that returns false.
 */
#define COREMON_METERED(name, params, args, id, work)						\
	static noinline notrace void __maybe_unused name##_slow params					\
	{											\
		struct coremon_meter_sample sample = coremon_meter_begin(id);		\
												\
		work;										\
		coremon_meter_end(id, false, sample);						\
	}											\
	COREMON_METERED_CALL(name, params, args, id, work)

/*
 * Of a period's calls, while they are thinned, the one whose low bits are 0, which is handled, and the next, which is not, are timed. The others
 * go no further than name##_slow, which saves no register either. An interrupt's calls between two looks at the count do no harm, nor does it
 * that how many are skipped is changed meanwhile.
 */
#define COREMON_METERED_HOT(name, params, args, id, thin, work)					\
	static noinline notrace void __maybe_unused name##_timed params			\
	{											\
		u32 call = (u32)this_cpu_read(coremon_meter_calls[id]);				\
		bool thinned = (call & READ_ONCE(coremon_meter_skip)) &&			\
			       (call & (COREMON_METER_PERIOD - 1)) == 1;			\
		struct coremon_meter_sample sample = coremon_meter_begin(id);		\
												\
		thinned = thinned && (thin);							\
		if (!thinned)									\
			work;									\
		coremon_meter_end(id, thinned, sample);						\
	}											\
	static noinline notrace void __maybe_unused name##_slow params				\
	{											\
		u32 call = (u32)this_cpu_read(coremon_meter_calls[id]);				\
		u32 skip = READ_ONCE(coremon_meter_skip);					\
												\
		if (!skip || unlikely((call & (COREMON_METER_PERIOD - 1)) <= 1))		\
			name##_timed args;							\
		else if ((call & skip) && (thin))						\
			this_cpu_inc(coremon_meter_thinned[id]);				\
		else										\
			work;									\
	}											\
	COREMON_METERED_CALL(name, params, args, id, work)

#define COREMON_METERED_CALL(name, params, args, id, work)					\
	static __always_inline void __maybe_unused name params					\
	{											\
		if (coremon_meter_call(id))							\
			name##_slow args;							\
		else										\
			work;									\
	}

bool coremon_meter_exact(u64 since_ns);
u64 coremon_meter_thinned_until(void);
unsigned int coremon_meter_thinning(void);
void coremon_meter_read(unsigned int id, struct coremon_meter_info *info);
void coremon_meter_account(void);
unsigned int coremon_meter_budget(void);
int coremon_meter_init(const bool *hot, unsigned int nr);
void coremon_meter_exit(void);

#endif /* _COREMON_METER_H */
