// SPDX-License-Identifier: GPL-2.0-only
/* v6.10 (5cb2cb3eb2e3): why a reset is sent, with a macro that lists the reasons. */
/* absent: No such file|expected|undeclared */
#include <linux/kernel.h>
#include <net/rstreason.h>

#define FN(reason) [SK_RST_REASON_##reason] = #reason,
#define FNe(reason)
static const char *const names[] = { DEFINE_RST_REASON(FN, FNe) };

const char *probe(void);
const char *probe(void)
{
	return names[SK_RST_REASON_MAX - 1];
}
