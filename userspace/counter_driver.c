// SPDX-License-Identifier: GPL-2.0-only
/*
 * What drivers count themselves (ethtool -S), and the speed of a link, by SIOCETHTOOL: it answers for the network namespace of this
 * process, which /sys need not be of. Under COREMON_ROOT they are /sys/class/net/NAME/speed and what `ethtool -S NAME` printed, in
 * $COREMON_ROOT/ethtool/NAME.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "counter_read.h"
#include "lines.h"
#include "link.h"
#include "say.h"

#define MOST_STATS 65536
#define SPARE 64		/* room for what a driver adds between two questions: the kernel writes as many as there are */
#define MOST_MBPS 100000000

/* Return: 0 or a negative errno. */
static int ethtool(int fd, const char *name, void *data)
{
	struct ifreq ifr = { .ifr_data = data };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	return ioctl(fd, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
}

/* How many numbers the driver has. Return: it, 0 where it has none, or a negative errno. */
static int count_stats(int fd, const char *name)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t nr;
	} question = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = UINT64_C(1) << ETH_SS_STATS } };
	int ret = ethtool(fd, name, &question);

	if (ret < 0)
		return ret == -EOPNOTSUPP || ret == -ENODEV ? 0 : ret;
	if (!(question.info.sset_mask >> ETH_SS_STATS & 1))
		return 0;
	return question.nr > MOST_STATS ? -E2BIG : (int)question.nr;
}

static int add_stats(struct counters *counters, const char *object, const struct ethtool_gstrings *strings,
		     const struct ethtool_stats *stats, unsigned int nr)
{
	int ret = 0;

	for (unsigned int i = 0; i < nr && ret == 0; i++) {
		char name[ETH_GSTRING_LEN + 1] = "";
		char *start = name, *end;

		memcpy(name, strings->data + (size_t)i * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
		start += strspn(start, " ");
		for (end = start + strlen(start); end > start && end[-1] == ' ';)
			*--end = '\0';
		if (*start)
			ret = counters_add(counters, LAYER_DRIVER, false, object, start, stats->data[i]);
	}
	return ret;
}

/* Return: 0, -ENOMEM, or another negative errno where they are not known. */
static int read_stats(struct counters *counters, int fd, const char *name)
{
	struct ethtool_gstrings *strings;
	struct ethtool_stats *stats;
	int nr = count_stats(fd, name), ret;
	size_t room;

	if (nr <= 0)
		return nr;
	room = 2 * (size_t)nr + SPARE;
	strings = calloc(1, sizeof(*strings) + room * ETH_GSTRING_LEN);
	stats = calloc(1, sizeof(*stats) + room * sizeof(uint64_t));
	ret = -ENOMEM;
	if (strings && stats) {
		strings->cmd = ETHTOOL_GSTRINGS;
		strings->string_set = ETH_SS_STATS;
		strings->len = (uint32_t)nr;
		stats->cmd = ETHTOOL_GSTATS;
		stats->n_stats = (uint32_t)nr;
		ret = ethtool(fd, name, strings);
		if (ret == 0)
			ret = ethtool(fd, name, stats);
		/* A driver whose list changed in between: which number is which is not known. */
		if (ret == 0 && (strings->len != (uint32_t)nr || stats->n_stats != (uint32_t)nr))
			ret = -EAGAIN;
		if (ret == 0)
			ret = add_stats(counters, name, strings, stats, (unsigned int)nr);
		else if (ret == -ENOMEM)
			ret = -EIO;	/* the kernel's, not ours */
	}
	free(strings);
	free(stats);
	return ret;
}

/* Lines "     name: number". Return: 0, -ENOMEM, or another negative errno. */
static int replay_stats(struct counters *counters, const struct root *root, const char *name)
{
	char path[64], *line, *colon, *value;
	uint64_t n;
	struct lines in;
	int ret;

	snprintf(path, sizeof(path), "/ethtool/%s", name);
	ret = lines_open(&in, root, path);
	if (ret < 0)
		return ret == -ENOENT ? 0 : ret;
	while (ret == 0 && (line = lines_next(&in))) {
		line += strspn(line, " \t");
		colon = strrchr(line, ':');
		if (!colon)
			continue;
		*colon++ = '\0';
		value = next_word(&colon);
		if (*line && value && parse_number(value, &n))
			ret = counters_add(counters, LAYER_DRIVER, false, name, line, n);
	}
	if (ret == 0 && (in.truncated || in.error))
		ret = -EBADMSG;
	lines_close(&in);
	return ret;
}

/* Return: true where the link has a speed. */
static bool read_speed(const struct root *root, int fd, const char *name, uint64_t *mbps)
{
	struct ethtool_cmd cmd = { .cmd = ETHTOOL_GSET };
	bool known = false;
	struct lines in;
	char path[64], *line;

	if (!root_moved(root)) {
		if (ethtool(fd, name, &cmd) < 0)
			return false;
		/* Not ethtool_cmd_speed(): it shifts an int into its sign. */
		*mbps = (uint32_t)cmd.speed_hi << 16 | cmd.speed;
		return *mbps > 0 && *mbps <= MOST_MBPS;
	}
	snprintf(path, sizeof(path), "/sys/class/net/%s/speed", name);
	if (lines_open(&in, root, path) < 0)
		return false;
	line = lines_next(&in);
	if (line)
		known = parse_number(line, mbps) && *mbps > 0 && *mbps <= MOST_MBPS;
	lines_close(&in);
	return known;
}

static int read_one(struct counters *counters, const struct root *root, uint32_t layers, int fd, const char *name, bool *whole)
{
	uint64_t mbps;
	int ret = 0;

	if (layer_wanted(layers, LAYER_LINK) && read_speed(root, fd, name, &mbps))
		ret = counters_add(counters, LAYER_LINK, true, name, "speed_mbps", mbps);
	if (ret == 0 && layer_wanted(layers, LAYER_DRIVER)) {
		ret = root_moved(root) ? replay_stats(counters, root, name) : read_stats(counters, fd, name);
		if (ret < 0 && ret != -ENOMEM) {
			*whole = false;
			say_once("ethtool", "%s: statistics of its driver: %s", name, ret == -EBADMSG ? "ends in the middle of a line" : strerror(-ret));
			ret = 0;
		}
	}
	return ret;
}

int counter_driver_read(struct counters *counters, const struct root *root, uint32_t layers, const struct links *links, bool whole)
{
	int fd = -1, ret = 0;

	if (!root_moved(root)) {
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0) {
			say_once("ethtool", "statistics of drivers: %s", strerror(errno));
			return 0;
		}
	}
	for (unsigned int i = 0; i < links->nr && ret == 0; i++)
		ret = read_one(counters, root, layers, fd, links->link[i].name, &whole);
	if (fd >= 0)
		close(fd);
	if (ret == 0 && whole && layer_wanted(layers, LAYER_DRIVER))
		counters_whole(counters, LAYER_DRIVER);
	return ret;
}
