#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: max_conns 0, 1, and changed all the time, under traffic
# time: 900
# Room for no connection, for one, and for a number that changes all the time: whatever has no room is counted, and nothing else is.
# On one processor: see 120-brief-lives.sh.
. ./tests/lib.sh
. ./tests/long/long.sh

n=$(sized 20000 1000)
# Everything that the applications did is known to the module as tracked or as refused. Argument: file of brief's line.
adds_up_to() {
	awk 'FNR == NR { for (i = 1; i < NF; i += 2) made[$i] = $(i + 1); next } { v[$1] = $2 } END {
		ends = made["connected"] + made["accepted"] + made["refused"] + 1
		born = v["opened_active"] + v["opened_passive"] + v["opened_listen"]
		# A socket of a handshake that another one completed is more than the applications saw.
		print ends " ends: " born " tracked, " v["refused_full"] " refused, " v["discarded"] " discarded"
		exit !(born + v["refused_full"] + v["refused_nomem"] == ends + v["discarded"] && v["refused_nomem"] == 0) }' "$1" $proc/stats ||
		{ cat "$1" $proc/stats; fail "it does not add up"; }
	stats_add_up
}
for max in 0 1; do
	load max_conns=$max closed_max=64
	taskset 1 brief 0 "$n" >"$T/made"
	at_rest
	adds_up_to "$T/made"
	[ "$max" != 0 ] || [ "$(stat_of opened_active)$(stat_of opened_passive)$(stat_of opened_listen)" = 000 ] || fail "tracked with max_conns=0"
	figure "refused_with_max_$max" "$(stat_of refused_full)" "of $(awk '{ print $2 + $4 + $6 + 1 }' "$T/made")"
	unload
done

load max_conns=65536 closed_max=64
taskset 1 brief 0 "$n" >"$T/made" & children="$children $!" maker=$!
changes=0
while kill -0 $maker 2>/dev/null; do
	for max in 0 1 3 100 65536; do
		echo $max >/sys/module/coremon/parameters/max_conns
		changes=$((changes + 1))
		sleep 0.02
	done
done
wait $maker || fail "traffic"
at_rest
adds_up_to "$T/made"
figure changes_of_max_conns $changes "under traffic, $(stat_of refused_full) refused"
