/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dumps by netlink, from the kernel or from a file of captured messages: what every reader of netlink shares. Any message may be
 * cut or hostile: only whole messages get through, and what is in them is for their reader to check.
 */
#ifndef COREMON_NETLINK_H
#define COREMON_NETLINK_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

#include "root.h"

/** typedef netlink_fn - takes one message of a dump. Return: 0 to go on, or a negative errno that ends it. */
typedef int (*netlink_fn)(void *ctx, const struct nlmsghdr *nlh);

/** struct netlink - a socket */
struct netlink {
	struct mnl_socket *socket;
	uint32_t seq;		/* of the dump that was asked for last */
};

/** netlink_open() - open a socket of the family @bus (NETLINK_ROUTE ...). Return: 0 or a negative errno; netlink_close() it after 0. */
int netlink_open(struct netlink *nl, int bus);

/** netlink_close() - close it. */
void netlink_close(struct netlink *nl);

/**
 * netlink_dump() - send @request, whose flags and sequence number are set here, and take what comes.
 * Return: 0; 1 where what is dumped changed meanwhile, so that something may be missing or there twice; a negative errno, of the
 * kernel's answer or of @fn; -EBADMSG for bytes that are no message.
 */
int netlink_dump(struct netlink *nl, struct nlmsghdr *request, netlink_fn fn, void *ctx);

/**
 * netlink_replay() - take the messages captured in the file @path, one after the other; the end of a dump is not the end of the file.
 * Return: 0; 1 where the file ends in the middle of a message (said on stderr, once); a negative errno as netlink_dump().
 */
int netlink_replay(const struct root *root, const char *path, netlink_fn fn, void *ctx);

/**
 * netlink_messages() - take the messages in @len bytes.
 * @seq: the sequence number messages must have, 0 for any.
 * @interrupted: set where a message says that the dump is not of one moment; or NULL.
 * Return: 1 when the dump goes on, 0 at its end, else as netlink_dump().
 */
int netlink_messages(const void *buf, size_t len, uint32_t seq, netlink_fn fn, void *ctx, bool *interrupted);

/** netlink_size() - Return: how many of @len bytes the message at their beginning takes, 0 where there is no whole message. */
size_t netlink_size(const struct nlmsghdr *nlh, size_t len);

#endif /* COREMON_NETLINK_H */
