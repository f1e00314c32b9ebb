// SPDX-License-Identifier: GPL-2.0-only
#include "closed.h"

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define CLOSED_MAX_DEFAULT 4096
#define CLOSED_MAX_LIMIT (1024 * 1024)
#define OPEN_NS (100 * NSEC_PER_MSEC)

static unsigned int closed_max = CLOSED_MAX_DEFAULT;

static int closed_max_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int ret = kstrtouint(val, 0, &n);

	if (ret)
		return ret;
	if (n < 1 || n > CLOSED_MAX_LIMIT)
		return -ERANGE;
	closed_max = n;
	return 0;
}

static const struct kernel_param_ops closed_max_ops = {
	.set = closed_max_set,
	.get = param_get_uint,
};

module_param_cb(closed_max, &closed_max_ops, &closed_max, 0444);
MODULE_PARM_DESC(closed_max, "Ended connections kept, 1 to 1048576 (default 4096), 552 bytes each");

/* Where a connection's end is written: once a connection, so one lock for all of them. */
static DEFINE_RAW_SPINLOCK(lock);
/* closed_max records; number s is in [s % closed_max]; protected by lock. */
static struct coremon_ended *ring;
/* The number that the next one gets; protected by lock. */
static u64 next_seq = 1;

/* The oldest that is still there. */
static u64 first_seq(void)
{
	lockdep_assert_held(&lock);
	return next_seq > closed_max ? next_seq - closed_max : 1;
}

/**
 * coremon_closed_add() - Keep the final values of a connection.
 * @ended: the values; the row's seq is set
 * @rst_may_follow: its socket may send a reset yet: readers wait for coremon_closed_amend_rst() or coremon_closed_final(), a little
 *
 * Context: any but NMI. Takes the ring's lock for the copy of one record.
 * Return: its number.
 */
u64 coremon_closed_add(struct coremon_ended *ended, bool rst_may_follow)
{
	unsigned long flags;

	ended->open_until_ns = rst_may_follow ? ktime_get_ns() + OPEN_NS : 0;
	raw_spin_lock_irqsave(&lock, flags);
	ended->row.seq = next_seq++;
	ring[ended->row.seq % closed_max] = *ended;
	raw_spin_unlock_irqrestore(&lock, flags);
	return ended->row.seq;
}

/**
 * coremon_closed_amend_rst() - A socket whose connection is over sends a reset.
 * @seq: number of the connection's record
 * @counted: the socket counts it as a segment of its own
 *
 * The kernel enters TCP_CLOSE first and sends the reset then: the record gets this last segment and flag, if it is still there.
 *
 * Context: any but NMI. Takes the ring's lock.
 */
void coremon_closed_amend_rst(u64 seq, bool counted)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	if (seq >= first_seq() && seq < next_seq) {
		struct coremon_row *row = &ring[seq % closed_max].row;

		row->segs_out += counted;
		row->flags_out |= COREMON_FLAG_RST;
		ring[seq % closed_max].open_until_ns = 0;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
}

/**
 * coremon_closed_final() - A socket whose connection is over sends nothing any more.
 * @seq: number of the connection's record; 0: it has none
 *
 * Context: any but NMI. Takes the ring's lock.
 */
void coremon_closed_final(u64 seq)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	if (seq >= first_seq() && seq < next_seq)
		ring[seq % closed_max].open_until_ns = 0;
	raw_spin_unlock_irqrestore(&lock, flags);
}

/**
 * coremon_closed_next() - Where a reader that wants what ends from now on begins.
 *
 * Return: the number that the next one will get.
 */
u64 coremon_closed_next(void)
{
	unsigned long flags;
	u64 seq;

	raw_spin_lock_irqsave(&lock, flags);
	seq = next_seq;
	raw_spin_unlock_irqrestore(&lock, flags);
	return seq;
}

/* Waits until a copied record is final. Returns whether it was, so that the copy is. */
static bool wait_final(const struct coremon_ended *ended)
{
	if (!ended->open_until_ns || ktime_get_ns() > ended->open_until_ns || fatal_signal_pending(current))
		return true;
	usleep_range(50, 200);
	return false;
}

/**
 * coremon_closed_read() - The next ended connection.
 * @seq: in: the first wanted, 0: the oldest there is; out: the first not yet given
 * @end: give only those before this number
 * @ended: where to put it
 * @lost: out: how many of those wanted are gone
 *
 * Context: process; sleeps, where a reset may follow, for as long as that takes, at most OPEN_NS. Takes the ring's lock for the copy of
 * one record.
 * Return: whether there was one.
 */
bool coremon_closed_read(u64 *seq, u64 end, struct coremon_ended *ended, u64 *lost)
{
	unsigned long flags;
	bool there;
	u64 first;

	*lost = 0;
again:
	raw_spin_lock_irqsave(&lock, flags);
	first = first_seq();
	if (!*seq) {
		*seq = first;
	} else if (*seq < min(first, end)) {
		/* What comes behind @end is for another reading. */
		*lost += min(first, end) - *seq;
		*seq = min(first, end);
	}
	there = *seq >= first && *seq < min(end, next_seq);
	if (there)
		*ended = ring[*seq % closed_max];
	raw_spin_unlock_irqrestore(&lock, flags);
	if (there && !wait_final(ended))
		goto again;
	*seq += there;
	return there;
}

/** coremon_closed_lost() - Return: ended connections that the ring keeps no more. */
u64 coremon_closed_lost(void)
{
	unsigned long flags;
	u64 lost;

	raw_spin_lock_irqsave(&lock, flags);
	lost = first_seq() - 1;
	raw_spin_unlock_irqrestore(&lock, flags);
	return lost;
}

/** coremon_closed_held() - Return: ended connections in the ring. */
unsigned int coremon_closed_held(void)
{
	unsigned long flags;
	unsigned int held;

	raw_spin_lock_irqsave(&lock, flags);
	held = next_seq - first_seq();
	raw_spin_unlock_irqrestore(&lock, flags);
	return held;
}

/** coremon_closed_memory() - Return: bytes of the ring. */
size_t coremon_closed_memory(void)
{
	return closed_max * sizeof(*ring);
}

/**
 * coremon_closed_init() - Make the ring.
 *
 * Return: 0 or -ENOMEM.
 */
int coremon_closed_init(void)
{
	ring = kvcalloc(closed_max, sizeof(*ring), GFP_KERNEL);
	return ring ? 0 : -ENOMEM;
}

/**
 * coremon_closed_exit() - Free the ring.
 *
 * Context: no hook and no reader may run any more.
 */
void coremon_closed_exit(void)
{
	kvfree(ring);
}
