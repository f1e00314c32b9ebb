// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/coremon/closed and closed.bin: the last connections that ended, oldest first.
 */
#include "proc.h"

#include "closed.h"
#include "stream.h"

/**
 * struct ended - An open file.
 * @stream: must be first
 * @seq: number of the first that has not been given; 0: the oldest there is
 * @end: of the first that is not for this reading
 */
struct ended {
	struct coremon_stream stream;
	u64 seq;
	u64 end;
};

static struct ended *ended_of(struct coremon_stream *stream)
{
	return container_of(stream, struct ended, stream);
}

static void fill_peaks(struct coremon_ended *ended, int slot, u64 whole_before)
{
	bool whole = ended->row.seq < whole_before;

	if (slot < 0 || ended->row.send_q_max == (u32)COREMON_UNKNOWN)
		return;
	ended->row.send_q_peak = whole ? ended->send_q.max : ended->send_q.since[slot];
	ended->row.recv_q_peak = whole ? ended->recv_q.max : ended->recv_q.since[slot];
}

/**
 * coremon_proc_fill_closed() - Write a record of ended connections, and before it how many are gone.
 * @stream: the file
 * @seq: as for coremon_closed_read()
 * @end: as for coremon_closed_read()
 * @text: as text, else as they are
 * @slot: of a reader of changes, for the highest queues since it was last told; negative: of none
 * @whole_before: those before this number it may never have been told of: the highest of the whole life
 *
 * One record at a time is what the stack holds with ease.
 *
 * Return: whether there was one.
 */
int coremon_proc_fill_closed(struct coremon_stream *stream, u64 *seq, u64 end, bool text, int slot, u64 whole_before)
{
	unsigned int i;

	for (i = 0; i < COREMON_STREAM_BATCH / 2; i++) {
		struct coremon_ended ended;
		bool there;
		u64 lost;

		there = coremon_closed_read(seq, end, &ended, &lost);
		if (lost && text) {
			stream->used += scnprintf(stream->buf + stream->used, COREMON_STREAM_BUF - stream->used,
						  "# lost %llu\n", lost);
		} else if (lost) {
			struct coremon_row gone = {
				.size = sizeof(gone), .version = COREMON_VERSION, .kind = COREMON_ROW_LOST, .seq = lost,
			};

			coremon_stream_put(stream, &gone, sizeof(gone));
		}
		if (!there)
			break;
		if (!coremon_viewer_ended(&stream->viewer, ended.netns_generation))
			continue;
		fill_peaks(&ended, slot, whole_before);
		coremon_stream_put_row(stream, &ended.row, text, true);
	}
	return i;
}

static void closed_begin(struct coremon_stream *stream)
{
	struct ended *ended = ended_of(stream);

	ended->end = coremon_closed_next();
}

static void text_begin(struct coremon_stream *stream)
{
	ended_of(stream)->seq = 0;
	closed_begin(stream);
	stream->used = coremon_text_head(stream->buf, COREMON_STREAM_BUF, true);
}

static int text_fill(struct coremon_stream *stream)
{
	struct ended *ended = ended_of(stream);

	return coremon_proc_fill_closed(stream, &ended->seq, ended->end, true, -1, 0);
}

static int bin_fill(struct coremon_stream *stream)
{
	struct ended *ended = ended_of(stream);

	return coremon_proc_fill_closed(stream, &ended->seq, ended->end, false, -1, 0);
}

static void closed_close(struct coremon_stream *stream)
{
	ended_of(stream)->seq = 0;
}

static const struct coremon_stream_ops text_ops = {
	.size = sizeof(struct ended),
	.begin = text_begin,
	.fill = text_fill,
	.close = closed_close,
};

static const struct coremon_stream_ops bin_ops = {
	.size = sizeof(struct ended),
	.begin = closed_begin,
	.fill = bin_fill,
	.close = closed_close,
	.rereads = true,
};

static int text_open(struct inode *inode, struct file *file)
{
	return coremon_stream_open(file, &text_ops);
}

static int bin_open(struct inode *inode, struct file *file)
{
	return coremon_stream_open(file, &bin_ops);
}

const struct proc_ops coremon_proc_closed_ops = {
	.proc_open = text_open,
	.proc_read = coremon_stream_read,
	.proc_lseek = coremon_stream_lseek,
	.proc_release = coremon_stream_release,
};

const struct proc_ops coremon_proc_closed_bin_ops = {
	.proc_open = bin_open,
	.proc_read = coremon_stream_read,
	.proc_lseek = coremon_stream_lseek,
	.proc_release = coremon_stream_release,
};
