#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 240
# again: two clocks of an emulated machine are compared
# Connections over a lossy path, captured at the end that sends: what tshark makes of the packets of each is what the module has of it.
. ./tests/lib.sh
. ./tests/scripted.sh
# 1,000 connections where the stage has a file `thorough` (tests/run.sh: on the first kernel), else 300.
n=300
[ ! -e thorough ] || n=1000

# client (10.9.1.1) in `peer` --- middle, loses both ways --- server (10.9.2.2): what is lost has passed the client's device.
for ns in middle server; do ip netns add $ns; done
ip link add c netns peer type veth peer name mc netns middle
ip link add s netns server type veth peer name ms netns middle
ip -n peer link set c gso_max_segs 1
ip -n peer addr add 10.9.1.1/24 dev c
ip -n server addr add 10.9.2.2/24 dev s
ip -n middle addr add 10.9.1.2/24 dev mc
ip -n middle addr add 10.9.2.1/24 dev ms
for at in 'peer c' 'server s' 'middle mc' 'middle ms'; do ip -n ${at% *} link set ${at#* } up; done
ip -n peer route add default via 10.9.1.2
ip -n server route add default via 10.9.2.1
ip netns exec middle sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
# Neighbours are known before anything is lost: a SYN that waits for an answer to ARP is on the wire a second after its birth.
in_peer faults datagrams 10.9.2.2 9 10 & asking=$!
await sh -c 'ip -n middle neigh show 10.9.2.2 | grep -q lladdr'
kill $asking
wait $asking 2>/dev/null || true
tc -n middle qdisc add dev ms root netem delay 3ms loss 4% limit 10000
tc -n middle qdisc add dev mc root netem delay 3ms loss 2% limit 10000
in_peer sh -c 'echo 3 >/proc/sys/net/ipv4/tcp_early_retrans'

load closed_max=65536
in_peer dumpcap -q -n -i c -s 96 -B 64 -w "$T/pcap" -f tcp >"$T/dumpcap" 2>&1 & children="$children $!"; dumpcap=$!
await grep -q '^File' "$T/dumpcap"
in_peer lossy -c 10.9.2.2 -n $n -p 100 -b 4000 -r 1500 -s server >"$T/made"
await rows_are 0
kill $dumpcap
wait $dumpcap 2>/dev/null || true
cat $proc/closed >"$T/closed"
rows_add_up "$T/closed"
missed=$(stat_of hooks_missed)
awk '$NF > 0' $proc/hooks
echo "captured at $(cut -d' ' -f1 /proc/uptime) s"

# Of a sender that never reorders, what is out of order is what it sent again. A port is a stream.
tshark -n -r "$T/pcap" -o tcp.desegment_tcp_streams:FALSE -o tcp.try_heuristic_first:FALSE -T fields \
	-e frame.time_epoch -e tcp.srcport -e tcp.dstport -e tcp.len -e tcp.flags -e tcp.analysis.retransmission \
	-e tcp.analysis.out_of_order -e tcp.seq -e tcp.ack -e tcp.analysis.spurious_retransmission -E separator=, \
	>"$T/packets" 2>"$T/tshark" || { cat "$T/tshark"; fail "tshark"; }
echo "looked at $(cut -d' ' -f1 /proc/uptime) s, $(wc -l <"$T/packets") packets"
columns "$T/closed" opened local retrans bytes_sent flags_in flags_out age_ms ended_at handshake_us bytes_acked bytes_received data_segs_out \
	bytes_retrans | sed -n 's/^active [0-9.]*:/ /p' >"$T/rows"
awk -v want=$n -v missed="$missed" 'function letters(f, push, s) {
		s = ""
		if (f % 2 >= 1) s = s "F"
		if (int(f / 2) % 2) s = s "S"
		if (int(f / 4) % 2) s = s "R"
		if (push && int(f / 8) % 2) s = s "P"
		if (int(f / 16) % 2) s = s "A"
		return s
	}
	function hex(x, n, i) { n = 0; for (i = 3; i <= length(x); i++) n = n * 16 + index("0123456789abcdef", substr(x, i, 1)) - 1; return n }
	function either(a, b, bit, r) { r = 0; for (bit = 1; bit < 32; bit *= 2) if (int(a / bit) % 2 || int(b / bit) % 2) r += bit; return r }
	# The time from the first packet on: all digits of the epoch are more than a number holds.
	function seconds(epoch, s) { split(epoch, s, "."); if (base == "") base = s[1]; return s[1] - base + ("0." s[2]) }
	FNR == 1 { file++ }
	file == 1 { bytes_made[$1] = $2; next }
	file == 2 {
		split($0, p, ",")
		out = p[3] == 7300
		port = out ? p[2] : p[3]
		now = seconds(p[1])
		f = hex(p[5])
		if (!(port in first)) first[port] = now
		flags[port, out] = either(flags[port, out], f)
		if (out) {
			bytes[port] += p[4]
			segments[port] += p[4] > 0
			# Spurious: its acknowledgement had come to the device, and not to TCP yet.
			if (p[6] != "" || p[7] != "" || p[10] != "") again[port]++
			next
		}
		if (int(f / 2) % 2 && !((port) in answered)) answered[port] = now
		# All that comes in passes here after what is lost: it is over when all of theirs is there, their FIN is, and ours is acknowledged.
		if (p[4] > 0 && !((port, p[8]) in piece)) { piece[port, p[8]] = 1; came[port] += p[4]; all_in[port] = now }
		if (f % 2 && !(port in fin_in)) fin_in[port] = now
		if (p[9] >= bytes_made[port] + 2 && !(port in fin_acked)) fin_acked[port] = now
		next
	}
	function same(what, a, b) { if (a != b) { print "port " port ", " what ": " a ", captured " b; bad++ } }
	# The capture and the module look at their clocks at different moments, and an emulated machine may stand still in between: few
	# differ by 30 ms, most by less than 5 ms, none by a second (the timer that repeats a SYN).
	function near(what, a, b, by) {
		by = a > b ? a - b : b - a
		compared[what]++
		off[what] += by > 0.03
		close_to[what] += by < 0.005
		if (by > 0.9) { print "port " port ", " what ": " a ", captured " b; bad++ }
	}
	# Where kprobes serve, one misses a segment that comes while another of that processor runs, and counts it: its flags are not known.
	function subset(a, b, i) { for (i = 1; i <= length(a); i++) if (!index(b, substr(a, i, 1))) return 0; return 1 }
	function latest(a, b) { return a > b ? a : b }
	{
		n++
		port = $1
		same("retrans", $2, again[port] + 0)
		same("bytes_sent", $3, bytes[port])
		same("bytes_sent of the application", $3 - $12, bytes_made[port])
		same("bytes_acked", $9, bytes_made[port] + 2)
		same("bytes_received", $10, came[port] + 1)
		same("bytes of the answer", came[port], 1500)
		same("data_segs_out", $11, segments[port])
		in_ = letters(flags[port, 0], 1)
		if ($4 != in_ && subset($4, in_)) unseen++
		else same("flags_in", $4, in_)
		# A reset that answers what comes when the connection is over is not its own.
		out = letters(flags[port, 1], 0)
		if ($5 !~ /R/) sub(/R/, "", out)
		same("flags_out", $5, out)
		near("birth", seconds($7) - $6 / 1000, first[port])
		near("end", seconds($7), latest(all_in[port], latest(fin_in[port], fin_acked[port])))
		near("handshake", $8 / 1000000, answered[port] - first[port])
		sum += $2
		lossless += $2 == 0
	}
	END {
		printf "%d connections, %d retransmits, %d connections without;", n, sum, lossless
		for (what in compared) {
			printf " %s: %d near, %d far;", what, close_to[what], off[what]
			if (compared[what] != n || off[what] > n / 10 || close_to[what] < n / 2) bad++
		}
		print " flags not seen: " unseen + 0 ", hooks missed " missed
		exit unseen > missed || bad > 0 || n != want || sum < n / 10 || lossless < n / 20
	}' "$T/made" "$T/packets" "$T/rows" || fail "the capture says something else"
