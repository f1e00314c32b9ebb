// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/coremon/events and events.bin: what happens, as it happens. A reader holds the module: one that waits in poll() is
 * in a wait queue of ours, from which nobody but itself can take it.
 */
#include "proc.h"

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "event.h"
#include "place.h"
#include "text.h"
#include "viewer.h"

/* Events taken at a time: as text they fit into the buffer. */
#define BATCH 8
#define BUF_SIZE ((BATCH + 2) * COREMON_TEXT_MAX)

/**
 * struct listener - An open file.
 * @viewer: who reads it; immutable
 * @text: as text, else as they are; immutable
 * @lock: held by a read, but not while it waits
 * @seq: number of the first event not yet taken; @lock
 * @used: bytes of @buf that hold events; @lock
 * @given: of these, handed out already; @lock
 * @buf: BUF_SIZE bytes
 */
struct listener {
	struct coremon_viewer viewer;
	bool text;
	struct mutex lock;	/* what follows */
	u64 seq;
	size_t used;
	size_t given;
	char buf[BUF_SIZE];
};

static void put(struct listener *listener, struct coremon_event_entry *entry)
{
	struct coremon_event_drop record = { .event = entry->event };
	char *to = listener->buf + listener->used;

	if (record.event.kind != COREMON_EVENT_LOST && !coremon_viewer_event(&listener->viewer, &record.event))
		return;
	if (record.event.kind == COREMON_EVENT_DROP) {
		memcpy(record.dev, entry->dev, sizeof(record.dev));
		coremon_place_text(record.place, entry->place);
	}
	if (listener->text) {
		listener->used += coremon_text_event(to, BUF_SIZE - listener->used, &record);
		return;
	}
	memcpy(to, &record, record.event.size);
	listener->used += record.event.size;
}

/* Takes what there is. Returns how many events it looked at: their reader may see none of them. */
static unsigned int take(struct listener *listener)
{
	struct coremon_event_entry events[BATCH];
	unsigned int i, n;
	u64 lost;

	listener->used = 0;
	listener->given = 0;
	n = coremon_event_read(&listener->seq, events, BATCH, &lost);
	if (lost) {
		struct coremon_event_entry gone = {
			.event = {
				.size = sizeof(gone.event), .version = COREMON_VERSION, .kind = COREMON_EVENT_LOST,
				.a = min_t(u64, lost, (u32)~0U),
			},
		};

		put(listener, &gone);
	}
	for (i = 0; i < n; i++)
		put(listener, &events[i]);
	return n;
}

/* Hands out what is in the buffer, whole as far as it goes. Returns bytes, or -EFAULT. */
static ssize_t give(struct listener *listener, char __user *to, size_t size)
{
	size_t n = min(size, listener->used - listener->given);
	size_t left = copy_to_user(to, listener->buf + listener->given, n);

	if (n && left == n)
		return -EFAULT;
	listener->given += n - left;
	return n - left;
}

static ssize_t read_some(struct listener *listener, char __user *to, size_t size)
{
	ssize_t n;

	if (mutex_lock_interruptible(&listener->lock))
		return -ERESTARTSYS;
	while (listener->given == listener->used && take(listener)) {
		if (signal_pending(current))
			break;
		cond_resched();
	}
	n = give(listener, to, size);
	mutex_unlock(&listener->lock);
	return n;
}

static ssize_t events_read(struct file *file, char __user *to, size_t size, loff_t *ppos)
{
	struct listener *listener = file->private_data;

	while (size) {
		ssize_t n = read_some(listener, to, size);

		if (n)
			return n;
		if (signal_pending(current))
			return -ERESTARTSYS;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		n = coremon_event_wait(READ_ONCE(listener->seq));
		if (n)
			return n;
	}
	return 0;
}

static __poll_t events_poll(struct file *file, poll_table *wait)
{
	struct listener *listener = file->private_data;
	__poll_t ready = coremon_event_poll(READ_ONCE(listener->seq), file, wait);

	if (READ_ONCE(listener->given) != READ_ONCE(listener->used))
		ready |= EPOLLIN | EPOLLRDNORM;
	return ready;
}

static int open(struct inode *inode, struct file *file, bool text)
{
	struct listener *listener;
	int ret = -ENOMEM;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	listener = kvzalloc(sizeof(*listener), GFP_KERNEL_ACCOUNT);
	if (!listener)
		goto err_module;
	mutex_init(&listener->lock);
	coremon_viewer_init(&listener->viewer, file);
	listener->text = text;
	if (text)
		listener->used = coremon_text_event_head(listener->buf, BUF_SIZE);
	ret = coremon_event_open(&listener->seq);
	if (ret)
		goto err_listener;
	file->private_data = listener;
	/* No file position, nor its lock, which would be held by a reader that waits. */
	return stream_open(inode, file);

err_listener:
	coremon_viewer_exit(&listener->viewer);
	kvfree(listener);
err_module:
	module_put(THIS_MODULE);
	return ret;
}

static int text_open(struct inode *inode, struct file *file)
{
	return open(inode, file, true);
}

static int bin_open(struct inode *inode, struct file *file)
{
	return open(inode, file, false);
}

static int events_release(struct inode *inode, struct file *file)
{
	struct listener *listener = file->private_data;

	coremon_event_close();
	coremon_viewer_exit(&listener->viewer);
	kvfree(listener);
	module_put(THIS_MODULE);
	return 0;
}

const struct proc_ops coremon_proc_events_ops = {
	.proc_open = text_open,
	.proc_read = events_read,
	.proc_poll = events_poll,
	.proc_release = events_release,
};

const struct proc_ops coremon_proc_events_bin_ops = {
	.proc_open = bin_open,
	.proc_read = events_read,
	.proc_poll = events_poll,
	.proc_release = events_release,
};
