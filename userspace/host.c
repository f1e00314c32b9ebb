// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "say.h"
#include "snmp.h"

#define STAT "/proc/stat"
#define VMSTAT "/proc/vmstat"
#define SNMP "/proc/net/snmp"
#define SNMP6 "/proc/net/snmp6"

const struct host_column host_columns[H_NR] = {
	[H_CTXT] = { STAT, "stat", "ctxt", "ctxt" },
	[H_PGPGIN] = { VMSTAT, "vmstat", "pgpgin", "pgpgin" },
	[H_PGPGOUT] = { VMSTAT, "vmstat", "pgpgout", "pgpgout" },
	[H_PSWPIN] = { VMSTAT, "vmstat", "pswpin", "pswpin" },
	[H_PSWPOUT] = { VMSTAT, "vmstat", "pswpout", "pswpout" },
	[H_TCP_INSEGS] = { SNMP, "Tcp", "InSegs", "TcpInSegs" },
	[H_TCP_OUTSEGS] = { SNMP, "Tcp", "OutSegs", "TcpOutSegs" },
	[H_TCP_INERRS] = { SNMP, "Tcp", "InErrs", "TcpInErrs" },
	[H_TCP_RETRANSSEGS] = { SNMP, "Tcp", "RetransSegs", "TcpRetransSegs" },
	[H_UDP_INDATAGRAMS] = { SNMP, "Udp", "InDatagrams", "UdpInDatagrams" },
	[H_UDP_OUTDATAGRAMS] = { SNMP, "Udp", "OutDatagrams", "UdpOutDatagrams" },
	[H_UDP_INERRORS] = { SNMP, "Udp", "InErrors", "UdpInErrors" },
	[H_UDP6_INDATAGRAMS] = { SNMP6, "Udp6", "InDatagrams", "Udp6InDatagrams" },
	[H_UDP6_OUTDATAGRAMS] = { SNMP6, "Udp6", "OutDatagrams", "Udp6OutDatagrams" },
	[H_UDP6_INERRORS] = { SNMP6, "Udp6", "InErrors", "Udp6InErrors" },
};

bool host_open(struct lines *in, const struct root *root, const char *path)
{
	int ret = lines_open(in, root, path);

	if (ret < 0)
		say_once(path, "%s: %s", path, strerror(-ret));
	return ret == 0;
}

bool host_close(struct lines *in, const char *path)
{
	bool whole = !in->error && !in->truncated;

	if (in->error)
		say_once(path, "%s: %s", path, strerror(in->error));
	else if (in->truncated)
		say_once(path, "%s: ends in the middle of a line", path);
	lines_close(in);
	return whole;
}

static void set(struct host *host, enum host_col col, const char *word)
{
	uint64_t bit = UINT64_C(1) << col;

	/* A name that comes twice is no longer known to mean what it says. */
	if (host->known & bit || !parse_number(word, &host->val[col]))
		host->known &= ~bit;
	else
		host->known |= bit;
}

static int find(const char *path, const char *group, const char *name)
{
	for (int col = 0; col < H_NR; col++) {
		const struct host_column *c = &host_columns[col];

		if (strcmp(c->path, path) == 0 && strcmp(c->name, name) == 0 && (!group || strcmp(c->group, group) == 0))
			return col;
	}
	return -1;
}

/* Files of lines "name value …"; of those where a group precedes the name without a blank, only that @group. */
static void read_names(struct host *host, const struct root *root, const char *path, const char *group)
{
	struct lines in;
	char *line;

	if (!host_open(&in, root, path))
		return;
	while ((line = lines_next(&in))) {
		char *name = next_word(&line);
		char *value = next_word(&line);
		int col;

		if (name && group) {
			size_t len = strlen(group);

			name = strncmp(name, group, len) == 0 ? name + len : NULL;
		}
		col = name ? find(path, group, name) : -1;
		if (col >= 0 && value)
			set(host, (enum host_col)col, value);
	}
	host_close(&in, path);
}

static void take_snmp(void *ctx, const char *group, const char *name, const char *value)
{
	int col = find(SNMP, group, name);

	if (col >= 0)
		set(ctx, (enum host_col)col, value);
}

static void read_snmp(struct host *host, const struct root *root)
{
	struct lines in;

	if (!host_open(&in, root, SNMP))
		return;
	snmp_pairs(&in, take_snmp, host);
	host_close(&in, SNMP);
}

void host_read(struct host *host, const struct root *root)
{
	memset(host, 0, sizeof(*host));
	read_names(host, root, STAT, NULL);
	read_names(host, root, VMSTAT, NULL);
	read_snmp(host, root);
	/* A kernel without IPv6 has no snmp6, and no IPv6 datagrams either. */
	host->udp6 = root_exists(root, SNMP6);
	if (host->udp6)
		read_names(host, root, SNMP6, "Udp6");
	net_read(&host->net, root);
	disk_read(&host->disk, root);
}

void host_free(struct host *host)
{
	free(host->net.dev);
	free(host->disk.dev);
	memset(host, 0, sizeof(*host));
}
