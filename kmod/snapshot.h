/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _COREMON_SNAPSHOT_H
#define _COREMON_SNAPSHOT_H

#include <linux/types.h>

#include "uapi/coremon.h"

struct coremon_conn;
struct coremon_follow;
struct sock;

u64 coremon_snapshot_id(const struct sock *sk);
void coremon_snapshot_addr(const struct sock *sk, struct coremon_addr *addr);
void coremon_snapshot_fill(struct coremon_conn *conn, const struct sock *sk, bool owned, u64 now, struct coremon_row *row);
bool coremon_snapshot(struct coremon_conn *conn, struct coremon_row *row, const struct coremon_follow *follow);

#endif /* _COREMON_SNAPSHOT_H */
