#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: storm of events, one reader stopped
# time: 1800
# A storm of events, with a reader that keeps up as it can, one that waits in poll() and one that has stopped: what each was told and what it was told that
# it lost are all there were.
. ./tests/lib.sh
. ./tests/long/long.sh

n=$(sized 100000 1000)
storm() { tcpload hold -p 7200 -n 3 -u $((n * 100)) -w 100 </dev/null >"$T/ends"; }
beating without storm
load watch_port=7200
mkfifo "$T/in"
evread -r "$T/ready" block poll stopped <"$T/in" >"$T/told" 2>&1 & children="$children $!" reader=$!
exec 5>"$T/in"
await test -e "$T/ready"
beating with storm
exec 5>&-
wait $reader || { cat "$T/told"; fail "the readers"; }
written=$(stat_of events)
figure events "$written" written
figure events_with "$(between 0 "$took_with" "$written")" 1/s
figure calls_without "$(between 0 "$took_without" $((3 * n)))" 1/s
figure calls_with "$(between 0 "$took_with" $((3 * n)))" 1/s
awk -v written="$written" '{ print "figure: reader_" $1 " " $2 " told, " $3 " lost" } $2 + $3 != written { print $1 ": " $2 " events and " $3 " lost of " written; bad = 1 }
	$1 == "stopped" && $3 == 0 && written > 20000 { print "nothing was lost"; bad = 1 } END { exit bad || NR != 3 }' "$T/told" || fail "it does not add up"
stats_add_up
bounded
responsive
