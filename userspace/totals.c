// SPDX-License-Identifier: GPL-2.0-only
#include "totals.h"

static uint64_t grown(const struct activity *activity, enum conn_counter k)
{
	return activity->known >> k & 1 ? activity->grown[k] : 0;
}

void totals_add(struct totals *totals, const struct activity *activity)
{
	uint64_t losses = grown(activity, K_LOSS_ENTRIES);

	totals->connections++;
	totals->known |= activity->known;
	for (unsigned int k = 0; k < K_NR; k++)		/* what is not known has grown by 0 there */
		totals->grown[k] += activity->grown[k];
	/* A SYN that is not answered goes through Loss as well, once. */
	if (losses && grown(activity, K_RETRANS_SYN))
		losses--;
	totals->losses += losses;
}
