/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the kernel dropped a packet or sent a reset: the names of its reasons, which are the running kernel's own. */
#ifndef _COREMON_REASON_H
#define _COREMON_REASON_H

#include <linux/types.h>

/* A name at its longest, and a NUL. */
#define COREMON_REASON_LEN 64

enum coremon_reason_kind { COREMON_REASON_DROP, COREMON_REASON_RST };

bool coremon_reason_is_drop(u32 reason);
const char *coremon_reason_text(char buf[COREMON_REASON_LEN], enum coremon_reason_kind kind, u32 reason);
bool coremon_reason_next(enum coremon_reason_kind kind, u32 *reason);

#endif /* _COREMON_REASON_H */
