#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# Over a link that loses packets: retransmits are those ss and iperf3 count, and the CA states were seen to change.
. ./tests/lib.sh

load
# client (10.9.0.1) --- veth, 3 % of what the client sends is lost --- server (10.9.0.2)
ip netns add server
ip link add c type veth peer name s netns server
# One segment a packet, else a whole burst is one packet to netem.
ip link set c gso_max_segs 1
ip addr add 10.9.0.1/24 dev c
ip link set c up
ip -n server addr add 10.9.0.2/24 dev s
ip -n server link set s up
ip -n server link set lo up
tc qdisc add dev c root netem delay 5ms loss 3%
ip netns exec server iperf3 -s >/dev/null 2>&1 & children="$children $!"
await sh -c "ip netns exec server ss -Hltn | grep -q :5201"

iperf3 -c 10.9.0.2 -t $((60 * scale)) -b 4M -P 2 -J >"$T/iperf.json" &
iperf=$!
other=0
# A recovery lasts a round trip or two, so a look every so often may miss them all for a while.
for i in $(seq 150); do
	# Of the data streams; the control connection says little.
	columns $proc/connections remote bytes_sent ca_state | grep '^10\.9\.0\.2:5201 ' | awk '$2 > 50000 && $3 != "Open"' >>"$T/other"
	[ "$i" -lt 15 ] || [ ! -s "$T/other" ] || break
	sleep 0.1
done
# Stopped, iperf3 sends nothing more, and what is under way comes to its end: all counters are at rest.
kill -STOP $iperf
sleep 3
same_as_ss 2 dst 10.9.0.2
columns $proc/connections remote bytes_sent retrans cwr_entries recovery_entries loss_entries | grep '^10\.9\.0\.2:5201 ' |
	awk '$2 > 50000 { n++; r += $3; c += $4; v += $5; l += $6 } END { print n, r, c, v, l }' >"$T/sum"
read -r streams retrans cwr recovery loss <"$T/sum"
other=$(wc -l <"$T/other")
# Interrupted, it sums up before it sends again.
kill -INT $iperf
kill -CONT $iperf
wait $iperf || true
want=$(awk '/"sum_sent"/ { on = 1 } on && /"retransmits"/ { gsub(/[^0-9]/, ""); print; exit }' "$T/iperf.json")
echo "$streams streams, $retrans retransmits, iperf3 counts $want; entries into CWR $cwr, Recovery $recovery, Loss $loss; seen not Open $other times"
[ "$streams" = 2 ] || fail "$streams streams of 2"
[ "$retrans" -gt 0 ] || fail "nothing was lost"
[ "$retrans" = "$want" ] || fail "retransmits"
[ $((recovery + loss)) -gt 0 ] || fail "losses, but no entry into Recovery or Loss was counted"
[ "$other" -gt 0 ] || fail "no state other than Open was ever shown"
