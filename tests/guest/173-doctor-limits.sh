#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 180
# again: a fault must show within seconds
# Still more faults for the doctor, on the first kernel: limits of the machine that are reached, an interface that is full or at odds,
# and a network that loses what is sent last, or is late for moments.
. ./tests/lib.sh
. ./tests/faults.sh

[ -e /stage/thorough ] || exit 0
load
network
began=$(date +%s)
mended_after() { mended; echo "$(($(date +%s) - began)) s"; }

# A link of 1 Mbit/s, and as much to send as it takes; the sender waits, nothing is dropped.
modprobe tun
going faults tun wire 1
await test -e /sys/class/net/wire
ip addr add 10.97.0.1/24 dev wire
ip link set wire up
tc qdisc add dev wire root tbf rate 1mbit burst 16kb limit 1mb
going faults datagrams 10.97.0.2 5300 0
finds link-full 'wire is full: it sends [01] of 1 Mbit/s' '"name":"tx_bytes"'
mended_after

# A tunnel to many ends, of which one has no route.
modprobe ipip
ip tunnel add t0 mode ipip local 10.7.0.1
ip addr add 10.98.0.1/24 dev t0
ip link set t0 up
ip route add 10.98.1.0/24 via 10.7.0.2 dev t0 onlink
ip route add 10.98.2.0/24 via 192.0.2.9 dev t0 onlink
going faults datagrams 10.98.1.2 5302 200
going faults datagrams 10.98.2.2 5302 100
look='-i 0.5 -n 2' finds link-errors 't0 sends errors: ' '"name":"tx_carrier_errors"'
mended
ip tunnel del t0

# The memory of all UDP sockets: one that is not read has all of it. A CPU takes 256 pages at a time, so that 200 is less than it has.
sysctl -qw net.core.rmem_max=4000000
mem=$(cat /proc/sys/net/ipv4/udp_mem)
sysctl -qw net.ipv4.udp_mem='50 100 200'
going faults udp 5300 4000000
going far2 faults datagrams 10.7.0.1 5300 4000
look='-i 0.5 -n 2' finds udp-memory 'UDP is out of memory' '"name":"UdpMemErrors"' 'udp_mem='
mended_after
sysctl -qw net.ipv4.udp_mem="$mem"

# Descriptors of the whole machine, more than there may be: root may go on, and so must the doctor.
going faults fds 3000 2000
await sh -c '[ $(cut -f 1 /proc/sys/fs/file-nr) -ge 1900 ]'
sysctl -qw fs.file-max=$(($(cut -f 1 /proc/sys/fs/file-nr) - 100))
look='-i 0.5 -n 2' finds fd-system 'file descriptors in use' 'sysctl -w fs.file-max='
sysctl -qw fs.file-max="$files"
mended_after

# More connections are closed than may be in TIME_WAIT.
going far2 faults serve 9000
listens 9000 ip netns exec far2
tw=$(cat /proc/sys/net/ipv4/tcp_max_tw_buckets)
sysctl -qw net.ipv4.tcp_max_tw_buckets=3
going faults short 10.7.2.2 9000 100 50
look='-i 0.5 -n 2' finds time-wait '"name":"TcpExtTCPTimeWaitOverflow"' 'the limit is 3' 'tcp_max_tw_buckets=65536'
mended_after
sysctl -qw net.ipv4.tcp_max_tw_buckets="$tw"

# More handshakes at a time than a short queue holds, of clients that are real: over a way of 100 ms.
sysctl -qw net.ipv4.tcp_syncookies=1
sysctl -qw net.core.somaxconn=8
going faults serve 9400
listens 9400
tc -n router qdisc add dev r0 root netem delay 100ms
for _i in $(seq 24); do going far2 faults short 10.7.0.1 9400 10; done
await sh -c "[ \$(nstat -asz TcpExtSyncookiesRecv | awk '/Syncookies/ { print \$2 }') -gt 0 ]"
among=1 finds syn-queue 'more clients connect at a time' '"name":"TcpExtSyncookiesRecv"'
mended
tc -n router qdisc del dev r0 root

# The table of conntrack is nearly full.
modprobe nf_conntrack
nft add table ip watch
nft 'add chain ip watch out { type filter hook output priority 0; }'
nft add rule ip watch out ct state new counter
sysctl -qw net.netfilter.nf_conntrack_udp_timeout=300
going faults flows 10.7.2.2 2000
await sh -c '[ $(cat /proc/sys/net/netfilter/nf_conntrack_count) -ge 400 ]'
mended
sysctl -qw net.netfilter.nf_conntrack_max=$(($(cat /proc/sys/net/netfilter/nf_conntrack_count) * 100 / 93))
look='-i 0.5 -n 2' finds conntrack-near-full 'the conntrack table is nearly full: 9[0-9] %' 'nf_conntrack_max=65536'
sysctl -qw net.netfilter.nf_conntrack_max=65536

# Addresses are translated, and there is a port for one connection alone, which stays open. The others' SYNs never leave.
going far2 faults serve 9000
listens 9000 ip netns exec far2
nft 'add chain ip watch post { type nat hook postrouting priority 100; }'
nft add rule ip watch post ip daddr 10.7.2.2 ip protocol tcp snat to 10.7.0.1:4000
connecting() { { for _i in 1 2 3; do sleep 0.7; faults connect 10.7.2.2 9000 50 & done; } & "$@"; }
among=1 doctor="connecting $doctor" finds conntrack-insert-failed '"name":"insert_failed"' 'NAT has no port left'
mended_after
nft delete table ip watch

# Each fourth FIN is lost, of connections of some 70 segments: what is sent last waits for a timeout, as nothing is sent that would tell.
going far1 faults serve 9000
listens 9000 ip netns exec far1
sysctl -qw net.ipv4.tcp_early_retrans=0
router nft 'add table ip last'
router nft 'add chain ip last on { type filter hook forward priority 0; }'
router nft 'add rule ip last on ip daddr 10.7.1.2 tcp flags & fin == fin numgen inc mod 4 0 drop'
for _i in $(seq 8); do going faults short 10.7.1.2 9000 100000; done
look='-i 1 -n 3' finds path-timeouts 'connections to 10.7.1.0/24 wait for timeouts' 'times Loss'
mended_after
router nft 'delete table ip last'

# The way is suddenly longer than a timeout: nothing is lost.
going far1 faults serve 9000
listens 9000 ip netns exec far1
for _i in $(seq 15); do going faults trickle 10.7.1.2 9000; done
await sh -c "[ \$(ss -Htn state established 'dport = :9000' | wc -l) = 15 ]"
tc -n router qdisc add dev r1 root netem delay 0ms
late() { { sleep 1; tc -n router qdisc change dev r1 root netem delay 600ms; sleep 1.5; tc -n router qdisc change dev r1 root netem delay 0ms; } & "$@"; }
look='-i 1 -n 3' doctor="late $doctor" finds spurious-timeouts 'the path to 10.7.1.0/24 is held up at times' 'undone'
mended_after
all_found
