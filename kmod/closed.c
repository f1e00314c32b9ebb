// SPDX-License-Identifier: GPL-2.0-only
#include "closed.h"

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <net/sock.h>

#include "ledger.h"
#include "netns.h"
#include "owner.h"
#include "queue.h"
#include "snapshot.h"

#define CLOSED_MAX_DEFAULT 4096
#define CLOSED_MAX_LIMIT (1024 * 1024)
#define KEPT_MAX 600
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
MODULE_PARM_DESC(closed_max, "Ended connections kept, 1 to 1048576 (default 4096), up to " __stringify(KEPT_MAX) " bytes each");

/* What makes the row of an ended connection, beside its record. */
struct moment {
	u64 netns_generation;
	u64 end_ns;
	u64 open_until_ns;	/* until then its socket may still send a reset, which is to be in the row; 0: it will not */
	u32 error;
	u8 cause;
	bool has_ledger;
	struct coremon_moment socket;
	struct coremon_ledger ledger;
};

/*
 * What the kernel numbers in place of a socket that is gone and had no number, when somebody reads of it: nobody was told of one, so any will do
 * that no socket has. Under the lock.
 */
static struct sock *nobody;

/* An ended connection: copied when it ends, made a row when somebody reads it. */
struct kept {
	struct moment moment;
	u8 record[COREMON_CONN_KEPT_SIZE] __aligned(8);
};

/* Where a connection's end is written: once a connection, so one lock for all of them. */
static DEFINE_RAW_SPINLOCK(lock);
/* closed_max records; number s is in [s % closed_max]; protected by lock. */
static struct kept *ring;
/* The number that the next one gets; protected by lock. */
static u64 next_seq = 1;
/* Its place in the ring; protected by lock. */
static unsigned int next_at;

/* The oldest that is still there. */
static u64 first_seq(void)
{
	lockdep_assert_held(&lock);
	return next_seq > closed_max ? next_seq - closed_max : 1;
}

static void keep_ledger(struct moment *m, const struct coremon_conn *conn)
{
	const struct coremon_ledger *ledger = READ_ONCE(conn->ledger);

	m->has_ledger = ledger;
	if (!ledger)
		return;
	/* A drop may count in it meanwhile; it counts in the record first, whose count is read after this. */
	m->ledger = data_race(*ledger);
	/* Pairs with that of coremon_ledger_count(). */
	smp_rmb();
}

/* What is kept of a record, @kept, to its place in @to: of one that is not eventful the rest is 0. */
static void restore_record(struct coremon_conn *to, const u8 *kept)
{
	u8 *usual = (u8 *)to + COREMON_CONN_KEPT, *rest = usual + COREMON_CONN_USUAL_SIZE;

	memcpy(usual, kept, COREMON_CONN_USUAL_SIZE);
	if (to->eventful)
		memcpy(rest, kept + COREMON_CONN_USUAL_SIZE, COREMON_CONN_KEPT_SIZE - COREMON_CONN_USUAL_SIZE);
	else
		memset(rest, 0, COREMON_CONN_KEPT_SIZE - COREMON_CONN_USUAL_SIZE);
}

/* The copy of a record in which the owner may have been written meanwhile, by a task that sends or receives. */
static noinline void mend_owner(struct kept *kept, const struct coremon_conn *conn)
{
	u8 *state = &kept->record[offsetof(struct coremon_conn, owner_state) - COREMON_CONN_KEPT];
	struct coremon_owner owner;

	*state = coremon_owner_get(conn, &owner) ? COREMON_OWNER_USED : COREMON_OWNER_NONE;
	memcpy(&kept->record[offsetof(struct coremon_conn, owner) - COREMON_CONN_KEPT], &owner, sizeof(owner));
}

static void keep_record(struct kept *kept, const struct coremon_conn *conn)
{
	const u8 *usual = (const u8 *)conn + COREMON_CONN_KEPT;
	/* The owner is read after its state. */
	int before = smp_load_acquire(&conn->owner_state);

	/* A call may count, or a task become the owner, meanwhile: the former is in it or not, the latter is mended. */
	data_race(memcpy(kept->record, usual, COREMON_CONN_USUAL_SIZE));
	/* Whoever reads of it goes by what the copy says, so this does. */
	if (unlikely(kept->record[offsetof(struct coremon_conn, eventful) - COREMON_CONN_KEPT])) {
		/* A drop may count meanwhile, and is in it or not. */
		data_race(memcpy(kept->record + COREMON_CONN_USUAL_SIZE, usual + COREMON_CONN_USUAL_SIZE,
				 sizeof(kept->record) - COREMON_CONN_USUAL_SIZE));
	}
	/* The state after all else. It never goes back: one that is the same before and after was so all the time. */
	smp_rmb();
	if (unlikely(before != READ_ONCE(conn->owner_state) || before == COREMON_OWNER_CLAIMING || before == COREMON_OWNER_TAKING))
		mend_owner(kept, conn);
}

/**
 * coremon_closed_add() - Keep the final values of a connection.
 * @conn: its record, ended
 * @sk: its socket, owned or locked
 * @cause: COREMON_CAUSE_*
 * @error: errno; 0: none
 * @rst_may_follow: its socket may send a reset yet: readers wait for coremon_closed_amend_rst() or coremon_closed_final(), a little
 * @going: the socket is being destroyed: nobody will ask it for its id any more
 *
 * Context: any but NMI. Takes the ring's lock for the copy of one record.
 * Return: its number.
 */
u64 coremon_closed_add(const struct coremon_conn *conn, const struct sock *sk, u8 cause, u32 error, bool rst_may_follow, bool going)
{
	u64 now = ktime_get_ns();
	unsigned long flags;
	struct kept *kept;
	u64 seq;

	raw_spin_lock_irqsave(&lock, flags);
	kept = &ring[next_at];
	if (++next_at == closed_max)
		next_at = 0;
	seq = next_seq++;
	kept->moment.netns_generation = coremon_netns_generation(sock_net(sk));
	kept->moment.end_ns = now;
	kept->moment.open_until_ns = rst_may_follow ? now + OPEN_NS : 0;
	kept->moment.error = error;
	kept->moment.cause = cause;
	/* Where it has none, one is made when somebody reads of it: give_id(). */
	kept->moment.socket.id = going ? atomic64_read(&sk->sk_cookie) : coremon_snapshot_id(sk);
	coremon_snapshot_take(conn, sk, true, &kept->moment.socket);
	keep_ledger(&kept->moment, conn);
	keep_record(kept, conn);
	raw_spin_unlock_irqrestore(&lock, flags);
	return seq;
}

/* Where a record is that is still there. */
static struct kept *kept_of(u64 seq)
{
	u64 back = next_seq - seq;

	lockdep_assert_held(&lock);
	return &ring[back <= next_at ? next_at - back : next_at + closed_max - back];
}

/* Whoever reads of it first settles the id. */
static void give_id(struct coremon_moment *m)
{
	lockdep_assert_held(&lock);
	if (m->id)
		return;
	atomic64_set(&nobody->sk_cookie, 0);
	m->id = coremon_snapshot_id(nobody);
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
		struct kept *kept = kept_of(seq);

		kept->moment.socket.segs_out += counted;
		kept->record[offsetof(struct coremon_conn, flags_out) - COREMON_CONN_KEPT] |= COREMON_FLAG_RST;
		kept->moment.open_until_ns = 0;
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
		kept_of(seq)->moment.open_until_ns = 0;
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
static bool wait_final(const struct moment *m)
{
	if (!m->open_until_ns || ktime_get_ns() > m->open_until_ns || fatal_signal_pending(current))
		return true;
	usleep_range(50, 200);
	return false;
}

/* @conn: what was kept of the record. */
static void make_row(struct coremon_conn *conn, struct moment *m, u64 seq, struct coremon_ended *ended)
{
	conn->ledger = m->has_ledger ? &m->ledger : NULL;
	coremon_snapshot_join(conn, &m->socket, NULL, m->end_ns, &ended->row);
	ended->row.kind = COREMON_ROW_CLOSED;
	ended->row.seq = seq;
	ended->row.end_ns = m->end_ns;
	ended->row.cause = m->cause;
	ended->row.error = m->error;
	ended->netns_generation = m->netns_generation;
	coremon_queue_final(conn, &ended->send_q, &ended->recv_q);
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
	struct coremon_conn conn;
	struct moment m;
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
	if (there) {
		give_id(&kept_of(*seq)->moment.socket);
		m = kept_of(*seq)->moment;
		restore_record(&conn, kept_of(*seq)->record);
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	if (!there)
		return false;
	if (!wait_final(&m))
		goto again;
	make_row(&conn, &m, (*seq)++, ended);
	return true;
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
	/* About what closed_max's description says. */
	BUILD_BUG_ON(sizeof(*ring) > KEPT_MAX);
	ring = kvcalloc(closed_max, sizeof(*ring), GFP_KERNEL);
	nobody = kzalloc(sizeof(*nobody), GFP_KERNEL);
	if (ring && nobody)
		return 0;
	coremon_closed_exit();
	return -ENOMEM;
}

/**
 * coremon_closed_exit() - Free the ring.
 *
 * Context: no hook and no reader may run any more.
 */
void coremon_closed_exit(void)
{
	kvfree(ring);
	kfree(nobody);
}
