#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# All flow records of a run add up to what each connection and all programs sent, are numbered and in order, and have the
# flags, ends and actions that AWS documents.
. ./tests/lib.sh

snmp() { awk -v n="$1" '/^Tcp:/ { if (!k) { k = split($0, name, " "); next } split($0, v, " "); for (i = 2; i <= k; i++) if (name[i] == n) print v[i] }' /proc/net/snmp; }

load closed_max=65536
before=$(($(snmp OutSegs) + $(snmp RetransSegs))) again=$(snmp RetransSegs) resets=$(snmp OutRsts)
/stage/coremon flows -H -i 1 --format '${coremon-seq} ${coremon-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${flow-direction} ${packets} ${bytes} ${coremon-bytes-retrans} ${tcp-flags} ${start} ${end} ${action} ${log-status} ${coremon-cause} ${coremon-cgroup-path}' >"$T/flows" 2>"$T/said" &
flows=$!; children="$children $flows"
await test -s "$T/flows"
tcpload churn -d 3 -n 5 -u 3000 >"$T/made"
tcpload churn -d 2 -n 2 -u 500 -a ::1 >"$T/made6"
# Nobody listens there.
bash -c ': </dev/tcp/127.0.0.1/9' 2>/dev/null && fail "port 9"
bash -c ': </dev/tcp/::1/9' 2>/dev/null && fail "port 9"
await rows_are 0
after=$(($(snmp OutSegs) + $(snmp RetransSegs))) again=$(($(snmp RetransSegs) - again)) resets=$(($(snmp OutRsts) - resets))
kill -INT $flows
wait $flows || fail "exit status $?"
cat "$T/said"
columns $proc/closed id opened segs_out segs_in retrans_synack bytes_sent cause flags_out >"$T/closed"
made=$(cat "$T/made") made6=$(cat "$T/made6")
echo "$made and $made6 connections, $(wc -l <"$T/flows") records, $((after - before)) segments on the host"
awk -v made="$made" -v made6="$made6" -v wire=$((after - before)) -v again=$again -v resets=$resets '
	function complain(what) { print what; if (++bad > 20) exit }
	FNR == NR { if ($2 != "listen") { out[$1] = $3 + ($2 == "passive" ? 1 + $5 : 0); in_[$1] = $4; cause[$1] = $7; own += $8 ~ /R/; n++ } next }
	FNR == 1 { next }
	{
		if ($1 != ++seq) complain("number " $1 ", not " seq)
		if ($15 == "NODATA") next
		if ($15 != "OK") complain($0)
		id = $2; tuple = $3 " " $5 " " $4 " " $6
		if ($7 == "egress") { po[id] += $8; sent += $9 - $10; packets += $8 } else { pi[id] += $8; received += $9 }
		if ($12 > $13 || $12 < begun[id $7]) complain("time: " $0)
		begun[id $7] = $12
		# No SYN after its SYN-ACK: before the first record of the latter both of the former are there. Ports come again, so the
		# connections of a pair of ends are counted. But where the last ACK of a handshake came late, as coremon-flows(8) says.
		syn = int($11 / 2) % 2; ack = int($11 / 16) % 2
		if (ack && !syn) complain("ACK alone: " $0)
		if (syn && !ack) syns[tuple]++
		if (syn && ack) {
			peer = $4 " " $6 " " $3 " " $5
			nth = int((answered[peer]++ + 2) / 2)
			if (syns[peer] < 2 * nth) { late++; print "SYN-ACK before its SYN: " $0 }
		}
		# Whole lives in one interval: 3 and 19, or 6 and 18 or 22 of those that were reset.
		if (syn) flags[$11]++
		if ($14 == "REJECT") { rejected[id]++; if ($16 != "connect_refused") complain($0) }
		if ($17 !~ /^\//) complain("no cgroup: " $0)
	}
	END {
		for (id in cause) {
			# The kernel ends a connection that it aborts and sends the reset then: one read between the two lacks it.
			if (cause[id] == "abort" && po[id] == out[id] - 1) { po[id]++; packets++; between++ }
			if (po[id] + 0 != out[id] || pi[id] + 0 != in_[id]) complain(id ": " po[id] " and " pi[id] " packets, of " out[id] " and " in_[id])
			if ((cause[id] == "connect_refused") != (rejected[id] > 0)) complain(id ": " cause[id] ", rejected " rejected[id] + 0)
			refused += rejected[id] > 0
		}
		want = 2 * made * 3000 + 2 * made6 * 500
		print n " ends, " packets " packets, " sent " bytes sent, " received " received, " refused " refused; programs: " want
		if (sent != want) complain("bytes sent")
		if (received != want) complain("bytes received")
		# Without a socket are sent: the reset of who refuses, one that answers what was under way to a socket that aborted, and the
		# answer to what was sent again for want of time when the socket is gone.
		socketless = resets - own
		if (packets > wire - refused || packets < wire - socketless - again)
			complain("packets on the host: " wire ", resets without a socket: " socketless ", sent again " again)
		if (late > n / 200) complain(late " SYN-ACKs come before their SYN")
		if (between > 3) complain(between " resets are not in the records")
		if (refused != 2) complain(refused + 0 " rejected")
		if (!flags[3] || !flags[19] || !flags[6] || !flags[18]) complain("flags: 3 " flags[3] " 19 " flags[19] " 6 " flags[6] " 18 " flags[18])
		exit bad > 0
	}' "$T/closed" "$T/flows" >"$T/verdict" || { cat "$T/verdict"; head -n 5 "$T/flows"; fail "the records do not add up"; }
cat "$T/verdict"

# Only trouble, for a time; an estimate.
/stage/coremon flows --for 3 -i 1 --when 'refused or rst' --format '${dstport} ${action} ${tcp-flags} ${flow-direction} ${log-status}' >"$T/when" & flows=$!
# Between two readings: one in the middle of a connect() would have its SYN in a record of its own.
sleep 1.5
bash -c ': </dev/tcp/127.0.0.1/9' 2>/dev/null && fail "port 9"
tcpload hold -p 7501 -n 2 -u 10 </dev/null >/dev/null
wait $flows || fail "exit status $?"
grep -v NODATA "$T/when" >"$T/told"
[ "$(head -n 1 "$T/told")" = "9 REJECT 2 egress OK" ] && [ "$(wc -l <"$T/told")" = 2 ] || { cat "$T/when"; fail "--when"; }
/stage/coremon flows --estimate --for 1 | grep -q '^expected in an hour' || fail "--estimate"
unload
