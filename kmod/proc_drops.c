// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/coremon/drops, drops.bin, drop_stacks and reasons: the packets that were dropped, by namespace, reason, place and protocol, the most frequent
 * first. A reading is of one moment: the rows are taken when it begins.
 */
#include "proc.h"

#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "drops.h"
#include "netns.h"
#include "packet.h"
#include "place.h"
#include "reason.h"
#include "stack.h"
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

/* The first reading is that of the opening; fill() takes the others. */
static void bin_begin(struct coremon_stream *stream)
{
	struct drops *drops = drops_of(stream);

	if (!drops->fresh)
		drops_close(stream);
	drops->fresh = false;
}

static int fill(struct coremon_stream *stream, bool text)
{
	struct drops *drops = drops_of(stream);
	unsigned int n;

	/* There was no memory for the rows, or this is another reading: an end at once would say that nothing was dropped. */
	if (!drops->rows) {
		int ret = drops_open(stream);

		if (ret)
			return ret;
		drops->fresh = false;
	}
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

/* From the place of the drop outward: what is inside of it is the kernel's way to us. */
static void show_stack(struct seq_file *m, const struct coremon_stack *stack)
{
	char reason[COREMON_REASON_LEN], place[COREMON_PLACE_LEN];
	struct timespec64 ts = ktime_to_timespec64(ktime_mono_to_real(ns_to_ktime(stack->last_ns)));
	unsigned int i, first = 0;

	for (i = 0; i < stack->nr; i++)
		if (stack->calls[i] == stack->place)
			first = i;
	coremon_place_text(place, stack->place);
	seq_printf(m, "%s %s %lld.%06ld\n", coremon_reason_text(reason, COREMON_REASON_DROP, stack->reason), place[0] ? place : "-",
		   (s64)ts.tv_sec, ts.tv_nsec / NSEC_PER_USEC);
	for (i = first; i < stack->nr; i++) {
		coremon_place_text(place, stack->calls[i]);
		seq_printf(m, " %s\n", place[0] ? place : "-");
	}
}

/**
 * coremon_proc_stacks_show() - /proc/coremon/drop_stacks: how the kernel came to its drops, as far as drop_stacks has room.
 * @m: the file
 * @v: not used
 *
 * A stack has no namespace: only a reader in the initial one sees any.
 *
 * Return: 0 or -ENOMEM.
 */
int coremon_proc_stacks_show(struct seq_file *m, void *v)
{
	struct coremon_stack *stack;
	unsigned int i;

	seq_puts(m, "# coremon drop_stacks 1\nreason place last_at\n");
	if (!net_eq(current->nsproxy->net_ns, &init_net))
		return 0;
	stack = kmalloc(sizeof(*stack), GFP_KERNEL_ACCOUNT);
	if (!stack)
		return -ENOMEM;
	/* What does not fit is made anew in a larger buffer, from the beginning: naming the rest is for nothing. */
	for (i = 0; !seq_has_overflowed(m) && coremon_stack_read(i, stack); i++) {
		show_stack(m, stack);
		cond_resched();
	}
	kfree(stack);
	if (coremon_stack_lost())
		seq_printf(m, "# lost %llu\n", coremon_stack_lost());
	return 0;
}
