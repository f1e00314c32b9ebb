#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# What coremon-report says of its intervals adds up: to the bytes the programs sent, those of connections that ended in an
# interval with them, to the segments the host sent again, and to the longest that each queue was.
. ./tests/lib.sh

snmp() { ip netns exec lossy cat /proc/net/snmp >"$T/snmp"; awk -v n="$1" '/^Tcp:/ { if (!k) { k = split($0, name, " "); next } split($0, v, " "); for (i = 2; i <= k; i++) if (name[i] == n) print v[i] }' "$T/snmp"; }

load
# A loopback that loses packets; a segment is a packet.
ip netns add lossy
ip -n lossy link set lo mtu 1500 gso_max_segs 1 up
tc -n lossy qdisc add dev lo root netem delay 2ms loss 2%
before=$(snmp RetransSegs)
/stage/coremon report --json 0.5 >"$T/json" 2>"$T/said" & report=$!; children="$children $report"
# Its first reading is the begin of the first interval.
sleep 1
ip netns exec lossy tcpload churn -d 4 -n 4 -u 20000 -w 16384 >"$T/made"
ip netns exec lossy tcpload churn -d 2 -n 2 -u 100 -a ::1 >"$T/made6"
await rows_are 0
after=$(snmp RetransSegs)
# One whole interval more.
have=$(wc -l <"$T/json")
await sh -c "[ \$(wc -l <$T/json) -ge $((have + 2)) ]"
kill -INT $report
wait $report || fail "exit status $?"
cat "$T/said"
columns $proc/closed id send_q_max recv_q_max cause opened >"$T/closed"
echo "$(cat "$T/made") and $(cat "$T/made6") connections in $(wc -l <"$T/json") intervals, $((after - before)) segments sent again"
[ "$after" -gt "$before" ] || fail "nothing was lost"

# A record for each connection of each interval; what is before the first of a line has the interval's length.
awk -v made="$(cat "$T/made")" -v made6="$(cat "$T/made6")" -v again="$((after - before))" '
	function value(name) { return match(c, "\"" name "\":[^,}]*") ? substr(c, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : "none" }
	function grown(name,    v) { v = value(name "_per_s"); if (v == "null" || v == "none") { bad++; print id ": no " name; return 0 } return int(v * ns / 1e9 + 0.5) }
	FNR == NR { send[$1] = $2; recv[$1] = $3; cause[$1] = $4; opened[$1] = $5; next }
	{
		end = index($0, "\n")
		c = end ? substr($0, 1, end - 1) : $0
		if (NR > FNR + 0 && c ~ /^[0-9a-f]+"/) {
			id = c
			sub(/".*/, "", id)
			if (opened[id] != "listen" && value("state") != "\"LISTEN\"") {
				sent += grown("bytes_sent") - grown("bytes_retrans")
				acked += grown("bytes_acked")
				received += grown("bytes_received")
				retrans += grown("retrans")
				s = value("send_q_peak"); r = value("recv_q_peak")
				if (s == "null" || s == "none" || s + 0 < value("send_q") + 0) { print id ": send_q_peak " s ", send_q " value("send_q"); bad++ }
				if (s + 0 > peak[id] + 0) peak[id] = s
				if (r + 0 > rpeak[id] + 0) rpeak[id] = r
				rows[id]++
			}
			if (value("ended") == "true") {
				ended[id]++
				if (value("cause") != "\"" cause[id] "\"") { print id ": " value("cause") ", closed has " cause[id]; bad++ }
				# A FIN of the peer is a byte received, where it came before the socket was gone.
				fins += value("cause") ~ /fin_/ && value("flags_in") ~ /F/
			}
		}
		# Of several lines the last: those before have no connections.
		if (sub(/.*"elapsed_ns":/, "")) { sub(/[^0-9].*/, ""); ns = $0 }
	}
	END {
		want = made * 2 * 20000 + made6 * 2 * 100
		printf "sent %d, received %d with %d FINs, again %d; programs: %d\n", sent, received, fins, retrans, want
		if (sent != want) { print "sent"; bad++ }
		if (received != want + fins) { print "received"; bad++ }
		if (retrans != again) { print "retransmits"; bad++ }
		for (id in cause) {
			if (opened[id] == "listen") continue
			n++
			if (ended[id] != 1) { print id " ended " ended[id] + 0 " times"; bad++ }
			if (peak[id] + 0 != send[id] || rpeak[id] + 0 != recv[id]) {
				print id ": queues at most " peak[id] " and " rpeak[id] ", since birth " send[id] " and " recv[id]; bad++
			}
			more += rows[id] > 1
		}
		if (n != 2 * (made + made6)) { print n " ends in closed"; bad++ }
		if (!more) { print "no connection lived in two intervals"; bad++ }
		exit bad > 0
	}' "$T/closed" RS='[{]"id":"' "$T/json" >"$T/verdict" || { head -n 40 "$T/verdict"; fail "the intervals do not add up"; }
cat "$T/verdict"
