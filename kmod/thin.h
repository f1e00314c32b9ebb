/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a call of a hot hook still does when it is thinned (meter.h): it leaves a mark from which a reader of changes finds the connection
 * again, so that nothing that changed is missed. A segment that ends a connection, opens or closes a window, comes in trouble or has the first data is
 * never thinned.
 */
#ifndef _COREMON_THIN_H
#define _COREMON_THIN_H

#include <linux/types.h>

struct sk_buff;
struct sock;

bool coremon_thin_call(const struct sock *sk);
bool coremon_thin_segment(const struct sock *sk, const struct sk_buff *skb);
void coremon_thin_sweep(void);
int coremon_thin_prepare(void);
void coremon_thin_exit(void);
size_t coremon_thin_memory(void);

#endif /* _COREMON_THIN_H */
