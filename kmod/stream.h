/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file of /proc/coremon that is made while it is read: each open file is a reading of its own, whose records are made a batch
 * at a time into the file's buffer and handed out in whatever sizes the reader asks for. Going on costs the same
 * wherever the reading is. What a file holds is a struct coremon_stream_ops.
 */
#ifndef _COREMON_STREAM_H
#define _COREMON_STREAM_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/types.h>

#include "text.h"
#include "uapi/coremon.h"
#include "viewer.h"

/* Records made at a time, in binary or as text. */
#define COREMON_STREAM_BATCH 16
#define COREMON_STREAM_BUF (COREMON_STREAM_BATCH * COREMON_TEXT_MAX)

struct coremon_stream;

/**
 * struct coremon_stream_ops - What a file holds.
 * @size: of the structure that begins with a struct coremon_stream
 * @open: may be NULL; what an open file needs; 0 or an error
 * @begin: begin a reading, and write its head to the buffer, if it has one
 * @fill: write the next records to the buffer, which is empty; 0: there are no more (there may be none and yet more to come)
 * @close: undo @begin and @open; also if @begin was not called
 * @rereads: past its end a reading is followed by another, begun by the next read()
 */
struct coremon_stream_ops {
	size_t size;
	int (*open)(struct coremon_stream *stream);
	void (*begin)(struct coremon_stream *stream);
	int (*fill)(struct coremon_stream *stream);
	void (*close)(struct coremon_stream *stream);
	bool rereads;
};

/**
 * struct coremon_stream - One open file.
 * @ops: what it holds; immutable
 * @viewer: who reads it; immutable
 * @lock: held by a read, for the whole of it: several threads may read one descriptor
 * @begun: a reading is under way; @lock
 * @fresh: nothing of it has been handed out, nor of any before; @lock
 * @pos: offset of the next byte to hand out; @lock
 * @used: bytes of @buf that hold records; @lock
 * @given: of these, handed out already; @lock
 * @buf: COREMON_STREAM_BUF bytes
 */
struct coremon_stream {
	const struct coremon_stream_ops *ops;
	struct coremon_viewer viewer;
	struct mutex lock;	/* what follows */
	bool begun;
	bool fresh;
	loff_t pos;
	size_t used;
	size_t given;
	char *buf;
};

int coremon_stream_open(struct file *file, const struct coremon_stream_ops *ops);
int coremon_stream_release(struct inode *inode, struct file *file);
ssize_t coremon_stream_read(struct file *file, char __user *to, size_t size, loff_t *ppos);
loff_t coremon_stream_lseek(struct file *file, loff_t offset, int whence);

void coremon_stream_put(struct coremon_stream *stream, const void *record, size_t size);
void coremon_stream_put_row(struct coremon_stream *stream, struct coremon_row *row, bool text, bool ended);

unsigned int coremon_stream_readers(void);

#endif /* _COREMON_STREAM_H */
