// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/coremon/connections and connections.bin: every connection and listener, and then (.bin) what has changed.
 */
#include "proc.h"

#include <linux/ktime.h>
#include <linux/module.h>

#include "closed.h"
#include "hooks.h"
#include "snapshot.h"
#include "stream.h"
#include "table.h"
#include "thin.h"

/**
 * struct connections - An open file.
 * @stream: must be first
 * @walk: a reading of all; valid while @walking
 * @walking: a reading of all has begun
 * @follow: .bin: the readings after it; valid while @following
 * @following: bookmarks of @follow are in the table
 * @first: .bin: the reading that is under way is the first
 * @all: .bin: it is not, but it gives all connections
 * @closed_seq: .bin: number of the first ended connection that has not been told
 * @closed_end: .bin: of the first that is for the reading after this
 * @whole_before: .bin: of the first that ended after the first reading
 */
struct connections {
	struct coremon_stream stream;
	struct coremon_walk walk;
	bool walking;
	bool following;
	bool first;
	bool all;
	u64 closed_seq;
	u64 closed_end;
	u64 whole_before;
	struct coremon_follow follow;
};

static struct connections *connections_of(struct coremon_stream *stream)
{
	return container_of(stream, struct connections, stream);
}

/* Writes the rows of records that a walk gave, and gives the references back. */
static void put_conns(struct coremon_stream *stream, struct coremon_conn **conns, unsigned int n, bool text)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct coremon_row row;

		if (coremon_snapshot(conns[i], &row, text ? NULL : &connections_of(stream)->follow))
			coremon_stream_put_row(stream, &row, text, false);
		sock_put((struct sock *)conns[i]->sk);
	}
}

static unsigned int fill_walk(struct connections *c, bool text)
{
	struct coremon_conn *conns[COREMON_STREAM_BATCH];
	unsigned int n;

	rcu_read_lock();
	n = coremon_walk_next(&c->walk, conns, COREMON_STREAM_BATCH);
	put_conns(&c->stream, conns, n, text);
	rcu_read_unlock();
	return n;
}

static unsigned int fill_changes(struct connections *c)
{
	struct coremon_conn *conns[COREMON_STREAM_BATCH];
	unsigned int n;

	rcu_read_lock();
	n = coremon_follow_next(&c->follow, conns, COREMON_STREAM_BATCH);
	put_conns(&c->stream, conns, n, false);
	rcu_read_unlock();
	return n;
}

/* ---- text: one reading of all ---- */

static void text_begin(struct coremon_stream *stream)
{
	struct connections *c = connections_of(stream);

	stream->used = coremon_text_head(stream->buf, COREMON_STREAM_BUF, false);
	coremon_walk_begin(&c->walk);
	c->walking = true;
}

static int text_fill(struct coremon_stream *stream)
{
	return fill_walk(connections_of(stream), true);
}

static void connections_close(struct coremon_stream *stream)
{
	struct connections *c = connections_of(stream);

	if (c->walking)
		coremon_walk_end(&c->walk);
	c->walking = false;
	if (c->following)
		coremon_follow_end(&c->follow);
	c->following = false;
}

static const struct coremon_stream_ops text_ops = {
	.size = sizeof(struct connections),
	.begin = text_begin,
	.fill = text_fill,
	.close = connections_close,
};

static int text_open(struct inode *inode, struct file *file)
{
	return coremon_stream_open(file, &text_ops);
}

const struct proc_ops coremon_proc_connections_ops = {
	.proc_open = text_open,
	.proc_read = coremon_stream_read,
	.proc_lseek = coremon_stream_lseek,
	.proc_release = coremon_stream_release,
};

/* ---- binary: one reading of all, then readings of what changed ---- */

static void bin_begin(struct coremon_stream *stream)
{
	struct connections *c = connections_of(stream);

	c->first = !c->following;
	if (c->first) {
		/* In this order: what changes or ends from here on is in the next reading, if not in this. */
		c->closed_seq = coremon_closed_next();
		c->whole_before = 0;
		c->follow.begun_ns = ktime_get_ns();
		coremon_follow_begin(&c->follow);
		c->following = true;
		coremon_walk_begin(&c->walk);
		c->walking = true;
		return;
	}
	c->follow.before_ns = c->follow.begun_ns;
	c->follow.begun_ns = ktime_get_ns();
	coremon_thin_sweep();
	c->closed_end = coremon_closed_next();
	coremon_follow_rewind(&c->follow);
	/* Where nobody sees what changes, everything may have. */
	c->all = !coremon_hooks_serve(COREMON_COLUMN_CHANGES);
	if (c->all)
		coremon_walk_begin(&c->walk);
	c->walking = c->all;
}

static int bin_fill(struct coremon_stream *stream)
{
	struct connections *c = connections_of(stream);
	int n;

	if (c->first) {
		n = fill_walk(c, false);
		if (!n && !c->whole_before)
			c->whole_before = coremon_closed_next();
		return n;
	}
	n = coremon_proc_fill_closed(stream, &c->closed_seq, c->closed_end, false, c->follow.slot, c->whole_before);
	if (n)
		return n;
	return c->all ? fill_walk(c, false) : fill_changes(c);
}

static const struct coremon_stream_ops bin_ops = {
	.size = sizeof(struct connections),
	.begin = bin_begin,
	.fill = bin_fill,
	.close = connections_close,
	.rereads = true,
};

static int bin_open(struct inode *inode, struct file *file)
{
	return coremon_stream_open(file, &bin_ops);
}

const struct proc_ops coremon_proc_connections_bin_ops = {
	.proc_open = bin_open,
	.proc_read = coremon_stream_read,
	.proc_lseek = coremon_stream_lseek,
	.proc_release = coremon_stream_release,
};
