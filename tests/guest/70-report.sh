#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 90
# What coremon-report says of an interval is what the counters of /proc say.
. ./tests/lib.sh

report=/stage/coremon-report
load
hold open hold -n 2 -u 100000
background tcpload churn -d 80 -n 4 -u 2000 -g 50
counters() { # name value of what the report has too
	awk '/^Tcp:/ { if (!n) { n = split($0, k, " "); next } split($0, v, " "); for (i = 2; i <= n; i++) print k[i], v[i] }' /proc/net/snmp
	awk '$1 == "lo:" { print "rx_bytes", $2; print "tx_packets", $11 }' /proc/net/dev
	awk '$1 == "ctxt" { print }' /proc/stat
}
sleep 1
counters >"$T/before"
$report --json 2 3 >"$T/json" || fail "exit status $?"
counters >"$T/after"
[ "$(wc -l <"$T/json")" = 3 ] || fail "$(wc -l <"$T/json") lines of JSON for a count of 3"

# The counters of each reading lie between ours, and a rate is the difference of two readings over the time between them.
cat "$T/before" "$T/after" "$T/json" | awk -v slow=$((scale > 1)) '
	function number(name) { return match(line, "\"" name "\":[0-9.e+-]+") ? substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0 : "none" }
	!/^\{/ { if ($1 in low) high[$1] = $2; else low[$1] = $2; next }
	{
		n++
		line = $0
		ns[n] = number("elapsed_ns")
		split("InSegs OutSegs ctxt rx_bytes tx_packets", k, " ")
		for (i = 1; i <= 5; i++) {
			# Of the interfaces, lo.
			if (i == 4) sub(/.*"name":"lo"/, "", line)
			value[n, k[i]] = number(k[i])
			rate[n, k[i]] = number(k[i] "_per_s")
		}
	}
	END {
		for (i = 1; i <= 5; i++) {
			c = k[i]
			last = low[c]
			printf "%s: %s before;", c, low[c]
			for (r = 1; r <= n; r++) {
				printf " %s (%s/s)", value[r, c], rate[r, c]
				if (value[r, c] == "none" || rate[r, c] == "none" || value[r, c] <= last) { printf " WRONG"; bad = 1 }
				if (r > 1 && ((value[r, c] - last) * 1e9 / ns[r] - rate[r, c]) ^ 2 > 0.0001) { printf " WRONG RATE"; bad = 1 }
				last = value[r, c]
			}
			printf "; %s after\n", high[c]
			if (high[c] < last) bad = 1
		}
		# The end of an interval that a busy machine is late for is passed over. A kernel full of checks is late for most.
		if (!slow && (ns[2] < 1.9e9 || (ns[2] > 3e9 && (ns[2] < 3.9e9 || ns[2] > 9e9)))) { print "an interval of 2 s took " ns[2] " ns"; bad = 1 }
		exit bad || n != 3
	}' || fail "the report and /proc do not agree"

# The text is of the same numbers, and names the programs whose connections did something.
$report 1 3 >"$T/text" || fail "exit status $?"
grep -q tcpload "$T/text" || { head -n 60 "$T/text"; fail "no owner in the text"; }
$report --csv 1 2 >"$T/csv" || fail "exit status $?"
[ -s "$T/csv" ] || fail "no CSV"

# Without the module the connections come from inet_diag.
unload
$report --json 1 2 >"$T/json" 2>"$T/said" || fail "exit status $? without the module"
cat "$T/said"
grep -q '"source":"inet_diag"' "$T/json" || { head -c 300 "$T/json"; fail "source without the module"; }
