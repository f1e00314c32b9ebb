#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 150
# Over a link that loses packets: retransmits are those ss and iperf3 count, and the CA states were seen to change.
. ./tests/lib.sh

load
# client (10.9.0.1) --- veth, 4 % of what the client sends is lost --- server (10.9.0.2)
ip netns add server
ip link add c type veth peer name s netns server
ip addr add 10.9.0.1/24 dev c
ip link set c up
ip -n server addr add 10.9.0.2/24 dev s
ip -n server link set s up
ip -n server link set lo up
tc qdisc add dev c root netem delay 5ms loss 4%
background ip netns exec server iperf3 -s
await sh -c "ip netns exec server ss -Hltn | grep -q :5201"

# iperf3 keeps its sockets until the end: read while they are open, at rest after the transfer of known bytes.
tcpload_in="$T/in"
mkfifo "$tcpload_in"
iperf3 -c 10.9.0.2 -n 1500K -P 2 -J >"$T/iperf.json" &
iperf=$!
most=0
while kill -0 $iperf 2>/dev/null; do
	columns $proc/connections id remote retrans cwr_entries recovery_entries loss_entries ca_state | grep ' 10\.9\.0\.2:5201 ' >>"$T/seen" || true
	sleep 0.2
done
wait $iperf || { cat "$T/iperf.json"; fail "iperf3"; }
want=$(awk -F'[:,]' '/"sum_sent"/ { on = 1 } on && /"retransmits"/ { print $2 + 0; exit }' "$T/iperf.json")
# The last reading of each connection, and the highest ever.
awk '{ r[$1] = $3; if ($4 + $5 + $6 > e[$1]) e[$1] = $4 + $5 + $6; if ($7 != "Open") other++ }
	END { for (i in r) { total += r[i]; entries += e[i] } print total + 0, entries + 0, other + 0 }' "$T/seen" >"$T/sum"
read -r most entries other <"$T/sum"
echo "iperf3 counts $want retransmits, the table $most; $entries entries into CWR, Recovery or Loss; $other readings not Open"
[ "$want" -gt 0 ] || fail "nothing was lost"
[ "$entries" -gt 0 ] || fail "no entry into another CA state was counted"
# iperf3 counts its data streams to its end, the table was last read up to 0.2 s before it.
[ "$most" -le "$want" ] && [ "$most" -ge $((want * 7 / 10 - 2)) ] || fail "retransmits: $most, iperf3 counts $want"
