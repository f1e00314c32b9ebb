// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/coremon/drops and drops.bin: the packets that were dropped, by namespace, reason, place and protocol, the most frequent
 * first. A reading is of one moment: the rows are taken when it begins.
 */
#include "proc.h"

#include <linux/mm.h>

#include "drops.h"
#include "netns.h"
#include "packet.h"
#include "place.h"
#include "reason.h"
#include "stream.h"

/**
 * struct drops - An open file.
 * @stream: must be first
 * @rows: of this reading; NULL: there is none
 * @nr: how many
 * @next: the first that was not given
 * @fresh: nobody has read them
 */
struct drops {
	struct coremon_stream stream;
	struct coremon_drops_row *rows;
	unsigned int nr;
	unsigned int next;
	bool fresh;
};

static struct drops *drops_of(struct coremon_stream *stream)
{
	return container_of(stream, struct drops, stream);
}

static void to_record(const struct coremon_drops_row *row, struct coremon_drop *drop)
{
	memset(drop, 0, sizeof(*drop));
	drop->size = sizeof(*drop);
	drop->version = COREMON_VERSION;
	drop->netns = row->netns;
	drop->count = row->count;
	drop->bytes = row->bytes;
	drop->last_ns = row->last_ns ?: COREMON_UNKNOWN;
	drop->id = row->id;
	drop->reason = row->key.reason;
	drop->protocol = row->key.protocol;
	drop->addr = row->addr;
	memcpy(drop->dev, row->dev, sizeof(drop->dev));
	coremon_place_text(drop->place, row->key.place);
}

static int drops_open(struct coremon_stream *stream)
{
	struct drops *drops = drops_of(stream);

	drops->rows = coremon_drops_read(&drops->nr);
	drops->next = 0;
	drops->fresh = true;
	return drops->rows ? 0 : -ENOMEM;
}

static void drops_close(struct coremon_stream *stream)
{
	kvfree(drops_of(stream)->rows);
	drops_of(stream)->rows = NULL;
}

static void text_begin(struct coremon_stream *stream)
{
	stream->used = coremon_text_drop_head(stream->buf, COREMON_STREAM_BUF);
}

/* The first reading is that of the opening. */
static void bin_begin(struct coremon_stream *stream)
{
	struct drops *drops = drops_of(stream);

	if (!drops->fresh) {
		drops_close(stream);
		if (drops_open(stream))
			drops->nr = 0;
	}
	drops->fresh = false;
}

static int fill(struct coremon_stream *stream, bool text)
{
	struct drops *drops = drops_of(stream);
	unsigned int n;

	for (n = 0; n < COREMON_STREAM_BATCH && drops->next < drops->nr; n++, drops->next++) {
		const struct coremon_drops_row *row = &drops->rows[drops->next];
		struct coremon_drop drop;

		if (!coremon_viewer_ended(&stream->viewer, row->key.generation))
			continue;
		to_record(row, &drop);
		if (text)
			stream->used += coremon_text_drop(stream->buf + stream->used, COREMON_STREAM_BUF - stream->used, &drop);
		else
			coremon_stream_put(stream, &drop, sizeof(drop));
	}
	return n;
}

static int text_fill(struct coremon_stream *stream)
{
	return fill(stream, true);
}

static int bin_fill(struct coremon_stream *stream)
{
	return fill(stream, false);
}

static const struct coremon_stream_ops text_ops = {
	.size = sizeof(struct drops),
	.open = drops_open,
	.begin = text_begin,
	.fill = text_fill,
	.close = drops_close,
};

static const struct coremon_stream_ops bin_ops = {
	.size = sizeof(struct drops),
	.open = drops_open,
	.begin = bin_begin,
	.fill = bin_fill,
	.close = drops_close,
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

const struct proc_ops coremon_proc_drops_ops = {
	.proc_open = text_open,
	.proc_read = coremon_stream_read,
	.proc_lseek = coremon_stream_lseek,
	.proc_release = coremon_stream_release,
};

const struct proc_ops coremon_proc_drops_bin_ops = {
	.proc_open = bin_open,
	.proc_read = coremon_stream_read,
	.proc_lseek = coremon_stream_lseek,
	.proc_release = coremon_stream_release,
};

static void show_kind(struct seq_file *m, enum coremon_reason_kind kind, const char *name)
{
	char buf[COREMON_REASON_LEN];
	u32 reason;

	for (reason = 0; coremon_reason_next(kind, &reason); reason++)
		seq_printf(m, "%s %u %s\n", name, reason, coremon_reason_text(buf, kind, reason));
}

/**
 * coremon_proc_reasons_show() - /proc/coremon/reasons: the names of the kernel's reasons.
 * @m: the file
 * @v: not used
 *
 * Return: 0.
 */
int coremon_proc_reasons_show(struct seq_file *m, void *v)
{
	seq_puts(m, "# coremon reasons 1\nkind number name\n");
	show_kind(m, COREMON_REASON_DROP, "drop");
	show_kind(m, COREMON_REASON_RST, "rst");
	return 0;
}
