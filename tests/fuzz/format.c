// SPDX-License-Identifier: GPL-2.0-only
/* --format of coremon flows: the fields, and a record written by it. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "flow.h"
#include "fuzz.h"

static void write_record(const struct flow_format *format, uint8_t fill)
{
	struct flow flow = { .nat_known = fill & 1 };
	struct cgroups cgroups = { 0 };
	struct flow_record record = { .flow = &flow, .egress = fill & 2, .seq = 7, .end = fill, .cgroups = &cgroups };
	struct root root = fuzz_root();
	size_t size = 0;
	char *buf = NULL;

	memset(&flow.row, fill, sizeof(flow.row));
	memset(&flow.base, 0, sizeof(flow.base));
	flow.row.addr.family = fill & 4 ? AF_INET6 : AF_INET;
	flow.nat = flow.row.addr;
	record.status = fill & 8 ? FLOW_NODATA : FLOW_OK;
	cgroups_begin(&cgroups, &root);
	fuzz_must(flow_format_line(format, &record, &buf, &size) >= 0, "out of memory");
	fuzz_must(buf && strlen(buf) < size, "a record has no end");
	fuzz_must(flow_format_json(format, &record, &buf, &size) >= 0, "out of memory");
	cgroups_free(&cgroups);
	free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_format *format;
	char *text;

	if (size == 0)
		return 0;
	fuzz_files(NULL, 0, NULL, 0, 0);
	text = strndup((const char *)data + 1, size - 1);
	fuzz_must(text, "out of memory");
	fuzz_begin(FUZZ_ANY);
	format = flow_format_parse(text);
	if (format) {
		flow_format_head(format);
		flow_format_wants_nat(format);
		write_record(format, data[0]);
	}
	flow_format_free(format);
	fuzz_end();
	free(text);
	return 0;
}
