// SPDX-License-Identifier: GPL-2.0-only
/* Rules about the network that TCP shows: paths that lose, reorder, or lose full segments alone. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

/*
 * A path is measured from so many data segments on, and lossy from this share: networks that are not congested lose less than one
 * in 1,000, and TCP's own search for the limit of a full link costs a few in 1,000. At one in 100 every connection is slow.
 */
#define PATH_SEGS 200
#define PATH_SHARE 0.01
#define PATH_SHARE_BAD 0.05	/* of which users speak */

/* Other networks lose so much less that it is the path and not this machine. */
#define PATH_OTHERS 0.2

/* So many lossy networks, of so many that were measured, are not to blame each. */
#define PATHS_ALL 3
#define PATHS_ALL_SHARE 0.67
#define PATHS_SHOWN 3

/*
 * Recoveries that were nearly all taken back: what was sent again had not been lost. Of real losses one in ten is; but the last of a
 * connection, which ends before it is told that nothing was lost, is never taken back, so that all are not to be had.
 */
#define UNDONE_MIN 10
#define UNDONE_SHARE 0.67

/* So many of all segments are sent again for it: a little reordering, of a program that moves to another CPU, is on any machine. */
#define REORDERED_SHARE 0.01

/* A round trip of a data centre, where nothing should be lost, nor wait for a timeout of 200 ms and more. */
#define NEAR_RTT_US 5000

/* A segment from which on it is taken for a full one: no path of today carries less. */
#define FULL_SEGMENT 1000

/* What was sent again for a loss: not the probes, nor what the peer said it had twice, nor handshakes. */
static uint64_t lost(const struct conns *conns, const struct path *path)
{
	uint64_t again = conns->module ? path->timeout + path->fast + path->other : path->retrans;

	return again > path->spurious ? again - path->spurious : 0;
}

static bool is_reordering(const struct path *path)
{
	return path->recoveries >= UNDONE_MIN && (double)path->undone >= UNDONE_SHARE * (double)path->recoveries &&
	       (double)path->retrans >= REORDERED_SHARE * (double)path->data_segs_out;
}

static bool is_spurious(const struct path *path)
{
	return path->losses >= UNDONE_MIN && (double)path->undone_loss >= UNDONE_SHARE * (double)path->losses;
}

static bool is_measured(const struct path *path)
{
	return path->data_segs_out >= PATH_SEGS;
}

static bool is_lossy(const struct conns *conns, const struct path *path)
{
	uint64_t gone = lost(conns, path);

	return is_measured(path) && gone >= LOST_MIN && (double)gone >= PATH_SHARE * (double)path->data_segs_out && !is_reordering(path);
}

uint64_t paths_lost(const struct view *view)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; view->conns && i < view->conns->nr_paths; i++) {
		if (is_lossy(view->conns, &view->conns->path[i]))
			sum += lost(view->conns, &view->conns->path[i]);
	}
	return sum;
}

/* This machine drops packets itself, which was told of: what TCP sends again is of that. */
static bool drops_here(const struct findings *findings)
{
	static const char *const own[] = { "qdisc-drops", "ring-overrun", "cpu-backlog", "cloud-allowance", "link-errors",
					  "link-errors-only" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (findings_has(findings, own[i]))
			return true;
	}
	return false;
}

static void path_evidence(struct finding *finding, const struct view *view, const struct path *path)
{
	const struct conns *conns = view->conns;
	char share[SHARE_LEN], host[PATH_STRLEN];
	uint64_t gone = lost(conns, path);

	finding_note(finding, "lost", "%" PRIu64 " of %" PRIu64 " data segments (%s), %.1f a second", gone, path->data_segs_out,
		     share_text((double)gone, (double)path->data_segs_out, share), view_rate(view, gone));
	if (conns->module) {
		finding_note(finding, "sent again", "%" PRIu64 " fast, %" PRIu64 " after a timeout, %" PRIu64 " probes (no "
			     "losses), %" PRIu64
			     " not needed", path->fast, path->timeout, path->probe, path->spurious);
		finding_note(finding, "states", "%" PRIu64 " times Recovery (%" PRIu64 " undone), %" PRIu64 " times Loss "
			     "(%" PRIu64 " undone)",
			     path->recoveries, path->undone, path->losses, path->undone_loss);
	} else {
		finding_note(finding, "sent again", "%" PRIu64 ", probes among them: without the module they cannot be told "
			     "apart", path->retrans);
	}
	if (path->min_rtt_us < 100)
		finding_note(finding, "round trip", "%" PRIu64 " us at best", path->min_rtt_us);
	else if (path->min_rtt_us != UINT64_MAX)
		finding_note(finding, "round trip", "%.1f ms at best", (double)path->min_rtt_us / 1000);
	if (path->worst_retrans)
		finding_note(finding, "worst", "%s, %" PRIu64 " sent again", path_host(&path->worst, host), path->worst_retrans);
}

static void path_advice(struct finding *finding, const struct conns *conns, const struct path *path)
{
	char host[PATH_STRLEN];

	path_host(&path->worst, host);
	finding_command(finding, "mtr -n -r -c 100 %s", host);
	if (conns->module) {
		finding_command(finding, "coremon-events -k retrans dst %s", host);
	} else if (!conns->denied) {
		finding_command(finding, "modprobe coremon");
		finding_advice(finding, "With the module loaded coremon-doctor tells losses from probes, and coremon-events -k retrans dst %s shows "
			       "each as it happens.", host);
	}
	if (path->min_rtt_us < NEAR_RTT_US)
		finding_advice(finding, "Within a data centre nothing should be lost: look at the drops and errors of the "
			       "switches' ports on the way, "
					"and of the machine at the far end (coremon-doctor there).");
	else
		finding_advice(finding, "If mtr shows the loss from one hop on to the end, it is there; if at the end alone, it "
			       "is the far machine.");
}

static void lossy_path(struct findings *findings, const struct view *view, const struct path *path, const struct path *others)
{
	uint64_t gone = lost(view->conns, path), gone_else = lost(view->conns, others);
	double share = (double)gone / (double)path->data_segs_out;
	bool alone = others->data_segs_out >= PATH_SEGS && (double)gone_else < PATH_OTHERS * share * (double)others->data_segs_out;
	bool here = drops_here(findings);
	enum severity severity = here ? SEVERITY_NOTE : share >= PATH_SHARE_BAD ? SEVERITY_CRITICAL : SEVERITY_WARNING;
	struct finding *finding = finding_add(findings, "path-loss", severity, view->conns->module ? SURE_LIKELY : SURE_POSSIBLE,
					      WEIGHT_LOSS + share);
	char name[PATH_STRLEN], text[SHARE_LEN];

	finding_title(finding, "the path to %s loses %s of what is sent%s", path_text(path, name),
		      share_text((double)gone, (double)path->data_segs_out, text),
		      alone ? ", others do not" : "");
	if (path->losses - (path->undone_loss < path->losses ? path->undone_loss : path->losses) >= LOST_MIN)
		finding_effect(finding, "Connections there are slow, and stand still for 200 ms and more at each of %" PRIu64 " "
			       "timeouts.", path->losses);
	else
		finding_effect(finding, "Connections there are slow: each loss halves what a connection sends, or nearly so.");
	path_evidence(finding, view, path);
	if (others->data_segs_out)
		finding_note(finding, "other networks", "%s of %" PRIu64 " segments lost",
			     share_text((double)gone_else, (double)others->data_segs_out, text), others->data_segs_out);
	if (here)
		finding_note(finding, "cause", "this machine drops packets itself, see above");
	path_advice(finding, view->conns, path);
}

/* The same, of all paths but @path. */
static struct path the_others(const struct conns *conns, const struct path *path)
{
	struct path sum = { .min_rtt_us = UINT64_MAX };

	for (unsigned int i = 0; i < conns->nr_paths; i++) {
		const struct path *other = &conns->path[i];

		if (other == path || is_reordering(other))
			continue;
		sum.data_segs_out += other->data_segs_out;
		sum.retrans += other->retrans;
		sum.timeout += other->timeout;
		sum.fast += other->fast;
		sum.other += other->other;
		sum.spurious += other->spurious;
		sum.probe += other->probe;
		sum.recoveries += other->recoveries;
		sum.losses += other->losses;
		sum.undone += other->undone;
		sum.undone_loss += other->undone_loss;
		if (other->min_rtt_us < sum.min_rtt_us)
			sum.min_rtt_us = other->min_rtt_us;
		if (other->worst_retrans > sum.worst_retrans) {
			sum.worst_retrans = other->worst_retrans;
			sum.worst = other->worst;
		}
	}
	return sum;
}

static void loss_everywhere(struct findings *findings, const struct view *view, unsigned int lossy, unsigned int measured)
{
	struct path sum = the_others(view->conns, NULL);
	bool here = drops_here(findings);
	struct finding *finding = finding_add(findings, "path-loss", here ? SEVERITY_NOTE : SEVERITY_CRITICAL, SURE_LIKELY,
					      WEIGHT_LOSS + 1);

	finding_title(finding, "nearly all paths lose: the fault is at this machine or next to it");
	finding_effect(finding, "Every service that sends is slow: each loss halves what a connection sends, or nearly so.");
	finding_note(finding, "networks", "%u of %u lose more than one segment in 100", lossy, measured);
	path_evidence(finding, view, &sum);
	if (here)
		finding_note(finding, "cause", "this machine drops packets itself, see above");
	finding_command(finding, "coremon-drops 5 1");
	path_advice(finding, view->conns, &sum);
}

/* Where most connections wait for timeouts though few segments are lost: what is lost are the last ones of answers. */
static void timeouts(struct findings *findings, const struct view *view, const struct path *path)
{
	uint64_t real = path->losses > path->undone_loss ? path->losses - path->undone_loss : 0;
	struct finding *finding;
	char name[PATH_STRLEN];

	if (!is_measured(path) || path_is_here(path) || path->min_rtt_us > NEAR_RTT_US || !view_lost(real, path->data_segs_out))
		return;
	finding = finding_add(findings, "path-timeouts", SEVERITY_WARNING, SURE_LIKELY, WEIGHT_LOSS);
	finding_title(finding, "connections to %s wait for timeouts, %" PRIu64 " times, within a data centre",
		      path_text(path, name), real);
	finding_effect(finding, "Each stands still for 200 ms or more: a thousand times the round trip. Loss states so near point "
		       "to the network.");
	path_evidence(finding, view, path);
	path_advice(finding, view->conns, path);
}

void rule_paths(struct findings *findings, const struct view *view)
{
	unsigned int lossy = 0, measured = 0, shown = 0;
	const struct conns *conns = view->conns;

	for (unsigned int i = 0; conns && i < conns->nr_paths; i++) {
		lossy += is_lossy(conns, &conns->path[i]);
		measured += is_measured(&conns->path[i]);
	}
	if (lossy >= PATHS_ALL && (double)lossy >= PATHS_ALL_SHARE * (double)measured)
		loss_everywhere(findings, view, lossy, measured);
	for (unsigned int i = 0; conns && i < conns->nr_paths; i++) {
		const struct path *path = &conns->path[i];

		if (is_lossy(conns, path)) {
			struct path others = the_others(conns, path);

			if ((lossy < PATHS_ALL || (double)lossy < PATHS_ALL_SHARE * (double)measured) && shown++ < PATHS_SHOWN)
				lossy_path(findings, view, path, &others);
		} else if (conns->module) {
			timeouts(findings, view, path);
		}
	}
}

static void reordering(struct findings *findings, const struct view *view, const char *where, const struct path *path)
{
	struct finding *finding = finding_add(findings, "reordering", SEVERITY_WARNING, SURE_LIKELY, WEIGHT_LOSS + 5);

	finding_title(finding, "%s reorders packets: this is not congestion", where);
	finding_effect(finding, "Segments that were only late are taken for lost and sent again, and windows shrink for nothing.");
	finding_note(finding, "Recovery", "%" PRIu64 " times, of which %" PRIu64 " were undone", path->recoveries,
		     path->undone < path->recoveries ? path->undone : path->recoveries);
	if (path->spurious)
		finding_note(finding, "sent again", "%" PRIu64 " of %" PRIu64 " segments; the peer had %" PRIu64 " of them already",
			     path->retrans, path->data_segs_out, path->spurious);
	if (path->reord_seen)
		finding_note(finding, "reordering seen", "%" PRIu64 " times", path->reord_seen);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPSACKReorder", false);
	view_evidence(finding, view, LAYER_TCP, "", "TcpExtTCPTSReorder", false);
	finding_command(finding, "sysctl -w net.ipv4.tcp_reordering=30");
	finding_advice(finding, "Better, find what spreads one connection over several ways: packets in turn over equal routes "
		       "(ECMP) or over a bond "
				"(balance-rr), or a tunnel or firewall with many CPUs. They should choose by a hash of addresses "
				"and ports.");
}

/* Without the module, the same from the counters of the whole machine. */
static struct path all_of_host(const struct view *view)
{
	return (struct path){
		.data_segs_out = view_grown(view, LAYER_TCP, "", "TcpOutSegs").by,
		.recoveries = view_grown(view, LAYER_TCP, "", "TcpExtTCPSackRecovery").by +
			      view_grown(view, LAYER_TCP, "", "TcpExtTCPRenoRecovery").by,
		.undone = view_grown(view, LAYER_TCP, "", "TcpExtTCPFullUndo").by +
			  view_grown(view, LAYER_TCP, "", "TcpExtTCPPartialUndo").by +
			  view_grown(view, LAYER_TCP, "", "TcpExtTCPDSACKUndo").by,
		.retrans = view_grown(view, LAYER_TCP, "", "TcpRetransSegs").by,
		.spurious = view_grown(view, LAYER_TCP, "", "TcpExtTCPDSACKRecv").by,
	};
}

void rule_reordering(struct findings *findings, const struct view *view)
{
	const struct conns *conns = view->conns;
	char name[PATH_STRLEN], where[PATH_STRLEN + 32];

	if (!conns || !conns->module) {
		struct path all = all_of_host(view);

		if (is_reordering(&all))
			reordering(findings, view, "the network", &all);
		return;
	}
	for (unsigned int i = 0; i < conns->nr_paths; i++) {
		const struct path *path = &conns->path[i];
		struct finding *finding;

		snprintf(where, sizeof(where), "the path to %s", path_text(path, name));
		if (is_reordering(path)) {
			reordering(findings, view, where, path);
		} else if (is_spurious(path)) {
			finding = finding_add(findings, "spurious-timeouts", SEVERITY_WARNING, SURE_LIKELY, WEIGHT_LOSS);
			finding_title(finding, "%s is held up at times, but does not lose", where);
			finding_effect(finding, "Packets come so late that timeouts run out for them: answers take some 100 ms longer.");
			finding_note(finding, "Loss", "%" PRIu64 " times, of which %" PRIu64 " were undone", path->losses,
				     path->undone_loss);
			finding_command(finding, "mtr -n -r -c 100 %s", path_host(&path->worst, name));
			finding_advice(finding, "A queue on the way that is too long and fills, a radio link, or a machine on it "
				       "(a virtual one) that stops "
						"for moments.");
		}
	}
}

/* Others with the same network get through, or the peer itself is heard: it is there. */
static bool answers(const struct conns *conns, const struct held *held)
{
	struct path *path = path_find((struct conns *)conns, &held->remote);

	return held->segs_in > 0 || (path && (path->bytes_acked > held->acked || path->segs_in > held->segs_in));
}

void rule_black_hole(struct findings *findings, const struct view *view)
{
	const struct conns *conns = view->conns;
	const struct held *worst = NULL;
	char host[PATH_STRLEN], process[PROCESS_LEN];
	struct finding *finding;
	uint64_t probing, nr = 0;

	for (unsigned int i = 0; conns && conns->module && i < conns->nr_held; i++) {
		const struct held *held = &conns->held[i];

		if (held->ended || !held->in_loss || !held->timeouts || held->timeouts != held->retrans || held->acked ||
		    held->bytes_retrans < FULL_SEGMENT * held->retrans || !answers(conns, held))
			continue;
		nr++;
		if (!worst || held->timeouts_ever > worst->timeouts_ever)
			worst = held;
	}
	if (!worst)
		return;
	finding = finding_add(findings, "mtu-black-hole", SEVERITY_CRITICAL, SURE_POSSIBLE, WEIGHT_CAUSE);
	path_host(&worst->remote, host);
	finding_title(finding, "full-size segments to %s may not get through: an MTU black hole", host);
	finding_effect(finding, "Connections come up and then hang as soon as more than a little is sent.");
	finding_note(finding, "connections", "%" PRIu64 " in Loss, with nothing acknowledged while small segments pass", nr);
	finding_note(finding, "sent again", "%" PRIu64 " segments of %" PRIu64 " bytes, all after timeouts (%" PRIu64 " so far)",
		     worst->retrans,
		     worst->bytes_retrans / worst->retrans, worst->timeouts_ever);
	finding_note(finding, "process", "%s", process_text(worst->owner.comm, worst->owner.pid, process));
	finding_command(finding, "ping -M do -c 3 -s %d %s", worst->remote.v6 && strchr(host, ':') ? 1452 : 1472, host);
	finding_command(finding, "tracepath -n %s", host);
	if (view_level(view, LAYER_LIMIT, "", "net.ipv4.tcp_mtu_probing", &probing) && probing == 0)
		finding_command(finding, "sysctl -w net.ipv4.tcp_mtu_probing=1");
	finding_advice(finding, "If the first ping fails and one with -s 1200 does not, it is so: somebody drops the ICMP "
		       "'fragmentation needed'. Let it "
				"through, or lower the MTU of the route.");
}
