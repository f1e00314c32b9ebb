// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/coremon/connections. Each open file is a walk of its own over the table: rows are made a batch at a time into the
 * file's buffer and handed out in whatever sizes the reader asks for. Going on costs the same wherever the walk is.
 */
#include "proc.h"

#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/inet.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#include "hooks.h"
#include "snapshot.h"
#include "table.h"

#define BATCH 32
/* Every column at its longest, with room to spare; row_text() cannot pass it. */
#define ROW_MAX 1024
#define BUF_SIZE (BATCH * ROW_MAX)

enum column_kind { HEX64, DEC64, DEC32, FAMILY, STATE, CA_STATE, LOCAL, REMOTE, UID, PID, COMM };

/* When a column is not known. */
enum column_need {
	ALWAYS,
	NEED_CONNECTION,	/* of a listener */
	NEED_AGE,
	NEED_SRTT,
	NEED_MIN_RTT,
	NEED_TX_HOOK,
	NEED_RX_HOOK,
	NEED_QUEUE_HOOK,
	NEED_CA_HOOK,
	NEED_RETRANS
};

struct column {
	const char *name;
	enum column_kind kind;
	enum column_need need;
	int width;		/* negative: padded on the right */
	size_t offset;		/* of numbers in struct coremon_row */
};

#define NUM(_kind, _name, _need, _width) { #_name, _kind, _need, _width, offsetof(struct coremon_row, _name) }

/* Columns are only ever appended. */
static const struct column columns[] = {
	NUM(HEX64, id, ALWAYS, 8),
	NUM(DEC32, netns, ALWAYS, 10),
	{ "family", FAMILY, ALWAYS, -6 },
	{ "state", STATE, ALWAYS, -11 },
	{ "ca_state", CA_STATE, NEED_CONNECTION, -8 },
	{ "local", LOCAL, ALWAYS, -21 },
	{ "remote", REMOTE, ALWAYS, -21 },
	{ "uid", UID, ALWAYS, 5 },
	{ "pid", PID, ALWAYS, 7 },
	{ "comm", COMM, ALWAYS, -15 },
	NUM(DEC64, age_ms, NEED_AGE, 9),
	NUM(DEC64, bytes_sent, NEED_CONNECTION, 12),
	NUM(DEC64, bytes_acked, NEED_CONNECTION, 12),
	NUM(DEC64, bytes_received, NEED_CONNECTION, 14),
	NUM(DEC64, bytes_retrans, NEED_CONNECTION, 13),
	NUM(DEC32, segs_out, NEED_CONNECTION, 9),
	NUM(DEC32, segs_in, NEED_CONNECTION, 9),
	NUM(DEC32, data_segs_out, NEED_CONNECTION, 13),
	NUM(DEC32, data_segs_in, NEED_CONNECTION, 12),
	NUM(DEC32, send_q, ALWAYS, 8),
	NUM(DEC32, recv_q, ALWAYS, 8),
	NUM(DEC32, send_q_max, NEED_QUEUE_HOOK, 10),
	NUM(DEC32, recv_q_max, NEED_QUEUE_HOOK, 10),
	NUM(DEC32, retrans, NEED_CONNECTION, 7),
	NUM(DEC32, cwnd, NEED_CONNECTION, 5),
	NUM(DEC32, ssthresh, NEED_CONNECTION, 10),
	NUM(DEC32, packets_out, NEED_CONNECTION, 11),
	NUM(DEC32, srtt_us, NEED_SRTT, 8),
	NUM(DEC32, min_rtt_us, NEED_MIN_RTT, 10),
	NUM(DEC64, tx_calls, NEED_TX_HOOK, 9),
	NUM(DEC64, rx_calls, NEED_RX_HOOK, 9),
	NUM(DEC32, cwr_entries, NEED_CA_HOOK, 11),
	NUM(DEC32, recovery_entries, NEED_CA_HOOK, 16),
	NUM(DEC32, loss_entries, NEED_CA_HOOK, 12),
	NUM(DEC64, last_retrans_ms, NEED_RETRANS, 15),
};

/**
 * struct reader - One open file.
 * @lock: held by a read, for the whole of it; several threads may read one descriptor
 * @walk: where in the table; valid while @walking
 * @walking: the walk has been begun and not ended
 * @pos: offset of the next byte to hand out
 * @netns: show this network namespace alone; 0: all
 * @pids: the reader's pid namespace is the one in which pids were recorded
 * @userns: how the reader sees user ids; the file's credentials hold it
 * @used: bytes of @buf that hold rows
 * @given: of these, handed out already
 * @buf: BUF_SIZE bytes
 */
struct reader {
	struct mutex lock;
	struct coremon_walk walk;
	bool walking;
	loff_t pos;
	u32 netns;
	bool pids;
	struct user_namespace *userns;
	size_t used;
	size_t given;
	char *buf;
};

static atomic_t readers = ATOMIC_INIT(0);

/** coremon_proc_readers() - Return: how many files of rows are open. */
unsigned int coremon_proc_readers(void)
{
	return atomic_read(&readers);
}

static const char *const state_names[] = {
	[TCP_ESTABLISHED] = "ESTABLISHED",
	[TCP_SYN_SENT] = "SYN_SENT",
	[TCP_SYN_RECV] = "SYN_RECV",
	[TCP_FIN_WAIT1] = "FIN_WAIT1",
	[TCP_FIN_WAIT2] = "FIN_WAIT2",
	[TCP_TIME_WAIT] = "TIME_WAIT",
	[TCP_CLOSE] = "CLOSE",
	[TCP_CLOSE_WAIT] = "CLOSE_WAIT",
	[TCP_LAST_ACK] = "LAST_ACK",
	[TCP_LISTEN] = "LISTEN",
	[TCP_CLOSING] = "CLOSING",
};

static const char *const ca_state_names[] = {
	[TCP_CA_Open] = "Open",
	[TCP_CA_Disorder] = "Disorder",
	[TCP_CA_CWR] = "CWR",
	[TCP_CA_Recovery] = "Recovery",
	[TCP_CA_Loss] = "Loss",
};

/* A state that a later kernel invents is not known to us. */
static const char *name_of(const char *const *names, size_t nr, unsigned int i)
{
	return i < nr && names[i] ? names[i] : "-";
}

static const char *address_text(char *buf, size_t size, u16 family, const struct in6_addr *addr, u16 port)
{
	int n;

	if (family == AF_INET6)
		n = scnprintf(buf, size, "[%pI6c]:", addr);
	else
		n = scnprintf(buf, size, "%pI4:", &addr->s6_addr32[0]);
	if (port)
		scnprintf(buf + n, size - n, "%u", port);
	else
		scnprintf(buf + n, size - n, "*");
	return buf;
}

/* A name may hold anything: what would break the row is written in octal. */
static const char *comm_text(char *buf, const char *comm)
{
	bool lone_dash = comm[0] == '-' && !comm[1];
	char *p = buf;

	if (!comm[0])
		return "-";
	for (; *comm; comm++) {
		unsigned char c = *comm;

		if (c > ' ' && c < 0x7f && c != '\\' && !lone_dash)
			*p++ = c;
		else
			p += sprintf(p, "\\%03o", c);
	}
	*p = '\0';
	return buf;
}

static bool column_known(const struct column *col, const struct coremon_row *row)
{
	if (col->need == ALWAYS)
		return true;
	if (col->need == NEED_AGE)
		return row->age_known;
	if (row->listener)
		return false;
	switch (col->need) {
	case NEED_SRTT:
		return row->srtt_us;
	case NEED_MIN_RTT:
		return row->min_rtt_us != ~0U;
	case NEED_TX_HOOK:
		return coremon_hooks_serve(COREMON_COLUMN_TX_CALLS);
	case NEED_RX_HOOK:
		return coremon_hooks_serve(COREMON_COLUMN_RX_CALLS);
	case NEED_QUEUE_HOOK:
		return coremon_hooks_serve(COREMON_COLUMN_QUEUE_MAX);
	case NEED_CA_HOOK:
		return coremon_hooks_serve(COREMON_COLUMN_CA);
	case NEED_RETRANS:
		return row->retrans_seen && coremon_hooks_serve(COREMON_COLUMN_RETRANS);
	default:
		return true;
	}
}

/* The text of one column; in @tmp where it has to be made. */
static const char *column_text(const struct reader *reader, const struct column *col, const struct coremon_row *row,
			       char *tmp, size_t size)
{
	const void *field = (const char *)row + col->offset;

	switch (col->kind) {
	case HEX64:
		scnprintf(tmp, size, "%llx", *(const u64 *)field);
		return tmp;
	case DEC64:
		scnprintf(tmp, size, "%llu", *(const u64 *)field);
		return tmp;
	case DEC32:
		scnprintf(tmp, size, "%u", *(const u32 *)field);
		return tmp;
	case FAMILY:
		return row->family == AF_INET6 ? "inet6" : "inet";
	case STATE:
		return name_of(state_names, ARRAY_SIZE(state_names), row->state);
	case CA_STATE:
		return name_of(ca_state_names, ARRAY_SIZE(ca_state_names), row->ca_state);
	case LOCAL:
		return address_text(tmp, size, row->family, &row->local, row->local_port);
	case REMOTE:
		return address_text(tmp, size, row->family, &row->remote, row->remote_port);
	case UID:
		scnprintf(tmp, size, "%u", from_kuid_munged(reader->userns, row->uid));
		return tmp;
	case PID:
		if (!row->owner_known || !reader->pids)
			return "-";
		scnprintf(tmp, size, "%d", row->tgid);
		return tmp;
	case COMM:
		return row->owner_known && reader->pids ? comm_text(tmp, row->comm) : "-";
	}
	return "-";
}

static size_t row_text(const struct reader *reader, const struct coremon_row *row, char *buf)
{
	char tmp[4 * TASK_COMM_LEN + 1];
	size_t n = 0;
	int i;

	BUILD_BUG_ON(sizeof(tmp) < INET6_ADDRSTRLEN + sizeof("[]:65535"));
	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		const struct column *col = &columns[i];
		const char *text = "-";

		if (column_known(col, row))
			text = column_text(reader, col, row, tmp, sizeof(tmp));
		n += scnprintf(buf + n, ROW_MAX - n, "%s%*s", i ? " " : "", col->width, text);
	}
	buf[n++] = '\n';
	return n;
}

static void begin(struct reader *reader)
{
	size_t n = scnprintf(reader->buf, BUF_SIZE, "# coremon connections 1\n");
	int i;

	for (i = 0; i < ARRAY_SIZE(columns); i++)
		n += scnprintf(reader->buf + n, BUF_SIZE - n, "%s%*s", i ? " " : "", columns[i].width, columns[i].name);
	reader->buf[n++] = '\n';
	reader->used = n;
	reader->given = 0;
	coremon_walk_begin(&reader->walk);
	reader->walking = true;
}

static void end(struct reader *reader)
{
	if (reader->walking)
		coremon_walk_end(&reader->walk);
	reader->walking = false;
}

/* The rows of the next batch. Returns how many connections it took, 0 at the end; their rows may be none. */
static unsigned int refill(struct reader *reader)
{
	struct coremon_conn *conns[BATCH];
	struct sock *sks[BATCH];
	unsigned int i, n;

	reader->used = 0;
	reader->given = 0;
	rcu_read_lock();
	n = coremon_walk_next(&reader->walk, conns, BATCH);
	for (i = 0; i < n; i++) {
		struct coremon_row row;

		sks[i] = (struct sock *)conns[i]->sk;
		if (reader->netns && reader->netns != conns[i]->netns)
			continue;
		if (coremon_snapshot(conns[i], &row))
			reader->used += row_text(reader, &row, reader->buf + reader->used);
	}
	rcu_read_unlock();
	for (i = 0; i < n; i++)
		sock_put(sks[i]);
	cond_resched();
	return n;
}

/* Makes the buffer hold something to hand out. Returns 0, or 1 at the end, or -EINTR. */
static int prepare(struct reader *reader)
{
	while (reader->given == reader->used) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (!refill(reader))
			return 1;
	}
	return 0;
}

static ssize_t read_locked(struct reader *reader, char __user *to, size_t size)
{
	size_t done = 0;
	int ret = 0;

	while (done < size) {
		size_t n;

		ret = prepare(reader);
		if (ret)
			break;
		n = min(size - done, reader->used - reader->given);
		n -= copy_to_user(to + done, reader->buf + reader->given, n);
		if (!n) {
			ret = -EFAULT;
			break;
		}
		reader->given += n;
		done += n;
	}
	return done || ret > 0 ? (ssize_t)done : ret;
}

static ssize_t connections_read(struct file *file, char __user *to, size_t size, loff_t *ppos)
{
	struct reader *reader = file->private_data;
	ssize_t n;

	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	if (*ppos == 0 && (reader->pos || !reader->walking)) {
		/* Back at the beginning: a new reading. */
		end(reader);
		begin(reader);
		reader->pos = 0;
	}
	n = -ESPIPE;	/* rows that are gone cannot be gone back to */
	if (*ppos == reader->pos) {
		n = read_locked(reader, to, size);
		if (n > 0)
			*ppos = reader->pos += n;
	}
	mutex_unlock(&reader->lock);
	return n;
}

/* To the beginning, for a new reading, or nowhere. */
static loff_t connections_lseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR && offset == 0)
		return file->f_pos;
	if (whence != SEEK_SET || offset != 0)
		return -ESPIPE;
	file->f_pos = 0;
	return 0;
}

static int connections_open(struct inode *inode, struct file *file)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);
	struct net *net = current->nsproxy->net_ns;

	if (!reader)
		return -ENOMEM;
	reader->buf = kvmalloc(BUF_SIZE, GFP_KERNEL);
	if (!reader->buf) {
		kfree(reader);
		return -ENOMEM;
	}
	mutex_init(&reader->lock);
	reader->netns = net_eq(net, &init_net) ? 0 : net->ns.inum;
	reader->pids = task_active_pid_ns(current) == &init_pid_ns;
	reader->userns = file->f_cred->user_ns;
	file->private_data = reader;
	atomic_inc(&readers);
	return 0;
}

static int connections_release(struct inode *inode, struct file *file)
{
	struct reader *reader = file->private_data;

	end(reader);
	atomic_dec(&readers);
	kvfree(reader->buf);
	kfree(reader);
	return 0;
}

const struct proc_ops coremon_proc_connections_ops = {
	.proc_open = connections_open,
	.proc_read = connections_read,
	.proc_lseek = connections_lseek,
	.proc_release = connections_release,
};
