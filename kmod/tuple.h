/* SPDX-License-Identifier: GPL-2.0-only */
/* The connection to which a packet of TCP belongs, by its addresses and ports. */
#ifndef _COREMON_TUPLE_H
#define _COREMON_TUPLE_H

#include <linux/types.h>

#include "uapi/coremon.h"

struct coremon_conn;
struct net;
struct sock;

struct coremon_conn *coremon_tuple_find(struct net *net, const struct coremon_addr *addr, bool sent, const struct sock **sk);
bool coremon_tuple_is(const struct sock *sk, const struct coremon_addr *addr, bool sent);

#endif /* _COREMON_TUPLE_H */
