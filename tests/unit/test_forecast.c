// SPDX-License-Identifier: GPL-2.0-only
/* Trends and what is drawn from them; and how findings are kept, sorted and written. */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patient.h"

static struct point points[FORECAST_MAX_POINTS];

/* Levels at 0, 0.5, 1 ... seconds. Return: how many. */
static unsigned int at_halves(const double *levels, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		points[i] = (struct point){ 0.5 * i, levels[i] };
	return nr;
}

START_TEST(a_line_is_its_slope)
{
	struct slope slope;

	for (unsigned int i = 0; i < 10; i++)
		points[i] = (struct point){ i, 100 + 3.0 * i };
	ck_assert(forecast_slope(points, 10, &slope));
	ck_assert_double_eq_tol(slope.mid, 3, 1e-9);
	ck_assert_double_eq_tol(slope.low, 3, 1e-9);
	ck_assert_double_eq_tol(slope.high, 3, 1e-9);
	ck_assert(!forecast_slope(points, 2, &slope));
	for (unsigned int i = 0; i < 10; i++)
		points[i].s = 5;
	ck_assert(!forecast_slope(points, 10, &slope));
}
END_TEST

/* Sen's own example of 1968 would need its table; here the median and the interval are counted by hand. */
START_TEST(the_interval_is_kendalls)
{
	static const double levels[] = { 1, 2, 4, 3, 5, 7, 6, 8 };
	struct slope slope;
	double all[28];
	unsigned int nr = 0;

	for (unsigned int i = 0; i < 8; i++)
		points[i] = (struct point){ i, levels[i] };
	for (unsigned int i = 0; i < 8; i++) {
		for (unsigned int j = i + 1; j < 8; j++)
			all[nr++] = (levels[j] - levels[i]) / (j - i);
	}
	for (unsigned int i = 0; i < nr; i++) {
		for (unsigned int j = i + 1; j < nr; j++) {
			if (all[j] < all[i]) {
				double swap = all[i];

				all[i] = all[j];
				all[j] = swap;
			}
		}
	}
	ck_assert(forecast_slope(points, 8, &slope));
	ck_assert_double_eq_tol(slope.mid, (all[13] + all[14]) / 2, 1e-9);
	/* 28 pairs, the variance of S is 8 * 7 * 21 / 18 = 65.33: (28 - 1.96 * 8.083) / 2 = 6.08 */
	ck_assert_double_eq_tol(slope.low, all[6], 1e-9);
	ck_assert_double_eq_tol(slope.high, all[21], 1e-9);
}
END_TEST

START_TEST(a_wild_point_moves_nothing)
{
	struct slope slope;

	for (unsigned int i = 0; i < 20; i++)
		points[i] = (struct point){ i, 10.0 * i };
	points[7].value = 1e6;
	points[12].value = -1e6;
	ck_assert(forecast_slope(points, 20, &slope));
	ck_assert_double_eq_tol(slope.mid, 10, 0.5);
}
END_TEST

START_TEST(a_limit_comes_near)
{
	struct forecast when;

	for (unsigned int i = 0; i < 13; i++)
		points[i] = (struct point){ 0.5 * i, 500 + 10.0 * i + (i % 3) };
	ck_assert(forecast(points, 13, 1000, 0, &when));
	/* 380 are left, at 20 a second */
	ck_assert_double_eq_tol(when.mid, 19, 1.5);
	ck_assert(when.soonest <= when.mid && when.mid <= when.latest);
	ck_assert(when.soonest > 15 && when.latest < 25);
	/* no further than one is allowed to look */
	ck_assert(!forecast(points, 13, 1000, 10, &when));
	/* six seconds tell of six minutes at most */
	ck_assert(!forecast(points, 13, 500 + 120 + 20 * 400, 0, &when));
	/* too few */
	ck_assert(!forecast(points, FORECAST_MIN_POINTS - 1, 1000, 0, &when));
}
END_TEST

START_TEST(no_trend_no_word)
{
	static const double still[] = { 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500 };
	static const double noise[] = { 500, 540, 480, 530, 490, 545, 470, 520, 510, 500, 535, 485, 515 };
	static const double down[] = { 900, 880, 860, 840, 820, 800, 780, 760, 740, 720, 700, 680, 660 };
	static const double settled[] = { 100, 200, 300, 400, 500, 600, 601, 602, 601, 603, 602, 604, 603 };
	static const double step[] = { 400, 400, 400, 400, 400, 400, 600, 600, 600, 600, 600, 600, 600 };
	static const double low[] = { 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120 };
	static const double breath[] = { 500, 500, 500, 501, 501, 501, 502, 502, 502, 503, 503, 503, 504 };
	static const double *const all[] = { still, noise, down, settled, step, low, breath };
	struct forecast when;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ck_assert_msg(!forecast(points, at_halves(all[i], 13), 1000, 0, &when), "list %zu", i);
	/* at its limit it is no forecast any more */
	ck_assert(!forecast(points, at_halves(down, 13), 600, 0, &when));
}
END_TEST

/* What has no trend is seldom taken for one: of 1000 random walks and noises few. */
START_TEST(false_alarms_are_few)
{
	unsigned int noise = 0;
	struct forecast when;

	srandom(42);
	for (unsigned int run = 0; run < 1000; run++) {
		for (unsigned int i = 0; i < 13; i++)
			points[i] = (struct point){ 0.5 * i, 500 + (double)(random() % 200) };
		noise += forecast(points, 13, 1000, 0, &when);
	}
	ck_assert_uint_le(noise, 10);
}
END_TEST

START_TEST(trends_are_found)
{
	for (unsigned int i = 0; i < 13; i++) {
		trend_add(&patient.trends, TREND_FD_PROCESS, "12 leaky", 0.5 * i, 600 + 10.0 * i, 1024);
		trend_add(&patient.trends, TREND_CONNTRACK, "", 0.5 * i, 40000 + 10.0 * i, 65536);
		/* closed connections give their ports back before the range is used up */
		trend_add(&patient.trends, TREND_PORTS, "10.0.0.2:80", 0.5 * i, 10000 + 100.0 * i, 28232);
		/* told of as near its limit */
		trend_add(&patient.trends, TREND_ACCEPT, "0.0.0.0:80 1f", 0.5 * i, 110 + i, 129);
	}
	examine(rule_forecast);
	found("forecast");
	says("the descriptors of process 12 leaky may be at its limit in 15 s");
	says("720 of 1024 descriptors");
}
END_TEST

START_TEST(many_points_are_thinned)
{
	const struct trend *trend;

	for (unsigned int i = 0; i < 10 * FORECAST_MAX_POINTS; i++)
		trend_add(&patient.trends, TREND_CONNTRACK, "", i, i, 1e9);
	trend = trend_find(&patient.trends, TREND_CONNTRACK, "");
	ck_assert_ptr_nonnull(trend);
	ck_assert_uint_le(trend->nr, FORECAST_MAX_POINTS);
	ck_assert_double_eq(trend->point[0].s, 0);
	for (unsigned int i = 1; i < trend->nr; i++)
		ck_assert(trend->point[i].s > trend->point[i - 1].s);
	ck_assert_double_eq(trend->highest, 10 * FORECAST_MAX_POINTS - 1);
}
END_TEST

START_TEST(levels_of_counters_are_trends)
{
	const struct trend *trend;

	count(LAYER_LINK, "eth0", "rx_bytes", 1000, 1001000);
	level(LAYER_LINK, "eth0", "speed_mbps", 100);
	level(LAYER_FD, "12 leaky", "open", 600);
	level(LAYER_FD, "12 leaky", "limit", 1024);
	counters_sort(&patient.before);
	counters_sort(&patient.now);
	patient.before.when.mono_ns = UINT64_C(1000000000);
	patient.now.when.mono_ns = UINT64_C(2000000000);
	trends_counters(&patient.trends, NULL, &patient.before);
	trends_counters(&patient.trends, &patient.before, &patient.now);
	trend = trend_find(&patient.trends, TREND_LINK_RX, "eth0");
	ck_assert_ptr_nonnull(trend);
	ck_assert_double_eq_tol(trend->point[0].value, 8, 1e-9);
	ck_assert_double_eq_tol(trend->limit, 100, 1e-9);
	ck_assert_ptr_nonnull(trend_find(&patient.trends, TREND_FD_PROCESS, "12 leaky"));
	ck_assert_ptr_null(trend_find(&patient.trends, TREND_LINK_TX, "eth0"));
}
END_TEST

START_TEST(the_worst_comes_first)
{
	struct findings *list = &patient.findings;

	finding_title(finding_add(list, "a", SEVERITY_NOTE, SURE_CERTAIN, 90), "a");
	finding_title(finding_add(list, "b", SEVERITY_CRITICAL, SURE_CERTAIN, 10), "b");
	finding_title(finding_add(list, "c", SEVERITY_CRITICAL, SURE_POSSIBLE, 20), "c");
	finding_title(finding_add(list, "d", SEVERITY_WARNING, SURE_POSSIBLE, 20), "d");
	finding_title(finding_add(list, "e", SEVERITY_WARNING, SURE_CERTAIN, 20), "e");
	finding_title(finding_add(list, "f", SEVERITY_WARNING, SURE_CERTAIN, 20), "a before e");
	findings_sort(list);
	found("c b f e d a");
}
END_TEST

START_TEST(names_are_made_safe)
{
	struct finding *finding = finding_add(&patient.findings, "a", SEVERITY_NOTE, SURE_CERTAIN, 0);
	char word[SHELL_WORD_LEN], share[SHARE_LEN], span[SPAN_LEN];

	finding_title(finding, "%s", "\033[31mred\\");
	ck_assert_str_eq(finding->title, "\\033[31mred\\134");
	ck_assert_str_eq(shell_word("eth0.7", word), "eth0.7");
	ck_assert_str_eq(shell_word("$(reboot)", word), "'$(reboot)'");
	ck_assert_str_eq(shell_word("a'b", word), "'a'\\''b'");
	ck_assert_str_eq(shell_word("", word), "''");
	ck_assert_str_eq(shell_word("-rf", word), "'-rf'");
	ck_assert_str_eq(share_text(1, 100000, share), "<0.01 %");
	ck_assert_str_eq(share_text(0, 0, share), "0.00 %");
	ck_assert_str_eq(share_text(999, 1000, share), "100 %");
	ck_assert_str_eq(span_text(119, span), "119 s");
	ck_assert_str_eq(span_text(3600, span), "60 min");
	ck_assert_str_eq(span_text(7200, span), "2 h");
	for (unsigned int i = 0; i < FINDING_EVIDENCE + 5; i++)
		finding_count(finding, "x", 1, 2, 1);
	ck_assert_uint_eq(finding->nr_evidence, FINDING_EVIDENCE);
	for (unsigned int i = 0; i < FINDING_ADVICE + 5; i++)
		finding_command(finding, "x");
	ck_assert_uint_eq(finding->nr_advice, FINDING_ADVICE);
}
END_TEST

/* No line of text is longer than it may be, but for a command. */
START_TEST(text_is_wrapped)
{
	struct finding *finding = finding_add(&patient.findings, "some-id", SEVERITY_WARNING, SURE_LIKELY, 0);
	struct looked looked = { .elapsed_ns = UINT64_C(6000000000) };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	finding_title(finding, "a title that is so long that it does not fit into the eighty columns that a terminal has at night");
	finding_effect(finding, "an effect that is so long that it does not fit into the eighty columns that a terminal has at night");
	finding_count(finding, "TcpExtListenOverflows", 10, 70, UINT64_C(6000000000));
	finding_command(finding, "true");
	looked_at(&looked, "all");
	not_looked_at(&looked, "the %s", "rest");
	findings_text(out, &patient.findings, &looked, 80);
	fclose(out);
	for (char *line = text; *line; line += strcspn(line, "\n") + 1)
		ck_assert_uint_le(strcspn(line, "\n"), 80);
	ck_assert_ptr_nonnull(strstr(text, "1. WARNING a title"));
	ck_assert_ptr_nonnull(strstr(text, "TcpExtListenOverflows 10 -> 70 (+60, 10.00/s)"));
	ck_assert_ptr_nonnull(strstr(text, "# true\n"));
	ck_assert_ptr_nonnull(strstr(text, "not looked at: the rest\n"));
	free(text);
	looked_free(&looked);
}
END_TEST

TCase *forecast_case(void)
{
	TCase *tc = tcase_create("forecast");

	tcase_add_checked_fixture(tc, patient_setup, patient_teardown);
	tcase_add_test(tc, a_line_is_its_slope);
	tcase_add_test(tc, the_interval_is_kendalls);
	tcase_add_test(tc, a_wild_point_moves_nothing);
	tcase_add_test(tc, a_limit_comes_near);
	tcase_add_test(tc, no_trend_no_word);
	tcase_add_test(tc, false_alarms_are_few);
	tcase_add_test(tc, trends_are_found);
	tcase_add_test(tc, many_points_are_thinned);
	tcase_add_test(tc, levels_of_counters_are_trends);
	tcase_add_test(tc, the_worst_comes_first);
	tcase_add_test(tc, names_are_made_safe);
	tcase_add_test(tc, text_is_wrapped);
	return tc;
}
