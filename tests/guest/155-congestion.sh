#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 90
# again: what is sent again between the last report and nstat is in one of them alone, and how many recoveries there are is chance
# What coremon-report says of congestion: over all its intervals the host's counters grow as nstat has them and the connections' sums
# as the host's, and it tells packets that only come in another order from packets that are lost.
. ./tests/lib.sh

load
# client (10.9.0.1) --- veth --- router, which reorders or loses what goes to --- server (10.9.1.2), each in a namespace. On the client's
# own device the packets would still be in its queue, and what is there is not sent again.
for ns in client router server; do ip netns add $ns; ip -n $ns link set lo up; done
ip link add c netns client type veth peer name rc netns router
ip link add s netns server type veth peer name rs netns router
# One segment a packet, else a whole burst is one packet to netem.
ip -n client link set c gso_max_segs 1
ip -n client addr add 10.9.0.1/24 dev c
ip -n router addr add 10.9.0.254/24 dev rc
ip -n router addr add 10.9.1.254/24 dev rs
ip -n server addr add 10.9.1.2/24 dev s
for l in 'client c' 'router rc' 'router rs' 'server s'; do ip -n ${l% *} link set ${l#* } up; done
ip -n client route add default via 10.9.0.254
ip -n server route add default via 10.9.1.254
ip netns exec router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
ip netns exec server iperf3 -s >/dev/null 2>&1 & children="$children $!"
await sh -c "ip netns exec server ss -Hltn | grep -q :5201"

# The client's counters of TCP, a line each.
counters() { ip netns exec client nstat -asz | awk '/^Tcp/ { print $1, $2 }'; }

# Nothing is under way any more, and all timers have done what they had to do.
at_rest() { counters >"$T/a"; sleep 0.5; counters >"$T/b"; cmp -s "$T/a" "$T/b"; }

# Reports while a transfer goes over the link, which is bad in the middle of it: its begin and its end are quick.
# Arguments: name, what netem does, Mbit/s.
measure() {
	_name=$1
	counters >"$T/$_name.before"
	ip netns exec client /stage/coremon report --section congestion --json 1 >"$T/$_name.json" 2>"$T/$_name.said" &
	_report=$!; children="$children $_report"
	await sh -c "[ \$(awk '\$1 == \"readers\" { print \$2 }' $proc/stats) = 1 ]"
	ip netns exec client timeout $((30 * scale)) iperf3 -c 10.9.1.2 -t $((3 * scale)) -b "$3M" >"$T/$_name.iperf" 2>&1 &
	_iperf=$!; children="$children $_iperf"
	await sh -c "[ \$(ip netns exec client ss -Htn state established dst 10.9.1.2 | wc -l) = 2 ]"
	tc -n router qdisc add dev rs root netem $2
	sleep $((2 * scale))
	tc -n router qdisc del dev rs root
	wait $_iperf || true
	await at_rest
	cp "$T/b" "$T/$_name.after"
	# One whole interval more.
	_have=$(wc -l <"$T/$_name.json")
	await sh -c "[ \$(wc -l <$T/$_name.json) -ge $((_have + 1)) ]"
	kill -INT $_report
	wait $_report || fail "$_name: exit status $?"
	! grep . "$T/$_name.said" || fail "$_name: said something"
	awk -v before="$T/$_name.before" -v after="$T/$_name.after" '
		function value(name, from,    v) {
			if (!match(from, "\"" name "\":[^,}]*")) { print "no " name; bad++; return "" }
			v = substr(from, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
			gsub(/"/, "", v)
			return v
		}
		function same(what, a, b) { if (a != b) { print what ": " a ", not " b; bad++ } }
		BEGIN {
			while ((getline <before) > 0) b[$1] = $2
			while ((getline <after) > 0) a[$1] = $2
		}
		{
			ns = value("elapsed_ns", $0)
			at = index($0, "\"counters\":")
			host = substr($0, at)
			conns = host
			sub(/.*"connections":[{]/, "", conns)
			if (conns == host) { print "no connections"; bad++ }
			while (match(host, /"Tcp[A-Za-z0-9]*":[0-9]+/)) {
				name = substr(host, RSTART + 1, RLENGTH); sub(/".*/, "", name)
				now[name] = substr(host, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
				grown[name] += int(value(name "_per_s", host) * ns / 1e9 + 0.5)
				host = substr(host, RSTART + RLENGTH)
			}
			n = split("retrans retrans_fast retrans_timeout retrans_tail_loss_probe retrans_syn recovery_entries loss_entries undo_full undo_partial undo_dsack undo_loss dsack_dups", w, " ")
			for (i = 1; i <= n; i++) sum[w[i]] += value(w[i], conns)
			# The interval with most to judge by is the one that counts.
			judged = value("recoveries", $0) + value("timeouts", $0)
			if (judged > most) { most = judged; verdict = value("verdict", $0); of_conns = value("verdict", conns); few = value("few", $0) }
		}
		END {
			for (n in now) {
				known++
				same(n, now[n], a[n])
				same(n " in all intervals", grown[n], a[n] - b[n])
			}
			for (n in grown) if (grown[n]) line = line " " n " " grown[n]
			if (known < 20) { print known + 0 " counters"; bad++ }
			same("retrans", sum["retrans"], grown["TcpRetransSegs"])
			same("retrans_fast", sum["retrans_fast"], grown["TcpExtTCPFastRetrans"])
			same("recovery_entries", sum["recovery_entries"], grown["TcpExtTCPSackRecovery"] + grown["TcpExtTCPRenoRecovery"])
			if (sum["undo_full"] > grown["TcpExtTCPFullUndo"] || sum["undo_dsack"] > grown["TcpExtTCPDSACKUndo"]) { print "more undone than the kernel counts"; bad++ }
			print line
			for (n in sum) if (sum[n]) printf " %s %d", n, sum[n]
			print ""
			print "verdict", verdict, of_conns, few, most
			exit bad > 0
		}' "$T/$_name.json" >"$T/$_name.verdict" || { cat "$T/$_name.verdict"; fail "$_name: not what nstat counts"; }
	echo "$_name:"; cat "$T/$_name.verdict"
}

# Arguments: name, verdicts of the host and of the connections that are right, with | between.
verdict_is() {
	read -r _ _host _conns _few _most <<END
$(tail -n 1 "$T/$1.verdict")
END
	echo "$_host" | grep -qxE "$2" || fail "$1: verdict $_host, not $2 (of $_most)"
	echo "$_conns" | grep -qxE "$2" || fail "$1: verdict $_conns of the connections, not $2"
	[ "$_few" = false ] || fail "$1: too few happened"
}

# Half of the packets come 20 ms later than the other half; on a slow kernel that would be before the next is sent.
measure reorder "delay $((20 * scale))ms reorder 50%" 8
verdict_is reorder reordering
# So much is lost that what is sent again is lost too, as a rule.
measure loss 'delay 5ms loss 25%' 4
verdict_is loss 'loss|loss_repaired'
