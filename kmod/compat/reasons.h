/* SPDX-License-Identifier: GPL-2.0-only */
/* Where kernels keep the names of their reasons. reason.c is the only user. */
#ifndef _COREMON_COMPAT_REASONS_H
#define _COREMON_COMPAT_REASONS_H

#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#ifdef HAVE_RST_REASONS
#include <net/rstreason.h>
#endif
#if defined(HAVE_DROP_REASONS_BY_SUBSYS) || defined(HAVE_DROP_REASONS)
#include <net/dropreason.h>
#endif

/**
 * coremon_compat_is_drop() - Whether a reason with which a packet was freed says that it was dropped.
 * @reason: the kernel's
 *
 * Return: whether.
 */
static inline bool coremon_compat_is_drop(u32 reason)
{
#ifdef HAVE_SKB_CONSUMED
	if (reason == SKB_CONSUMED)
		return false;
#endif
	return reason;	/* SKB_NOT_DROPPED_YET, where there are reasons */
}

#ifdef HAVE_DROP_REASONS_BY_SUBSYS
static inline const struct drop_reason_list *coremon_compat_drop_list(u32 reason)
{
	u32 subsys = reason >> SKB_DROP_REASON_SUBSYS_SHIFT;

	return subsys < SKB_DROP_REASON_SUBSYS_NUM ? rcu_dereference(drop_reasons_by_subsys[subsys]) : NULL;
}
#endif

/**
 * coremon_compat_drop_reason() - The kernel's name for a reason.
 * @reason: the reason
 *
 * Context: under rcu_read_lock().
 * Return: valid until rcu_read_unlock(); NULL: it has none.
 */
static inline const char *coremon_compat_drop_reason(u32 reason)
{
#if defined(HAVE_DROP_REASONS_BY_SUBSYS)
	const struct drop_reason_list *list = coremon_compat_drop_list(reason);
	u32 i = reason & ~(u32)SKB_DROP_REASON_SUBSYS_MASK;

	return list && i < list->n_reasons ? list->reasons[i] : NULL;
#elif defined(HAVE_DROP_REASONS)
	return reason < SKB_DROP_REASON_MAX ? drop_reasons[reason] : NULL;
#else
	return NULL;
#endif
}

/**
 * coremon_compat_rst_reason() - The kernel's name for the reason of a reset.
 * @reason: the reason
 *
 * Return: NULL: it has none.
 */
static inline const char *coremon_compat_rst_reason(u32 reason)
{
#ifdef HAVE_RST_REASONS
#define COREMON_REASON(reason) [SK_RST_REASON_##reason] = #reason,
#define COREMON_NO_REASON(reason)
	static const char *const names[] = { DEFINE_RST_REASON(COREMON_REASON, COREMON_NO_REASON) };
#undef COREMON_REASON
#undef COREMON_NO_REASON

	return reason < ARRAY_SIZE(names) ? names[reason] : NULL;
#else
	return NULL;
#endif
}

/**
 * coremon_compat_reasons_end() - Where reasons end.
 * @drop: of drops, else of resets
 *
 * Return: no reason is this or more.
 */
static inline u32 coremon_compat_reasons_end(bool drop)
{
#ifdef HAVE_RST_REASONS
	if (!drop)
		return SK_RST_REASON_MAX;
#endif
#if defined(HAVE_DROP_REASONS_BY_SUBSYS)
	return drop ? (u32)SKB_DROP_REASON_SUBSYS_NUM << SKB_DROP_REASON_SUBSYS_SHIFT : 0;
#elif defined(HAVE_DROP_REASONS)
	return drop ? SKB_DROP_REASON_MAX : 0;
#else
	return 0;
#endif
}

/**
 * coremon_compat_reason_after() - Where to look for a name after a reason that has none.
 * @drop: of drops, else of resets
 * @reason: that reason
 *
 * Context: under rcu_read_lock().
 * Return: a greater one.
 */
static inline u32 coremon_compat_reason_after(bool drop, u32 reason)
{
#ifdef HAVE_DROP_REASONS_BY_SUBSYS
	const struct drop_reason_list *list = drop ? coremon_compat_drop_list(reason) : NULL;

	if (drop && (!list || (reason & ~(u32)SKB_DROP_REASON_SUBSYS_MASK) >= list->n_reasons))
		return ((reason >> SKB_DROP_REASON_SUBSYS_SHIFT) + 1) << SKB_DROP_REASON_SUBSYS_SHIFT;
#endif
	return reason + 1;
}

#endif /* _COREMON_COMPAT_REASONS_H */
