#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 90
# All of the first interval is of one length: what steady connections send in it is what the link carries, as in the interval after it, though
# the first reading of all takes long.
. ./tests/lib.sh

load
iperf3 -s >/dev/null 2>&1 & children="$children $!"
await sh -c "ss -Hltn | grep -q :5201"
iperf3 -c 127.0.0.1 -t $((60 * scale)) -b 4M -P 2 -l 4K >/dev/null 2>&1 & children="$children $!"
await sh -c "[ \$(ss -Htn state established dport = :5201 | wc -l) = 3 ]"
sleep 2
for run in 1 2 3; do
	/stage/coremon report --json 1 2 >>"$T/json" || fail "exit status $?"
done
awk -v slow=$((scale > 1)) '{
	bytes = 0
	conns = substr($0, index($0, "\"connections\":["))
	while (match(conns, /"bytes_sent_per_s":[0-9.e+]+/)) { bytes += substr(conns, RSTART + 19, RLENGTH - 19); conns = substr(conns, RSTART + RLENGTH) }
	match($0, /"name":"lo","rx_bytes":[0-9]+,"rx_bytes_per_s":[0-9.e+]+/)
	split(substr($0, RSTART, RLENGTH), lo, /:/)
	printf "interval %d: connections %d bytes a second, lo %d\n", NR % 2 ? 1 : 2, bytes, lo[4]
	# Headers are a twentieth; on a slow kernel the two are read some hundredths of a second apart.
	if (bytes > (1.05 + 0.2 * slow) * lo[4] || bytes < (0.85 - 0.1 * slow) * lo[4] || !bytes) bad = 1
} END { exit bad || NR != 6 }' "$T/json" || fail "the connections and the link differ"
