// SPDX-License-Identifier: GPL-2.0-only
/* The counters of interfaces and disks: /proc/net/dev and /proc/diskstats. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "lines.h"
#include "say.h"

#define NET_DEV "/proc/net/dev"
#define DISKSTATS "/proc/diskstats"
#define MAX_DEVS 65536		/* more than any machine has; a bound on what a hostile file can cost */
#define MAX_NET_WORDS 64

const char *const net_names[N_NR] = {
	[N_RX_BYTES] = "rx_bytes", [N_TX_BYTES] = "tx_bytes", [N_RX_PACKETS] = "rx_packets", [N_TX_PACKETS] = "tx_packets",
	[N_RX_ERRORS] = "rx_errors", [N_TX_ERRORS] = "tx_errors", [N_RX_DROPPED] = "rx_dropped", [N_TX_DROPPED] = "tx_dropped",
};

const char *const disk_names[D_NR] = {
	[D_RD_IOS] = "rd_ios", [D_WR_IOS] = "wr_ios", [D_RD_SECTORS] = "rd_sectors", [D_WR_SECTORS] = "wr_sectors",
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct dev *)a)->name, ((const struct dev *)b)->name);
}

const struct dev *dev_find(const struct devs *devs, const char *name)
{
	struct dev key = { .known = 0 };

	if (devs->nr == 0)
		return NULL;
	snprintf(key.name, sizeof(key.name), "%s", name);
	return bsearch(&key, devs->dev, devs->nr, sizeof(key), by_name);
}

/* Return: a new zeroed device of this name, or NULL where the name or one device more is too long. */
static struct dev *dev_add(struct devs *devs, const char *name)
{
	struct dev *dev;

	if (strlen(name) >= DEV_NAME_LEN || devs->nr == MAX_DEVS)
		return NULL;
	if (devs->nr == devs->room) {
		unsigned int room = devs->room ? 2 * devs->room : 16;

		dev = realloc(devs->dev, room * sizeof(*dev));
		if (!dev)
			return NULL;
		devs->dev = dev;
		devs->room = room;
	}
	dev = &devs->dev[devs->nr++];
	memset(dev, 0, sizeof(*dev));
	strcpy(dev->name, name);
	return dev;
}

static void dev_set(struct dev *dev, unsigned int col, const char *word)
{
	if (parse_number(word, &dev->val[col]))
		dev->known |= UINT32_C(1) << col;
}

/* Sort by name. A name that comes twice says nothing certain: the first stays, with nothing known. */
static void dev_sort(struct devs *devs)
{
	unsigned int kept = 0;

	if (devs->nr == 0)
		return;
	qsort(devs->dev, devs->nr, sizeof(*devs->dev), by_name);
	for (unsigned int i = 1; i < devs->nr; i++) {
		if (by_name(&devs->dev[kept], &devs->dev[i]) == 0)
			devs->dev[kept].known = 0;
		else
			devs->dev[++kept] = devs->dev[i];
	}
	devs->nr = kept + 1;
}

/*
 * The second line of /proc/net/dev names the columns: " face |bytes packets …|bytes packets …", received before sent.
 * Fill @map with the position of each enum net_col among the numbers, -1 where it is not there.
 * Return: the number of numbers a line has.
 */
static int net_header(char *line, int map[N_NR])
{
	static const char *const names[] = { "bytes", "packets", "errs", "drop" };
	static const int cols[2][4] = {
		{ N_RX_BYTES, N_RX_PACKETS, N_RX_ERRORS, N_RX_DROPPED },
		{ N_TX_BYTES, N_TX_PACKETS, N_TX_ERRORS, N_TX_DROPPED },
	};
	char *part, *word, *rest = line;
	int words = 0;

	for (int i = 0; i < N_NR; i++)
		map[i] = -1;
	strsep(&rest, "|");
	for (int side = 0; side < 2 && (part = strsep(&rest, "|")); side++) {
		while ((word = next_word(&part))) {
			for (int i = 0; i < 4; i++) {
				if (strcmp(word, names[i]) == 0 && map[cols[side][i]] < 0)
					map[cols[side][i]] = words;
			}
			words++;
		}
	}
	return words;
}

/* "  eth0: 1 2 3 …" Return: false where this is no such line, or not of @words numbers. */
static bool net_line(struct devs *devs, char *line, const int map[N_NR], int words)
{
	char *value[MAX_NET_WORDS];
	struct dev *dev;
	char *colon, *name;
	int nr = 0;

	colon = strchr(line, ':');
	if (!colon)
		return false;
	*colon++ = '\0';
	name = next_word(&line);
	while (nr < MAX_NET_WORDS && (value[nr] = next_word(&colon)))
		nr++;
	if (!name || nr != words)
		return false;
	dev = dev_add(devs, name);
	if (!dev)
		return false;
	for (unsigned int i = 0; i < N_NR; i++) {
		if (map[i] >= 0)
			dev_set(dev, i, value[map[i]]);
	}
	return true;
}

void net_read(struct devs *devs, const struct root *root)
{
	int map[N_NR], words = 0;
	unsigned long bad = 0;
	struct lines in;
	char *line;

	if (!host_open(&in, root, NET_DEV))
		return;
	lines_next(&in);
	line = lines_next(&in);
	if (line && strchr(line, '|'))
		words = net_header(line, map);
	if (words > 0 && words < MAX_NET_WORDS) {
		while ((line = lines_next(&in)))
			bad += !net_line(devs, line, map, words);
		bad += in.skipped;
		devs->whole = bad == 0;
	} else {
		say_once(NET_DEV, "%s: no line of column names that this program knows", NET_DEV);
	}
	if (bad)
		say_once(NET_DEV, "%s: %lu lines make no sense and are left out", NET_DEV, bad);
	if (!host_close(&in, NET_DEV))
		devs->whole = false;
	dev_sort(devs);
}

static bool has_prefix(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/*
 * Without /sys/block: a partition is named as its disk and then by digits, with a "p" between where the disk's name ends in one.
 */
static bool is_partition_name(const struct devs *devs, const char *name)
{
	size_t len = strlen(name);
	size_t base = len;
	char disk[DEV_NAME_LEN];

	while (base > 0 && isdigit((unsigned char)name[base - 1]))
		base--;
	if (base == len || base == 0)
		return false;
	if (base > 1 && name[base - 1] == 'p' && isdigit((unsigned char)name[base - 2]))
		base--;
	memcpy(disk, name, base);
	disk[base] = '\0';
	for (unsigned int i = 0; i < devs->nr; i++) {
		if (strcmp(devs->dev[i].name, disk) == 0)
			return true;
	}
	return false;
}

/* A stacked device (LVM, crypt, RAID) does its I/O on disks that are counted already. */
static bool is_stacked(const struct root *root, const char *name, bool sysfs)
{
	char path[128];

	if (!sysfs)
		return has_prefix(name, "dm-") || has_prefix(name, "md");
	snprintf(path, sizeof(path), "/sys/block/%s/slaves", name);
	if (!root_exists(root, path))
		return has_prefix(name, "dm-") || has_prefix(name, "md");
	return root_has_entries(root, path);
}

/* Return: true for a disk whose I/O counts: a whole one, no RAM or file behind it, none stacked on others. */
static bool is_disk(const struct root *root, const struct devs *devs, const char *name, bool sysfs)
{
	char sys[DEV_NAME_LEN], path[128];

	if (has_prefix(name, "loop") || has_prefix(name, "ram") || has_prefix(name, "zram") || name[0] == '.')
		return false;
	strcpy(sys, name);
	for (char *p = sys; *p; p++) {
		if (*p == '/')
			*p = '!';	/* as sysfs writes cciss/c0d0 */
	}
	if (is_stacked(root, sys, sysfs))
		return false;
	if (!sysfs)
		return !is_partition_name(devs, name);
	snprintf(path, sizeof(path), "/sys/block/%s", sys);
	return root_exists(root, path);
}

/* "major minor name rd_ios rd_merges rd_sectors rd_ms wr_ios wr_merges wr_sectors …" */
static bool disk_line(struct devs *devs, char *line)
{
	static const int map[11] = { -1, -1, -1, D_RD_IOS, -1, D_RD_SECTORS, -1, D_WR_IOS, -1, D_WR_SECTORS, -1 };
	char *word[11];
	struct dev *dev;

	for (int i = 0; i < 11; i++) {
		word[i] = next_word(&line);
		if (!word[i])
			return false;
	}
	dev = dev_add(devs, word[2]);
	if (!dev)
		return false;
	for (int i = 0; i < 11; i++) {
		if (map[i] >= 0)
			dev_set(dev, (unsigned int)map[i], word[i]);
	}
	return true;
}

void disk_read(struct devs *devs, const struct root *root)
{
	bool sysfs = root_exists(root, "/sys/block");
	unsigned int kept = 0;
	unsigned long bad = 0;
	bool *keep = NULL;
	struct lines in;
	char *line;

	if (!host_open(&in, root, DISKSTATS))
		return;
	while ((line = lines_next(&in)))
		bad += !disk_line(devs, line);
	bad += in.skipped;
	if (bad)
		say_once(DISKSTATS, "%s: %lu lines make no sense and are left out", DISKSTATS, bad);
	devs->whole = host_close(&in, DISKSTATS) && bad == 0;

	if (devs->nr)
		keep = calloc(devs->nr, sizeof(*keep));
	for (unsigned int i = 0; keep && i < devs->nr; i++)
		keep[i] = is_disk(root, devs, devs->dev[i].name, sysfs);
	for (unsigned int i = 0; keep && i < devs->nr; i++) {
		if (keep[i])
			devs->dev[kept++] = devs->dev[i];
	}
	free(keep);
	devs->nr = kept;
	dev_sort(devs);
}
