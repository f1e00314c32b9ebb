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

# A number of a line of JSON by its name: the first of that name, of an interface lo's. Arguments: line, name.
number() {
	case $2 in rx_* | tx_*) _from='s/.*"name":"lo"//' ;; *) _from= ;; esac
	sed -n "$1{$_from;p}" "$T/json" | grep -o "\"$2\":[0-9.e+-]*" | head -n 1 | cut -d: -f2
}
for k in InSegs OutSegs rx_bytes tx_packets ctxt; do
	low=$(awk -v k=$k '$1 == k { print $2 }' "$T/before") high=$(awk -v k=$k '$1 == k { print $2 }' "$T/after")
	a=$(number 1 $k) b=$(number 2 $k) c=$(number 3 $k)
	echo "$k: $low before, $a $b $c in the report, $high after; rates $(number 2 ${k}_per_s) $(number 3 ${k}_per_s)"
	{ [ "$low" -le "$a" ] && [ "$a" -lt "$b" ] && [ "$b" -lt "$c" ] && [ "$c" -le "$high" ]; } || fail "$k"
	# A rate is the difference of two readings over the time between them.
	for n in 2 3; do
		awk -v now="$(number $n $k)" -v then="$(number $((n - 1)) $k)" -v ns="$(number $n elapsed_ns)" -v rate="$(number $n ${k}_per_s)" \
			'BEGIN { d = (now - then) * 1e9 / ns - rate; exit d > 0.01 || d < -0.01 }' || fail "rate of $k"
	done
done
awk -v ns="$(number 2 elapsed_ns)" 'BEGIN { exit ns < 1.9e9 || ns > 3e9 }' || fail "an interval of 2 s took $(number 2 elapsed_ns) ns"

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
