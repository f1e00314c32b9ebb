#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 180
# again: a fault must show within seconds
# More faults for the doctor, on the first kernel: CPUs, memory, checksums, silence, and a peer that does not read.
. ./tests/lib.sh
. ./tests/faults.sh

[ -e /stage/thorough ] || exit 0
load
network

# A backlog of a few packets a CPU, and packets that come in bursts.
backlog=$(cat /proc/sys/net/core/netdev_max_backlog)
tc -n far2 qdisc add dev f2 root netem slot 50ms 50ms limit 2000
going faults drain 5200
sysctl -qw net.core.netdev_max_backlog=4
going far2 faults datagrams 10.7.0.1 5200 2000
finds cpu-backlog '"name":"dropped"' 'netdev_max_backlog='
mended
tc -n far2 qdisc del dev f2 root
sysctl -qw net.core.netdev_max_backlog="$backlog"

# Rounds of receiving that end after a packet.
budget=$(cat /proc/sys/net/core/netdev_budget)
going faults serve 9000
listens 9000
sysctl -qw net.core.netdev_budget=1
going far2 faults send 10.7.0.1 9000
finds cpu-squeeze '"name":"time_squeeze"' 'netdev_budget=300'
mended
sysctl -qw net.core.netdev_budget="$budget"

# What comes is changed on its way.
tc -n router qdisc add dev r0 root netem corrupt 20%
going faults drain 5300
going far2 faults datagrams 10.7.0.1 5300 500
finds checksum-errors 'of UDP packets' '"name":"UdpInCsumErrors"'
mended
tc -n router qdisc del dev r0 root

# SYNs that are dropped without a word.
router nft 'add table ip silent'
router nft 'add chain ip silent on { type filter hook forward priority 0; }'
router nft 'add rule ip silent on ip daddr 10.7.1.2 drop'
going faults connect 10.7.1.2 9000 20
finds path-silent 'connections to 10.7.1.0/24 get no answer'
mended
# The same without the module: a counter of all, and the sockets that wait.
unload
going faults connect 10.7.1.2 9000 30
finds path-silent 'connections to 10.7.1.2:9000 may get no answer' '"sure":"possible"' '30 sockets, to 1 far ends' '"source":"inet_diag"'
mended
load
router nft 'delete table ip silent'

# Memory of TCP: its marks are set low, and nobody reads what is sent.
mem=$(cat /proc/sys/net/ipv4/tcp_mem)
going faults slow 9100 1000
listens 9100
sysctl -qw net.ipv4.tcp_mem='10 20 20000'
for _i in 1 2 3; do going far2 faults send 10.7.0.1 9100; done
await awk '$1 == "TCP:" { exit !($NF > 20) }' /proc/net/sockstat
finds tcp-memory 'memory of TCP' 'tcp_mem='
mended
sysctl -qw net.ipv4.tcp_mem="$mem"

# Seen from far2 alone, it is the peer that does not read.
going faults slow 9100 1000
listens 9100
going far2 faults send 10.7.0.1 9100
await sh -c "ss -Htn 'sport = :9100' | awk '\$2 > 60000 { f = 1 } END { exit !f }'"
doctor="ip netns exec far2 $doctor"
finds peer-window '10.7.0.1:9100 does not read what is sent to it' '"source":"module"'
mended
all_found
