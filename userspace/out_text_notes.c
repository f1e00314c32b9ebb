// SPDX-License-Identifier: GPL-2.0-only
/*
 * What else there is to say of a connection: why it sent again, where its congestion avoidance has been, what held it up, and
 * how long its queues were.
 * Nothing, for one that has no trouble.
 */
#include <stdarg.h>
#include <string.h>

#include "fmt.h"
#include "out_text.h"

#define BUSY_PERCENT 90		/* of the interval: below that a connection is not said to be busy */
#define QUEUE_TOLD 10000	/* bytes: of a queue that was never longer nothing is said */

/** struct notes - being written */
struct notes {
	char *text;
	size_t size, len;
};

static void __attribute__((format(printf, 2, 3))) note(struct notes *notes, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(notes->text + notes->len, notes->size - notes->len, fmt, ap);
	va_end(ap);
	if (len > 0)
		notes->len += (size_t)len < notes->size - notes->len ? (size_t)len : notes->size - notes->len - 1;
}

static uint64_t grown(const struct rank_row *row, enum conn_counter k)
{
	return row->activity.known >> k & 1 ? row->activity.grown[k] : 0;
}

/* Percent of the interval, rounded; 1 for what is there at all. */
static unsigned int percent(uint64_t us, uint64_t elapsed_ns)
{
	double part = elapsed_ns ? (double)us * 1e5 / (double)elapsed_ns : 0;

	if (part > 100)
		return 100;
	return us && part < 1 ? 1 : (unsigned int)(part + 0.5);
}

static const char *gap(const struct notes *notes)
{
	return notes->len ? "  " : "";
}

static void note_retransmits(struct notes *notes, const struct rank_row *row)
{
	static const struct {
		enum conn_counter k;
		const char *name;
	} kinds[] = {
		{ K_RETRANS_TIMEOUT, "t" }, { K_RETRANS_FAST, "f" },   { K_RETRANS_TLP, "p" },	 { K_RETRANS_SYN, "s" },
		{ K_RETRANS_SYNACK, "a" },  { K_RETRANS_OTHER, "o" }, { K_DSACK_DUPS, "dup" },
	};
	bool begun = false;
	char buf[FMT_LEN];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!grown(row, kinds[i].k))
			continue;
		if (!begun)
			note(notes, "%srt", gap(notes));
		begun = true;
		note(notes, " %s%s", kinds[i].name, fmt_count(grown(row, kinds[i].k), buf));
	}
}

static void note_states(struct notes *notes, const struct rank_row *row, uint64_t elapsed_ns)
{
	static const struct {
		enum conn_counter us, entries;
		const char *name;
	} states[] = {
		{ K_DISORDER_US, K_DISORDER_ENTRIES, "Disorder" },
		{ K_CWR_US, K_CWR_ENTRIES, "CWR" },
		{ K_RECOVERY_US, K_RECOVERY_ENTRIES, "Recovery" },
		{ K_LOSS_US, K_LOSS_ENTRIES, "Loss" },
	};
	static const enum conn_counter undos[] = { K_UNDO_FULL, K_UNDO_PARTIAL, K_UNDO_DSACK, K_UNDO_LOSS };
	uint64_t undone = 0;
	char buf[FMT_LEN];

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		uint64_t us = grown(row, states[i].us), entries = grown(row, states[i].entries);

		if (!us && !entries)
			continue;
		note(notes, "%s%s", gap(notes), states[i].name);
		if (row->activity.known >> states[i].us & 1)
			note(notes, " %u%%", percent(us, elapsed_ns));
		if (entries)
			note(notes, " x%s", fmt_count(entries, buf));
	}
	for (size_t i = 0; i < sizeof(undos) / sizeof(undos[0]); i++)
		undone += grown(row, undos[i]);
	if (undone)
		note(notes, "%sundone %s", gap(notes), fmt_count(undone, buf));
}

/* What held up the sender: nothing but the network where it was busy and neither window nor buffer did. */
static void note_limits(struct notes *notes, const struct rank_row *row, uint64_t elapsed_ns)
{
	uint64_t busy = grown(row, K_BUSY_US), rwnd = grown(row, K_RWND_LIMITED_US), sndbuf = grown(row, K_SNDBUF_LIMITED_US);
	uint64_t in = grown(row, K_ZERO_WND_IN), in_us = grown(row, K_ZERO_WND_IN_US), out = grown(row, K_ZERO_WND_OUT);
	char buf[FMT_LEN];

	if (rwnd || sndbuf || percent(busy, elapsed_ns) >= BUSY_PERCENT)
		note(notes, "%sbusy %u%%", gap(notes), percent(busy, elapsed_ns));
	if (rwnd)
		note(notes, " rwnd %u%%", percent(rwnd, elapsed_ns));
	if (sndbuf)
		note(notes, " sndbuf %u%%", percent(sndbuf, elapsed_ns));
	if (in || in_us || out)
		note(notes, "%szero window", gap(notes));
	if (in || in_us)
		note(notes, " in x%s", fmt_count(in, buf));
	if (in_us)
		note(notes, " %s", fmt_usec(in_us, buf));
	if (out)
		note(notes, " out x%s", fmt_count(out, buf));
}

/* How much was in a queue in the interval, where it was more than a little. */
static void note_queue(struct notes *notes, const struct rank_row *row, const char *way, enum conn_col peak, enum conn_counter area,
		       uint64_t elapsed_ns)
{
	char buf[FMT_LEN];

	if (!conn_known(&row->conn, peak) || row->conn.num[peak] < QUEUE_TOLD)
		return;
	note(notes, "%s%s queue max %s", gap(notes), way, fmt_count(row->conn.num[peak], buf));
	/* The integral is in byte milliseconds. */
	if (row->activity.known >> area & 1)
		note(notes, " mean %s", fmt_count((uint64_t)(per_second(grown(row, area), elapsed_ns) / 1e3 + 0.5), buf));
}

bool text_left_open(const struct rank_row *row)
{
	static const enum conn_counter entries[] = { K_DISORDER_ENTRIES, K_CWR_ENTRIES, K_RECOVERY_ENTRIES, K_LOSS_ENTRIES };

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (grown(row, entries[i]))
			return true;
	}
	return false;
}

char *text_notes(const struct report *report, const struct rank_row *row, bool wide, char buf[TEXT_NOTES_LEN])
{
	struct notes notes = { .text = buf, .size = TEXT_NOTES_LEN };
	const char *path;

	buf[0] = '\0';
	note_retransmits(&notes, row);
	note_states(&notes, row, report->elapsed_ns);
	note_limits(&notes, row, report->elapsed_ns);
	note_queue(&notes, row, "Tr", C_SEND_Q_PEAK, K_SEND_Q_AREA, report->elapsed_ns);
	note_queue(&notes, row, "Re", C_RECV_Q_PEAK, K_RECV_Q_AREA, report->elapsed_ns);
	path = wide && conn_known(&row->conn, C_CGROUP) ? cgroups_path(report->cgroups, row->conn.num[C_CGROUP]) : NULL;
	if (path && path[1] && strlen(path) < TEXT_NOTES_LEN / 2) {
		char name[4 * TEXT_NOTES_LEN / 2 + 1];

		note(&notes, "%s%s", gap(&notes), fmt_path(path, name, sizeof(name)));
	}
	return buf;
}
