// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"

#define DUMP_SIZE 32768		/* what the kernel fills at most for one recvmsg() */
#define CAPTURE_MAX (64u << 20)

int netlink_open(struct netlink *nl, int bus)
{
	int ret;

	nl->seq = 0;
	nl->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!nl->socket)
		return -errno;
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) == 0)
		return 0;
	ret = -errno;
	mnl_socket_close(nl->socket);
	return ret;
}

void netlink_close(struct netlink *nl)
{
	mnl_socket_close(nl->socket);
}

/* Not mnl_nlmsg_ok(): it compares as int (libmnl 1.0.5) and lets a length above INT_MAX pass. */
size_t netlink_size(const struct nlmsghdr *nlh, size_t len)
{
	if (len < sizeof(*nlh) || nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > len)
		return 0;
	return MNL_ALIGN(nlh->nlmsg_len) < len ? MNL_ALIGN(nlh->nlmsg_len) : len;
}

/* The errno in a message of an error, or of the end: Return: it, 0 for none, or -EBADMSG. */
static int message_error(const struct nlmsghdr *nlh)
{
	int32_t error;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(error))
		return -EBADMSG;
	memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
	return error <= 0 && error >= -4095 ? error : -EBADMSG;
}

/* Return: 1 where this message is none of the dump's own kind; else as netlink_messages(). */
static int control_message(const struct nlmsghdr *nlh)
{
	int ret;

	switch (nlh->nlmsg_type) {
	case NLMSG_DONE:
		/* The kernel says how the dump ended since long ago; one that says nothing ended well. */
		return mnl_nlmsg_get_payload_len(nlh) ? message_error(nlh) : 0;
	case NLMSG_ERROR:
		ret = message_error(nlh);
		return ret ? ret : -EBADMSG;
	default:
		return 1;
	}
}

/*
 * libmnl takes attributes up to the message's length rounded up: what is missing of the last one would be read from behind the
 * message. The kernel pads every attribute, so it sends no message that is not whole words.
 */
static bool whole_words(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_len % NLMSG_ALIGNTO == 0;
}

int netlink_messages(const void *buf, size_t len, uint32_t seq, netlink_fn fn, void *ctx, bool *interrupted)
{
	const struct nlmsghdr *nlh;
	size_t size;
	int ret;

	for (size_t at = 0; at < len; at += size) {
		nlh = (const struct nlmsghdr *)((const char *)buf + at);
		size = netlink_size(nlh, len - at);
		if (size == 0)
			return -EBADMSG;
		if (seq && nlh->nlmsg_seq != seq)
			continue;
		if (interrupted && nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			*interrupted = true;
		ret = control_message(nlh);
		if (ret <= 0)
			return ret;
		if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
			continue;
		ret = whole_words(nlh) ? fn(ctx, nlh) : -EBADMSG;
		if (ret < 0)
			return ret;
	}
	return 1;
}

int netlink_dump(struct netlink *nl, struct nlmsghdr *request, netlink_fn fn, void *ctx)
{
	_Alignas(struct nlmsghdr) char buf[DUMP_SIZE];
	bool interrupted = false;
	int ret;

	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t got;

		do {
			got = mnl_socket_recvfrom(nl->socket, buf, sizeof(buf));
		} while (got < 0 && errno == EINTR);
		if (got < 0)
			return -errno;
		ret = netlink_messages(buf, (size_t)got, nl->seq, fn, ctx, &interrupted);
	} while (ret > 0);
	return ret < 0 ? ret : interrupted;
}

/* All of a file. Return: its length, or a negative errno. */
static ssize_t read_whole(const struct root *root, const char *path, char **buf)
{
	size_t len = 0, room = 1u << 16;
	int fd = root_open(root, path);
	ssize_t got;

	*buf = NULL;
	if (fd < 0)
		return fd;
	do {
		char *more = realloc(*buf, room);

		if (!more) {
			got = -ENOMEM;
			break;
		}
		*buf = more;
		got = read(fd, *buf + len, room - len);
		if (got < 0)
			got = -errno;
		else
			len += (size_t)got;
		if (len == room)
			room *= 2;
	} while (got > 0 && room <= CAPTURE_MAX);
	close(fd);
	return got < 0 ? got : (ssize_t)len;
}

int netlink_replay(const struct root *root, const char *path, netlink_fn fn, void *ctx)
{
	bool interrupted = false;
	ssize_t len;
	char *buf;
	int ret;

	len = read_whole(root, path, &buf);
	ret = len < 0 ? (int)len : 0;
	for (ssize_t at = 0; at < len && ret >= 0;) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(buf + at);
		size_t size = netlink_size(nlh, (size_t)(len - at));

		ret = netlink_messages(nlh, size ? size : (size_t)(len - at), 0, fn, ctx, &interrupted);
		at += (ssize_t)size;
	}
	free(buf);
	if (ret == -EBADMSG) {
		say_once(path, "%s: ends in the middle of a message", path + 1);
		return 1;
	}
	return ret < 0 ? ret : interrupted;
}
