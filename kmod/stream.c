// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static atomic_t readers = ATOMIC_INIT(0);

/** coremon_stream_readers() - Return: how many files are open, but those of events. */
unsigned int coremon_stream_readers(void)
{
	return atomic_read(&readers);
}

/**
 * coremon_stream_open() - Open a file.
 * @file: the file
 * @ops: what it holds
 *
 * Return: 0, -ENOMEM, or the error of ops->open().
 */
int coremon_stream_open(struct file *file, const struct coremon_stream_ops *ops)
{
	struct coremon_stream *stream = kzalloc(ops->size, GFP_KERNEL_ACCOUNT);
	int ret = -ENOMEM;

	if (!stream)
		return -ENOMEM;
	stream->buf = kvmalloc(COREMON_STREAM_BUF, GFP_KERNEL_ACCOUNT);
	if (!stream->buf)
		goto err_stream;
	stream->ops = ops;
	stream->fresh = true;
	mutex_init(&stream->lock);
	coremon_viewer_init(&stream->viewer, file);
	ret = ops->open ? ops->open(stream) : 0;
	if (ret)
		goto err_buf;
	file->private_data = stream;
	atomic_inc(&readers);
	return 0;

err_buf:
	coremon_viewer_exit(&stream->viewer);
	kvfree(stream->buf);
err_stream:
	kfree(stream);
	return ret;
}

/**
 * coremon_stream_release() - Close a file.
 * @inode: not used
 * @file: the file
 *
 * Return: 0.
 */
int coremon_stream_release(struct inode *inode, struct file *file)
{
	struct coremon_stream *stream = file->private_data;

	stream->ops->close(stream);
	coremon_viewer_exit(&stream->viewer);
	atomic_dec(&readers);
	kvfree(stream->buf);
	kfree(stream);
	return 0;
}

static void begin(struct coremon_stream *stream)
{
	stream->used = 0;
	stream->given = 0;
	stream->begun = true;
	stream->ops->begin(stream);
}

/* Makes the buffer hold something to hand out. Returns 1, 0 at the end, or an error. */
static int prepare(struct coremon_stream *stream)
{
	while (stream->given == stream->used) {
		int ret;

		if (fatal_signal_pending(current))
			return -EINTR;
		stream->used = 0;
		stream->given = 0;
		ret = stream->ops->fill(stream);
		if (ret < 0 || (!ret && !stream->used))
			return ret;
		cond_resched();
	}
	return 1;
}

static ssize_t read_locked(struct coremon_stream *stream, char __user *to, size_t size)
{
	size_t done = 0;
	int ret = 1;

	while (done < size) {
		size_t n;

		ret = prepare(stream);
		if (ret <= 0)
			break;
		n = min(size - done, stream->used - stream->given);
		n -= copy_to_user(to + done, stream->buf + stream->given, n);
		if (!n) {
			ret = -EFAULT;
			break;
		}
		stream->given += n;
		done += n;
	}
	/* The end is told by a read of its own, so that a reading is never mistaken for a longer one. */
	if (!done && !ret && stream->ops->rereads)
		stream->begun = false;
	return done ? (ssize_t)done : ret < 0 ? ret : 0;
}

/**
 * coremon_stream_read() - Read a file.
 * @file: the file
 * @to: where to
 * @size: how much
 * @ppos: offset; only where the last read ended, or 0 for a new reading
 *
 * Return: bytes read, 0 at the end of a reading, -ESPIPE for another offset, -EFAULT, -EINTR.
 */
ssize_t coremon_stream_read(struct file *file, char __user *to, size_t size, loff_t *ppos)
{
	struct coremon_stream *stream = file->private_data;
	ssize_t n = -ESPIPE;	/* what was handed out is gone */

	if (mutex_lock_interruptible(&stream->lock))
		return -ERESTARTSYS;
	if (*ppos == 0 && !stream->fresh) {
		stream->ops->close(stream);
		stream->begun = false;
		stream->fresh = true;
		stream->pos = 0;
		n = stream->ops->open ? stream->ops->open(stream) : 0;
		if (n)
			goto out;
	}
	if (*ppos == stream->pos) {
		if (!stream->begun)
			begin(stream);
		n = read_locked(stream, to, size);
		if (n > 0) {
			stream->fresh = false;
			*ppos = stream->pos += n;
		}
	}
out:
	mutex_unlock(&stream->lock);
	return n;
}

/**
 * coremon_stream_lseek() - Back to the beginning, for a new reading, or nowhere.
 * @file: the file
 * @offset: 0
 * @whence: SEEK_SET, or SEEK_CUR to be told where it is
 *
 * Return: the offset, or -ESPIPE.
 */
loff_t coremon_stream_lseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR && offset == 0)
		return file->f_pos;
	if (whence != SEEK_SET || offset != 0)
		return -ESPIPE;
	file->f_pos = 0;
	return 0;
}

/**
 * coremon_stream_put() - Write a record to the buffer.
 * @stream: the file
 * @record: the record
 * @size: its bytes; ops->fill() writes no more than COREMON_STREAM_BATCH records of COREMON_TEXT_MAX
 */
void coremon_stream_put(struct coremon_stream *stream, const void *record, size_t size)
{
	if (WARN_ON_ONCE(size > COREMON_STREAM_BUF - stream->used))
		return;
	memcpy(stream->buf + stream->used, record, size);
	stream->used += size;
}

/**
 * coremon_stream_put_row() - Write a row to the buffer, if the file's reader may see it.
 * @stream: the file
 * @row: the row; changed to what the reader sees
 * @text: as text, else as it is
 * @ended: text: with the columns of ended connections
 */
void coremon_stream_put_row(struct coremon_stream *stream, struct coremon_row *row, bool text, bool ended)
{
	if (!coremon_viewer_row(&stream->viewer, row))
		return;
	if (text)
		stream->used += coremon_text_row(stream->buf + stream->used, COREMON_STREAM_BUF - stream->used, row, ended);
	else
		coremon_stream_put(stream, row, sizeof(*row));
}
