// SPDX-License-Identifier: GPL-2.0-only
#include "meter.h"

#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/sched/clock.h>
#include <linux/workqueue.h>

#include "thin.h"

#define EARLY_PERIOD 16U	/* calls, until a CPU has had COREMON_METER_PERIOD of them */
#define CLIP 8			/* times the mean: what a sample counts for at most */
#define CLIP_FROM 8		/* samples that the mean is of then */
#define FRESH 4			/* samples that a mean of the last moments is of */
#define SKIP_MAX (COREMON_METER_PERIOD - 1)	/* N - 1 at most */
#define QUIET_CHECKS 3		/* with room for twice the calls, before N is halved */
#define BUDGET_MAX 1000

/**
 * struct meter - The times of a hook's calls on one CPU, which writes them with interrupts off. Index 0: calls handled, 1: thinned.
 * @samples: how many were timed
 * @ns: the sum of their times
 * @least: the shortest of them
 */
struct meter {
	u64 samples[2];
	u64 ns[2];
	u64 least[2];
};

/**
 * struct accounted - What of a hook's calls on one CPU has been added up. Under admin.
 * @calls: calls
 * @thinned: of these, thinned
 * @samples: see struct meter
 * @ns: likewise
 */
struct accounted {
	u64 calls;
	u64 thinned;
	u64 samples[2];
	u64 ns[2];
};

/**
 * struct cost - The time that hooks took on one CPU, as estimated. Under admin.
 * @all: of all calls, ns since the load
 * @hot: of these, those of hot hooks that were handled; those of too few samples to judge by are left out
 * @all_before: as of the last check
 * @hot_before: likewise
 * @hooks: each hook
 */
struct cost {
	u64 all;
	u64 hot;
	u64 all_before;
	u64 hot_before;
	struct accounted hooks[COREMON_METER_HOOKS];
};

DEFINE_PER_CPU(u64[COREMON_METER_HOOKS], coremon_meter_calls) = { [0 ... COREMON_METER_HOOKS - 1] = ~0ULL };
DEFINE_PER_CPU(u64[COREMON_METER_HOOKS], coremon_meter_thinned);
u32 coremon_meter_masks[COREMON_METER_HOOKS] __read_mostly = { [0 ... COREMON_METER_HOOKS - 1] = EARLY_PERIOD - 1 };
u32 coremon_meter_skip __read_mostly;

static DEFINE_PER_CPU(struct meter[COREMON_METER_HOOKS], coremon_meters);
/* Nanoseconds that two readings of the clock are apart with nothing between. */
static u64 clock_ns __read_mostly;

/* Guards all that follows, the masks and what is skipped. */
static DEFINE_MUTEX(admin);
static bool running;
static struct cost __percpu *costs;
static const bool *hot_hooks;
static unsigned int nr_hooks;
static u64 hook_ns[COREMON_METER_HOOKS];
static unsigned int quiet;
static u64 checked_ns;
/* ktime_get_ns() at which calls were last thinned; all ones: they are now; 0: never. Read without the lock. */
static u64 thinned_until;

static void check(struct work_struct *work);
static DECLARE_DELAYED_WORK(check_work, check);

/* ---- one call, in a probe ---- */

/**
 * coremon_meter_begin() - Begin to time a call, but in an NMI.
 * @id: which hook
 *
 * Context: any. Interrupts are off until coremon_meter_end() where it is timed.
 * Return: for coremon_meter_end().
 */
struct coremon_meter_sample coremon_meter_begin(unsigned int id)
{
	struct coremon_meter_sample sample = { 0 };

	if (unlikely(in_nmi()))
		return sample;
	if (this_cpu_read(coremon_meter_calls[id]) >= COREMON_METER_PERIOD && READ_ONCE(coremon_meter_masks[id]) == EARLY_PERIOD - 1)
		cmpxchg(&coremon_meter_masks[id], EARLY_PERIOD - 1, COREMON_METER_PERIOD - 1);
	local_irq_save(sample.flags);
	sample.start = local_clock() | 1;
	return sample;
}

/**
 * coremon_meter_end() - The call is done.
 * @id: which hook
 * @thinned: it was not handled
 * @sample: what coremon_meter_begin() returned
 *
 * Context: any.
 */
void coremon_meter_end(unsigned int id, bool thinned, struct coremon_meter_sample sample)
{
	struct meter *meter;
	u64 ns, sum;

	if (thinned)
		this_cpu_inc(coremon_meter_thinned[id]);
	if (!sample.start)
		return;
	ns = max_t(s64, local_clock() - sample.start - clock_ns, 0);
	meter = this_cpu_ptr(&coremon_meters[id]);
	if (meter->samples[thinned] >= CLIP_FROM) {
		sum = meter->ns[thinned] + min(ns, CLIP * (div64_u64(meter->ns[thinned], meter->samples[thinned]) + 1));
	} else {
		/* The first calls find nothing in the caches, and one may have been interrupted by the host of a guest. */
		meter->least[thinned] = meter->samples[thinned] ? min(ns, meter->least[thinned]) : ns;
		sum = min(meter->ns[thinned] + ns, CLIP * (meter->samples[thinned] + 1) * (meter->least[thinned] + 1));
	}
	WRITE_ONCE(meter->samples[thinned], meter->samples[thinned] + 1);
	WRITE_ONCE(meter->ns[thinned], sum);
	local_irq_restore(sample.flags);
}

/* ---- what all calls took ---- */

/* All samples of a hook: *ns is 0 where there are none. Returns how many there are. */
static u64 all_samples(unsigned int id, bool thinned, u64 *ns)
{
	u64 samples = 0, sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct meter *meter = &per_cpu(coremon_meters[id], cpu);

		samples += READ_ONCE(meter->samples[thinned]);
		sum += READ_ONCE(meter->ns[thinned]);
	}
	*ns = samples ? div64_u64(sum, samples) : 0;
	return samples;
}

/* The time that so many calls on a CPU took, by the samples since the last time where there are enough, else by @mean. */
static u64 time_of(const struct meter *meter, struct accounted *before, bool thinned, u64 calls, u64 mean)
{
	u64 samples = READ_ONCE(meter->samples[thinned]), ns = READ_ONCE(meter->ns[thinned]);
	u64 fresh = samples - before->samples[thinned];

	/* The sum of the first few can shrink, so that what was added since is not known. */
	if (fresh >= FRESH && (!before->samples[thinned] || before->samples[thinned] >= CLIP_FROM))
		mean = div64_u64(ns - before->ns[thinned], fresh);
	before->samples[thinned] = samples;
	before->ns[thinned] = ns;
	return calls * mean;
}

static void account_hook(unsigned int id)
{
	u64 mean[2];
	bool judged;
	int cpu;

	judged = all_samples(id, false, &mean[0]) >= FRESH;
	all_samples(id, true, &mean[1]);
	for_each_possible_cpu(cpu) {
		const struct meter *meter = &per_cpu(coremon_meters[id], cpu);
		struct cost *cost = per_cpu_ptr(costs, cpu);
		struct accounted *before = &cost->hooks[id];
		/* In this order: what is thinned has been counted as a call before. */
		u64 thinned = READ_ONCE(per_cpu(coremon_meter_thinned[id], cpu)), calls, ns;
		s64 handled;

		/* What was thinned is read before the calls, of which it is a part. */
		smp_rmb();
		calls = READ_ONCE(per_cpu(coremon_meter_calls[id], cpu)) + 1;
		/* A call may have moved to another CPU before it was thinned. */
		handled = (calls - before->calls) - (thinned - before->thinned);
		ns = time_of(meter, before, false, max_t(s64, handled, 0), mean[0]);
		if (hot_hooks[id] && judged)
			cost->hot += ns;
		ns += time_of(meter, before, true, thinned - before->thinned, mean[1]);
		cost->all += ns;
		WRITE_ONCE(hook_ns[id], hook_ns[id] + ns);
		before->calls = calls;
		before->thinned = thinned;
	}
}

static void account(void)
{
	unsigned int id;

	lockdep_assert_held(&admin);
	for (id = 0; id < nr_hooks; id++)
		account_hook(id);
}

/**
 * coremon_meter_account() - Add up what the calls since the last time took; for coremon_meter_read().
 *
 * Context: process; sleeps.
 */
void coremon_meter_account(void)
{
	mutex_lock(&admin);
	account();
	mutex_unlock(&admin);
}

/**
 * coremon_meter_read() - What a hook has cost, as of the last coremon_meter_account().
 * @id: which hook
 * @info: out
 *
 * Context: process.
 */
void coremon_meter_read(unsigned int id, struct coremon_meter_info *info)
{
	int cpu;

	*info = (struct coremon_meter_info){ .time_us = ~0ULL };
	for_each_possible_cpu(cpu)
		info->thinned += READ_ONCE(per_cpu(coremon_meter_thinned[id], cpu));
	/* Before the calls, of which they are a part. */
	smp_rmb();
	for_each_possible_cpu(cpu)
		info->hits += READ_ONCE(per_cpu(coremon_meter_calls[id], cpu)) + 1;
	info->sampled = all_samples(id, false, &info->ns);
	if (!info->sampled)
		info->ns = ~0ULL;
	if (!all_samples(id, true, &info->thinned_ns))
		info->thinned_ns = ~0ULL;
	if (info->sampled || !info->hits)
		info->time_us = div_u64(READ_ONCE(hook_ns[id]), NSEC_PER_USEC);
}

/* ---- the budget ---- */

static void set_masks(u32 mask)
{
	unsigned int id;

	for (id = 0; id < nr_hooks; id++)
		if (hot_hooks[id])
			WRITE_ONCE(coremon_meter_masks[id], mask);
}

/* Of @n calls one is handled. */
static void set_thinning(unsigned int n)
{
	lockdep_assert_held(&admin);
	if (n > 1 && !coremon_meter_skip) {
		WRITE_ONCE(thinned_until, ~0ULL);
		/* Before the first call is thinned nothing is exact any more. */
		smp_wmb();
		WRITE_ONCE(coremon_meter_skip, n - 1);
		set_masks(0);
	} else if (n == 1 && coremon_meter_skip) {
		WRITE_ONCE(coremon_meter_skip, 0);
		set_masks(COREMON_METER_PERIOD - 1);
		/* The end is noted when no call is thinned any more. */
		smp_wmb();
		WRITE_ONCE(thinned_until, ktime_get_ns());
	} else {
		WRITE_ONCE(coremon_meter_skip, n - 1);
	}
	quiet = 0;
}

/** coremon_meter_thinning() - Return: N, of so many calls one is handled now; 1: all are. */
unsigned int coremon_meter_thinning(void)
{
	return READ_ONCE(coremon_meter_skip) + 1;
}

/**
 * struct load - What was found since the last check, ns.
 * @most: time of the hooks on the CPU where they took most
 * @most_hot: of it, hot calls that were handled
 * @twice: the most that a CPU would have had with twice the calls handled
 */
struct load {
	u64 most;
	u64 most_hot;
	u64 twice;
};

static void find_load(struct load *load)
{
	int cpu;

	*load = (struct load){ 0 };
	for_each_possible_cpu(cpu) {
		struct cost *cost = per_cpu_ptr(costs, cpu);
		u64 all = cost->all - cost->all_before, hot = cost->hot - cost->hot_before;

		cost->all_before = cost->all;
		cost->hot_before = cost->hot;
		if (all > load->most) {
			load->most = all;
			load->most_hot = hot;
		}
		load->twice = max(load->twice, all + hot);
	}
}

/* Thins more while that helps, and less when there was room for it for some time. */
static void adjust(const struct load *load, u64 limit)
{
	unsigned int n = coremon_meter_thinning();

	if (load->most > limit) {
		quiet = 0;
		if (n <= SKIP_MAX && load->most_hot > load->most / 8)
			set_thinning(2 * n);
	} else if (n > 1 && load->twice <= limit - limit / 4) {
		if (++quiet == QUIET_CHECKS)
			set_thinning(n / 2);
	} else {
		quiet = 0;
	}
}

static unsigned int cpu_budget __read_mostly;

static void check(struct work_struct *work)
{
	struct load load;
	u64 now, elapsed;

	mutex_lock(&admin);
	if (running && cpu_budget) {
		account();
		now = ktime_get_ns();
		elapsed = now - checked_ns;
		checked_ns = now;
		find_load(&load);
		adjust(&load, div_u64(elapsed * cpu_budget, BUDGET_MAX));
		schedule_delayed_work(&check_work, HZ);
	}
	mutex_unlock(&admin);
}

/* Begins to hold the hooks to the budget, or lets them go. */
static int set_budget(unsigned int n)
{
	struct load load;
	int ret;

	lockdep_assert_held(&admin);
	if (!n) {
		set_thinning(1);
	} else {
		ret = coremon_thin_prepare();
		if (ret)
			return ret;
		if (!cpu_budget || !checked_ns) {
			account();
			find_load(&load);
			checked_ns = ktime_get_ns();
		}
		schedule_delayed_work(&check_work, HZ);
	}
	return 0;
}

static int cpu_budget_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int ret = kstrtouint(val, 0, &n);

	if (ret)
		return ret;
	if (n > BUDGET_MAX)
		return -ERANGE;
	mutex_lock(&admin);
	/* At the load, and when the module goes, nobody is there to end it. */
	if (running)
		ret = set_budget(n);
	if (!ret)
		WRITE_ONCE(cpu_budget, n);
	mutex_unlock(&admin);
	return ret;
}

static const struct kernel_param_ops cpu_budget_ops = {
	.set = cpu_budget_set,
	.get = param_get_uint,
};

module_param_cb(cpu_budget, &cpu_budget_ops, &cpu_budget, 0644);
MODULE_PARM_DESC(cpu_budget, "Thousandths of a CPU that the hooks may take on each CPU, 0 (default: no limit) to 1000; past it calls are thinned, and counted so");

/** coremon_meter_budget() - Return: the parameter cpu_budget. */
unsigned int coremon_meter_budget(void)
{
	return READ_ONCE(cpu_budget);
}

/** coremon_meter_thinned_until() - Return: ktime_get_ns() when calls were last thinned; all ones: they are now; 0: never. */
u64 coremon_meter_thinned_until(void)
{
	return READ_ONCE(thinned_until);
}

/**
 * coremon_meter_exact() - Whether no call was thinned since a time.
 * @since_ns: ktime_get_ns() then; 0: before the load
 *
 * Context: any. What was counted is to be read before.
 */
bool coremon_meter_exact(u64 since_ns)
{
	u64 until;

	/* After what was read of the record. */
	smp_rmb();
	until = READ_ONCE(thinned_until);
	return !until || since_ns > until;
}

/* The least of some tries. */
static u64 time_of_clock(void)
{
	unsigned long flags;
	u64 least = ~0ULL;
	int i;

	for (i = 0; i < 32; i++) {
		u64 start;

		local_irq_save(flags);
		start = local_clock();
		least = min(least, local_clock() - start);
		local_irq_restore(flags);
	}
	return least;
}

/**
 * coremon_meter_init() - Begin to meter.
 * @hot: of each hook whether it may thin out; stays where it is
 * @nr: how many hooks
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM; then nothing is left.
 */
int coremon_meter_init(const bool *hot, unsigned int nr)
{
	int ret = 0;

	clock_ns = time_of_clock();
	costs = alloc_percpu(struct cost);
	if (!costs)
		return -ENOMEM;
	mutex_lock(&admin);
	hot_hooks = hot;
	nr_hooks = nr;
	if (cpu_budget)
		ret = set_budget(cpu_budget);
	running = !ret;
	mutex_unlock(&admin);
	if (ret)
		free_percpu(costs);
	return ret;
}

/**
 * coremon_meter_exit() - End metering, and the checks.
 *
 * Context: process; sleeps. No hook and no reader may run any more.
 */
void coremon_meter_exit(void)
{
	mutex_lock(&admin);
	running = false;
	set_thinning(1);
	mutex_unlock(&admin);
	/* It takes the lock, and does not begin itself again. */
	cancel_delayed_work_sync(&check_work);
	free_percpu(costs);
	coremon_thin_exit();
}
