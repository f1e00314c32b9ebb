/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose a connection is: the process that connected or accepted, and then, for good, the first that sends or receives. In a
 * server that accepts and forks that is the child that serves.
 */
#ifndef _COREMON_OWNER_H
#define _COREMON_OWNER_H

#include "table.h"

void coremon_owner_opens(struct coremon_conn *conn);
void coremon_owner_first_use(struct coremon_conn *conn);
bool coremon_owner_get(const struct coremon_conn *conn, struct coremon_owner *owner);

/**
 * coremon_owner_uses() - The running process sends or receives.
 * @conn: the record, under RCU
 */
static inline void coremon_owner_uses(struct coremon_conn *conn)
{
	if (unlikely(READ_ONCE(conn->owner_state) != COREMON_OWNER_USED))
		coremon_owner_first_use(conn);
}

#endif /* _COREMON_OWNER_H */
