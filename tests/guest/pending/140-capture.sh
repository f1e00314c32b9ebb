#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# Connections over a lossy path, captured at the end that sends: what tshark makes of the packets of each is what the module has of it.
. ./tests/lib.sh
. ./tests/scripted.sh
if ! command -v tshark >/dev/null || ! command -v dumpcap >/dev/null; then skip "no tshark in this root"; fi

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
tc -n middle qdisc add dev ms root netem delay 3ms loss 4% limit 10000
tc -n middle qdisc add dev mc root netem delay 3ms loss 2% limit 10000
in_peer sh -c 'echo 3 >/proc/sys/net/ipv4/tcp_early_retrans'

load closed_max=65536
in_peer dumpcap -q -n -i c -B 32 -w "$T/pcap" -f tcp >"$T/dumpcap" 2>&1 & children="$children $!"; dumpcap=$!
await grep -q '^File' "$T/dumpcap"
in_peer lossy -c 10.9.2.2 -n 100 -b 12000 -s server >"$T/made"
await sh -c "[ \$(awk '/^(connections|listeners) / { n += \$2 } END { print n }' $proc/stats) = 0 ]"
kill $dumpcap
wait $dumpcap 2>/dev/null || true
cat $proc/closed >"$T/closed"
rows_add_up "$T/closed"

# Of a sender that never reorders, what is out of order is what it sent again.
tshark -n -r "$T/pcap" -T fields -e frame.time_epoch -e tcp.srcport -e tcp.dstport -e tcp.len -e tcp.flags \
	-e tcp.analysis.retransmission -e tcp.analysis.out_of_order -E separator=, >"$T/packets" 2>"$T/tshark" || { cat "$T/tshark"; fail "tshark"; }
columns "$T/closed" opened local retrans bytes_sent flags_in flags_out age_ms ended_at segs_out segs_in | sed -n 's/^active [0-9.]*:/ /p' >"$T/rows"
awk 'function letters(f, push, s) {
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
	FNR == 1 { file++ }
	file == 1 {
		split($0, p, ",")
		out = p[3] == 7300
		port = out ? p[2] : p[3]
		if (!(port in first)) first[port] = p[1]
		last[port] = p[1]
		flags[port, out] = either(flags[port, out], hex(p[5]))
		packets[port, out]++
		if (out) {
			bytes[port] += p[4]
			if (p[6] != "" || p[7] != "") again[port]++
		}
		next
	}
	function same(what, a, b) { if (a != b) { print "port " port ", " what ": " a ", captured " b; bad++ } }
	function near(what, a, b) { if (a - b > 0.3 || b - a > 0.3) { print "port " port ", " what ": " a ", captured " b; bad++ } }
	{
		n++
		port = $1
		same("retrans", $2, again[port] + 0)
		same("bytes_sent", $3, bytes[port])
		same("flags_in", $4, letters(flags[port, 0], 1))
		# A reset that answers what comes when the connection is over is not its own.
		out = letters(flags[port, 1], 0)
		if ($5 !~ /R/) sub(/R/, "", out)
		same("flags_out", $5, out)
		near("birth", $7 - $6 / 1000, first[port])
		sum += $2
	}
	END { print n " connections, " sum " retransmits"; exit bad > 0 || n != 100 || sum < 20 }' "$T/packets" "$T/rows" || fail "the capture says something else"
