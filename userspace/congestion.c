// SPDX-License-Identifier: GPL-2.0-only
#include "congestion.h"

#include <string.h>

const struct congestion_row congestion_rows[CONGESTION_ROWS] = {
	{ "TcpRetransSegs", "all sent again, probes too: misleads alone" },
	{ "TcpExtTCPFastRetrans", "sent again in Recovery" },
	{ "TcpExtTCPSlowStartRetrans", "sent again in Loss, behind the timer's own" },
	{ "TcpExtTCPTimeouts", "timers that ran out, of handshakes too" },
	{ "TcpExtTCPSynRetrans", "SYN and SYN-ACK sent again" },
	{ "TcpExtTCPSackRecovery", "into Recovery: a hole, told by SACK" },
	{ "TcpExtTCPRenoRecovery", "into Recovery: a hole, peer without SACK" },
	{ "TcpExtTCPLossProbes", "tail loss probes sent: no congestion" },
	{ "TcpExtTCPLossProbeRecovery", "of these found a loss, and repaired it" },
	{ "TcpExtTCPFullUndo", "Recovery undone at its end: nothing was lost" },
	{ "TcpExtTCPPartialUndo", "Recovery undone on the way: only late" },
	{ "TcpExtTCPDSACKUndo", "undone: the peer had all of it twice" },
	{ "TcpExtTCPLossUndo", "Loss undone: only late" },
	{ "TcpExtTCPSpuriousRTOs", "timers that ran out too early (F-RTO)" },
	{ "TcpExtTCPSpuriousRtxHostQueues", "not sent again: still in a queue here" },
	{ "TcpExtTCPLostRetransmit", "sent again, and lost again" },
	{ "TcpExtTCPRetransFail", "this host could not send it again" },
	{ "TcpExtTCPSACKReorder", "reordering found, by SACK" },
	{ "TcpExtTCPTSReorder", "reordering found, by timestamp" },
	{ "TcpExtTCPRenoReorder", "reordering found, without SACK" },
	{ "TcpExtTCPDSACKRecv", "the peer tells of what it got twice" },
	{ "TcpExtTCPDSACKOfoRecv", "the same, of what it got out of order" },
	{ "TcpExtTCPSackRecoveryFail", "Recovery ended by a timer" },
	{ "TcpExtTCPRenoRecoveryFail", "Recovery ended by a timer, no SACK" },
	{ "TcpExtTCPSackFailures", "timers while SACKs told of a hole" },
	{ "TcpExtTCPRenoFailures", "timers while duplicate ACKs came" },
	{ "TcpExtTCPLossFailures", "timers in Loss: lost again and again" },
	{ "TcpExtTCPSACKReneging", "the peer took back what it had told" },
	{ "TcpExtTCPDeliveredCE", "marked by ECN on the way: congestion" },
	{ "TcpExtTCPAbortOnTimeout", "connections given up: no answer" },
};
const unsigned int congestion_rows_nr = 30;

const struct congestion_sum congestion_sums[] = {
	{ "retrans", K_RETRANS },
	{ "retrans_timeout", K_RETRANS_TIMEOUT },
	{ "retrans_fast", K_RETRANS_FAST },
	{ "retrans_tail_loss_probe", K_RETRANS_TLP },
	{ "retrans_syn", K_RETRANS_SYN },
	{ "retrans_synack", K_RETRANS_SYNACK },
	{ "retrans_other", K_RETRANS_OTHER },
	{ "dsack_dups", K_DSACK_DUPS },
	{ "reord_seen", K_REORD_SEEN },
	{ "disorder_entries", K_DISORDER_ENTRIES },
	{ "cwr_entries", K_CWR_ENTRIES },
	{ "recovery_entries", K_RECOVERY_ENTRIES },
	{ "loss_entries", K_LOSS_ENTRIES },
	{ "undo_full", K_UNDO_FULL },
	{ "undo_partial", K_UNDO_PARTIAL },
	{ "undo_dsack", K_UNDO_DSACK },
	{ "undo_loss", K_UNDO_LOSS },
	{ "open_us", K_OPEN_US },
	{ "disorder_us", K_DISORDER_US },
	{ "cwr_us", K_CWR_US },
	{ "recovery_us", K_RECOVERY_US },
	{ "loss_us", K_LOSS_US },
};
const unsigned int congestion_sums_nr = sizeof(congestion_sums) / sizeof(congestion_sums[0]);

uint32_t congestion_layers(void)
{
	return UINT32_C(1) << LAYER_TCP;
}

static struct delta delta_of(const struct counters *before, const struct counters *now, const char *name)
{
	const struct counter *a = counters_find(before, LAYER_TCP, "", name), *b = counters_find(now, LAYER_TCP, "", name);

	return delta_make(a, a ? a->value : 0, b, b ? b->value : 0);
}

/* The sum of the counters whose names follow, up to NULL; one that a kernel does not have counts as nothing if another is known. */
static void host_evidence(struct evidences *evidences, enum evidence which, const struct counters *before, const struct counters *now,
			  const char *const names[])
{
	uint64_t sum = 0, grown;
	bool is_known = false;

	for (; *names; names++) {
		if (!counters_delta(before, now, LAYER_TCP, "", *names, &grown))
			continue;
		sum += grown;
		is_known = true;
	}
	if (is_known)
		evidence_set(evidences, which, sum);
}

static void host_evidences(struct evidences *evidences, const struct counters *before, const struct counters *now)
{
	static const char *const names[E_NR][4] = {
		[E_OUT] = { "TcpOutSegs" },
		[E_RETRANS] = { "TcpRetransSegs" },
		[E_FAST] = { "TcpExtTCPFastRetrans" },
		[E_SLOW_START] = { "TcpExtTCPSlowStartRetrans" },
		[E_PROBES] = { "TcpExtTCPLossProbes" },
		[E_PROBE_REPAIRS] = { "TcpExtTCPLossProbeRecovery" },
		[E_HANDSHAKES] = { "TcpExtTCPSynRetrans" },
		[E_RECOVERIES] = { "TcpExtTCPSackRecovery", "TcpExtTCPRenoRecovery" },
		[E_RECOVERIES_UNDONE] = { "TcpExtTCPFullUndo", "TcpExtTCPPartialUndo", "TcpExtTCPDSACKUndo" },
		[E_TIMEOUTS] = { "TcpExtTCPTimeouts" },
		[E_TIMEOUTS_UNDONE] = { "TcpExtTCPLossUndo" },
		[E_HOST_QUEUE] = { "TcpExtTCPSpuriousRtxHostQueues" },
		[E_REORDERINGS] = { "TcpExtTCPSACKReorder", "TcpExtTCPTSReorder", "TcpExtTCPRenoReorder" },
		[E_CE] = { "TcpExtTCPDeliveredCE" },
		[E_TWICE] = { "TcpExtTCPDSACKRecv", "TcpExtTCPDSACKOfoRecv" },
		[E_GIVEN_UP] = { "TcpExtTCPAbortOnTimeout" },
	};

	for (unsigned int which = 0; which < E_NR; which++)
		host_evidence(evidences, (enum evidence)which, before, now, names[which]);
}

static void sum_evidence(struct evidences *evidences, enum evidence which, const struct totals *totals, const enum conn_counter *counters,
			 unsigned int nr)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < nr; i++) {
		if (!totals_known(totals, counters[i]))
			return;
		sum += totals->grown[counters[i]];
	}
	evidence_set(evidences, which, sum);
}

static void connection_evidences(struct evidences *evidences, const struct totals *totals)
{
	static const struct {
		enum evidence which;
		unsigned int nr;
		enum conn_counter counters[3];
	} sums[] = {
		/* of segments that hold data, as the others are never sent again */
		{ E_RETRANS, 1, { K_RETRANS } },
		{ E_FAST, 1, { K_RETRANS_FAST } },
		{ E_SLOW_START, 1, { K_RETRANS_TIMEOUT } },
		{ E_PROBES, 1, { K_RETRANS_TLP } },
		{ E_HANDSHAKES, 2, { K_RETRANS_SYN, K_RETRANS_SYNACK } },
		{ E_RECOVERIES, 1, { K_RECOVERY_ENTRIES } },
		{ E_RECOVERIES_UNDONE, 3, { K_UNDO_FULL, K_UNDO_PARTIAL, K_UNDO_DSACK } },
		{ E_TIMEOUTS_UNDONE, 1, { K_UNDO_LOSS } },
		{ E_REORDERINGS, 1, { K_REORD_SEEN } },
		{ E_TWICE, 1, { K_DSACK_DUPS } },
	};

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		sum_evidence(evidences, sums[i].which, totals, sums[i].counters, sums[i].nr);
	if (totals_known(totals, K_LOSS_ENTRIES))
		evidence_set(evidences, E_TIMEOUTS, totals->losses);
	if (totals_known(totals, K_SEGS_OUT) && totals_known(totals, K_RETRANS) && totals->grown[K_SEGS_OUT] >= totals->grown[K_RETRANS])
		evidence_set(evidences, E_OUT, totals->grown[K_SEGS_OUT] - totals->grown[K_RETRANS]);
	evidences->timeouts_of_data = true;
}

static bool tells(const struct verdict *verdict)
{
	return verdict->kind != VERDICT_UNKNOWN && verdict->kind != VERDICT_NOTHING && verdict->kind != VERDICT_HARMLESS;
}

void congestion_make(struct congestion *congestion, const struct counters *before, const struct counters *now, const struct totals *totals,
		     bool given_up_known, uint64_t given_up)
{
	memset(congestion, 0, sizeof(*congestion));
	for (unsigned int i = 0; i < congestion_rows_nr; i++)
		congestion->row[i] = delta_of(before, now, congestion_rows[i].name);
	host_evidences(&congestion->host, before, now);
	congestion->host_verdict = verdict_of(&congestion->host);
	congestion->host_tells = tells(&congestion->host_verdict);
	congestion->connections_known = totals && totals_known(totals, K_RETRANS_FAST);
	if (!congestion->connections_known)
		return;
	connection_evidences(&congestion->connections, totals);
	if (given_up_known)
		evidence_set(&congestion->connections, E_GIVEN_UP, given_up);
	congestion->connections_verdict = verdict_of(&congestion->connections);
	congestion->connections_tell = tells(&congestion->connections_verdict);
}
