// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sockets there are and the memory they take (/proc/net/sockstat and sockstat6), and the sysctls that bound them. A sysctl that
 * is not there (another network namespace, no conntrack) is not known.
 */
#include <stdio.h>
#include <string.h>

#include "counter_read.h"
#include "host.h"
#include "lines.h"

#define SOCKSTAT "/proc/net/sockstat"
#define SOCKSTAT6 "/proc/net/sockstat6"
#define MOST_PARTS 3
#define NAME_LEN 64

/** struct sysctl - one file of /proc/sys, of one number or of several */
struct sysctl {
	const char *name;			/* as sysctl(8) has it */
	const char *part[MOST_PARTS];		/* what follows the name, or none */
};

static const struct sysctl limits[] = {
	{ "net.core.somaxconn", { NULL } },
	{ "net.core.rmem_max", { NULL } },
	{ "net.core.rmem_default", { NULL } },
	{ "net.core.wmem_max", { NULL } },
	{ "net.core.wmem_default", { NULL } },
	{ "net.core.optmem_max", { NULL } },
	{ "net.core.netdev_max_backlog", { NULL } },
	{ "net.core.netdev_budget", { NULL } },
	{ "net.core.netdev_budget_usecs", { NULL } },
	{ "net.ipv4.tcp_rmem", { "min", "default", "max" } },
	{ "net.ipv4.tcp_wmem", { "min", "default", "max" } },
	{ "net.ipv4.tcp_moderate_rcvbuf", { NULL } },
	{ "net.ipv4.tcp_max_syn_backlog", { NULL } },
	{ "net.ipv4.tcp_syncookies", { NULL } },
	{ "net.ipv4.tcp_abort_on_overflow", { NULL } },
	{ "net.ipv4.tcp_max_tw_buckets", { NULL } },
	{ "net.ipv4.tcp_max_orphans", { NULL } },
	{ "net.ipv4.tcp_fin_timeout", { NULL } },
	{ "net.ipv4.tcp_tw_reuse", { NULL } },
	{ "net.ipv4.tcp_mtu_probing", { NULL } },
	{ "net.ipv4.udp_rmem_min", { NULL } },
	{ "net.ipv4.udp_wmem_min", { NULL } },
	{ "net.ipv4.ip_local_port_range", { "low", "high" } },
	{ "net.ipv4.ipfrag_high_thresh", { NULL } },
	{ "net.ipv6.ip6frag_high_thresh", { NULL } },
	{ "net.ipv4.neigh.default.gc_thresh3", { NULL } },
	{ "net.ipv6.neigh.default.gc_thresh3", { NULL } },
	{ "net.netfilter.nf_conntrack_max", { NULL } },
	{ "net.netfilter.nf_conntrack_buckets", { NULL } },
	{ "fs.file-max", { NULL } },
	{ "fs.nr_open", { NULL } },
};

/* Add the numbers of a sysctl; @name without parts is its own. Return: 0, -ENOMEM, or 1 where the file is not there or no numbers. */
static int read_sysctl(struct counters *counters, const struct root *root, const struct sysctl *sysctl, enum layer layer,
		       const char *object, const char *prefix)
{
	unsigned int nr = 0, parts = 0;
	uint64_t value[MOST_PARTS];
	char path[2 * NAME_LEN], full[2 * NAME_LEN], *line, *word;
	struct lines in;
	int ret = 0;

	snprintf(path, sizeof(path), "/proc/sys/%s", sysctl->name);
	for (char *p = path + strlen("/proc/sys/"); *p; p++) {
		if (*p == '.')
			*p = '/';
	}
	if (lines_open(&in, root, path) < 0)
		return 1;
	while (parts < MOST_PARTS && sysctl->part[parts])
		parts++;
	parts += parts == 0;
	line = lines_next(&in);
	while (line && (word = next_word(&line))) {
		if (nr == parts || !parse_number(word, &value[nr])) {
			nr = 0;
			break;
		}
		nr++;
	}
	lines_close(&in);
	if (nr != parts)
		return 1;
	for (unsigned int i = 0; i < parts && ret == 0; i++) {
		snprintf(full, sizeof(full), "%s%s%s", prefix, *prefix && sysctl->part[i] ? "." : "", sysctl->part[i] ? sysctl->part[i] : "");
		ret = counters_add(counters, layer, true, object, full, value[i]);
	}
	return ret;
}

int counter_limit_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	int ret;

	(void)layers;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		ret = read_sysctl(counters, root, &limits[i], LAYER_LIMIT, "", limits[i].name);
		if (ret < 0)
			return ret;
		if (ret == 0)
			counters_whole(counters, LAYER_LIMIT);
	}
	return 0;
}

/* "TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 3". Return: 0, -ENOMEM, or 1 where this is no such line. */
static int take_line(struct counters *counters, uint32_t layers, char *line)
{
	char *colon = strchr(line, ':'), *name, *word;
	const char *object = line;
	uint64_t value;
	int ret = 0;

	if (!colon)
		return 1;
	*colon++ = '\0';
	while (ret == 0 && (name = next_word(&colon))) {
		word = next_word(&colon);
		if (!word || !parse_number(word, &value))
			return 1;
		if (layer_wanted(layers, LAYER_SOCKET))
			ret = counters_add(counters, LAYER_SOCKET, true, object, name, value);
		if (ret == 0 && layer_wanted(layers, LAYER_MEMORY) && strcmp(name, "mem") == 0 &&
		    (strcmp(object, "TCP") == 0 || strcmp(object, "UDP") == 0))
			ret = counters_add(counters, LAYER_MEMORY, true, object[0] == 'T' ? "tcp" : "udp", "pages", value);
	}
	return ret;
}

/* Return: -ENOMEM, 0 where all was read, or 1. */
static int read_sockstat(struct counters *counters, const struct root *root, uint32_t layers, const char *path)
{
	bool whole = true;
	struct lines in;
	char *line;
	int ret = 0;

	if (!host_open(&in, root, path))
		return 1;
	while (ret >= 0 && (line = lines_next(&in))) {
		ret = take_line(counters, layers, line);
		whole &= ret == 0;
	}
	whole &= host_close(&in, path);
	return ret < 0 ? ret : !whole;
}

int counter_memory_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	static const struct sysctl bounds[] = {
		{ "net.ipv4.tcp_mem", { "low", "pressure", "high" } },
		{ "net.ipv4.udp_mem", { "low", "pressure", "high" } },
	};
	int ret = read_sockstat(counters, root, layers, SOCKSTAT), whole;

	whole = ret == 0;
	/* A kernel without IPv6 has no such file; memory is counted for both in the other. */
	if (ret >= 0 && layer_wanted(layers, LAYER_SOCKET) && root_exists(root, SOCKSTAT6)) {
		ret = read_sockstat(counters, root, 1u << LAYER_SOCKET, SOCKSTAT6);
		whole &= ret == 0;
	}
	if (whole && layer_wanted(layers, LAYER_SOCKET))
		counters_whole(counters, LAYER_SOCKET);
	if (ret >= 0 && layer_wanted(layers, LAYER_MEMORY)) {
		for (unsigned int i = 0; i < 2 && ret >= 0; i++) {
			ret = read_sysctl(counters, root, &bounds[i], LAYER_MEMORY, i ? "udp" : "tcp", "");
			whole &= ret == 0;
		}
		if (whole)
			counters_whole(counters, LAYER_MEMORY);
	}
	return ret < 0 ? ret : 0;
}
