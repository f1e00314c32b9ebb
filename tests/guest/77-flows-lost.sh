#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 60
# Connections that end and are lost make SKIPDATA records: those told and those lost are all there were.
. ./tests/lib.sh

# Records of a run in $T/flows. Arguments: of coremon flows.
start() {
	/stage/coremon flows -H -i 1 --format '${coremon-id} ${log-status} ${coremon-skipped} ${coremon-cause}' "$@" >"$T/flows" 2>"$T/said" &
	flows=$!; children="$children $flows"
	await test -s "$T/flows"
}
stop() {
	kill -INT $flows
	wait $flows || { cat "$T/said"; fail "exit status of coremon flows"; }
	awk 'NR == 1 { next } $2 == "SKIPDATA" { n++; skipped += $3; if ($3 !~ /^[0-9]+$/) bad = 1; next } $2 == "OK" && $4 != "-" { ended[$1] = 1 }
		END { for (id in ended) told++; print n + 0, skipped + 0, told + 0; exit bad }' "$T/flows" >"$T/sum" || { cat "$T/flows"; fail "records"; }
	read -r records skipped told <"$T/sum"
	echo "$records SKIPDATA, $skipped skipped, $told told"
}

load closed_max=64
start
tcpload churn -d 3 -n 10 -u 10 >"$T/made"
await rows_are 0
stop
ends=$((2 * $(cat "$T/made")))
[ "$records" -gt 0 ] && [ "$skipped" -gt 0 ] || fail "nothing was lost"
# The listener ends, too: it is lost, or it is told of, in no record.
[ $((skipped + told)) = $ends ] || [ $((skipped + told)) = $((ends + 1)) ] || fail "$ends connections ended"
unload

# No room for new ones.
load max_conns=3
start
tcpload hold -n 5 -u 10 </dev/null >/dev/null
stop
[ "$records" -gt 0 ] && [ "$skipped" = "$(($(stat_of refused_full)))" ] && [ "$skipped" -gt 0 ] || fail "$(stat_of refused_full) refused"
unload
