// SPDX-License-Identifier: GPL-2.0-only
#include "event.h"

#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/wait.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "dropped.h"
#include "owner.h"
#include "snapshot.h"
#include "table.h"

#define RING_SIZE 16384	/* events, a power of two */

DEFINE_STATIC_KEY_FALSE(coremon_events_wanted);
DEFINE_STATIC_KEY_FALSE(coremon_samples_wanted);

/* Made by the first reader, freed at unload; protected by admin, and stable while there is a reader. */
static struct coremon_event_entry *ring;
/* Guards the readers' number, the ring's making and the static keys. */
static DEFINE_MUTEX(admin);
static unsigned int readers;
/* One writer at a time, so that time and number rise together. */
static DEFINE_RAW_SPINLOCK(lock);
/* The number that the next event gets; written under lock. */
static u64 next_seq = 1;

static DECLARE_WAIT_QUEUE_HEAD(waiting);

/* A probe must not take the wait queue's lock: an interrupt of our own does. */
static void wake(struct irq_work *work)
{
	wake_up_interruptible_all(&waiting);
}

static struct irq_work wake_work;

/* ---- what is wanted: parameters, read by the writers without a lock ---- */

static unsigned int event_kinds __read_mostly = ~0U;
static unsigned int event_port __read_mostly;
static unsigned long long event_id __read_mostly;
static unsigned int watch_port __read_mostly;
static unsigned long long watch_id __read_mostly;

/* Holds the keys to what is wanted. */
static void switch_keys(void)
{
	lockdep_assert_held(&admin);
	if (readers)
		static_branch_enable(&coremon_events_wanted);
	else
		static_branch_disable(&coremon_events_wanted);
	if (readers && (watch_port || watch_id))
		static_branch_enable(&coremon_samples_wanted);
	else
		static_branch_disable(&coremon_samples_wanted);
}

static int port_set(const char *val, const struct kernel_param *kp)
{
	u16 port;
	int ret = kstrtou16(val, 0, &port);

	if (ret)
		return ret;
	mutex_lock(&admin);
	WRITE_ONCE(*(unsigned int *)kp->arg, port);
	switch_keys();
	mutex_unlock(&admin);
	return 0;
}

static int id_set(const char *val, const struct kernel_param *kp)
{
	unsigned long long id;
	int ret = kstrtoull(val, 16, &id);

	if (ret)
		return ret;
	mutex_lock(&admin);
	WRITE_ONCE(*(unsigned long long *)kp->arg, id);
	switch_keys();
	mutex_unlock(&admin);
	return 0;
}

static int id_get(char *buf, const struct kernel_param *kp)
{
	return scnprintf(buf, PAGE_SIZE, "%llx\n", *(unsigned long long *)kp->arg);
}

static const char *const kind_names[] = {
	[COREMON_EVENT_STATE] = "state",
	[COREMON_EVENT_CA] = "ca",
	[COREMON_EVENT_RETRANS] = "retrans",
	[COREMON_EVENT_RST_SENT] = "rst_sent",
	[COREMON_EVENT_RST_RECEIVED] = "rst_received",
	[COREMON_EVENT_ZERO_WND_IN] = "zero_wnd_in",
	[COREMON_EVENT_ZERO_WND_OUT] = "zero_wnd_out",
	[COREMON_EVENT_SAMPLE] = "sample",
	[COREMON_EVENT_DROP] = "drop",
};

/* A list of names with commas between them; "all" or nothing is all. */
static int kinds_set(const char *val, const struct kernel_param *kp)
{
	unsigned int kinds = 0;

	while (*val && *val != '\n') {
		size_t len = strcspn(val, ",\n");
		unsigned int i;

		for (i = COREMON_EVENT_STATE; i < ARRAY_SIZE(kind_names); i++)
			if (kind_names[i] && strlen(kind_names[i]) == len && !strncmp(val, kind_names[i], len))
				break;
		if (i < ARRAY_SIZE(kind_names))
			kinds |= BIT(i);
		else if (len == 3 && !strncmp(val, "all", 3))
			kinds = ~0U;
		else
			return -EINVAL;
		val += len;
		val += *val == ',';
	}
	WRITE_ONCE(event_kinds, kinds ?: ~0U);
	return 0;
}

static int kinds_get(char *buf, const struct kernel_param *kp)
{
	unsigned int kinds = READ_ONCE(event_kinds);
	int n = 0;
	unsigned int i;

	if (kinds == ~0U)
		return scnprintf(buf, PAGE_SIZE, "all\n");
	for (i = COREMON_EVENT_STATE; i < ARRAY_SIZE(kind_names); i++)
		if (kind_names[i] && (kinds & BIT(i)))
			n += scnprintf(buf + n, PAGE_SIZE - n, "%s%s", n ? "," : "", kind_names[i]);
	return n + scnprintf(buf + n, PAGE_SIZE - n, "\n");
}

static const struct kernel_param_ops port_ops = { .set = port_set, .get = param_get_uint };
static const struct kernel_param_ops id_ops = { .set = id_set, .get = id_get };
static const struct kernel_param_ops kinds_ops = { .set = kinds_set, .get = kinds_get };

module_param_cb(event_kinds, &kinds_ops, &event_kinds, 0644);
MODULE_PARM_DESC(event_kinds, "Kinds of events written, commas between: state ca retrans rst_sent rst_received zero_wnd_in zero_wnd_out sample drop (default all)");
module_param_cb(event_port, &port_ops, &event_port, 0644);
MODULE_PARM_DESC(event_port, "Events of connections with this local or remote port alone; 0: of all (default)");
module_param_cb(event_id, &id_ops, &event_id, 0644);
MODULE_PARM_DESC(event_id, "Events of the connection with this id alone, hexadecimal; 0: of all (default)");
module_param_cb(watch_port, &port_ops, &watch_port, 0644);
MODULE_PARM_DESC(watch_port, "An event 'sample' for each segment that comes on connections with this local or remote port; 0: none (default)");
module_param_cb(watch_id, &id_ops, &watch_id, 0644);
MODULE_PARM_DESC(watch_id, "An event 'sample' for each segment that comes on the connection with this id, hexadecimal; 0: none (default)");

static bool has_port(const struct sock *sk, unsigned int port)
{
	return ntohs(inet_sk(sk)->inet_sport) == port || ntohs(inet_sk(sk)->inet_dport) == port;
}

static bool wanted(u8 kind, const struct sock *sk)
{
	unsigned int port = READ_ONCE(event_port);
	u64 only = READ_ONCE(event_id);

	return (READ_ONCE(event_kinds) & BIT(kind)) && (!only || only == coremon_snapshot_id(sk)) && (!port || has_port(sk, port));
}

/* ---- writers ---- */

/* @drop: NULL for the kinds that are no drop. */
static void put(struct coremon_event *event, const struct coremon_dropped *drop)
{
	struct coremon_event_entry *entry;
	char dev[COREMON_DEV_LEN];
	unsigned long flags;

	/* Before the lock: a namespace may have a great many devices. */
	if (drop)
		coremon_dropped_dev(drop, dev);
	event->size = drop ? sizeof(struct coremon_event_drop) : sizeof(*event);
	event->version = COREMON_VERSION;
	raw_spin_lock_irqsave(&lock, flags);
	event->time_ns = ktime_get_ns();
	event->seq = next_seq;
	entry = &ring[next_seq % RING_SIZE];
	entry->event = *event;
	if (drop) {
		entry->place = drop->place;
		memcpy(entry->dev, dev, sizeof(dev));
	}
	WRITE_ONCE(next_seq, next_seq + 1);
	raw_spin_unlock_irqrestore(&lock, flags);
	if (wq_has_sleeper(&waiting))
		irq_work_queue(&wake_work);
}

static void fill(struct coremon_event *event, const struct coremon_conn *conn, const struct sock *sk, u8 kind)
{
	struct coremon_owner owner;

	memset(event, 0, sizeof(*event));
	event->kind = kind;
	event->id = coremon_snapshot_id(sk);
	event->netns = conn->netns;
	event->state = READ_ONCE(sk->sk_state);	/* that of a drop is not locked */
	event->ca_state = READ_ONCE(conn->ca_last);
	coremon_snapshot_addr(sk, &event->addr);
	event->tgid = (u32)COREMON_UNKNOWN;
	if (coremon_owner_get(conn, &owner)) {
		event->tgid = owner.tgid;
		memcpy(event->comm, owner.comm, sizeof(event->comm));
	}
}

/**
 * coremon_event_write() - The slow side of coremon_event(): a reader is there.
 * @conn: the record, under RCU
 * @sk: its socket
 * @kind: COREMON_EVENT_*
 * @a: see there
 * @b: see there
 * @c: see there
 * @d: see there
 *
 * Context: any but NMI. Takes the ring's lock.
 */
void coremon_event_write(const struct coremon_conn *conn, const struct sock *sk, u8 kind, u32 a, u32 b, u32 c, u32 d)
{
	struct coremon_event event;

	if (!wanted(kind, sk))
		return;
	fill(&event, conn, sk, kind);
	event.a = a;
	event.b = b;
	event.c = c;
	event.d = d;
	put(&event, NULL);
}

/**
 * coremon_event_write_sample() - The slow side of coremon_event_sample().
 * @conn: the record, under RCU
 * @sk: its socket, locked or owned
 *
 * Context: any but NMI. Takes the ring's lock.
 */
void coremon_event_write_sample(const struct coremon_conn *conn, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	unsigned int port = READ_ONCE(watch_port);
	struct coremon_event event;

	if (!(port && has_port(sk, port)) && coremon_snapshot_id(sk) != READ_ONCE(watch_id))
		return;
	if (!wanted(COREMON_EVENT_SAMPLE, sk))
		return;
	fill(&event, conn, sk, COREMON_EVENT_SAMPLE);
	event.a = coremon_compat_snd_cwnd(tp);
	event.b = tp->snd_ssthresh;
	event.c = tp->packets_out;
	event.d = tp->srtt_us >> 3;
	event.e = tp->snd_wnd;
	put(&event, NULL);
}

static void request_addr(const struct request_sock *req, struct coremon_addr *addr)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	memset(addr, 0, sizeof(*addr));
	addr->family = ireq->ireq_family;
	addr->local_port = ireq->ir_num;
	addr->remote_port = ntohs(ireq->ir_rmt_port);
	if (addr->family == AF_INET6) {
		memcpy(addr->local, &ireq->ir_v6_loc_addr, sizeof(addr->local));
		memcpy(addr->remote, &ireq->ir_v6_rmt_addr, sizeof(addr->remote));
	} else {
		memcpy(addr->local, &ireq->ir_loc_addr, sizeof(ireq->ir_loc_addr));
		memcpy(addr->remote, &ireq->ir_rmt_addr, sizeof(ireq->ir_rmt_addr));
	}
}

/**
 * coremon_event_write_synack() - A SYN-ACK was sent again, for a request that has no socket yet.
 * @listener: its listener, not locked
 * @req: the request
 *
 * Context: any but NMI. Takes the ring's lock.
 */
void coremon_event_write_synack(const struct sock *listener, const struct request_sock *req)
{
	unsigned int port = READ_ONCE(event_port);
	struct coremon_event event;

	memset(&event, 0, sizeof(event));
	request_addr(req, &event.addr);
	if (!(READ_ONCE(event_kinds) & BIT(COREMON_EVENT_RETRANS)) || READ_ONCE(event_id) ||
	    (port && event.addr.local_port != port && event.addr.remote_port != port))
		return;
	event.kind = COREMON_EVENT_RETRANS;
	event.id = COREMON_UNKNOWN;
	event.netns = sock_net(listener)->ns.inum;
	event.state = TCP_SYN_RECV;
	event.tgid = (u32)COREMON_UNKNOWN;
	event.a = COREMON_RETRANS_SYNACK;
	event.b = tcp_rsk(req)->snt_isn;
	event.d = 1;
	put(&event, NULL);
}

/* The ends of a packet of no known connection, as this host sees them. */
static void drop_addr(const struct coremon_dropped *drop, struct coremon_addr *addr)
{
	const struct coremon_addr *packet = &drop->packet.addr;

	*addr = *packet;
	if (drop->sent)
		return;
	addr->local_port = packet->remote_port;
	addr->remote_port = packet->local_port;
	memcpy(addr->local, packet->remote, sizeof(addr->local));
	memcpy(addr->remote, packet->local, sizeof(addr->remote));
}

static bool drop_wanted(const struct coremon_dropped *drop)
{
	const struct coremon_addr *addr = &drop->packet.addr;
	unsigned int port = READ_ONCE(event_port);
	u64 only = READ_ONCE(event_id);

	return (READ_ONCE(event_kinds) & BIT(COREMON_EVENT_DROP)) && (!only || only == drop->id) &&
	       (!port || addr->local_port == port || addr->remote_port == port);
}

/**
 * coremon_event_write_drop() - A packet was dropped.
 * @drop: the packet
 *
 * Context: under rcu_read_lock(), any but NMI. Takes the ring's lock.
 */
void coremon_event_write_drop(const struct coremon_dropped *drop)
{
	struct coremon_event event;

	if (!drop_wanted(drop))
		return;
	if (drop->conn) {
		fill(&event, drop->conn, drop->sk, COREMON_EVENT_DROP);
	} else {
		memset(&event, 0, sizeof(event));
		event.kind = COREMON_EVENT_DROP;
		event.id = COREMON_UNKNOWN;
		event.netns = drop->netns;
		event.state = 0xff;
		event.ca_state = 0xff;
		event.tgid = (u32)COREMON_UNKNOWN;
		drop_addr(drop, &event.addr);
	}
	event.a = drop->reason;
	event.b = drop->len;
	event.c = drop->packet.protocol;
	put(&event, drop);
}

/* ---- readers ---- */

/**
 * coremon_event_open() - A reader comes: from now on events are written.
 * @seq: out: number of the first event it will see
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int coremon_event_open(u64 *seq)
{
	int ret = 0;

	mutex_lock(&admin);
	if (!ring) {
		init_irq_work(&wake_work, wake);
		WRITE_ONCE(ring, kvcalloc(RING_SIZE, sizeof(*ring), GFP_KERNEL));
	}
	if (ring) {
		WRITE_ONCE(readers, readers + 1);
		switch_keys();
		*seq = READ_ONCE(next_seq);
	} else {
		ret = -ENOMEM;
	}
	mutex_unlock(&admin);
	return ret;
}

/**
 * coremon_event_close() - A reader goes.
 *
 * Context: process; sleeps.
 */
void coremon_event_close(void)
{
	mutex_lock(&admin);
	WRITE_ONCE(readers, readers - 1);
	switch_keys();
	mutex_unlock(&admin);
}

/**
 * coremon_event_read() - Events in their order.
 * @seq: in: the first wanted; out: the first not yet given
 * @events: where to put them
 * @max: how many at the most
 * @lost: out: how many of those wanted were overwritten
 *
 * Context: process. Takes the ring's lock for the copy of one event at a time.
 * Return: how many; 0 where there is none yet.
 */
unsigned int coremon_event_read(u64 *seq, struct coremon_event_entry *events, unsigned int max, u64 *lost)
{
	unsigned int n = 0;

	*lost = 0;
	while (n < max) {
		unsigned long flags;

		raw_spin_lock_irqsave(&lock, flags);
		/* What was lost is told before what comes after it. */
		if (next_seq - *seq > RING_SIZE) {
			if (n) {
				raw_spin_unlock_irqrestore(&lock, flags);
				break;
			}
			*lost += next_seq - RING_SIZE - *seq;
			*seq = next_seq - RING_SIZE;
		}
		if (*seq == next_seq) {
			raw_spin_unlock_irqrestore(&lock, flags);
			break;
		}
		events[n++] = ring[*seq % RING_SIZE];
		raw_spin_unlock_irqrestore(&lock, flags);
		(*seq)++;
	}
	return n;
}

/**
 * coremon_event_wait() - Wait for an event.
 * @seq: the first wanted
 *
 * Context: process; sleeps.
 * Return: 0, or -ERESTARTSYS for a signal.
 */
int coremon_event_wait(u64 seq)
{
	return wait_event_interruptible(waiting, READ_ONCE(next_seq) != seq);
}

/**
 * coremon_event_poll() - Whether an event waits.
 * @seq: the first wanted
 * @file: the reader's file, which holds the module as long as the poll may wait
 * @wait: the poll
 *
 * Return: EPOLLIN | EPOLLRDNORM, or 0.
 */
__poll_t coremon_event_poll(u64 seq, struct file *file, poll_table *wait)
{
	poll_wait(file, &waiting, wait);
	return READ_ONCE(next_seq) != seq ? EPOLLIN | EPOLLRDNORM : 0;
}

/** coremon_event_readers() - Return: how many files of events are open. */
unsigned int coremon_event_readers(void)
{
	return READ_ONCE(readers);
}

/** coremon_events_written() - Return: events written since the load. */
u64 coremon_events_written(void)
{
	return READ_ONCE(next_seq) - 1;
}

/** coremon_event_memory() - Return: bytes of the ring; 0 before the first reader. */
size_t coremon_event_memory(void)
{
	return READ_ONCE(ring) ? RING_SIZE * sizeof(*ring) : 0;
}

/**
 * coremon_event_exit() - Free the ring.
 *
 * Context: process; no hook and no reader may run any more.
 */
void coremon_event_exit(void)
{
	if (!ring)
		return;
	irq_work_sync(&wake_work);
	kvfree(ring);
}
