// SPDX-License-Identifier: GPL-2.0-only
#include "records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

#define BUF_SIZE 262144		/* more than any record: its size has 16 bits */

/** struct head - how every record begins */
struct head {
	uint16_t size;
	uint8_t version;
	uint8_t kind;
};

int records_open(struct records *in, const struct root *root, const char *path)
{
	memset(in, 0, sizeof(*in));
	in->path = path;
	in->fd = root_open(root, path);
	if (in->fd < 0)
		return in->fd;
	in->buf = malloc(BUF_SIZE);
	if (in->buf)
		return 0;
	close(in->fd);
	return -ENOMEM;
}

void records_close(struct records *in)
{
	close(in->fd);
	free(in->buf);
	in->buf = NULL;
}

static bool whole(const struct records *in, struct head *head)
{
	if (in->end - in->start < sizeof(*head))
		return false;
	memcpy(head, in->buf + in->start, sizeof(*head));
	return head->size <= in->end - in->start;
}

bool records_waiting(const struct records *in)
{
	struct head head;

	return whole(in, &head);
}

/* Read more behind what is not used yet. Return: 1, 0 at the end, a negative errno. */
static int fill(struct records *in)
{
	ssize_t got;

	memmove(in->buf, in->buf + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
	got = read(in->fd, in->buf + in->end, BUF_SIZE - in->end);
	if (got < 0)
		return -errno;
	in->end += (size_t)got;
	return got > 0;
}

/* Return: false after saying why no record begins so. */
static bool sound(struct records *in, const struct head *head)
{
	if (head->size >= sizeof(*head) && head->version == COREMON_VERSION)
		return true;
	in->broken = true;
	if (head->size < sizeof(*head))
		say_once(in->path, "%s: these are no records", in->path);
	else
		say_once(in->path, "%s: records of version %u, which this program does not know", in->path, head->version);
	return false;
}

/* The reading is over: what is left is less than a record. */
static int ended(struct records *in)
{
	if (in->end > in->start)
		say_once(in->path, "%s: ends in the middle of a record", in->path);
	in->start = 0;
	in->end = 0;
	return 0;
}

int records_next(struct records *in, void *record, size_t size)
{
	struct head head;
	size_t known;
	int ret;

	if (in->broken)
		return -EPROTO;
	while (!whole(in, &head)) {
		/* What is no record would be waited for in vain. */
		if (in->end - in->start >= sizeof(head) && !sound(in, &head))
			return -EPROTO;
		ret = fill(in);
		if (ret < 0)
			return ret;
		if (ret == 0)
			return ended(in);
	}
	if (!sound(in, &head))
		return -EPROTO;
	/* No record ends within 4 bytes: a size that does has cut a number, and a part of one is another number. */
	known = (head.size < size ? head.size : size) & ~(size_t)3;
	memcpy(record, in->buf + in->start, known);
	memset((char *)record + known, 0xff, size - known);
	in->start += head.size;
	return 1;
}
