/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces that are told apart for ever: the kernel gives the inode number of one that is gone to the next one that is
 * made. What outlives its namespace is known by its generation.
 */
#ifndef _COREMON_NETNS_H
#define _COREMON_NETNS_H

#include <linux/types.h>

struct net;

u64 coremon_netns_generation(const struct net *net);
bool coremon_netns_live(u64 generation);
unsigned int coremon_netns_deaths(void);

int coremon_netns_init(void);
void coremon_netns_exit(void);

#endif /* _COREMON_NETNS_H */
