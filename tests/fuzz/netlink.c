// SPDX-License-Identifier: GPL-2.0-only
/*
 * What reads netlink: interfaces, queueing disciplines, conntrack, sockets. Where the first character is odd each message stands in
 * memory of its very size, so that whatever reads past its end is seen.
 */
#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "flow_where.h"
#include "fuzz.h"
#include "netlink.h"
#include "socket_read.h"
#include "source.h"

#define LAYERS (1u << LAYER_LINK | 1u << LAYER_DRIVER | 1u << LAYER_QDISC | 1u << LAYER_CONNTRACK)
#define ANSWER "/answer"		/* of conntrack, of an entry */
#define COUNT "/proc/sys/net/netfilter/nf_conntrack_count"

static const char *const paths[] = {
	"/netlink/link", "/netlink/qdisc", "/netlink/class", "/netlink/conntrack", "/netlink/tcp", "/netlink/udp", "/inet_diag",
	"/ethtool/eth0", "/sys/class/net/eth0/speed", ANSWER,
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

/* As libmnl does it, which is not looked at by the sanitizers. */
static int take(const struct nlattr *attr, mnl_attr_cb_t cb, void *ctx)
{
	fuzz_must(!__asan_region_is_poisoned((void *)attr, attr->nla_len), "an attribute goes on behind its message");
	return cb(attr, ctx);
}

int mnl_attr_parse(const struct nlmsghdr *nlh, unsigned int offset, mnl_attr_cb_t cb, void *ctx)
{
	const struct nlattr *attr;
	int ret = MNL_CB_OK;

	mnl_attr_for_each(attr, nlh, offset) {
		ret = take(attr, cb, ctx);
		if (ret <= MNL_CB_STOP)
			break;
	}
	return ret;
}

int mnl_attr_parse_nested(const struct nlattr *nested, mnl_attr_cb_t cb, void *ctx)
{
	const struct nlattr *attr;
	int ret = MNL_CB_OK;

	mnl_attr_for_each_nested(attr, nested) {
		ret = take(attr, cb, ctx);
		if (ret <= MNL_CB_STOP)
			break;
	}
	return ret;
}

static bool row(void *ctx, const struct conn *conn)
{
	(void)conn;
	++*(unsigned int *)ctx;
	return true;
}

static void read_answer(void)
{
	struct coremon_addr nat = { 0 };
	const void *file;
	size_t len;
	void *copy;

	file = fuzz_find(FUZZ_ROOT ANSWER, &len);
	copy = malloc(len ? len : 1);
	fuzz_must(copy, "out of memory");
	if (len)
		memcpy(copy, file, len);
	where_answer(copy, len, 0, &nat);
	free(copy);
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
	read_answer();
	fuzz_end();
	return 0;
}
