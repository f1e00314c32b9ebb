/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The binary files of /proc/coremon: records of kmod/uapi/coremon.h, whatever the module's version.
 *
 * A record that is shorter than this program's is filled up with what is not known; of a longer one the rest is left out.
 */
#ifndef COREMON_RECORDS_H
#define COREMON_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kmod/uapi/coremon.h"
#include "root.h"

/** struct records - a file of records being read */
struct records {
	const char *path;
	char *buf;
	size_t start, end;	/* what of @buf is not used yet */
	int fd;
	bool broken;		/* it holds no records: nothing more is read */
};

/** records_open() - open @path under @root; @path must stay valid. Return: 0 or a negative errno; only after 0 records_close(). */
int records_open(struct records *in, const struct root *root, const char *path);

/** records_close() - close and free. */
void records_close(struct records *in);

/** records_waiting() - Return: true when there is a whole record that needs no read. */
bool records_waiting(const struct records *in);

/**
 * records_next() - the next record, in @size bytes at @record.
 *
 * What makes no sense is said on stderr, once, and ends the reading.
 * Return: 1; 0 at the end of a reading (call again for the next); a negative errno, -EINTR for a signal, -EPROTO where the
 * file is of a version this program does not know.
 */
int records_next(struct records *in, void *record, size_t size);

#endif /* COREMON_RECORDS_H */
