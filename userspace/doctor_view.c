// SPDX-License-Identifier: GPL-2.0-only
/* What the rules of the doctor ask of a view. */
#include <stdio.h>
#include <string.h>

#include "doctor.h"

struct grown view_grown(const struct view *view, enum layer layer, const char *object, const char *name)
{
	const struct counter *before = counters_find(view->before, layer, object, name);
	const struct counter *now = counters_find(view->now, layer, object, name);
	struct grown grown = { 0 };

	if (counters_delta(view->before, view->now, layer, object, name, &grown.by)) {
		grown.known = true;
		grown.after = now ? now->value : 0;
		grown.before = before ? before->value : grown.after - grown.by;
	}
	return grown;
}

void view_evidence(struct finding *finding, const struct view *view, enum layer layer, const char *object, const char *name,
		   bool always)
{
	struct grown grown = view_grown(view, layer, object, name);

	if (grown.known && (always || grown.by))
		finding_count(finding, name, grown.before, grown.after, view->elapsed_ns);
}

void view_reason(struct finding *finding, const struct view *view, const char *reason)
{
	uint64_t before = 0, after = 0;
	size_t len = strlen(reason);
	char name[64];

	for (const struct counter *c = view_objects(view, LAYER_REASON, NULL); c; c = view_objects(view, LAYER_REASON, c->object)) {
		struct grown grown;

		if (strncmp(c->object, reason, len) != 0 || c->object[len] != '|')
			continue;
		grown = view_grown(view, LAYER_REASON, c->object, "count");
		before += grown.before;
		after += grown.after;
	}
	snprintf(name, sizeof(name), "drops for %s", reason);
	if (after > before)
		finding_count(finding, name, before, after, view->elapsed_ns);
}

bool view_level(const struct view *view, enum layer layer, const char *object, const char *name, uint64_t *value)
{
	const struct counter *counter = counters_find(view->now, layer, object, name);

	if (counter)
		*value = counter->value;
	return counter != NULL;
}

const struct counter *view_objects(const struct view *view, enum layer layer, const char *object)
{
	const struct counters *all = view->now;
	unsigned int low = 0, high = all->nr;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;
		const struct counter *counter = &all->counter[mid];

		if (counter->layer < layer || (counter->layer == layer && object && strcmp(counter->object, object) <= 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low < all->nr && all->counter[low].layer == layer ? &all->counter[low] : NULL;
}

double view_rate(const struct view *view, uint64_t count)
{
	return view->elapsed_ns ? (double)count * 1e9 / (double)view->elapsed_ns : 0;
}

bool view_lost(uint64_t lost, uint64_t all)
{
	return lost >= LOST_MIN && (double)lost >= LOST_SHARE * (double)all;
}

char *process_text(const char *comm, uint32_t pid, char buf[PROCESS_LEN])
{
	if (pid)
		snprintf(buf, PROCESS_LEN, "%s (pid %u)", *comm ? comm : "?", pid);
	else
		snprintf(buf, PROCESS_LEN, "%s", "a process that is not known");
	return buf;
}

void diagnose(struct findings *findings, const struct view *view)
{
	static const rule_fn rules[] = {
		rule_link_errors, rule_ring_overrun, rule_link_full, rule_qdisc, rule_cpu_backlog, rule_cpu_squeeze, rule_conntrack,
		rule_descriptors, rule_reverse_path, rule_checksum, rule_tcp_memory, rule_thinned, rule_udp_buffer, rule_udp_memory,
		rule_accept_queue, rule_syn_flood, rule_ports, rule_time_wait, rule_paths, rule_silent, rule_reordering, rule_black_hole,
		rule_slow_reader, rule_peer_window, rule_send_buffer, rule_client, rule_forecast,
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i](findings, view);
	findings_sort(findings);
}
