// SPDX-License-Identifier: GPL-2.0-only
/* The language of filters, with the words of each verb: what is not shown by a filter and not by its opposite is not known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "flow.h"
#include "fuzz.h"
#include "sockets.h"

static void make(struct conn *conn, bool v6)
{
	struct endpoint ep;

	conn_clear(conn);
	for (int col = 0; col < C_NR; col++) {
		if (conn_columns[col].type != COL_TEXT && conn_columns[col].type != COL_ENDPOINT)
			conn_set_num(conn, (enum conn_col)col, (uint64_t)col * 1000);
	}
	endpoint_parse(v6 ? "[2001:db8::1]:443" : "10.0.0.1:443", &ep);
	conn_set_endpoint(conn, C_LOCAL, &ep);
	endpoint_parse(v6 ? "[::ffff:10.0.0.2]:22" : "192.0.2.1:40000", &ep);
	conn_set_endpoint(conn, C_REMOTE, &ep);
	conn_set_text(conn, C_STATE, v6 ? "LISTEN" : "ESTABLISHED");
	conn_set_text(conn, C_COMM, "my prog");
	if (v6)
		conn_forget(conn, C_BYTES_SENT);
}

static void ask(const struct filter *filter, const struct filter *opposite)
{
	struct conn conn;

	for (unsigned int v6 = 0; v6 < 2; v6++) {
		make(&conn, v6);
		fuzz_must(!(filter_match(filter, &conn) && filter_match(opposite, &conn)), "a filter and its opposite show the same");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct filter_extra *const extras[] = { NULL, NULL, &flow_filter, &sockets_filter };
	const struct filter_extra *extra = size ? extras[data[0] & 3] : NULL;
	struct filter *filter, *opposite;
	char error[128], *text, *not;

	if (size == 0)
		return 0;
	text = malloc(size);
	not = malloc(size + 8);
	fuzz_must(text && not, "out of memory");
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	sprintf(not, "not (%s)", text);
	filter = filter_parse_extra(text, extra, error, sizeof(error));
	fuzz_must(filter ? !error[0] : error[0] && strlen(error) < sizeof(error), "a filter or an error");
	opposite = filter_parse_extra(not, extra, error, sizeof(error));
	if (filter && opposite && !extra)
		ask(filter, opposite);
	filter_free(filter);
	filter_free(opposite);
	free(text);
	free(not);
	return 0;
}
