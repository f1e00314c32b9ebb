# SPDX-License-Identifier: GPL-2.0-only
# The counts of count.c, one a mark, and the guest's `mark CONFIGURATION LOAD TURN ROUND-TRIPS` in the same order, as
# `rate CONFIGURATION LOAD`: round trips in 10^9 instructions of all processors, the median of a turn.
# Usage: awk -f marks.awk COUNTS RAW

function median(v, n,   i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] < v[j - 1]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function turn_over() {
	if (n) printf "rate %s %s %.0f\n", configuration, load, median(rate, n)
	n = 0
}

FNR == NR { count[NR] = $1; counts = NR; next }
$1 == "mark" {
	marks++
	this = $2 SUBSEP $3 SUBSEP $4
	if (this != run) { turn_over(); run = this; configuration = $2; load = $3 }
	else if (count[marks] > count[marks - 1]) rate[++n] = ($5 - trips) * 1e9 / (count[marks] - count[marks - 1])
	trips = $5
}
END {
	turn_over()
	if (marks != counts) { print marks " marks in the guest, " counts " counted" >"/dev/stderr"; exit 1 }
}
