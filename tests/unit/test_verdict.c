// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <string.h>

#include "congestion.h"
#include "section.h"
#include "verdict.h"

/* What happened; E_NR ends the list. The three without which nothing is said are known in any case. */
struct count {
	enum evidence which;
	uint64_t nr;
};

#define LEAST { E_RETRANS, 0 }, { E_RECOVERIES, 0 }, { E_TIMEOUTS, 0 }, { E_RECOVERIES_UNDONE, 0 }

static struct evidences make(const struct count *counts)
{
	static const struct count least[] = { LEAST, { E_NR, 0 } };
	struct evidences evidences = { 0 };

	for (const struct count *c = least; c->which != E_NR; c++)
		evidence_set(&evidences, c->which, c->nr);
	for (const struct count *c = counts; c->which != E_NR; c++)
		evidence_set(&evidences, c->which, c->nr);
	return evidences;
}

START_TEST(each_verdict_and_what_is_just_not_it)
{
	static const struct {
		enum verdict_kind kind;
		struct count counts[8];
	} table[] = {
		{ VERDICT_NOTHING, { { E_OUT, 1000 }, { E_NR, 0 } } },
		/* A probe of new data sends nothing again. */
		{ VERDICT_NOTHING, { { E_PROBES, 3 }, { E_NR, 0 } } },
		{ VERDICT_PROBES, { { E_RETRANS, 3 }, { E_PROBES, 4 }, { E_NR, 0 } } },
		{ VERDICT_REPAIRED, { { E_RETRANS, 3 }, { E_PROBES, 4 }, { E_PROBE_REPAIRS, 1 }, { E_NR, 0 } } },
		/* Sent again, and nothing says why. */
		{ VERDICT_UNKNOWN, { { E_RETRANS, 3 }, { E_NR, 0 } } },
		{ VERDICT_HANDSHAKES, { { E_RETRANS, 3 }, { E_HANDSHAKES, 3 }, { E_TIMEOUTS, 3 }, { E_NR, 0 } } },
		/* SYN-ACKs that are given up have a timer more. */
		{ VERDICT_HANDSHAKES, { { E_RETRANS, 3 }, { E_HANDSHAKES, 3 }, { E_TIMEOUTS, 6 }, { E_NR, 0 } } },
		{ VERDICT_LOSS, { { E_RETRANS, 7 }, { E_HANDSHAKES, 3 }, { E_TIMEOUTS, 7 }, { E_NR, 0 } } },
		{ VERDICT_HARMLESS, { { E_REORDERINGS, 9 }, { E_NR, 0 } } },
		{ VERDICT_ECN, { { E_CE, 9 }, { E_NR, 0 } } },
		{ VERDICT_REORDERING, { { E_RETRANS, 99 }, { E_RECOVERIES, 10 }, { E_RECOVERIES_UNDONE, 10 }, { E_NR, 0 } } },
		{ VERDICT_REORDERING, { { E_RETRANS, 99 }, { E_RECOVERIES, 10 }, { E_RECOVERIES_UNDONE, 8 }, { E_NR, 0 } } },
		/* More undone than began: those of the interval before. */
		{ VERDICT_REORDERING, { { E_RETRANS, 99 }, { E_RECOVERIES, 10 }, { E_RECOVERIES_UNDONE, 12 }, { E_NR, 0 } } },
		{ VERDICT_MIXED, { { E_RETRANS, 99 }, { E_RECOVERIES, 10 }, { E_RECOVERIES_UNDONE, 7 }, { E_NR, 0 } } },
		{ VERDICT_MIXED, { { E_RETRANS, 99 }, { E_RECOVERIES, 10 }, { E_RECOVERIES_UNDONE, 2 }, { E_NR, 0 } } },
		{ VERDICT_REPAIRED, { { E_RETRANS, 99 }, { E_RECOVERIES, 10 }, { E_RECOVERIES_UNDONE, 1 }, { E_NR, 0 } } },
		{ VERDICT_REPAIRED, { { E_RETRANS, 99 }, { E_RECOVERIES, 10 }, { E_NR, 0 } } },
		/* Not undone, but most of what was sent again had arrived; some; hardly any. */
		{ VERDICT_REORDERING, { { E_RETRANS, 10 }, { E_RECOVERIES, 10 }, { E_TWICE, 6 }, { E_NR, 0 } } },
		{ VERDICT_MIXED, { { E_RETRANS, 10 }, { E_RECOVERIES, 10 }, { E_TWICE, 5 }, { E_NR, 0 } } },
		{ VERDICT_MIXED, { { E_RETRANS, 10 }, { E_RECOVERIES, 10 }, { E_TWICE, 2 }, { E_NR, 0 } } },
		{ VERDICT_REPAIRED, { { E_RETRANS, 10 }, { E_RECOVERIES, 10 }, { E_TWICE, 1 }, { E_NR, 0 } } },
		{ VERDICT_DELAY, { { E_RETRANS, 10 }, { E_TIMEOUTS, 10 }, { E_TWICE, 6 }, { E_NR, 0 } } },
		{ VERDICT_DELAY, { { E_RETRANS, 10 }, { E_RECOVERIES, 10 }, { E_TIMEOUTS, 10 }, { E_TWICE, 6 }, { E_NR, 0 } } },
		{ VERDICT_REORDERING, { { E_RETRANS, 10 }, { E_RECOVERIES, 11 }, { E_TIMEOUTS, 10 }, { E_TWICE, 6 }, { E_NR, 0 } } },
		{ VERDICT_LOSS, { { E_RETRANS, 10 }, { E_TIMEOUTS, 10 }, { E_TWICE, 5 }, { E_NR, 0 } } },
		/* What is still sent for a Recovery of the interval before. */
		{ VERDICT_REPAIRED, { { E_RETRANS, 9 }, { E_FAST, 9 }, { E_NR, 0 } } },
		{ VERDICT_LOSS, { { E_RETRANS, 9 }, { E_SLOW_START, 9 }, { E_NR, 0 } } },
		/* A timeout among a hundred recoveries that were undone, and five. */
		{ VERDICT_REORDERING, { { E_RETRANS, 999 }, { E_RECOVERIES, 100 }, { E_RECOVERIES_UNDONE, 99 }, { E_TIMEOUTS, 4 }, { E_NR, 0 } } },
		{ VERDICT_LOSS, { { E_RETRANS, 999 }, { E_RECOVERIES, 100 }, { E_RECOVERIES_UNDONE, 99 }, { E_TIMEOUTS, 5 }, { E_NR, 0 } } },
		{ VERDICT_LOSS, { { E_RETRANS, 9 }, { E_TIMEOUTS, 9 }, { E_NR, 0 } } },
		{ VERDICT_LOSS, { { E_RETRANS, 9 }, { E_TIMEOUTS, 9 }, { E_TIMEOUTS_UNDONE, 4 }, { E_NR, 0 } } },
		{ VERDICT_DELAY, { { E_RETRANS, 9 }, { E_TIMEOUTS, 9 }, { E_TIMEOUTS_UNDONE, 5 }, { E_NR, 0 } } },
		/* Late timeouts, but the recoveries were of what was lost. */
		{ VERDICT_LOSS, { { E_RETRANS, 9 }, { E_RECOVERIES, 5 }, { E_TIMEOUTS, 9 }, { E_TIMEOUTS_UNDONE, 9 }, { E_NR, 0 } } },
		{ VERDICT_HOST, { { E_RETRANS, 9 }, { E_TIMEOUTS, 10 }, { E_HOST_QUEUE, 5 }, { E_NR, 0 } } },
		{ VERDICT_LOSS, { { E_RETRANS, 9 }, { E_TIMEOUTS, 10 }, { E_HOST_QUEUE, 4 }, { E_NR, 0 } } },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct evidences evidences = make(table[i].counts);
		struct verdict verdict = verdict_of(&evidences);

		ck_assert_msg(verdict.kind == table[i].kind, "row %zu: %s, not %s", i, verdict_name(verdict.kind),
			      verdict_name(table[i].kind));
	}
}
END_TEST

START_TEST(nothing_is_said_of_what_is_not_known)
{
	static const struct count counts[] = { { E_RETRANS, 9 }, { E_RECOVERIES, 9 }, { E_NR, 0 } };
	static const enum evidence needed[] = { E_RETRANS, E_RECOVERIES, E_TIMEOUTS, E_RECOVERIES_UNDONE };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		struct evidences evidences = make(counts);

		ck_assert_int_eq(verdict_of(&evidences).kind, VERDICT_REPAIRED);
		evidences.known &= ~(UINT32_C(1) << needed[i]);
		ck_assert_int_eq(verdict_of(&evidences).kind, VERDICT_UNKNOWN);
	}
}
END_TEST

START_TEST(timeouts_of_connections_are_of_data)
{
	static const struct count counts[] = { { E_RETRANS, 9 }, { E_HANDSHAKES, 3 }, { E_TIMEOUTS, 6 }, { E_NR, 0 } };
	struct evidences evidences = make(counts);

	evidences.timeouts_of_data = true;
	ck_assert_int_eq(verdict_of(&evidences).kind, VERDICT_LOSS);
	ck_assert_uint_eq(verdict_of(&evidences).timeouts, 6);
}
END_TEST

START_TEST(few_is_said_of_what_is_lost)
{
	static const struct count four[] = { { E_RETRANS, 4 }, { E_RECOVERIES, 4 }, { E_NR, 0 } };
	static const struct count five[] = { { E_RETRANS, 5 }, { E_RECOVERIES, 4 }, { E_TIMEOUTS, 1 }, { E_NR, 0 } };
	static const struct count probes[] = { { E_RETRANS, 1 }, { E_PROBES, 1 }, { E_NR, 0 } };
	struct evidences evidences = make(four);

	ck_assert(verdict_of(&evidences).few);
	evidences = make(five);
	ck_assert(!verdict_of(&evidences).few);
	evidences = make(probes);
	ck_assert(!verdict_of(&evidences).few);
}
END_TEST

START_TEST(figures_in_words)
{
	static const struct count one[] = { { E_OUT, 99 }, { E_RETRANS, 1 }, { E_RECOVERIES, 1 }, { E_NR, 0 } };
	static const struct count more[] = { { E_OUT, 999999 },	  { E_RETRANS, 1 },	{ E_RECOVERIES, 2 },
					     { E_RECOVERIES_UNDONE, 3 }, { E_TIMEOUTS, 5 }, { E_TIMEOUTS_UNDONE, 1 },
					     { E_REORDERINGS, 7 }, { E_NR, 0 } };
	static const struct count none[] = { { E_OUT, 5 }, { E_NR, 0 } };
	char buf[VERDICT_LEN];
	struct evidences evidences = make(one);
	struct verdict verdict = verdict_of(&evidences);

	ck_assert_str_eq(verdict_figures(&verdict, &evidences, buf), "0 of 1 recovery undone, 1.00% of segments sent again");
	evidences = make(more);
	verdict = verdict_of(&evidences);
	ck_assert_str_eq(verdict_figures(&verdict, &evidences, buf),
			 "2 recoveries, 3 undone, 1 of 5 timeouts undone, 7 reorderings, <0.01% of segments sent again");
	evidences = make(none);
	verdict = verdict_of(&evidences);
	ck_assert_str_eq(verdict_figures(&verdict, &evidences, buf), "");
	/* As large as they get, they fit. */
	memset(&evidences, 0xff, sizeof(evidences));
	evidences.timeouts_of_data = true;
	verdict = verdict_of(&evidences);
	ck_assert_uint_lt(strlen(verdict_figures(&verdict, &evidences, buf)), VERDICT_LEN);
}
END_TEST

static void put(struct counters *counters, const char *name, uint64_t value)
{
	ck_assert_int_eq(counters_add(counters, LAYER_TCP, false, "", name, value), 0);
}

static void put_host(struct counters *counters, uint64_t retrans, uint64_t sack, uint64_t full, uint64_t partial)
{
	put(counters, "TcpOutSegs", 1000 + 10 * retrans);
	put(counters, "TcpRetransSegs", retrans);
	put(counters, "TcpExtTCPSackRecovery", sack);
	put(counters, "TcpExtTCPRenoRecovery", 7);
	put(counters, "TcpExtTCPFullUndo", full);
	put(counters, "TcpExtTCPPartialUndo", partial);
	put(counters, "TcpExtTCPDSACKUndo", 0);
	put(counters, "TcpExtTCPTimeouts", 3);
	counters_sort(counters);
}

START_TEST(the_hosts_counters_are_added_up)
{
	struct counters before = { 0 }, now = { 0 };
	struct congestion congestion;

	put_host(&before, 100, 50, 40, 2);
	put_host(&now, 120, 60, 45, 6);
	congestion_make(&congestion, &before, &now, NULL, true, 5);
	ck_assert_str_eq(congestion_rows[0].name, "TcpRetransSegs");
	ck_assert(congestion.row[0].grown_known && congestion.row[0].now == 120 && congestion.row[0].grown == 20);
	/* Not in the file. */
	ck_assert(!congestion.row[1].grown_known && !congestion.row[1].now_known);
	ck_assert_int_eq(congestion.host_verdict.kind, VERDICT_REORDERING);
	ck_assert_uint_eq(congestion.host_verdict.recoveries, 10);
	ck_assert_uint_eq(congestion.host_verdict.recoveries_undone, 9);
	ck_assert(!congestion.connections_known);
	ck_assert(congestion.host_tells);
	/* One that went back is not known, and what needs it neither. */
	congestion_make(&congestion, &now, &before, NULL, true, 5);
	ck_assert_int_eq(congestion.host_verdict.kind, VERDICT_UNKNOWN);
	ck_assert(!congestion.host_tells);
	congestion_make(&congestion, &now, &now, NULL, true, 5);
	ck_assert_int_eq(congestion.host_verdict.kind, VERDICT_NOTHING);
	ck_assert(!congestion.host_tells);
	counters_free(&before);
	counters_free(&now);
}
END_TEST

static void know(struct activity *activity, enum conn_counter k, uint64_t grown)
{
	activity->known |= UINT64_C(1) << k;
	activity->grown[k] = grown;
}

/* All that a verdict needs, at nothing. */
static struct activity quiet(void)
{
	struct activity activity = { .active = true };

	for (unsigned int i = 0; i < congestion_sums_nr; i++)
		know(&activity, congestion_sums[i].counter, 0);
	know(&activity, K_SEGS_OUT, 100);
	return activity;
}

START_TEST(connections_are_added_up)
{
	struct counters none = { 0 };
	struct totals totals = { 0 };
	struct activity lossy = quiet(), syn = quiet(), old = { .active = true };
	struct congestion congestion;

	know(&lossy, K_RETRANS, 10);
	know(&lossy, K_RETRANS_TIMEOUT, 4);
	know(&lossy, K_LOSS_ENTRIES, 2);
	know(&lossy, K_LOSS_US, 400000);
	know(&syn, K_RETRANS, 1);
	know(&syn, K_RETRANS_SYN, 1);
	know(&syn, K_LOSS_ENTRIES, 1);
	totals_add(&totals, &syn);
	congestion_make(&congestion, &none, &none, &totals, true, 0);
	ck_assert_int_eq(congestion.host_verdict.kind, VERDICT_UNKNOWN);
	ck_assert(congestion.connections_known);
	ck_assert_int_eq(congestion.connections_verdict.kind, VERDICT_HANDSHAKES);

	/* One that was not there before, and is older, adds nothing. */
	totals_add(&totals, &old);
	totals_add(&totals, &lossy);
	congestion_make(&congestion, &none, &none, &totals, true, 2);
	ck_assert_int_eq(congestion.connections_verdict.kind, VERDICT_LOSS);
	ck_assert_uint_eq(congestion.connections_verdict.timeouts, 2);
	ck_assert_uint_eq(congestion.connections.nr[E_GIVEN_UP], 2);
	ck_assert_uint_eq(congestion.connections.nr[E_OUT], 189);
	ck_assert_uint_eq(totals.connections, 3);
	ck_assert_uint_eq(totals.grown[K_LOSS_US], 400000);
	ck_assert(totals_known(&totals, K_RETRANS) && !totals_known(&totals, K_BYTES_SENT));
}
END_TEST

START_TEST(nothing_is_known_of_connections_without_kinds)
{
	struct counters none = { 0 };
	struct totals totals = { 0 };
	struct activity activity = { .active = true };
	struct congestion congestion;

	know(&activity, K_RETRANS, 10);
	totals_add(&totals, &activity);
	congestion_make(&congestion, &none, &none, &totals, false, 0);
	ck_assert(!congestion.connections_known);
}
END_TEST

/* What stands in 80 columns beside its rate and name. */
START_TEST(words_fit_the_line)
{
	for (unsigned int i = 0; i < CONGESTION_ROWS && congestion_rows[i].name; i++) {
		ck_assert_uint_lt(i, congestion_rows_nr);
		ck_assert_msg(strlen(congestion_rows[i].word) <= 44, "%s", congestion_rows[i].word);
		ck_assert_msg(strlen(congestion_rows[i].name) <= strlen("TcpExt") + 24, "%s", congestion_rows[i].name);
	}
	ck_assert_ptr_nonnull(congestion_rows[congestion_rows_nr - 1].name);
	for (unsigned int kind = 0; kind < VERDICT_NR; kind++) {
		ck_assert_ptr_nonnull(verdict_name((enum verdict_kind)kind));
		ck_assert_msg(strlen(verdict_word((enum verdict_kind)kind)) <= 60, "%s", verdict_word((enum verdict_kind)kind));
	}
}
END_TEST

START_TEST(names_of_sections)
{
	uint32_t bits = 0;

	ck_assert(sections_parse("load", &bits));
	ck_assert_uint_eq(bits, SECTION_BIT(SECTION_LOAD));
	ck_assert(sections_parse("drops,sockets", &bits));
	ck_assert_uint_eq(bits, SECTION_BIT(SECTION_LOAD) | SECTION_BIT(SECTION_DROPS) | SECTION_BIT(SECTION_SOCKETS));
	ck_assert(sections_parse("all", &bits));
	ck_assert_uint_eq(bits, SECTION_ALL);
	ck_assert(!sections_parse("", &bits));
	ck_assert(!sections_parse("load,", &bits));
	ck_assert(!sections_parse(",load", &bits));
	ck_assert(!sections_parse("loa", &bits));
	ck_assert(!sections_parse("loads", &bits));
	ck_assert(!sections_parse("Load", &bits));
	for (unsigned int i = 0; i < SECTION_NR; i++) {
		bits = 0;
		ck_assert(sections_parse(section_name((enum section)i), &bits));
		ck_assert_uint_eq(bits, SECTION_BIT(i));
	}
}
END_TEST

TCase *verdict_case(void)
{
	TCase *tc = tcase_create("verdict");

	tcase_add_test(tc, each_verdict_and_what_is_just_not_it);
	tcase_add_test(tc, nothing_is_said_of_what_is_not_known);
	tcase_add_test(tc, timeouts_of_connections_are_of_data);
	tcase_add_test(tc, few_is_said_of_what_is_lost);
	tcase_add_test(tc, figures_in_words);
	tcase_add_test(tc, the_hosts_counters_are_added_up);
	tcase_add_test(tc, connections_are_added_up);
	tcase_add_test(tc, nothing_is_known_of_connections_without_kinds);
	tcase_add_test(tc, words_fit_the_line);
	tcase_add_test(tc, names_of_sections);
	return tc;
}
