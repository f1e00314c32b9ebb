#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# Many connections over a link that loses and reorders: retransmits by kind, summed over all connections of both ends, are what the
# kernel counts for the host, and each row adds up.
. ./tests/lib.sh
. ./tests/scripted.sh

# client (10.9.0.1) in `peer` --- veth, loses and reorders both ways --- server (10.9.0.2)
ip netns add server
ip link add c netns peer type veth peer name s netns server
ip -n peer link set c gso_max_segs 1
ip -n server link set s gso_max_segs 1
ip -n peer addr add 10.9.0.1/24 dev c
ip -n server addr add 10.9.0.2/24 dev s
ip -n peer link set c up
ip -n server link set s up
ip -n server link set lo up
tc -n peer qdisc add dev c root netem delay 4ms 3ms 25% loss 4%
tc -n server qdisc add dev s root netem delay 4ms 3ms 25% loss 3%
in_peer sh -c 'echo 3 >/proc/sys/net/ipv4/tcp_early_retrans'

# Name and value of each of the kernel's counters, of both namespaces together, at zero when they were made.
counters() {
	for ns in peer server; do ip netns exec $ns cat /proc/net/netstat /proc/net/snmp; done | awk '
		$1 ~ /^(TcpExt|Tcp):$/ { if (!($1 in head)) { head[$1] = $0; next }
			n = split(head[$1], name); for (i = 2; i <= n; i++) sum[name[i]] += $i; delete head[$1] }
		END { for (n in sum) print n, sum[n] }'
}

load closed_max=65536
in_peer lossy -c 10.9.0.2 -n 40 -b 40000 -s server >"$T/made"
await rows_are 0
{
	counters
	# How many SYN-ACKs were sent again, whatever became of them.
	awk '$1 == "synack_retrans" { print "synacks", $5 }' $proc/hooks
} >"$T/counters"
cat $proc/closed >"$T/closed"
rows_add_up "$T/closed"
awk 'FNR == NR { k[$1] = $2; next }
	FNR == 2 { for (i = 1; i <= NF; i++) c[$i] = i }
	FNR > 2 && $c["state"] != "LISTEN" {
		rows++
		for (n in c) if (n ~ /^(retrans|undo)/ || n ~ /_entries$/ || n == "dsack_dups" || n == "bytes_retrans") sum[n] += $c[n]
	}
	function same(what, a, b) { if (a + 0 != b + 0) { print what ": " a ", the kernel counts " b; bad = 1 } }
	function at_most(what, a, b) { if (a + 0 > b + 0) { print what ": " a ", the kernel counts no more than " b; bad = 1 } }
	function at_least(what, a, b) { if (a + 0 < b + 0) { print what ": " a ", the kernel counts no less than " b; bad = 1 } }
	END {
		for (n in sum) printf "%s %d  ", n, sum[n]
		print ""
		for (n in k) if (k[n] && n ~ /Undo|Retrans|Probes|Timeouts|Recovery|Fail|DSACK|Rtx/) printf "%s %d  ", n, k[n]
		print ""
		same("rows", rows, 80)
		# One that a timer sends while the connection is being made of its request no connection counts.
		at_most("retrans_synack", sum["retrans_synack"], k["synacks"])
		at_least("retrans_synack", sum["retrans_synack"], k["synacks"] - 1)
		same("retrans", sum["retrans"] - sum["retrans_synack"] + k["synacks"], k["RetransSegs"])
		same("retrans_fast", sum["retrans_fast"], k["TCPFastRetrans"])
		# Each timer that runs out sends one again, and in Loss slow start sends more. The kernel counts the timers of SYN-ACKs with
		# them, and those that found their segment in a queue of this machine still, or no room there, and so sent nothing.
		timers = k["TCPTimeouts"] + k["TCPSlowStartRetrans"]
		at_most("retrans_timeout + retrans_syn", sum["retrans_timeout"] + sum["retrans_syn"], timers)
		at_least("retrans_timeout + retrans_syn", sum["retrans_timeout"] + sum["retrans_syn"],
			timers - sum["retrans_synack"] - k["TCPSpuriousRtxHostQueues"] - k["TCPRetransFail"])
		same("handshakes", sum["retrans_syn"] + k["synacks"], k["TCPSynRetrans"])
		# A probe may send new data instead.
		at_most("retrans_tail_loss_probe", sum["retrans_tail_loss_probe"], k["TCPLossProbes"])
		# Only what had been reduced can be taken back: from Recovery out of CWR there is nothing.
		at_most("undo_full", sum["undo_full"], k["TCPFullUndo"])
		at_most("undo_partial", sum["undo_partial"], k["TCPPartialUndo"])
		at_most("undo_dsack", sum["undo_dsack"], k["TCPDSACKUndo"])
		at_most("undo_loss", sum["undo_loss"], k["TCPLossUndo"])
		if ("TCPDSACKRecvSegs" in k) same("dsack_dups", sum["dsack_dups"], k["TCPDSACKRecvSegs"])
		same("recovery_entries", sum["recovery_entries"], k["TCPSackRecovery"] + k["TCPRenoRecovery"])
		if (!sum["retrans_fast"] || sum["retrans"] < 30) { print "too little was lost"; bad = 1 }
		exit bad
	}' "$T/counters" "$T/closed" || fail "the sums differ"
# To the byte: what each connection sent, and nothing twice.
columns "$T/closed" opened local bytes_sent bytes_retrans bytes_received state | grep '^active' >"$T/active"
awk 'FNR == NR { made[$1] = $2; next } { n++; split($2, at, ":"); if ($3 - $4 != made[at[2]]) { print $0 ", not " made[at[2]]; bad = 1 } }
	END { exit bad || n != 40 }' "$T/made" "$T/active" || fail "bytes"
