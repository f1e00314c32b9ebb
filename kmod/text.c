// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <linux/inet.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/timekeeping.h>
#include <net/tcp_states.h>

#include "digits.h"
#include "packet.h"
#include "reason.h"

/* An address or a name at its longest. */
#define TMP_SIZE (4 * COREMON_COMM_LEN + 1)
/* The one column that may be long, with a NUL. */
#define DROP_REASONS_MAX ((COREMON_DROP_REASONS + 1) * (COREMON_REASON_LEN + 12))

enum column_kind {
	HEX64, DEC64, DEC32,
	US_OF_NS,	/* a duration in ns, shown in us */
	MS_AGO,		/* a moment, shown as ms before now (or before the end) */
	CLOCK,		/* a moment, shown as time of day: seconds of the epoch */
	CWND_LIMITED,	/* busy_us less what the other limits took */
	MEAN,		/* an integral, shown as the mean since birth */
	FAMILY, STATE, CA_STATE, LOCAL, REMOTE, COMM, OPENED, CAUSE, FLAGS,
	DROP_REASONS	/* written by drop_reasons_text() */
};

struct column {
	const char *name;
	enum column_kind kind;
	int width;	/* negative: padded on the right */
	size_t offset;	/* in struct coremon_row */
	bool ended;	/* of ended connections alone */
};

#define COLUMN(_name, _kind, _field, _width) { _name, _kind, _width, offsetof(struct coremon_row, _field) }
#define NUM(_kind, _field, _width) COLUMN(#_field, _kind, _field, _width)

/* Columns are only ever appended; those of ended connections alone come last. */
static const struct column columns[] = {
	NUM(HEX64, id, 8),
	NUM(DEC32, netns, 10),
	COLUMN("family", FAMILY, addr, -6),
	COLUMN("state", STATE, state, -11),
	COLUMN("ca_state", CA_STATE, ca_state, -8),
	COLUMN("local", LOCAL, addr, -21),
	COLUMN("remote", REMOTE, addr, -21),
	NUM(DEC32, uid, 5),
	COLUMN("pid", DEC32, tgid, 7),
	COLUMN("comm", COMM, comm, -15),
	COLUMN("age_ms", MS_AGO, birth_ns, 9),
	NUM(DEC64, bytes_sent, 12),
	NUM(DEC64, bytes_acked, 12),
	NUM(DEC64, bytes_received, 14),
	NUM(DEC64, bytes_retrans, 13),
	NUM(DEC32, segs_out, 9),
	NUM(DEC32, segs_in, 9),
	NUM(DEC32, data_segs_out, 13),
	NUM(DEC32, data_segs_in, 12),
	NUM(DEC32, send_q, 8),
	NUM(DEC32, recv_q, 8),
	NUM(DEC32, send_q_max, 10),
	NUM(DEC32, recv_q_max, 10),
	NUM(DEC32, retrans, 7),
	NUM(DEC32, cwnd, 5),
	NUM(DEC32, ssthresh, 10),
	NUM(DEC32, packets_out, 11),
	NUM(DEC32, srtt_us, 8),
	NUM(DEC32, min_rtt_us, 10),
	NUM(DEC64, tx_calls, 9),
	NUM(DEC64, rx_calls, 9),
	NUM(DEC32, cwr_entries, 11),
	NUM(DEC32, recovery_entries, 16),
	NUM(DEC32, loss_entries, 12),
	COLUMN("last_retrans_ms", MS_AGO, last_retrans_ns, 15),
	COLUMN("opened", OPENED, opened, -7),
	NUM(DEC64, cgroup, 6),
	NUM(DEC32, handshake_us, 12),
	NUM(DEC32, first_byte_us, 13),
	NUM(DEC32, retrans_timeout, 15),
	NUM(DEC32, retrans_fast, 12),
	NUM(DEC32, retrans_tail_loss_probe, 23),
	NUM(DEC32, retrans_syn, 11),
	NUM(DEC32, retrans_synack, 14),
	NUM(DEC32, retrans_other, 13),
	NUM(DEC32, dsack_dups, 10),
	NUM(DEC32, disorder_entries, 16),
	COLUMN("open_us", US_OF_NS, ca_ns[TCP_CA_Open], 12),
	COLUMN("disorder_us", US_OF_NS, ca_ns[TCP_CA_Disorder], 11),
	COLUMN("cwr_us", US_OF_NS, ca_ns[TCP_CA_CWR], 10),
	COLUMN("recovery_us", US_OF_NS, ca_ns[TCP_CA_Recovery], 11),
	COLUMN("loss_us", US_OF_NS, ca_ns[TCP_CA_Loss], 10),
	COLUMN("ca_changed_ms", MS_AGO, ca_changed_ns, 13),
	NUM(DEC32, undo_full, 9),
	NUM(DEC32, undo_partial, 12),
	NUM(DEC32, undo_dsack, 10),
	NUM(DEC32, undo_loss, 9),
	NUM(DEC32, reord_seen, 10),
	NUM(DEC32, rcv_ooopack, 11),
	NUM(DEC64, busy_us, 10),
	NUM(DEC64, rwnd_limited_us, 15),
	NUM(DEC64, sndbuf_limited_us, 17),
	NUM(DEC32, snd_wnd, 8),
	NUM(DEC32, rcv_wnd, 8),
	NUM(DEC32, zero_wnd_in, 11),
	NUM(DEC64, zero_wnd_in_us, 14),
	NUM(DEC32, zero_wnd_out, 12),
	COLUMN("send_q_mean", MEAN, send_q_area, 11),
	COLUMN("recv_q_mean", MEAN, recv_q_area, 11),
	COLUMN("flags_in", FLAGS, flags_in, -8),
	COLUMN("flags_out", FLAGS, flags_out, -9),
	NUM(DEC32, tid, 7),
	NUM(DEC32, ofo_q, 8),
	NUM(DEC32, ofo_span_max, 12),
	COLUMN("cwnd_limited_us", CWND_LIMITED, busy_us, 15),
	NUM(DEC32, drops, 5),
	COLUMN("drop_reasons", DROP_REASONS, drop_reason, -12),
	{ "seq", DEC64, 8, offsetof(struct coremon_row, seq), true },
	{ "cause", CAUSE, -15, offsetof(struct coremon_row, cause), true },
	{ "error", DEC32, 5, offsetof(struct coremon_row, error), true },
	{ "ended_at", CLOCK, 17, offsetof(struct coremon_row, end_ns), true },
};

/* What a later kernel invents is not known to us. */
#define NAME_OF(names, i) ((i) < ARRAY_SIZE(names) && (names)[i] ? (names)[i] : "-")

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

static const char *const opened_names[] = {
	[COREMON_OPENED_ACTIVE] = "active",
	[COREMON_OPENED_PASSIVE] = "passive",
	[COREMON_OPENED_LISTEN] = "listen",
	[COREMON_OPENED_ADOPTED] = "adopted",
};

static const char *const cause_names[] = {
	[COREMON_CAUSE_NONE] = "-",
	[COREMON_CAUSE_FIN_LOCAL] = "fin_local",
	[COREMON_CAUSE_FIN_REMOTE] = "fin_remote",
	[COREMON_CAUSE_RST_RECEIVED] = "rst_received",
	[COREMON_CAUSE_RST_SENT] = "rst_sent",
	[COREMON_CAUSE_ABORT] = "abort",
	[COREMON_CAUSE_TIMEOUT] = "timeout",
	[COREMON_CAUSE_CONNECT_REFUSED] = "connect_refused",
	[COREMON_CAUSE_CONNECT_TIMEOUT] = "connect_timeout",
	[COREMON_CAUSE_CONNECT_FAILED] = "connect_failed",
	[COREMON_CAUSE_ERROR] = "error",
};

static const char *const event_names[] = {
	[COREMON_EVENT_STATE] = "state",
	[COREMON_EVENT_CA] = "ca",
	[COREMON_EVENT_RETRANS] = "retrans",
	[COREMON_EVENT_RST_SENT] = "rst_sent",
	[COREMON_EVENT_RST_RECEIVED] = "rst_received",
	[COREMON_EVENT_ZERO_WND_IN] = "zero_wnd_in",
	[COREMON_EVENT_ZERO_WND_OUT] = "zero_wnd_out",
	[COREMON_EVENT_SAMPLE] = "sample",
	[COREMON_EVENT_LOST] = "lost",
	[COREMON_EVENT_DROP] = "drop",
};

static const char *const retrans_names[] = {
	[COREMON_RETRANS_TIMEOUT] = "timeout",
	[COREMON_RETRANS_FAST] = "fast",
	[COREMON_RETRANS_TAIL_LOSS_PROBE] = "tail_loss_probe",
	[COREMON_RETRANS_SYN] = "syn",
	[COREMON_RETRANS_SYNACK] = "synack",
};

/* An address and its port, up to TMP_SIZE bytes and a NUL that means nothing. Returns the end. */
static char *put_address(char *p, u16 family, const u8 *addr, u16 port)
{
	if (!family) {
		*p++ = '-';
		return p;
	}
	BUILD_BUG_ON(TMP_SIZE < INET6_ADDRSTRLEN + sizeof("[]:65535"));
	if (family == AF_INET6)
		p += scnprintf(p, TMP_SIZE, "[%pI6c]", addr);
	else
		p = coremon_digits_ipv4(p, addr);
	*p++ = ':';
	if (port)
		return coremon_digits_dec(p, 1, port);
	*p++ = '*';
	return p;
}

static const char *address_text(char *buf, u16 family, const u8 *addr, u16 port)
{
	*put_address(buf, family, addr, port) = '\0';
	return buf;
}

/* A name may hold anything: what would break the row is written in octal. Up to TMP_SIZE bytes; returns the end. */
static char *put_comm(char *p, const char *comm)
{
	bool lone_dash = comm[0] == '-' && !comm[1];
	int i;

	if (!comm[0] || (u8)comm[0] == 0xff)
		*p++ = '-';
	else
		for (i = 0; i < COREMON_COMM_LEN && comm[i]; i++) {
			unsigned char c = comm[i];

			if (c > ' ' && c < 0x7f && c != '\\' && !lone_dash)
				*p++ = c;
			else
				p += sprintf(p, "\\%03o", c);
		}
	return p;
}

static const char *comm_text(char *buf, const char *comm)
{
	*put_comm(buf, comm) = '\0';
	return buf;
}

/* The letters of the flags that a flow log knows. */
static char *put_flags(char *p, u8 flags)
{
	static const char letters[] = "FSRPA";
	char *begin = p;
	int i;

	for (i = 0; i < 5 && flags != 0xff; i++)
		if (flags & (1 << i))
			*p++ = letters[i];
	if (p == begin)
		*p++ = '-';
	return p;
}

static const char *clock_text(char *buf, u64 ns)
{
	struct timespec64 ts = ktime_to_timespec64(ktime_mono_to_real(ns_to_ktime(ns)));

	scnprintf(buf, TMP_SIZE, "%lld.%06ld", (s64)ts.tv_sec, ts.tv_nsec / NSEC_PER_USEC);
	return buf;
}

/* NAME:count,NAME:count,other:count */
static size_t drop_reasons_text(char *buf, size_t size, const struct coremon_row *row)
{
	char name[COREMON_REASON_LEN];
	size_t n = 0;
	int i;

	if (row->drops == (u32)COREMON_UNKNOWN || row->drops_other == (u32)COREMON_UNKNOWN || !row->drops)
		return scnprintf(buf, size, "-");
	for (i = 0; i < COREMON_DROP_REASONS && row->drop_count[i] != (u32)COREMON_UNKNOWN; i++)
		n += scnprintf(buf + n, size - n, "%s%s:%u", n ? "," : "",
			       coremon_reason_text(name, COREMON_REASON_DROP, row->drop_reason[i]), row->drop_count[i]);
	if (row->drops_other)
		n += scnprintf(buf + n, size - n, "%sother:%u", n ? "," : "", row->drops_other);
	return n;
}

static char *put_string(char *p, const char *text)
{
	while (*text)
		*p++ = *text++;
	return p;
}

static char *put_unknown(char *p, int width)
{
	p[width - 1] = '-';
	return p + width;
}

/* Kept apart: its buffer is cleared by compilers that are told so, at each call. */
static noinline char *put_clock(char *p, int width, u64 ns)
{
	char tmp[TMP_SIZE];
	int len = strlen(clock_text(tmp, ns));

	return put_string(p + max(width - len, 0), tmp);
}

/* A column of numbers that is not simply the number. @now: the end of the connection, or the present. */
static char *put_value(char *p, const struct column *col, u64 value, const struct coremon_row *row, u64 now)
{
	switch (col->kind) {
	case HEX64:
		return coremon_digits_hex(p, col->width, value);
	case CWND_LIMITED:
		value -= row->rwnd_limited_us + row->sndbuf_limited_us;
		break;
	case US_OF_NS:
		value = div_u64(value, NSEC_PER_USEC);
		break;
	case MS_AGO:
		value = now > value ? div_u64(now - value, NSEC_PER_MSEC) : 0;
		break;
	case MEAN:
		if (row->birth_ns == COREMON_UNKNOWN || now < row->birth_ns + NSEC_PER_MSEC)
			return put_unknown(p, col->width);
		value = div64_u64(value, div_u64(now - row->birth_ns, NSEC_PER_MSEC));
		break;
	default:
		break;
	}
	return coremon_digits_dec(p, col->width, value);
}

/* A column that is padded on the right, without its padding. */
static char *put_words(char *p, const struct column *col, const struct coremon_row *row)
{
	const u8 *field = (const u8 *)row + col->offset;

	switch (col->kind) {
	case FAMILY:
		return put_string(p, row->addr.family == AF_INET6 ? "inet6" : "inet");
	case STATE:
		return put_string(p, NAME_OF(state_names, *field));
	case CA_STATE:
		return put_string(p, NAME_OF(ca_state_names, *field));
	case OPENED:
		return put_string(p, NAME_OF(opened_names, *field));
	case CAUSE:
		return put_string(p, NAME_OF(cause_names, *field));
	case FLAGS:
		return put_flags(p, *field);
	case LOCAL:
		return put_address(p, row->addr.family, row->addr.local, row->addr.local_port);
	case REMOTE:
		return put_address(p, row->addr.family, row->addr.remote, row->addr.remote_port);
	case COMM:
		return put_comm(p, (const char *)field);
	case DROP_REASONS:
		return p + drop_reasons_text(p, DROP_REASONS_MAX, row);
	default:
		return p;
	}
}

/* One column, into blanks. Returns its end. */
static char *put_column(char *p, const struct column *col, const struct coremon_row *row, u64 now)
{
	const u8 *field = (const u8 *)row + col->offset;
	char *end;
	u64 value;

	if (col->kind == DEC32) {
		u32 number = *(const u32 *)field;

		return number == (u32)COREMON_UNKNOWN ? put_unknown(p, col->width) : coremon_digits_dec(p, col->width, number);
	}
	if (col->width < 0) {
		end = put_words(p, col, row);
		*end = ' ';	/* printf ends with a NUL */
		return max(end, p - col->width);
	}
	value = *(const u64 *)field;
	if (value == COREMON_UNKNOWN)
		return put_unknown(p, col->width);
	if (col->kind == CLOCK)
		return put_clock(p, col->width, value);
	return put_value(p, col, value, row, now);
}

/**
 * coremon_text_head() - The names of the columns.
 * @buf: where to
 * @size: how much room, at least COREMON_TEXT_MAX
 * @ended: with the columns of ended connections
 *
 * Return: bytes written, a newline the last.
 */
size_t coremon_text_head(char *buf, size_t size, bool ended)
{
	size_t n = scnprintf(buf, size, "# coremon %s 1\n", ended ? "closed" : "connections");
	int i;

	for (i = 0; i < ARRAY_SIZE(columns); i++)
		if (ended || !columns[i].ended)
			n += scnprintf(buf + n, size - n, "%s%*s", i ? " " : "", columns[i].width, columns[i].name);
	return n + scnprintf(buf + n, size - n, "\n");
}

/**
 * coremon_text_row() - A row.
 * @buf: where to
 * @size: how much room, at least COREMON_TEXT_MAX
 * @row: the row
 * @ended: with the columns of ended connections
 *
 * Return: bytes written, a newline the last.
 */
size_t coremon_text_row(char *buf, size_t size, const struct coremon_row *row, bool ended)
{
	u64 now = row->end_ns != COREMON_UNKNOWN ? row->end_ns : ktime_get_ns();
	char *p = buf;
	int i;

	memset(buf, ' ', COREMON_TEXT_MAX);
	for (i = 0; i < ARRAY_SIZE(columns) && (ended || !columns[i].ended); i++)
		p = put_column(p, &columns[i], row, now) + 1;
	p[-1] = '\n';
	return p - buf;
}

/**
 * coremon_text_event_head() - What comes before the first event.
 * @buf: where to
 * @size: how much room, at least COREMON_TEXT_MAX
 *
 * Return: bytes written, a newline the last.
 */
size_t coremon_text_event_head(char *buf, size_t size)
{
	return scnprintf(buf, size, "# coremon events 1\ntime seq id netns local remote pid comm ca_state event what\n");
}

static const char *netns_text(char *buf, u32 netns)
{
	if (netns == (u32)COREMON_UNKNOWN)
		return "-";
	*coremon_digits_dec(buf, 1, netns) = '\0';
	return buf;
}

static const char *place_text(const char *place)
{
	return place[0] ? place : "-";
}

static size_t drop_detail(char *buf, size_t size, const struct coremon_event_drop *record)
{
	char reason[COREMON_REASON_LEN], dev[TMP_SIZE], protocol[16];

	coremon_packet_protocol_text(protocol, sizeof(protocol), record->event.c);
	return scnprintf(buf, size, "reason=%s place=%s protocol=%s len=%u dev=%s",
			 coremon_reason_text(reason, COREMON_REASON_DROP, record->event.a), place_text(record->place),
			 protocol, record->event.b, comm_text(dev, record->dev));
}

/* What an event says beyond its kind: words of the form name=value, or old>new. */
static size_t event_detail(char *buf, size_t size, const struct coremon_event_drop *record)
{
	const struct coremon_event *event = &record->event;
	char reason[COREMON_REASON_LEN];

	switch (event->kind) {
	case COREMON_EVENT_STATE:
		return scnprintf(buf, size, "%s>%s", NAME_OF(state_names, event->a), NAME_OF(state_names, event->b));
	case COREMON_EVENT_CA:
		return scnprintf(buf, size, "%s>%s", NAME_OF(ca_state_names, event->a), NAME_OF(ca_state_names, event->b));
	case COREMON_EVENT_RETRANS:
		return scnprintf(buf, size, "kind=%s seq=%u len=%u segs=%u",
				 event->a == (u32)COREMON_UNKNOWN ? "other" : NAME_OF(retrans_names, event->a),
				 event->b, event->c, event->d);
	case COREMON_EVENT_RST_SENT:
		return scnprintf(buf, size, "reason=%s", coremon_reason_text(reason, COREMON_REASON_RST, event->a));
	case COREMON_EVENT_DROP:
		return drop_detail(buf, size, record);
	case COREMON_EVENT_ZERO_WND_IN:
	case COREMON_EVENT_ZERO_WND_OUT:
		return scnprintf(buf, size, "%s", event->a ? "closed" : "open");
	case COREMON_EVENT_SAMPLE:
		return scnprintf(buf, size, "cwnd=%u ssthresh=%u packets_out=%u srtt_us=%u snd_wnd=%u",
				 event->a, event->b, event->c, event->d, event->e);
	default:
		return scnprintf(buf, size, "-");
	}
}

/**
 * coremon_text_event() - An event, or "lost N".
 * @buf: where to
 * @size: how much room, at least COREMON_TEXT_MAX
 * @record: the event; what a drop has more is of no meaning for the other kinds
 *
 * Return: bytes written, a newline the last.
 */
size_t coremon_text_event(char *buf, size_t size, const struct coremon_event_drop *record)
{
	const struct coremon_event *event = &record->event;
	char local[TMP_SIZE], remote[TMP_SIZE], comm[TMP_SIZE];
	const struct coremon_addr *addr = &event->addr;
	size_t n;

	if (event->kind == COREMON_EVENT_LOST)
		return scnprintf(buf, size, "lost %u\n", event->a);
	n = scnprintf(buf, size, "%s %llu ", clock_text(local, event->time_ns), event->seq);
	if (event->id == COREMON_UNKNOWN)
		n += scnprintf(buf + n, size - n, "- ");
	else
		n += scnprintf(buf + n, size - n, "%llx ", event->id);
	n += scnprintf(buf + n, size - n, "%s %s %s ", netns_text(comm, event->netns),
		       address_text(local, addr->family, addr->local, addr->local_port),
		       address_text(remote, addr->family, addr->remote, addr->remote_port));
	if (event->tgid == (u32)COREMON_UNKNOWN)
		n += scnprintf(buf + n, size - n, "- ");
	else
		n += scnprintf(buf + n, size - n, "%u ", event->tgid);
	n += scnprintf(buf + n, size - n, "%s %s %s ", comm_text(comm, event->comm),
		       NAME_OF(ca_state_names, event->ca_state), NAME_OF(event_names, event->kind));
	n += event_detail(buf + n, size - n, record);
	return n + scnprintf(buf + n, size - n, "\n");
}

/**
 * coremon_text_drop_head() - What comes before the first row of drops.
 * @buf: where to
 * @size: how much room, at least COREMON_TEXT_MAX
 *
 * Return: bytes written, a newline the last.
 */
size_t coremon_text_drop_head(char *buf, size_t size)
{
	return scnprintf(buf, size, "# coremon drops 1\n%10s %-23s %-39s %-8s %10s %12s %17s %-15s %-21s %-21s %s\n",
			 "netns", "reason", "place", "protocol", "count", "bytes", "last_at", "dev", "src", "dst", "id");
}

/**
 * coremon_text_drop() - A row of drops.
 * @buf: where to
 * @size: how much room, at least COREMON_TEXT_MAX
 * @drop: the row
 *
 * Return: bytes written, a newline the last.
 */
size_t coremon_text_drop(char *buf, size_t size, const struct coremon_drop *drop)
{
	char tmp[TMP_SIZE], reason[COREMON_REASON_LEN];
	const struct coremon_addr *addr = &drop->addr;
	size_t n;

	n = scnprintf(buf, size, "%10s %-23s %-39s ", netns_text(tmp, drop->netns),
		      coremon_reason_text(reason, COREMON_REASON_DROP, drop->reason), place_text(drop->place));
	coremon_packet_protocol_text(tmp, TMP_SIZE, drop->protocol);
	n += scnprintf(buf + n, size - n, "%-8s %10llu %12llu ", tmp, drop->count, drop->bytes);
	n += scnprintf(buf + n, size - n, "%17s ", drop->last_ns == COREMON_UNKNOWN ? "-" : clock_text(tmp, drop->last_ns));
	n += scnprintf(buf + n, size - n, "%-15s ", comm_text(tmp, drop->dev));
	n += scnprintf(buf + n, size - n, "%-21s ", address_text(tmp, addr->family, addr->local, addr->local_port));
	n += scnprintf(buf + n, size - n, "%-21s ", address_text(tmp, addr->family, addr->remote, addr->remote_port));
	if (drop->id == COREMON_UNKNOWN)
		return n + scnprintf(buf + n, size - n, "-\n");
	return n + scnprintf(buf + n, size - n, "%llx\n", drop->id);
}
