// SPDX-License-Identifier: GPL-2.0-only
#include "lives.h"

#include <string.h>

#include "row.h"

_Static_assert(COREMON_CAUSE_ERROR + 1 == LIVES_CAUSES, "a cause of death has no count");

const char *lives_cause_name(unsigned int cause)
{
	const char *name = name_cause(cause);

	return name ? name : "unknown";
}

unsigned int lives_cause(const struct conn *conn)
{
	for (unsigned int cause = 1; conn_known(conn, C_CAUSE) && cause < LIVES_CAUSES; cause++) {
		if (strcmp(conn->cause, lives_cause_name(cause)) == 0)
			return cause;
	}
	return 0;
}

bool lives_is_failure(unsigned int cause)
{
	return cause == COREMON_CAUSE_CONNECT_REFUSED || cause == COREMON_CAUSE_CONNECT_TIMEOUT ||
	       cause == COREMON_CAUSE_CONNECT_FAILED;
}

void lives_add(struct lives *lives, const struct conn *conn, const struct activity *activity)
{
	if (conn_known(conn, C_STATE) && strcmp(conn->state, "LISTEN") == 0)
		return;
	lives->opened += activity->born;
	if (conn->ended)
		lives->cause[lives_cause(conn)]++;
}

uint64_t lives_ended(const struct lives *lives, bool failed)
{
	uint64_t sum = 0;

	for (unsigned int cause = 0; cause < LIVES_CAUSES; cause++)
		sum += lives_is_failure(cause) == failed ? lives->cause[cause] : 0;
	return sum;
}
