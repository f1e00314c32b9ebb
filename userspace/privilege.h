/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program may do beyond reading its files. */
#ifndef COREMON_PRIVILEGE_H
#define COREMON_PRIVILEGE_H

#include <linux/capability.h>
#include <stdint.h>

#define PRIVILEGE(cap) (UINT64_C(1) << (cap))

/* Netlink that tells root alone: conntrack, rules of netfilter. */
#define PRIVILEGE_NETLINK PRIVILEGE(CAP_NET_ADMIN)
/* To open files when the machine has no descriptor left: just then its state is asked for. What PROCESSES lets do is not less. */
#define PRIVILEGE_FILES PRIVILEGE(CAP_SYS_ADMIN)
/* Whose a socket is: /proc/PID/fd of all users. */
#define PRIVILEGE_PROCESSES (PRIVILEGE(CAP_SYS_PTRACE) | PRIVILEGE(CAP_DAC_READ_SEARCH))

/**
 * privilege_keep() - give up every capability but some, for good, and the right to gain any by running a program.
 * @caps: those to keep, of what there are
 *
 * The files of the module need none: they are root's, or of a group that is the reader's.
 *
 * Return: 0 or a negative errno.
 */
int privilege_keep(uint64_t caps);

#endif /* COREMON_PRIVILEGE_H */
