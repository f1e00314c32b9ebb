#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 240
# again: a fault must show within seconds
# Faults of the network and of programs at the ends of TCP, really made one at a time: the doctor names each first.
. ./tests/lib.sh
. ./tests/faults.sh

load
network
thorough() { [ -e /stage/thorough ]; }
# Those who read at the far ends; mended() ends them.
servers() {
	for i in 1 2; do
		going ip netns exec far$i faults serve 9000
		listens 9000 ip netns exec far$i
	done
}

# Loss on the way to one network.
servers
tc -n router qdisc add dev r1 root netem loss 4%
going faults short 10.7.1.2 9000 200000
going faults short 10.7.2.2 9000 200000
finds path-loss 'the path to 10.7.1.0/24 loses' 'others do not' 'mtr -n -r -c 100 10.7.1.2'
mended
tc -n router qdisc del dev r1 root

# A program that reads slowly: its window closes.
going faults slow 9100 2000
slow=$!
listens 9100
going far2 faults send 10.7.0.1 9100
await sh -c "ss -Htn 'sport = :9100' | awk '\$2 > 60000 { f = 1 } END { exit !f }'"
finds slow-reader "faults \\(pid $slow\\) (reads too slowly|does not read) from its connection with 10.7.2.2"
mended

if thorough; then
	# One client that opens most connections of a server that cannot keep up.
	going faults serve 9200 200
	listens 9200
	for i in 3 4 5; do going far2 faults connect 10.7.0.1 9200 3 10.7.2.$i; done
	await sh -c "[ \$(ss -Htn state established 'sport = :9200' | wc -l) -ge 9 ]"
	going far2 faults connect 10.7.0.1 9200 400 10.7.2.9
	finds one-client 'one client, 10.7.2.9, takes the server' 'saddr 10.7.2.9 ct count over'
	mended

	# Packets that overtake each other.
	servers
	tc -n router qdisc add dev r1 root netem delay 10ms 5ms
	for i in 1 2 3 4; do going faults short 10.7.1.2 9000 300000; done
	look='-i 2 -n 2' finds reordering 'the path to 10.7.1.0/24 reorders packets' 'undone'
	mended
	tc -n router qdisc del dev r1 root

	# Full segments alone do not get through, and nobody says so.
	servers
	nft 'add table ip quiet'
	router nft 'add table ip quiet'
	router nft 'add chain ip quiet out { type filter hook output priority 0; }'
	router nft 'add rule ip quiet out icmp type destination-unreachable drop'
	going faults trickle 10.7.1.2 9000
	going faults send 10.7.1.2 9000
	ip -n router link set r1 mtu 600
	await sh -c "ss -Htno dst 10.7.1.2 | grep -Eq 'timer:\\(on,.*,[4-9]\\)'"
	look='-i 2 -n 3' finds mtu-black-hole '10.7.1.2' 'ping -M do -c 3 -s 1472 10.7.1.2'
	mended
	ip -n router link set r1 mtu 1500

	# A send buffer that is too small for the way.
	servers
	tc -n router qdisc add dev r1 root netem delay 40ms
	going faults send 10.7.1.2 9000 4096
	sleep 1
	finds send-buffer 'faults \(pid [0-9]+\) sends to 10.7.1.2:9000'
	mended
	tc -n router qdisc del dev r1 root
fi
all_found
