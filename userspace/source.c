// SPDX-License-Identifier: GPL-2.0-only
#include "source.h"

#include <errno.h>
#include <string.h>

#include "load.h"
#include "say.h"

const char *source_name(enum source_kind kind)
{
	switch (kind) {
	case SOURCE_MODULE:
		return "module";
	case SOURCE_DIAG:
		return "inet_diag";
	default:
		return "none";
	}
}

enum source_kind source_read(struct source *source, const struct root *root, const struct stamp *now, row_fn row, void *ctx,
			     struct reading *reading)
{
	int ret = changes_read(source, root, now, row, ctx, reading);

	if (ret == 0)
		return SOURCE_MODULE;
	memset(reading, 0, sizeof(*reading));
	ret = module_read(root, row, ctx);
	if (ret == 0)
		return SOURCE_MODULE;
	if (ret == -ENOENT)
		say_once("module", "no /proc/coremon: using inet_diag, without owner, age, calls; %s", load_advice(root));
	else if (ret != -EPROTO)
		say_once("module", "/proc/coremon/connections: %s%s: connections are from inet_diag", strerror(-ret),
			 ret == -EACCES ? LOAD_READERS : "");

	ret = diag_read(root, row, ctx);
	if (ret == 0)
		return SOURCE_DIAG;
	say_once("inet_diag", "inet_diag: %s: connections are not known", strerror(-ret));
	return SOURCE_NONE;
}
