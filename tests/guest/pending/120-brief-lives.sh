#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# Thousands of connections of a byte each way, by several processes at once: what the module tells adds up to what the
# applications made, to the connection and to the byte; and so it does, by its counters, where it cannot keep them all.
. ./tests/lib.sh

at_rest() { await sh -c "[ \$(awk '/^(connections|listeners) / { n += \$2 } END { print n }' $proc/stats) = 0 ]"; }

load closed_max=65536
brief 4 600 >"$T/made"
cat "$T/made"
at_rest
stats_add_up
cat $proc/closed >"$T/closed"
[ "$(stat_of closed_lost)" = 0 ] || fail "lost $(stat_of closed_lost)"
awk 'FNR == 1 { file++ }
	file == 1 { for (i = 1; i < NF; i += 2) made[$i] = $(i + 1) }
	file == 2 { stat[$1] = $2 }
	file == 3 && FNR == 2 { for (i = 1; i <= NF; i++) c[$i] = i }
	file == 3 && FNR > 2 {
		if ($c["state"] == "LISTEN") { listeners++; next }
		rows++
		n[$c["opened"]]++
		cause[$c["cause"]]++
		sent += $c["bytes_sent"] - $c["bytes_retrans"]
		# A FIN counts as a byte received (tcp_info).
		received += $c["bytes_received"] - ($c["flags_in"] ~ /F/)
		if ($c["seq"] != ++seq) { print "seq " $c["seq"] " in place of " seq; bad = 1 }
		if (id[$c["id"]]++) { print "twice: " $0; bad = 1 }
	}
	file == 3 && FNR > 2 && $c["state"] == "LISTEN" { seq++ }
	function same(what, a, b) { if (a != b) { print what ": " a ", not " b; bad = 1 } }
	END {
		same("active", n["active"], made["connected"] + made["refused"])
		same("passive", n["passive"], made["accepted"])
		same("refused connects", cause["connect_refused"], made["refused"])
		same("listeners", listeners, 1)
		same("bytes sent", sent, made["sent"])
		# A segment at which a kprobe was missed (it came while another ran on that processor) is one whose FIN was not seen.
		missed = stat["hooks_missed"]
		if (received < made["received"] || received > made["received"] + missed) same("bytes received", received, made["received"])
		same("closed_held", stat["closed_held"], rows + listeners)
		same("closed_held + discarded", stat["closed_held"] + stat["discarded"], stat["ended"])
		if (missed > rows / 500) same("hooks_missed", missed, 0)
		exit bad
	}' "$T/made" $proc/stats "$T/closed" || { cat $proc/stats $proc/hooks; fail "it does not add up"; }
awk '$NF > 0' $proc/hooks
unload

# Few are kept, and there is room for few.
load closed_max=50 max_conns=5
brief 3 100 >"$T/made"
at_rest
awk 'FNR == NR { for (i = 1; i < NF; i += 2) made[$i] = $(i + 1); next } { v[$1] = $2 } END {
	ends = made["connected"] + made["accepted"] + made["refused"] + 1
	known = v["closed_held"] + v["closed_lost"] + v["discarded"] + v["refused_full"] + v["refused_nomem"] + v["connections"] + v["listeners"]
	# A socket of a handshake that another one completed is more than the applications saw.
	print ends " ends, " v["refused_full"] " refused, " v["closed_held"] " held, " v["closed_lost"] " lost, " v["discarded"] " discarded"
	exit !(known == ends + v["discarded"] && v["refused_full"] > 0 && v["closed_held"] == 50) }' "$T/made" $proc/stats ||
	{ cat "$T/made" $proc/stats; fail "it does not add up"; }
