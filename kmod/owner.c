// SPDX-License-Identifier: GPL-2.0-only
#include "owner.h"

#include <linux/atomic.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>

/* Of several tasks at once the first to claim it writes. */
static void stamp(struct coremon_conn *conn, int from, int writing, int to)
{
	if (cmpxchg(&conn->owner_state, from, writing) != from)
		return;
	conn->owner.tgid = current->tgid;
	conn->owner.tid = current->pid;
	/* The group's name, as ss and ps show it, not the thread's; the leader outlives its threads. */
	memcpy(conn->owner.comm, current->group_leader->comm, sizeof(conn->owner.comm));
	conn->owner.comm[sizeof(conn->owner.comm) - 1] = '\0';
	/* The owner before its state; pairs with those who look at the state first. */
	smp_store_release(&conn->owner_state, to);
}

/**
 * coremon_owner_opens() - The running process connects, listens or accepts.
 * @conn: the record, under RCU
 *
 * Context: any; in an interrupt the running task is whoever was interrupted, and nothing is noted.
 */
void coremon_owner_opens(struct coremon_conn *conn)
{
	if (READ_ONCE(conn->owner_state) == COREMON_OWNER_NONE && in_task())
		stamp(conn, COREMON_OWNER_NONE, COREMON_OWNER_CLAIMING, COREMON_OWNER_OPENED);
}

/**
 * coremon_owner_first_use() - The slow side of coremon_owner_uses().
 * @conn: the record, under RCU
 *
 * A kernel thread that works on somebody's connection is not its owner; one that opened it stays so.
 *
 * Context: process.
 */
void coremon_owner_first_use(struct coremon_conn *conn)
{
	/* The owner after its state; pairs with stamp(). */
	int state = smp_load_acquire(&conn->owner_state);

	if ((current->flags & PF_KTHREAD) || !in_task())
		return;
	if (state == COREMON_OWNER_OPENED && conn->owner.tgid == current->tgid)
		cmpxchg(&conn->owner_state, state, COREMON_OWNER_USED);
	else if (state == COREMON_OWNER_OPENED || state == COREMON_OWNER_NONE)
		stamp(conn, state, COREMON_OWNER_TAKING, COREMON_OWNER_USED);
}

/**
 * coremon_owner_get() - The owner of a connection.
 * @conn: the record, under RCU
 * @owner: out
 *
 * Context: any.
 * Return: false, and @owner means nothing: not known, or being written just now.
 */
bool coremon_owner_get(const struct coremon_conn *conn, struct coremon_owner *owner)
{
	int tries;

	/* It is written no more than twice. */
	for (tries = 0; tries < 3; tries++) {
		/* The owner after its state; pairs with stamp(). */
		int state = smp_load_acquire(&conn->owner_state);

		if (state == COREMON_OWNER_NONE)
			return false;
		/* A copy of one that is being written meanwhile is thrown away, as the state then is another. */
		*owner = data_race(conn->owner);
		/* The owner before the state is looked at again. */
		smp_rmb();
		if ((state == COREMON_OWNER_OPENED || state == COREMON_OWNER_USED) && READ_ONCE(conn->owner_state) == state)
			return true;
	}
	return false;
}
