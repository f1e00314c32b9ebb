#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 400
# Connections of a byte each way, by several processes at once, as many and as fast as it goes: what the module tells adds up to what
# the applications made, to the connection and to the byte; and so it does, by its counters, where it cannot keep them all.
# 10,000 where the stage has a file `thorough` (tests/run.sh: on the first kernel), else 4,000; long/62-brief.sh has a million.
. ./tests/lib.sh

uptime() { cut -d' ' -f1 /proc/uptime; }

n=4000
[ ! -e thorough ] || n=10000
load closed_max=$((n * 21 / 10))
began=$(uptime)
brief 4 $((n / 4)) >"$T/made"
cat "$T/made"
echo "made in $began..$(uptime) s"
await rows_are 0
stats_add_up
[ "$(stat_of closed_lost)" = 0 ] || fail "lost $(stat_of closed_lost)"
brief -c >"$T/told" || { cat "$T/told"; fail "closed.bin"; }
awk -v n=$n -f ./tests/brief.awk "$T/made" "$T/told" $proc/stats || { cat "$T/told" $proc/stats $proc/hooks; fail "it does not add up"; }
# The text says no less.
[ "$(tail -n 1 $proc/closed | wc -w)" = "$(sed -n 2p $proc/closed | wc -w)" ] || fail "the last line of closed"
unload

# Few are kept, and there is room for few. On one processor: when two complete a handshake at once (above: discarded), two sockets are
# made of it, and of one that there is no room for nobody knows which it was.
load closed_max=50 max_conns=5
taskset 1 brief 3 500 >"$T/made"
await rows_are 0
awk 'FNR == NR { for (i = 1; i < NF; i += 2) made[$i] = $(i + 1); next } { v[$1] = $2 } END {
	ends = made["connected"] + made["accepted"] + made["refused"] + 1
	known = v["closed_held"] + v["closed_lost"] + v["discarded"] + v["refused_full"] + v["refused_nomem"] + v["connections"] + v["listeners"]
	# A socket of a handshake that another one completed is more than the applications saw.
	print ends " ends, " v["refused_full"] " refused, " v["closed_held"] " held, " v["closed_lost"] " lost, " v["discarded"] " discarded"
	exit !(known == ends + v["discarded"] && v["refused_full"] > 0 && v["closed_held"] == 50) }' "$T/made" $proc/stats ||
	{ cat "$T/made" $proc/stats; fail "it does not add up"; }
