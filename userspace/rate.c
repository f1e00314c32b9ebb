// SPDX-License-Identifier: GPL-2.0-only
#include "rate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct delta delta_make(bool before_known, uint64_t before, bool now_known, uint64_t now)
{
	struct delta d = { .now = now, .now_known = now_known };

	if (before_known && now_known && now >= before) {
		d.grown = now - before;
		d.grown_known = true;
	}
	return d;
}

struct delta delta_sum(struct delta a, struct delta b)
{
	struct delta sum = { 0 };

	if (a.now_known && b.now_known && !__builtin_add_overflow(a.now, b.now, &sum.now))
		sum.now_known = true;
	if (a.grown_known && b.grown_known && !__builtin_add_overflow(a.grown, b.grown, &sum.grown))
		sum.grown_known = true;
	return sum;
}

struct delta udp_delta(const struct host_delta *delta, enum host_col v4, enum host_col v6)
{
	if (!delta->udp6)
		return delta->col[v4];
	return delta_sum(delta->col[v4], delta->col[v6]);
}

static int devs_delta_make(struct devs_delta *out, const struct devs *before, const struct devs *now, const char *left_out)
{
	out->dev = calloc(now->nr ? now->nr : 1, sizeof(*out->dev));
	if (!out->dev)
		return -ENOMEM;
	out->nr = now->nr;
	for (unsigned int col = 0; col < DEV_NR; col++)
		out->total[col].grown_known = before->whole && now->whole;

	for (unsigned int i = 0; i < now->nr; i++) {
		const struct dev *dev = &now->dev[i];
		const struct dev *old = dev_find(before, dev->name);

		out->dev[i].name = dev->name;
		for (unsigned int col = 0; col < DEV_NR; col++) {
			struct delta *d = &out->dev[i].col[col];

			*d = delta_make(old && old->known >> col & 1, old ? old->val[col] : 0,
					dev->known >> col & 1, dev->val[col]);
			if (old && !(left_out && strcmp(dev->name, left_out) == 0))
				out->total[col] = delta_sum(out->total[col], *d);
		}
	}
	return 0;
}

int host_delta_make(struct host_delta *out, const struct host *before, const struct host *now)
{
	memset(out, 0, sizeof(*out));
	out->udp6 = before->udp6 || now->udp6;
	for (unsigned int col = 0; col < H_NR; col++)
		out->col[col] = delta_make(before->known >> col & 1, before->val[col], now->known >> col & 1, now->val[col]);
	if (devs_delta_make(&out->net, &before->net, &now->net, "lo") < 0 ||
	    devs_delta_make(&out->disk, &before->disk, &now->disk, NULL) < 0) {
		host_delta_free(out);
		return -ENOMEM;
	}
	return 0;
}

void host_delta_free(struct host_delta *delta)
{
	free(delta->net.dev);
	free(delta->disk.dev);
	memset(delta, 0, sizeof(*delta));
}
