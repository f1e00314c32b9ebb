// SPDX-License-Identifier: GPL-2.0-only
/* One event as a line for people, or as a JSON object. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "events.h"
#include "fmt.h"
#include "reason.h"
#include "row.h"
#include "run.h"

#define WITH_COMM 97		/* columns from which there is room for the owner's name */
#define NAME_LEN 24

/** struct layout - widths of columns */
struct layout {
	bool comm;
	int pid, end;
};

/* In 80 columns every change of state fits behind ends of 20; the longest IPv4 end has 21. */
static struct layout layout_of(const struct events_style *style)
{
	if (!style->width || style->width >= WITH_COMM)
		return (struct layout){ true, 7, 21 };
	return (struct layout){ false, 6, 20 };
}

static const char *const names[] = {
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

const char *event_name(unsigned int kind)
{
	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : NULL;
}

/* A name, or the number that has none; "-" where it is not known. */
static const char *name_or_number(const char *name, uint32_t number, char buf[NAME_LEN])
{
	if (name)
		return name;
	if (number == (uint32_t)COREMON_UNKNOWN)
		return "-";
	snprintf(buf, NAME_LEN, "%" PRIu32, number);
	return buf;
}

static const char *number_text(uint32_t number, char buf[NAME_LEN])
{
	return name_or_number(NULL, number, buf);
}

static void change(const struct coremon_event *event, const char *(*name)(uint64_t), char buf[EVENT_WHAT_LEN])
{
	char old[NAME_LEN], new[NAME_LEN];

	snprintf(buf, EVENT_WHAT_LEN, "%s>%s", name_or_number(name(event->a), event->a, old),
		 name_or_number(name(event->b), event->b, new));
}

/* The kind, and the CA state in which it was sent, where it is not said by the kind. */
static void retransmit(const struct coremon_event *event, char buf[EVENT_WHAT_LEN])
{
	char kind[NAME_LEN], state[NAME_LEN];
	const char *name = name_or_number(name_retrans(event->a), event->a, kind);

	if (event->a == COREMON_RETRANS_TAIL_LOSS_PROBE)
		name = "TLP";
	if (event->a == COREMON_RETRANS_SYN || event->a == COREMON_RETRANS_SYNACK)
		snprintf(buf, EVENT_WHAT_LEN, "retrans %s", name);
	else
		snprintf(buf, EVENT_WHAT_LEN, "retrans %s %s", name,
			 name_or_number(name_ca_state(event->ca_state),
					event->ca_state == UINT8_MAX ? (uint32_t)COREMON_UNKNOWN : event->ca_state, state));
}

static void sample(const struct coremon_event *event, char buf[EVENT_WHAT_LEN])
{
	char cwnd[NAME_LEN], ssthresh[NAME_LEN], out[NAME_LEN], wnd[NAME_LEN], rtt[FMT_LEN] = "-";

	if (event->d != (uint32_t)COREMON_UNKNOWN)
		fmt_usec(event->d, rtt);
	snprintf(buf, EVENT_WHAT_LEN, "cwnd=%s ssthresh=%s packets_out=%s srtt=%s snd_wnd=%s", number_text(event->a, cwnd),
		 event->b == INT32_MAX ? "inf" : number_text(event->b, ssthresh), number_text(event->c, out), rtt,
		 number_text(event->e, wnd));
}

/* The name of an interface or a place, or NULL: what is cut has no end, and a terminal must not be told anything. */
static const char *plain_text(const char *text, size_t size)
{
	const char *end = memchr(text, '\0', size);

	if (!end || end == text)
		return NULL;
	for (const char *c = text; c < end; c++) {
		if (*c <= ' ' || *c > '~')
			return NULL;
	}
	return text;
}

static const char *protocol_text(uint32_t protocol, char buf[NAME_LEN])
{
	unsigned int ethertype = protocol >> 16, ip = protocol & 0xffff;

	if (protocol == (uint32_t)COREMON_UNKNOWN)
		return "-";
	if (ethertype == 0 && (ip == 6 || ip == 17))
		return ip == 6 ? "tcp" : "udp";
	if (ethertype == 0x0806)
		return "arp";
	if (ip == COREMON_PROTOCOL_NONE)
		snprintf(buf, NAME_LEN, "eth:0x%04x", ethertype);
	else if (ethertype == 0x0800 && ip == 1)
		return "icmp";
	else if (ethertype == 0x86dd && ip == 58)
		return "icmpv6";
	else
		snprintf(buf, NAME_LEN, "%s:%u", ethertype == 0x86dd ? "ipv6" : "ip", ip);
	return buf;
}

static void drop(const struct coremon_event_drop *record, char buf[EVENT_WHAT_LEN])
{
	const char *place = plain_text(record->place, sizeof(record->place)), *dev = plain_text(record->dev, sizeof(record->dev));
	char reason[NAME_LEN], len[NAME_LEN], protocol[NAME_LEN];

	snprintf(buf, EVENT_WHAT_LEN, "drop %s at %s protocol=%s len=%s dev=%s",
		 name_or_number(reason_name(REASON_DROP, record->event.a), record->event.a, reason), place ? place : "-",
		 protocol_text(record->event.c, protocol), number_text(record->event.b, len), dev ? dev : "-");
}

char *event_what(const struct coremon_event_drop *record, char buf[EVENT_WHAT_LEN])
{
	const struct coremon_event *event = &record->event;
	char number[NAME_LEN];

	switch (event->kind) {
	case COREMON_EVENT_STATE:
		change(event, name_state, buf);
		break;
	case COREMON_EVENT_CA:
		change(event, name_ca_state, buf);
		break;
	case COREMON_EVENT_RETRANS:
		retransmit(event, buf);
		break;
	case COREMON_EVENT_RST_SENT:
		snprintf(buf, EVENT_WHAT_LEN, "rst_sent %s", name_or_number(reason_name(REASON_RST, event->a), event->a, number));
		break;
	case COREMON_EVENT_ZERO_WND_IN:
	case COREMON_EVENT_ZERO_WND_OUT:
		snprintf(buf, EVENT_WHAT_LEN, "%s %s", event_name(event->kind), event->a ? "closed" : "open");
		break;
	case COREMON_EVENT_SAMPLE:
		sample(event, buf);
		break;
	case COREMON_EVENT_DROP:
		drop(record, buf);
		break;
	case COREMON_EVENT_LOST:
		snprintf(buf, EVENT_WHAT_LEN, "lost %" PRIu32, event->a);
		break;
	default:
		snprintf(buf, EVENT_WHAT_LEN, "%s", name_or_number(event_name(event->kind), event->kind, number));
	}
	return buf;
}

static bool has_comm(const struct coremon_event *event)
{
	return event->comm[0] && memchr(event->comm, '\0', sizeof(event->comm));
}

static char *comm_text(const struct coremon_event *event, char buf[FMT_NAME_LEN])
{
	return has_comm(event) ? fmt_name(event->comm, buf) : strcpy(buf, "-");
}

void event_head(const struct events_style *style)
{
	struct layout layout = layout_of(style);

	if (style->json)
		return;
	printf("%-*s %-*s ", style->micro ? 15 : 8, "time", layout.pid, "pid");
	if (layout.comm)
		printf("%-16s", "comm");
	printf("%-*s %-*s %s\n", layout.end, "local", layout.end, "remote", "what");
}

/* What does not fit behind @head moves to the left over its blanks, or stands below: nothing is cut. */
static void print_line(char *head, unsigned int padded, const char *what, unsigned int width)
{
	unsigned int room = padded + 1 + (unsigned int)strlen(what), used = padded;

	while (used > 0 && head[used - 1] == ' ')
		used--;
	head[used] = '\0';
	if (width == 0 || room <= width)
		printf("%-*s %s\n", padded, head, what);
	else if (room - (padded - used) <= width)
		printf("%-*s %s\n", padded - (room - width), head, what);
	else
		printf("%s\n         %s\n", head, what);
}

/* A packet may have none that can be read. */
static bool has_ends(const struct coremon_addr *addr)
{
	return addr->family == AF_INET || addr->family == AF_INET6;
}

static const char *end_text(const struct coremon_addr *addr, bool local, char buf[ENDPOINT_STRLEN])
{
	struct endpoint ep;

	if (!has_ends(addr))
		return "-";
	addr_endpoint(addr, local, &ep);
	return endpoint_format(&ep, buf);
}

static bool print_text(const struct coremon_event_drop *record, const struct events_style *style)
{
	const struct coremon_event *event = &record->event;
	char clock[FMT_LEN], pid[NAME_LEN], comm[FMT_NAME_LEN], what[EVENT_WHAT_LEN], head[512];
	char local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN];
	uint64_t real_ns = event->time_ns + style->offset_ns;
	struct layout layout = layout_of(style);
	int len;

	event_what(record, what);
	if (event->kind == COREMON_EVENT_LOST) {
		puts(what);
		return true;
	}
	fmt_clock(real_ns, clock);
	len = snprintf(head, sizeof(head), "%s", clock);
	if (style->micro)
		len += snprintf(head + len, sizeof(head) - (size_t)len, ".%06u", (unsigned int)(real_ns / 1000 % 1000000));
	len += snprintf(head + len, sizeof(head) - (size_t)len, " %-*s ", layout.pid, number_text(event->tgid, pid));
	if (layout.comm)
		len += snprintf(head + len, sizeof(head) - (size_t)len, "%-16s", comm_text(event, comm));
	len += snprintf(head + len, sizeof(head) - (size_t)len, "%-*s %-*s", layout.end, end_text(&event->addr, true, local),
			layout.end, end_text(&event->addr, false, remote));
	print_line(head, (unsigned int)len, what, style->width);
	return true;
}

static void json_named(json_t *object, const char *key, const char *name, uint32_t number)
{
	if (name)
		run_json_text(object, key, name);
	else
		run_json_number(object, key, number != (uint32_t)COREMON_UNKNOWN, number);
}

static void json_number(json_t *object, const char *key, uint32_t number)
{
	json_named(object, key, NULL, number);
}

/* The numbers of the event under the names of coremon(4). */
static void json_what(json_t *object, const struct coremon_event_drop *record)
{
	const struct coremon_event *event = &record->event;
	char protocol[NAME_LEN];

	switch (event->kind) {
	case COREMON_EVENT_STATE:
		json_named(object, "old", name_state(event->a), event->a);
		json_named(object, "new", name_state(event->b), event->b);
		break;
	case COREMON_EVENT_CA:
		json_named(object, "old", name_ca_state(event->a), event->a);
		json_named(object, "new", name_ca_state(event->b), event->b);
		break;
	case COREMON_EVENT_RETRANS:
		json_named(object, "kind", name_retrans(event->a), event->a);
		json_number(object, "sequence", event->b);
		json_number(object, "len", event->c);
		json_number(object, "segs", event->d);
		break;
	case COREMON_EVENT_RST_SENT:
		json_named(object, "reason", reason_name(REASON_RST, event->a), event->a);
		break;
	case COREMON_EVENT_DROP:
		json_named(object, "reason", reason_name(REASON_DROP, event->a), event->a);
		run_json_text(object, "place", plain_text(record->place, sizeof(record->place)));
		run_json_text(object, "protocol", event->c == (uint32_t)COREMON_UNKNOWN ? NULL : protocol_text(event->c, protocol));
		json_number(object, "len", event->b);
		run_json_text(object, "dev", plain_text(record->dev, sizeof(record->dev)));
		break;
	case COREMON_EVENT_ZERO_WND_IN:
	case COREMON_EVENT_ZERO_WND_OUT:
		run_json_text(object, "window", event->a ? "closed" : "open");
		break;
	case COREMON_EVENT_SAMPLE:
		json_number(object, "cwnd", event->a);
		json_number(object, "ssthresh", event->b);
		json_number(object, "packets_out", event->c);
		json_number(object, "srtt_us", event->d);
		json_number(object, "snd_wnd", event->e);
		break;
	case COREMON_EVENT_LOST:
		json_number(object, "lost", event->a);
		break;
	}
}

static void json_cgroup(json_t *object, const struct coremon_event *event, const struct events_style *style)
{
	char path[CGROUP_TEXT_LEN];
	uint64_t id = event_cgroup(style->cgroups, event, path);

	run_json_number(object, "cgroup", id != COREMON_UNKNOWN, id);
	run_json_text(object, "cgroup_path", id != COREMON_UNKNOWN ? path : NULL);
}

static bool print_json(const struct coremon_event_drop *record, const struct events_style *style)
{
	const struct coremon_event *event = &record->event;
	char text[ENDPOINT_STRLEN], id[NAME_LEN];
	json_t *object = json_object();

	if (event->kind != COREMON_EVENT_LOST) {
		run_json_number(object, "seq", true, event->seq);
		run_json_number(object, "time_ns", true, event->time_ns + style->offset_ns);
		snprintf(id, sizeof(id), "%llx", (unsigned long long)event->id);
		run_json_text(object, "id", event->id == COREMON_UNKNOWN ? NULL : id);
		run_json_number(object, "netns", event->netns != (uint32_t)COREMON_UNKNOWN, event->netns);
		run_json_text(object, "local", has_ends(&event->addr) ? end_text(&event->addr, true, text) : NULL);
		run_json_text(object, "remote", has_ends(&event->addr) ? end_text(&event->addr, false, text) : NULL);
		json_number(object, "pid", event->tgid);
		run_json_text(object, "comm", has_comm(event) ? event->comm : NULL);
		json_cgroup(object, event, style);
		run_json_text(object, "state", name_state(event->state));
		run_json_text(object, "ca_state", name_ca_state(event->ca_state));
	}
	json_named(object, "event", event_name(event->kind), event->kind);
	json_what(object, record);
	return run_json_print(object);
}

bool event_print(const struct coremon_event_drop *record, const struct events_style *style)
{
	return style->json ? print_json(record, style) : print_text(record, style);
}
