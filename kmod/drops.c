// SPDX-License-Identifier: GPL-2.0-only
#include "drops.h"

#include <linux/hash.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/seqlock.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#include "dropped.h"
#include "netns.h"
#include "reason.h"
#include "stats.h"

#define ROWS_DEFAULT 512
#define ROWS_MIN 16
#define ROWS_LIMIT 32768	/* a slot holds a row's number in 16 bits */

static unsigned int drop_rows = ROWS_DEFAULT;

static int drop_rows_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int ret = kstrtouint(val, 0, &n);

	if (ret)
		return ret;
	if (n < ROWS_MIN || n > ROWS_LIMIT)
		return -ERANGE;
	drop_rows = n;
	return 0;
}

static const struct kernel_param_ops drop_rows_ops = {
	.set = drop_rows_set,
	.get = param_get_uint,
};

module_param_cb(drop_rows, &drop_rows_ops, &drop_rows, 0444);
MODULE_PARM_DESC(drop_rows, "Kinds of drops (place, reason, protocol, namespace) counted apart on each CPU, 16 to 32768 (default 512), 124 bytes each; the others are counted in one row");

/**
 * struct table - A CPU's rows. Written by that CPU alone, interrupts off.
 * @seq: odd while it is written
 * @busy: it is being written: what is dropped meanwhile cannot be
 * @used: how many rows there are; more are only ever added behind, but by a folding
 * @foldings: how often the rows were put together anew
 * @deaths: coremon_netns_deaths() when that was last tried
 * @last: the row that was written last: most drops are like the one before; NULL: none
 * @rest: what found no room
 * @rows: drop_rows of them
 * @slots: hash table of 1 << slot_bits row numbers, from 1; 0: free
 */
struct table {
	seqcount_t seq;
	bool busy;
	unsigned int used;
	unsigned int foldings;
	unsigned int deaths;
	struct coremon_drops_row *last;
	struct coremon_drops_row rest;
	struct coremon_drops_row *rows;
	u16 *slots;
};

static DEFINE_PER_CPU(struct table, coremon_drops_tables);
/* Nested in the writing of a row: counted by itself. */
static DEFINE_PER_CPU(u64, coremon_drops_nested);
/* At least two slots a row. Written at load. */
static unsigned int slot_bits __read_mostly;

/* ---- writing, on a table's own CPU with interrupts off ---- */

static bool same(const struct coremon_drops_key *a, const struct coremon_drops_key *b)
{
	return a->generation == b->generation && a->place == b->place && a->reason == b->reason && a->protocol == b->protocol;
}

/* The slot of a key: it holds its row's number, or 0. Half of the slots are free, so there is one. */
static u16 *slot_of(const struct table *table, const struct coremon_drops_key *key)
{
	u64 mixed = (key->generation * GOLDEN_RATIO_64) ^ key->place ^ ((u64)key->reason << 32 | key->protocol) * GOLDEN_RATIO_64;
	u32 i = hash_64(mixed, slot_bits);

	while (table->slots[i] && !same(&table->rows[table->slots[i] - 1].key, key))
		i = (i + 1) & ((1U << slot_bits) - 1);
	return &table->slots[i];
}

static void merge(struct coremon_drops_row *row, const struct coremon_drops_row *more)
{
	u64 count = row->count + more->count, bytes = row->bytes + more->bytes;

	if (more->last_ns > row->last_ns)
		*row = *more;
	row->count = count;
	row->bytes = bytes;
}

/*
 * Puts rows of namespaces that are gone together: they become those of none. A row that is kept or begun anew never lies behind the one
 * it is made of, so this is done in place.
 */
static void fold(struct table *table)
{
	unsigned int i, used = table->used;

	lockdep_assert_irqs_disabled();
	table->deaths = coremon_netns_deaths();
	table->used = 0;
	table->last = NULL;
	table->foldings++;
	memset(table->slots, 0, sizeof(*table->slots) << slot_bits);
	for (i = 0; i < used; i++) {
		struct coremon_drops_row row = table->rows[i];
		u16 *slot;

		if (row.key.generation && !coremon_netns_live(row.key.generation)) {
			row.key.generation = 0;
			row.netns = (u32)COREMON_UNKNOWN;
		}
		slot = slot_of(table, &row.key);
		if (*slot) {
			merge(&table->rows[*slot - 1], &row);
		} else {
			table->rows[table->used] = row;
			*slot = ++table->used;
		}
	}
}

/*
 * The row of a key, begun where there is none yet; what has no room is in the one row of the rest. Who sends packets of every protocol there is
 * a number for must not be able to take all rows, which nothing gives back: when half of them are taken, such packets are told apart by place
 * and reason only.
 */
static struct coremon_drops_row *row_for(struct table *table, const struct coremon_drops_key *key, u32 netns)
{
	struct coremon_drops_key any;
	struct coremon_drops_row *row;
	u16 *slot = slot_of(table, key);

	lockdep_assert_irqs_disabled();
	if (likely(*slot))
		return &table->rows[*slot - 1];
	if (table->used >= drop_rows / 2 && !coremon_packet_protocol_common(key->protocol)) {
		any = *key;
		any.protocol = (u32)COREMON_UNKNOWN;
		key = &any;
		slot = slot_of(table, key);
		if (*slot)
			return &table->rows[*slot - 1];
	}
	if (table->used == drop_rows && table->deaths != coremon_netns_deaths()) {
		fold(table);
		slot = slot_of(table, key);
		if (*slot)
			return &table->rows[*slot - 1];
	}
	if (table->used == drop_rows) {
		coremon_stat_inc(COREMON_STAT_DROPS_NO_ROOM);
		return &table->rest;
	}
	row = &table->rows[table->used];
	*row = (struct coremon_drops_row){ .key = *key, .netns = netns, .last_jiffies = (u32)jiffies - 1 };
	*slot = table->used + 1;
	WRITE_ONCE(table->used, table->used + 1);
	return row;
}

static void write(struct table *table, const struct coremon_drops_key *key, struct coremon_dropped *drop)
{
	struct coremon_drops_row *row = table->last;

	if (!row || !same(&row->key, key)) {
		row = row_for(table, key, key->generation ? drop->netns : (u32)COREMON_UNKNOWN);
		table->last = row;
	}
	row->count++;
	row->bytes += drop->len;
	if (row->last_jiffies == (u32)jiffies || row == &table->rest)
		return;
	drop->first = true;
	row->last_jiffies = (u32)jiffies;
	row->last_ns = ktime_get_ns();
	row->id = drop->id;
	coremon_dropped_parse(drop);
	/* Ends without a protocol would be of no kind. */
	if (row->key.protocol != (u32)COREMON_UNKNOWN)
		row->addr = drop->packet.addr;
	coremon_dropped_dev(drop, row->dev);
}

static void count(const struct coremon_drops_key *key, struct coremon_dropped *drop)
{
	struct table *table;
	unsigned long flags;

	local_irq_save(flags);
	table = this_cpu_ptr(&coremon_drops_tables);
	if (unlikely(table->busy || in_nmi())) {
		this_cpu_inc(coremon_drops_nested);
		coremon_stat_inc(COREMON_STAT_DROPS_NO_ROOM);
	} else {
		table->busy = true;
		write_seqcount_begin(&table->seq);
		write(table, key, drop);
		write_seqcount_end(&table->seq);
		table->busy = false;
	}
	local_irq_restore(flags);
}

/**
 * coremon_drops_packet() - The kernel has dropped a packet, and is about to free it.
 * @skb: the packet
 * @location: the place in the kernel
 * @reason: the kernel's; all ones: it has none
 * @rx_sk: the socket that was to get it; NULL, or not to be trusted, where there is none
 *
 * Context: any. Counts only in an NMI or where it interrupts itself.
 */
void coremon_drops_packet(const struct sk_buff *skb, const void *location, u32 reason, const struct sock *rx_sk)
{
	struct coremon_dropped drop;
	struct coremon_drops_key key;

	if (!coremon_reason_is_drop(reason))
		return;
	coremon_stat_inc(COREMON_STAT_DROPS);
	rcu_read_lock();
	coremon_dropped_init(&drop, skb, location, reason, rx_sk);
	/* A namespace that is going gets no row any more, and so none stays behind. */
	key.generation = drop.generation && coremon_netns_live(drop.generation) ? drop.generation : 0;
	key.place = drop.place;
	key.reason = reason;
	key.protocol = drop.packet.protocol;
	count(&key, &drop);
	coremon_dropped_tell(&drop);
	rcu_read_unlock();
}

/* ---- reading ---- */

/* Copies a row. Returns false if the rows were put together anew since @foldings. */
static bool copy_row(const struct table *table, const struct coremon_drops_row *row, unsigned int foldings, struct coremon_drops_row *to)
{
	unsigned int seq, now;

	do {
		seq = read_seqcount_begin(&table->seq);
		*to = *row;
		now = READ_ONCE(table->foldings);
	} while (read_seqcount_retry(&table->seq, seq));
	return now == foldings;
}

/* Copies a CPU's rows. Returns how many, with that of the rest; more than @max: there is no room. */
static unsigned int copy_table(int cpu, struct coremon_drops_row *to, unsigned int max)
{
	const struct table *table = &per_cpu(coremon_drops_tables, cpu);
	unsigned int i, n, foldings, seq;

again:
	/* Both as they are between two writings: while rows are put together there are few of them for a moment. */
	do {
		seq = read_seqcount_begin(&table->seq);
		foldings = READ_ONCE(table->foldings);
		n = READ_ONCE(table->used);
	} while (read_seqcount_retry(&table->seq, seq));
	if (n + 1 > max)
		return n + 1;
	for (i = 0; i < n; i++)
		if (!copy_row(table, &table->rows[i], foldings, &to[i]))
			goto again;
	if (!copy_row(table, &table->rest, foldings, &to[n]))
		goto again;
	to[n].count += READ_ONCE(per_cpu(coremon_drops_nested, cpu));
	return n + 1;
}

static int by_key(const void *a, const void *b)
{
	const struct coremon_drops_key *x = &((const struct coremon_drops_row *)a)->key;
	const struct coremon_drops_key *y = &((const struct coremon_drops_row *)b)->key;

	/* sort() itself never gives way, and there may be a row for each of 256 causes on each of 256 CPUs. */
	cond_resched();
	if (x->generation != y->generation)
		return x->generation < y->generation ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->reason != y->reason)
		return x->reason < y->reason ? -1 : 1;
	return x->protocol < y->protocol ? -1 : x->protocol > y->protocol;
}

static int by_count(const void *a, const void *b)
{
	const struct coremon_drops_row *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count ? 1 : by_key(a, b);
}

/* Rows of one key become one. Returns how many are left. */
static unsigned int add_up(struct coremon_drops_row *rows, unsigned int n)
{
	unsigned int i, kept = 0;

	for (i = 0; i < n; i++) {
		bool live;

		/* Rows may be a great many: no grace period waits for all of them. */
		rcu_read_lock();
		live = coremon_netns_live(rows[i].key.generation);
		rcu_read_unlock();
		if (live)
			continue;
		rows[i].key.generation = 0;
		rows[i].netns = (u32)COREMON_UNKNOWN;
	}
	sort(rows, n, sizeof(*rows), by_key, NULL);
	for (i = 0; i < n; i++) {
		if (kept && same(&rows[kept - 1].key, &rows[i].key))
			merge(&rows[kept - 1], &rows[i]);
		else
			rows[kept++] = rows[i];
	}
	return kept;
}

/* Rows in no more memory than they need: an open file keeps them. */
static struct coremon_drops_row *fit(struct coremon_drops_row *rows, unsigned int n)
{
	struct coremon_drops_row *to = kvmalloc_array(max(n, 1U), sizeof(*rows), GFP_KERNEL_ACCOUNT);

	if (!to)
		return rows;
	memcpy(to, rows, n * sizeof(*rows));
	kvfree(rows);
	return to;
}

/* Copies the rows of all CPUs. Returns how many; more than @max: there is no room. */
static unsigned int copy_all(struct coremon_drops_row *to, unsigned int max)
{
	unsigned int n = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		n += copy_table(cpu, to + n, max - n);
		if (n > max)
			break;
		cond_resched();
	}
	return n;
}

/**
 * coremon_drops_read() - The rows of all CPUs added up, the most frequent first.
 * @nr: out: how many
 *
 * Context: process; sleeps.
 * Return: for kvfree(); NULL: no memory.
 */
struct coremon_drops_row *coremon_drops_read(unsigned int *nr)
{
	struct coremon_drops_row *rows;
	unsigned int max, n;
	int cpu;

	/* With the rest of each, and some that may come meanwhile. */
	for (;;) {
		max = 0;
		for_each_possible_cpu(cpu)
			max += READ_ONCE(per_cpu(coremon_drops_tables, cpu).used) + 9;
		rows = kvcalloc(max, sizeof(*rows), GFP_KERNEL_ACCOUNT);
		if (!rows)
			return NULL;
		n = copy_all(rows, max);
		if (n <= max)
			break;
		kvfree(rows);
	}
	n = add_up(rows, n);
	sort(rows, n, sizeof(*rows), by_count, NULL);
	/* The rest, where there is none. */
	while (n && !rows[n - 1].count)
		n--;
	*nr = n;
	return fit(rows, n);
}

/* ---- life ---- */

static size_t rows_size(void)
{
	return drop_rows * sizeof(struct coremon_drops_row);
}

/** coremon_drops_memory() - Return: bytes of all rows. */
size_t coremon_drops_memory(void)
{
	return num_possible_cpus() * (sizeof(struct table) + rows_size() + (sizeof(u16) << slot_bits));
}

/**
 * coremon_drops_init() - Make the rows of each CPU.
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM; then nothing is left.
 */
int coremon_drops_init(void)
{
	int cpu;

	slot_bits = order_base_2(2 * drop_rows);
	for_each_possible_cpu(cpu) {
		struct table *table = &per_cpu(coremon_drops_tables, cpu);

		seqcount_init(&table->seq);
		table->rest.key.reason = (u32)COREMON_UNKNOWN;
		table->rest.key.protocol = (u32)COREMON_UNKNOWN;
		table->rest.netns = (u32)COREMON_UNKNOWN;
		table->rest.id = COREMON_UNKNOWN;
		table->rows = vzalloc_node(rows_size(), cpu_to_node(cpu));
		table->slots = vzalloc_node(sizeof(u16) << slot_bits, cpu_to_node(cpu));
		if (!table->rows || !table->slots) {
			coremon_drops_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * coremon_drops_exit() - Free the rows.
 *
 * Context: process; sleeps. No hook and no reader may run any more.
 */
void coremon_drops_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		vfree(per_cpu(coremon_drops_tables, cpu).rows);
		vfree(per_cpu(coremon_drops_tables, cpu).slots);
	}
}
