#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# max_conns is kept; what is refused is counted, and everything still adds up.
. ./tests/lib.sh

load max_conns=0
hold none hold -n 3 -u 10
[ "$(columns $proc/connections id | wc -l)" = 0 ] || fail "rows with max_conns=0"
[ "$(stat_of refused_full)" -ge 7 ] || fail "refused_full: $(stat_of refused_full) of 6 ends and a listener"
stats_add_up
unload

# Adoption keeps it too: 7 sockets are there, 5 have room.
load max_conns=5
[ "$(columns $proc/connections id | wc -l)" = 5 ] || fail "$(columns $proc/connections id | wc -l) rows with max_conns=5"
[ "$(stat_of adopted)/$(stat_of refused_full)" = 5/2 ] || fail "adopted/refused: $(stat_of adopted)/$(stat_of refused_full)"
stats_add_up
release none
await sh -c "[ \$(awk '\$1 == \"connections\" { print \$2 }' $proc/stats) = 0 ]"
# There is room again.
hold again hold -n 2 -u 10
[ "$(columns $proc/connections id | wc -l)" = 5 ] || fail "no room after the others have ended"
stats_add_up
release again
unload

# Where a probe must not allocate, records are made ahead; what finds none is counted.
load prealloc=1
[ "$(cat /sys/module/coremon/parameters/prealloc)" = Y ] || fail "prealloc is $(cat /sys/module/coremon/parameters/prealloc)"
hold ahead hold -n 100 -u 10
# On one processor: see 120-brief-lives.sh.
taskset 1 tcpload churn -d 2 -n 10 -u 200 >"$T/made"
no_more() { [ "$(open_rows)" -le 201 ]; }
await no_more
awk -v n="$(awk '{ n += $1 } END { print n }' "$T/made")" '{ v[$1] = $2 } END {
	born = v["opened_active"] + v["opened_passive"] + v["opened_listen"]; ends = 2 * n + 1 + 200 + 1
	print born " tracked and " v["refused_nomem"] " not, of " ends " ends"
	exit !(born + v["refused_nomem"] == ends + v["discarded"] && born > ends / 2) }' $proc/stats || { cat $proc/stats; fail "it does not add up"; }
stats_add_up
release ahead
await rows_are 0
unload

# Records that wait for others to share a grace period do not take the room of a bound that is lowered.
load
taskset 1 tcpload churn -d 1 -n 50 -u 10 >"$T/made"
await rows_are 0
echo 30 >/sys/module/coremon/parameters/max_conns
hold few hold -n 10 -u 10
[ "$(columns $proc/connections id | wc -l)/$(stat_of refused_full)" = 21/0 ] || { cat $proc/stats; fail "$(columns $proc/connections id | wc -l) of 21 rows with max_conns=30"; }
stats_add_up
release few
