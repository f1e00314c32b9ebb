// SPDX-License-Identifier: GPL-2.0-only
/* IP, ICMP, UDP and TCP, by the names that nstat gives them: /proc/net/snmp, /proc/net/netstat and /proc/net/snmp6. */
#include <stdio.h>
#include <string.h>

#include "counter_read.h"
#include "host.h"
#include "lines.h"
#include "snmp.h"

#define SNMP "/proc/net/snmp"
#define NETSTAT "/proc/net/netstat"
#define SNMP6 "/proc/net/snmp6"
#define NAME_LEN 64	/* the longest of the kernel's has 32 */

/** struct snmp_reading - where the values of a file go */
struct snmp_reading {
	struct counters *counters;
	uint32_t layers;
	int error;
};

/* What is a level in these files. */
static bool is_gauge(const char *name)
{
	static const char *const gauges[] = {
		"IpForwarding", "IpDefaultTTL", "TcpRtoAlgorithm", "TcpRtoMin", "TcpRtoMax", "TcpMaxConn", "TcpCurrEstab",
		"MPTcpExtMPCurrEstab",
	};

	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
		if (strcmp(name, gauges[i]) == 0)
			return true;
	}
	return false;
}

static enum layer layer_of(const char *name)
{
	if (strncmp(name, "Tcp", 3) == 0 || strncmp(name, "MPTcp", 5) == 0)
		return LAYER_TCP;
	if (strncmp(name, "Udp", 3) == 0)
		return LAYER_UDP;
	return strncmp(name, "Icmp", 4) == 0 ? LAYER_ICMP : LAYER_IP;
}

/* A value that is no number (the -1 of TcpMaxConn) is not known. */
static void take(void *ctx, const char *group, const char *name, const char *value)
{
	struct snmp_reading *reading = ctx;
	char full[NAME_LEN];
	enum layer layer;
	uint64_t n;
	int len = snprintf(full, sizeof(full), "%s%s", group, name);

	if (reading->error || len >= (int)sizeof(full) || !parse_number(value, &n))
		return;
	layer = layer_of(full);
	if (layer_wanted(reading->layers, layer))
		reading->error = counters_add(reading->counters, layer, is_gauge(full), "", full, n);
}

/* Return: true where the whole file was of pairs. */
static bool read_pairs(struct snmp_reading *reading, const struct root *root, const char *path)
{
	struct lines in;
	bool whole;

	if (!host_open(&in, root, path))
		return false;
	whole = snmp_pairs(&in, take, reading);
	return host_close(&in, path) && whole;
}

/* Lines of a name and a value. A kernel without IPv6 has no such file. */
static bool read_names(struct snmp_reading *reading, const struct root *root)
{
	struct lines in;
	char *line;

	if (!root_exists(root, SNMP6))
		return true;
	if (!host_open(&in, root, SNMP6))
		return false;
	while ((line = lines_next(&in))) {
		char *name = next_word(&line), *value = next_word(&line);

		if (name && value)
			take(reading, "", name, value);
	}
	return host_close(&in, SNMP6);
}

int counter_snmp_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	struct snmp_reading reading = { .counters = counters, .layers = layers };
	bool whole = read_pairs(&reading, root, SNMP);

	whole &= read_pairs(&reading, root, NETSTAT);
	whole &= read_names(&reading, root);
	for (enum layer layer = LAYER_IP; layer <= LAYER_TCP; layer++) {
		if (whole && layer_wanted(layers, layer))
			counters_whole(counters, layer);
	}
	return reading.error;
}
