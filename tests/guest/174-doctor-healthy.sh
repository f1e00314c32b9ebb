#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# again: a crowded emulated machine may not be healthy
# A machine that works hard and well: the doctor finds nothing, with the module and without it.
. ./tests/lib.sh
. ./tests/faults.sh

# A kernel full of checks has not handled ten packets in the time it gives a round.
[ -z "$own" ] || echo 200000 >/proc/sys/net/core/netdev_budget_usecs
load
network
going far2 taskset -c 0 faults serve 9000
listens 9000 ip netns exec far2
going taskset -c 0 faults serve 9300
listens 9300
# One packet a segment is for counting what is lost.
ip link set v0 gso_max_segs 65535
for i in 1 2; do ip -n far$i link set f$i gso_max_segs 65535; done
# Bulk both ways (10 MB/s, so that a busy machine's readers keep up; on one CPU: a sender that moves to another has its packets overtake each other in a veth), short connections, datagrams that are few enough to be read, connections at rest.
going taskset -c 0 faults send 10.7.2.2 9000 0 10000000
going far1 taskset -c 0 faults send 10.7.0.1 9300 0 10000000
going taskset -c 0 faults short 10.7.2.2 9000 2000 50
going far2 taskset -c 0 faults short 10.7.0.1 9300 2000 50
hold open hold -n 50 -u 10000
background tcpload churn -d 100 -n 4 -u 2000 -g 20
sleep 2
$doctor --exit-code -i 1 -n 3 >"$T/text" 2>"$T/said" || { cat "$T/text" "$T/said"; fail "exit status $?"; }
cat "$T/text" "$T/said"
grep -q '^no findings; looked for' "$T/text" || fail "it found something"
[ -e /stage/thorough ] || exit 0
unload
$doctor --exit-code -i 1 -n 2 >"$T/text" 2>"$T/said" || { cat "$T/text" "$T/said"; fail "exit status $? without the module"; }
grep -q 'retransmits by kind' "$T/text" || { cat "$T/text"; fail "it does not say what it could not look at"; }
mended
