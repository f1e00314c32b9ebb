/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the counters of TCP's congestion avoidance say together: that packets were lost, only came in another order, or were late.
 *
 * Segments sent again are no sign of congestion by themselves: a tail loss probe is one, and so is what Recovery sent for a packet
 * that only came late, which the kernel finds out and takes back (undo). So what counts is the ways into Recovery and Loss, and how
 * many of them were taken back.
 */
#ifndef COREMON_VERDICT_H
#define COREMON_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What happened in an interval. */
enum evidence {
	E_OUT,			/* segments sent for the first time */
	E_RETRANS,		/* segments sent again, of whatever kind */
	E_FAST,			/* of these in Recovery */
	E_SLOW_START,		/* of these in Loss, but for those that a timer sent itself where that is known */
	E_PROBES,		/* tail loss probes: of segments sent again or of new data */
	E_PROBE_REPAIRS,	/* losses that a probe repaired */
	E_HANDSHAKES,		/* SYN and SYN-ACK sent again */
	E_RECOVERIES,		/* ways into Recovery */
	E_RECOVERIES_UNDONE,
	E_TIMEOUTS,		/* timers that ran out, or ways into Loss; those of handshakes with them */
	E_TIMEOUTS_UNDONE,
	E_HOST_QUEUE,		/* timers whose segment had not left this machine yet */
	E_REORDERINGS,		/* found without a loss */
	E_CE,			/* segments that the peer told to have been marked by ECN */
	E_TWICE,		/* segments that the peer told to have had already (DSACK): sent again for nothing */
	E_GIVEN_UP,		/* connections that ended because nobody answered */
	E_NR
};

/** struct evidences - all of it */
struct evidences {
	uint32_t known;		/* bit per enum evidence; what is not known counts as nothing */
	uint64_t nr[E_NR];
	bool timeouts_of_data;	/* E_TIMEOUTS has no handshakes in it */
};

enum verdict_kind {
	VERDICT_UNKNOWN,	/* too little is known */
	VERDICT_NOTHING,	/* no segment was sent again, nothing was reduced */
	VERDICT_PROBES,		/* tail loss probes alone, and none found a loss */
	VERDICT_HANDSHAKES,	/* SYN or SYN-ACK were not answered, connections had no trouble */
	VERDICT_HARMLESS,	/* reordering was found and cost nothing */
	VERDICT_ECN,		/* congestion told by ECN, nothing lost */
	VERDICT_REORDERING,	/* Recovery nearly always taken back, or for nothing: the order, not congestion */
	VERDICT_DELAY,		/* Loss mostly taken back, or for nothing: late, not lost */
	VERDICT_HOST,		/* segments wait on this machine for longer than the timer */
	VERDICT_MIXED,		/* some of the Recovery was taken back, some not */
	VERDICT_REPAIRED,	/* packets are lost and repaired without a timeout */
	VERDICT_LOSS,		/* Loss: the network, or a peer that is gone */
	VERDICT_NR
};

/** struct verdict - what is to be said */
struct verdict {
	enum verdict_kind kind;
	bool few;		/* there is little it rests on */
	uint64_t recoveries, recoveries_undone, timeouts, timeouts_undone;	/* what it rests on; of data, not of handshakes */
};

/** verdict_of() - judge what happened. */
struct verdict verdict_of(const struct evidences *evidences);

/** verdict_name() - Return: its name in JSON and CSV: "reordering", "loss" ... */
const char *verdict_name(enum verdict_kind kind);

/** verdict_word() - Return: what it means, in 60 characters at most. */
const char *verdict_word(enum verdict_kind kind);

#define VERDICT_LEN 256

/** verdict_figures() - the figures it rests on: "58 of 60 recoveries undone, 3 timeouts"; "" for none. Return: @buf. */
char *verdict_figures(const struct verdict *verdict, const struct evidences *evidences, char buf[VERDICT_LEN]);

/** evidence_set() - @which happened @nr times. */
static inline void evidence_set(struct evidences *evidences, enum evidence which, uint64_t nr)
{
	evidences->nr[which] = nr;
	evidences->known |= UINT32_C(1) << which;
}

#endif /* COREMON_VERDICT_H */
