// SPDX-License-Identifier: GPL-2.0-only
/* Rules about interfaces: errors, overrun rings, links that are full, queueing disciplines that drop. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

/* An interface of which nine of ten packets are errors carries nothing: the figure of a wrong driver, cable or tunnel end. */
#define ERRORS_ONLY 0.90

/* At this part of its speed a link queues: bursts shorter than an interval are already dropped. */
#define LINK_FULL 0.90

/* What carries so much more than its speed has another: tun says 10 Mbit/s, veth 10,000, and both are as fast as the CPU. */
#define LINK_MADE_UP 1.20

/* fq_codel, cake and RED drop a little on purpose, to make senders slow down; TCP needs less than this for it. */
#define QDISC_SHARE 0.005

/* Fewer are of interest where a path loses and they are so much of what it loses: packets, of which one may be many segments. */
#define QDISC_OF_LOST 0.5

/* Reads in the driver's own names as frames that found no room; of queues ("rx_queue_0_drops") the sum is meant. */
static const char *const ring_names[] = {
	"rx_missed_errors", "rx_no_buffer_count", "rx_out_of_buffer", "rx_discards_phy", "rx_fifo_errors", "rx_no_dma_resources",
	"rx_over_errors", "rx_nodesc_drop_cnt", "rx_no_bufs", "rx_buf_alloc_fail", "rx_discards",
};

/* What a cloud's hypervisor dropped because the machine had used up what it is allowed. */
static const char *const allowance_names[] = {
	"bw_in_allowance_exceeded", "bw_out_allowance_exceeded", "pps_allowance_exceeded", "conntrack_allowance_exceeded",
	"linklocal_allowance_exceeded",
};

#define NR(list) (sizeof(list) / sizeof((list)[0]))

/** struct direction - the names of the counters of one direction of a link */
struct direction {
	const char *word, *packets, *errors, *bytes;
	const char *kinds[6];
};

static const struct direction directions[] = {
	{ "receives", "rx_packets", "rx_errors", "rx_bytes",
	  { "rx_length_errors", "rx_crc_errors", "rx_frame_errors", "rx_fifo_errors", "rx_missed_errors", NULL } },
	{ "sends", "tx_packets", "tx_errors", "tx_bytes",
	  { "tx_carrier_errors", "tx_aborted_errors", "tx_fifo_errors", "tx_window_errors", "tx_heartbeat_errors", NULL } },
};

/* Frames that found the ring full: the kernel's names of the same thing overlap, so the highest counts, not the sum. */
static uint64_t overrun(const struct view *view, const char *link)
{
	static const char *const names[] = { "rx_missed_errors", "rx_fifo_errors", "rx_over_errors" };
	uint64_t most = 0;

	for (size_t i = 0; i < NR(names); i++) {
		struct grown grown = view_grown(view, LAYER_LINK, link, names[i]);

		if (grown.known && grown.by > most)
			most = grown.by;
	}
	for (size_t i = 0; i < NR(ring_names); i++) {
		struct grown grown = view_grown(view, LAYER_DRIVER, link, ring_names[i]);

		if (grown.known && grown.by > most)
			most = grown.by;
	}
	return most;
}

static void link_errors(struct findings *findings, const struct view *view, const char *link, const struct direction *way)
{
	struct grown packets = view_grown(view, LAYER_LINK, link, way->packets);
	struct grown errors = view_grown(view, LAYER_LINK, link, way->errors);
	uint64_t all = packets.by > errors.by ? packets.by : errors.by;
	char share[SHARE_LEN], word[SHELL_WORD_LEN];
	struct finding *finding;
	bool only;

	if (!packets.known || !errors.known || !view_lost(errors.by, all))
		return;
	/* Some drivers count a full ring as errors, too: that has a rule of its own. */
	if (way == &directions[0] && overrun(view, link) >= errors.by)
		return;
	only = (double)errors.by >= ERRORS_ONLY * (double)all;
	finding = finding_add(findings, only ? "link-errors-only" : "link-errors", only ? SEVERITY_CRITICAL : SEVERITY_WARNING,
			      SURE_CERTAIN, only ? WEIGHT_CAUSE : WEIGHT_LOSS);
	if (only)
		finding_title(finding, "%s %s nothing but errors", link, way->word);
	else
		finding_title(finding, "%s %s errors: %s of its packets", link, way->word,
			      share_text((double)errors.by, (double)all, share));
	finding_effect(finding, only ? "Nothing that goes this way by %s arrives." :
				       "What is lost by %s is sent again later by TCP, and is gone for UDP.", link);
	view_evidence(finding, view, LAYER_LINK, link, way->errors, true);
	view_evidence(finding, view, LAYER_LINK, link, way->packets, true);
	for (const char *const *kind = way->kinds; *kind; kind++)
		view_evidence(finding, view, LAYER_LINK, link, *kind, false);
	finding_command(finding, "ethtool %s", shell_word(link, word));
	finding_command(finding, "ethtool -S %s", word);
	if (view_grown(view, LAYER_LINK, link, "tx_carrier_errors").by)
		finding_advice(finding, "No carrier, or for a tunnel no route to its other end: ip -s -s link show dev %s, ip "
			       "route.", link);
	else
		finding_advice(finding, "crc and frame errors are of the cable, the transceiver or a duplex mismatch: try another "
					"port and cable. length errors are of an MTU that differs from the peer's.");
}

void rule_link_errors(struct findings *findings, const struct view *view)
{
	for (const struct counter *c = view_objects(view, LAYER_LINK, NULL); c; c = view_objects(view, LAYER_LINK, c->object)) {
		for (size_t i = 0; i < NR(directions); i++)
			link_errors(findings, view, c->object, &directions[i]);
	}
}

static void allowance(struct findings *findings, const struct view *view, const char *link)
{
	struct finding *finding = NULL;

	for (size_t i = 0; i < NR(allowance_names); i++) {
		if (view_grown(view, LAYER_DRIVER, link, allowance_names[i]).by < LOST_MIN)
			continue;
		if (!finding) {
			finding = finding_add(findings, "cloud-allowance", SEVERITY_CRITICAL, SURE_CERTAIN, WEIGHT_CAUSE);
			finding_title(finding, "the cloud drops packets of %s: the machine is over its allowance", link);
			finding_effect(finding, "Packets are lost outside this machine; nothing here can help but less traffic.");
			finding_advice(finding, "Take a larger machine type, or spread the load: bw is bandwidth, pps packets, "
						"conntrack connections.");
		}
		view_evidence(finding, view, LAYER_DRIVER, link, allowance_names[i], true);
	}
}

static void ring(struct findings *findings, const struct view *view, const char *link)
{
	struct grown packets = view_grown(view, LAYER_LINK, link, "rx_packets");
	uint64_t lost = overrun(view, link);
	char share[SHARE_LEN], word[SHELL_WORD_LEN];
	struct finding *finding;

	if (!packets.known || !view_lost(lost, packets.by + lost))
		return;
	finding = finding_add(findings, "ring-overrun", SEVERITY_CRITICAL, SURE_CERTAIN, WEIGHT_LIMIT);
	finding_title(finding, "the receive ring of %s overflows: %s of what comes is lost", link,
		      share_text((double)lost, (double)(packets.by + lost), share));
	finding_effect(finding, "Packets are lost before the kernel sees them, of every service behind %s: CPUs do not take them "
				"out of the ring fast enough.", link);
	view_evidence(finding, view, LAYER_LINK, link, "rx_missed_errors", false);
	view_evidence(finding, view, LAYER_LINK, link, "rx_fifo_errors", false);
	view_evidence(finding, view, LAYER_LINK, link, "rx_over_errors", false);
	for (size_t i = 0; i < NR(ring_names); i++)
		view_evidence(finding, view, LAYER_DRIVER, link, ring_names[i], false);
	view_evidence(finding, view, LAYER_LINK, link, "rx_packets", true);
	shell_word(link, word);
	finding_command(finding, "ethtool -g %s", word);
	finding_command(finding, "ethtool -G %s rx 4096", word);
	finding_advice(finding, "4096 stands for the maximum that -g shows. If it goes on: more queues (ethtool -L %s combined N), their "
				"interrupts on more CPUs.", word);
}

void rule_ring_overrun(struct findings *findings, const struct view *view)
{
	for (const struct counter *c = view_objects(view, LAYER_LINK, NULL); c; c = view_objects(view, LAYER_LINK, c->object)) {
		ring(findings, view, c->object);
		allowance(findings, view, c->object);
	}
}

void rule_link_full(struct findings *findings, const struct view *view)
{
	for (const struct counter *c = view_objects(view, LAYER_LINK, NULL); c; c = view_objects(view, LAYER_LINK, c->object)) {
		uint64_t mbps;

		if (!view_level(view, LAYER_LINK, c->object, "speed_mbps", &mbps) || mbps == 0)
			continue;
		for (size_t i = 0; i < NR(directions); i++) {
			struct grown bytes = view_grown(view, LAYER_LINK, c->object, directions[i].bytes);
			double used = view_rate(view, bytes.by) * 8e-6;
			struct finding *finding;

			if (!bytes.known || used < LINK_FULL * (double)mbps || used > LINK_MADE_UP * (double)mbps)
				continue;
			finding = finding_add(findings, "link-full", SEVERITY_WARNING, SURE_CERTAIN, WEIGHT_LIMIT);
			finding_title(finding, "%s is full: it %s %.0f of %" PRIu64 " Mbit/s", c->object, directions[i].word, used, mbps);
			finding_effect(finding, "Everything that goes this way waits, and bursts are dropped.");
			view_evidence(finding, view, LAYER_LINK, c->object, directions[i].bytes, true);
			finding_command(finding, "coremon-report --clients 5");
			finding_advice(finding, "See who takes it; a faster link, several bonded, or a limit for the largest takers.");
		}
	}
}

/* "eth0 fq_codel 1:" is of eth0. */
static const char *device_of(const char *object, char buf[64])
{
	snprintf(buf, 64, "%.*s", (int)strcspn(object, " "), object);
	return buf;
}

static bool has_kind(const char *object, const char *kind)
{
	const char *space = strchr(object, ' ');
	size_t len = strlen(kind);

	return space && strncmp(space + 1, kind, len) == 0 && (space[1 + len] == ' ' || space[1 + len] == '\0');
}

static void qdisc_advice(struct finding *finding, const char *object, const char *word)
{
	static const char *const limited[] = { "tbf", "htb", "hfsc", "cake", "cbq" };

	for (size_t i = 0; i < NR(limited); i++) {
		if (!has_kind(object, limited[i]))
			continue;
		finding_advice(finding, "It is there to limit the rate and more is sent: raise its rate or its limit, or send less.");
		return;
	}
	if (has_kind(object, "netem"))
		finding_advice(finding, "netem loses packets on purpose: take it away if that is not wanted.");
	else if (has_kind(object, "ingress") || has_kind(object, "clsact"))
		finding_advice(finding, "A filter or policer there drops what comes in: tc -s filter show dev %s ingress.", word);
	else if (has_kind(object, "pfifo_fast") || has_kind(object, "pfifo") || has_kind(object, "mq") || has_kind(object, "noqueue"))
		finding_command(finding, "ip link set dev %s txqueuelen 10000", word);
	else
		finding_advice(finding, "The link is slower than what is sent to it; a longer limit trades loss for delay.");
}

static void qdisc(struct findings *findings, const struct view *view, const char *object)
{
	struct grown drops = view_grown(view, LAYER_QDISC, object, "drops"), packets = view_grown(view, LAYER_QDISC, object, "packets");
	uint64_t all = packets.by + drops.by, lost = paths_lost(view), backlog;
	char device[64], word[SHELL_WORD_LEN], share[SHARE_LEN];
	struct finding *finding;

	if (!drops.known || !packets.known || drops.by < LOST_MIN ||
	    ((double)drops.by < QDISC_SHARE * (double)all && !(lost && (double)drops.by >= QDISC_OF_LOST * (double)lost)))
		return;
	device_of(object, device);
	finding = finding_add(findings, "qdisc-drops", SEVERITY_WARNING, SURE_CERTAIN, WEIGHT_LIMIT);
	finding_title(finding, "the queueing discipline %s drops %s of what is sent", object,
		      share_text((double)drops.by, (double)all, share));
	finding_effect(finding, "This machine itself drops what its services send by %s: TCP slows down, UDP is lost.", device);
	view_evidence(finding, view, LAYER_QDISC, object, "drops", true);
	view_evidence(finding, view, LAYER_QDISC, object, "packets", true);
	view_evidence(finding, view, LAYER_QDISC, object, "overlimits", false);
	view_evidence(finding, view, LAYER_QDISC, object, "requeues", false);
	view_reason(finding, view, "QDISC_DROP");
	if (view_level(view, LAYER_QDISC, object, "backlog", &backlog))
		finding_note(finding, "backlog", "%" PRIu64 " bytes wait", backlog);
	shell_word(device, word);
	finding_command(finding, "tc -s qdisc show dev %s", word);
	qdisc_advice(finding, object, word);
}

/* A class and its qdisc both count a drop: of a device the one that dropped most tells. */
void rule_qdisc(struct findings *findings, const struct view *view)
{
	const struct counter *worst = NULL;
	uint64_t most = 0;

	for (const struct counter *c = view_objects(view, LAYER_QDISC, NULL); c; c = view_objects(view, LAYER_QDISC, c->object)) {
		uint64_t drops = view_grown(view, LAYER_QDISC, c->object, "drops").by;
		char device[64], last[64];

		if (worst && strcmp(device_of(c->object, device), device_of(worst->object, last)) != 0) {
			qdisc(findings, view, worst->object);
			worst = NULL;
		}
		if (!worst || drops > most) {
			worst = c;
			most = drops;
		}
	}
	if (worst)
		qdisc(findings, view, worst->object);
}
