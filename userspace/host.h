/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters of the whole machine: /proc/stat, /proc/vmstat, /proc/net/snmp and snmp6, one value each; and /proc/net/dev and
 * /proc/diskstats, a few values per device. Columns are found by name where the file has names. What a file does not say,
 * or not as a number, stays unknown.
 */
#ifndef COREMON_HOST_H
#define COREMON_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "root.h"

enum host_col {
	H_CTXT,
	H_PGPGIN, H_PGPGOUT, H_PSWPIN, H_PSWPOUT,
	H_TCP_INSEGS, H_TCP_OUTSEGS, H_TCP_INERRS, H_TCP_RETRANSSEGS,
	H_UDP_INDATAGRAMS, H_UDP_OUTDATAGRAMS, H_UDP_INERRORS,
	H_UDP6_INDATAGRAMS, H_UDP6_OUTDATAGRAMS, H_UDP6_INERRORS,
	H_NR
};

/** struct host_column - one counter of the machine */
struct host_column {
	const char *path;	/* file it is read from */
	const char *group;	/* what its line begins with, and the name of its group in JSON */
	const char *name;	/* the kernel's name */
	const char *csv;	/* one name for the two */
};

extern const struct host_column host_columns[H_NR];

enum net_col { N_RX_BYTES, N_TX_BYTES, N_RX_PACKETS, N_TX_PACKETS, N_RX_ERRORS, N_TX_ERRORS, N_RX_DROPPED, N_TX_DROPPED, N_NR };
enum disk_col { D_RD_IOS, D_WR_IOS, D_RD_SECTORS, D_WR_SECTORS, D_NR };

#define DEV_NR N_NR		/* the longer of the two lists */
#define DEV_NAME_LEN 32

/* names of the columns, as rtnl_link_stats64 and the kernel's iostats page have them */
extern const char *const net_names[N_NR];
extern const char *const disk_names[D_NR];

/** struct dev - the counters of an interface or a disk */
struct dev {
	char name[DEV_NAME_LEN];
	uint32_t known;		/* bit per column */
	uint64_t val[DEV_NR];
};

/** struct devs - devices, sorted by name, each name once */
struct devs {
	struct dev *dev;
	unsigned int nr, room;
	bool whole;		/* the file was read to its end and all of it made sense */
};

/** struct host - one reading of it all */
struct host {
	uint64_t known;		/* bit per enum host_col */
	uint64_t val[H_NR];
	struct devs net, disk;
	bool udp6;		/* this kernel counts IPv6 datagrams */
};

/** host_read() - read all files. What cannot be read is told of once on stderr and stays unknown. */
void host_read(struct host *host, const struct root *root);

/** host_free() - free what a reading holds; @host can be read into again. */
void host_free(struct host *host);

/** dev_find() - Return: the device of this name, or NULL. */
const struct dev *dev_find(const struct devs *devs, const char *name);

/* For dev.c and host.c. */
void net_read(struct devs *devs, const struct root *root);
void disk_read(struct devs *devs, const struct root *root);

/** host_open() - lines_open() that tells of a missing file once. Return: true when open. */
struct lines;
bool host_open(struct lines *in, const struct root *root, const char *path);

/** host_close() - lines_close() that tells of a truncated or unreadable file once. Return: true when all of the file was read. */
bool host_close(struct lines *in, const char *path);

#endif /* COREMON_HOST_H */
