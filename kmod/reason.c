// SPDX-License-Identifier: GPL-2.0-only
#include "reason.h"

#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "compat/reasons.h"
#include "uapi/coremon.h"

/**
 * coremon_reason_is_drop() - Whether this reason says that a packet was dropped.
 * @reason: the kernel's; all ones: this kernel has none, and its word is all there is
 *
 * Return: false: it was consumed, or it was not for this reason that it was freed.
 */
bool coremon_reason_is_drop(u32 reason)
{
	return reason == (u32)COREMON_UNKNOWN || coremon_compat_is_drop(reason);
}

/* Valid under RCU. NULL where this kernel has no name for it. */
static const char *name_of(enum coremon_reason_kind kind, u32 reason)
{
	return kind == COREMON_REASON_DROP ? coremon_compat_drop_reason(reason) : coremon_compat_rst_reason(reason);
}

/**
 * coremon_reason_text() - The name of a reason, its number where it has none, or "-".
 * @buf: where to
 * @kind: of what
 * @reason: the kernel's; all ones: not known
 *
 * Context: any.
 * Return: @buf.
 */
const char *coremon_reason_text(char buf[COREMON_REASON_LEN], enum coremon_reason_kind kind, u32 reason)
{
	const char *name;

	if (reason == (u32)COREMON_UNKNOWN)
		return strcpy(buf, "-");
	rcu_read_lock();
	name = name_of(kind, reason);
	if (name)
		scnprintf(buf, COREMON_REASON_LEN, "%s", name);
	else
		scnprintf(buf, COREMON_REASON_LEN, "%u", reason);
	rcu_read_unlock();
	return buf;
}

/**
 * coremon_reason_next() - The next reason that has a name.
 * @kind: of what
 * @reason: in: where to begin; out: the reason
 *
 * Context: any.
 * Return: false: there is no more.
 */
bool coremon_reason_next(enum coremon_reason_kind kind, u32 *reason)
{
	bool found = false;

	rcu_read_lock();
	while (!found && *reason < coremon_compat_reasons_end(kind == COREMON_REASON_DROP)) {
		found = name_of(kind, *reason);
		/* A subsystem's reasons begin anew at their own base. */
		if (!found)
			*reason = coremon_compat_reason_after(kind == COREMON_REASON_DROP, *reason);
	}
	rcu_read_unlock();
	return found;
}
