// SPDX-License-Identifier: GPL-2.0-only
/*
 * What reads netlink: interfaces, queueing disciplines, conntrack, sockets. Where the first character is odd each message stands in
 * memory of its very size, so that whatever reads past its end is seen.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "fuzz.h"
#include "netlink.h"
#include "socket_read.h"
#include "source.h"

#define LAYERS (1u << LAYER_LINK | 1u << LAYER_DRIVER | 1u << LAYER_QDISC | 1u << LAYER_CONNTRACK)
#define COUNT "/proc/sys/net/netfilter/nf_conntrack_count"

static const char *const paths[] = {
	"/netlink/link", "/netlink/qdisc", "/netlink/class", "/netlink/conntrack", "/netlink/tcp", "/netlink/udp", "/inet_diag",
	"/ethtool/eth0", "/sys/class/net/eth0/speed",
};

static bool alone;

int __real_netlink_replay(const struct root *root, const char *path, netlink_fn fn, void *ctx);
int __wrap_netlink_replay(const struct root *root, const char *path, netlink_fn fn, void *ctx);

int __wrap_netlink_replay(const struct root *root, const char *path, netlink_fn fn, void *ctx)
{
	char place[128];
	const char *file;
	size_t len, size;
	int ret = 0;

	if (!alone)
		return __real_netlink_replay(root, path, fn, ctx);
	root_path(root, path, place, sizeof(place));
	file = fuzz_find(place, &len);
	if (!file)
		return -ENOENT;
	for (; len && ret >= 0; len -= size, file += size) {
		struct nlmsghdr *nlh = malloc(len);

		fuzz_must(nlh, "out of memory");
		memcpy(nlh, file, len);
		size = netlink_size(nlh, len);
		free(nlh);
		if (!size)
			return 1;
		nlh = malloc(size);
		fuzz_must(nlh, "out of memory");
		memcpy(nlh, file, size);
		ret = netlink_messages(nlh, size, 0, fn, ctx, NULL);
		free(nlh);
	}
	return ret < 0 ? ret : 0;
}

static bool row(void *ctx, const struct conn *conn)
{
	(void)conn;
	++*(unsigned int *)ctx;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct root root = fuzz_root();
	struct sockets sockets = { 0 };
	struct counters counters;
	unsigned int rows = 0;

	if (size == 0)
		return 0;
	alone = data[0] & 1;
	fuzz_files(data, size, paths, sizeof(paths) / sizeof(paths[0]), 0);
	fuzz_begin(FUZZ_TEXT);
	fuzz_file(FUZZ_ROOT COUNT, "7\n", 2);
	fuzz_must(counters_read(&counters, &root, LAYERS) == 0, "out of memory");
	counters_free(&counters);
	fuzz_must(sockets_read(&sockets, &root, false) == 0, "out of memory");
	sockets_free(&sockets);
	diag_read(&root, row, &rows);
	fuzz_end();
	return 0;
}
