#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 180
# again: a fault must show within seconds
# Faults of the machine itself, really made one at a time: the doctor names each first, with whose it is and what to do.
. ./tests/lib.sh
. ./tests/faults.sh

load
network
thorough() { [ -e /stage/thorough ]; }

# UDP: a small buffer that nobody reads.
going faults udp 5300 4096
udp=$!
going far2 faults datagrams 10.7.0.1 5300 500
finds udp-receive-buffer "faults \\(pid $udp\\) at 0.0.0.0:5300" '"name":"UdpRcvbufErrors"' SO_RCVBUF 'net.core.rmem_max'
mended

# A listener that accepts nothing, with a short queue.
going faults listen 8000 4
listens 8000
going far2 faults connect 10.7.0.1 8000 40
finds accept-queue "faults \\(pid [0-9]+\\) at 0.0.0.0:8000" 'the limit is 4' '"name":"TcpExtListenOverflows"' 'listen\(fd, 4\)'
mended

if thorough; then
	# Descriptors of a process.
	going faults fds 64 63
	fds=$!
	finds fd-process "faults \\(pid $fds\\) has 63 of its 64" "prlimit --pid $fds --nofile=256:256"
	mended

	# More is sent than the queueing discipline lets out.
	tc qdisc add dev v0 root tbf rate 200kbit burst 2kb limit 3kb
	going faults datagrams 10.7.2.2 5300 1000
	finds qdisc-drops 'v0 tbf' 'tc -s qdisc show dev v0' '"name":"drops"'
	mended
	tc qdisc del dev v0 root

	# Somebody who sends SYNs from addresses that are not there.
	going faults listen 8001 8
	listens 8001
	sysctl -qw net.ipv4.tcp_syncookies=1
	ip route add 198.18.0.0/16 via 10.7.0.2
	ip -n router route add blackhole 198.18.0.0/16
	going router faults syn 10.7.0.1 8001 300
	finds syn-flood '"name":"TcpExtSyncookiesSent"'
	mended

	# Answers to these sources would leave by another interface.
	ip link add other type dummy
	ip link set other up
	ip route add 10.99.0.0/24 dev other
	ip -n router addr add 10.99.0.1/24 dev lo
	sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.v0.rp_filter=1
	going router faults datagrams 10.7.0.1 5301 100 10.99.0.1
	finds reverse-path '"name":"TcpExtIPReversePathFilter"' 'rp_filter=2'
	mended
	sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.v0.rp_filter=0

	# A tunnel whose other end has no route.
	modprobe ipip
	ip tunnel add t0 mode ipip local 10.7.0.1 remote 192.0.2.9
	ip addr add 10.98.0.1/24 dev t0
	ip link set t0 up
	going faults datagrams 10.98.0.2 5302 100
	finds link-errors-only 't0 sends nothing but errors' '"name":"tx_carrier_errors"'
	mended
	ip tunnel del t0

	# The table of conntrack.
	modprobe nf_conntrack
	nft add table ip watch
	nft 'add chain ip watch in { type filter hook input priority 0; }'
	nft 'add chain ip watch out { type filter hook output priority 0; }'
	nft add rule ip watch out ct state new counter
	sysctl -qw net.netfilter.nf_conntrack_max=100
	going faults flows 10.7.2.2 300
	finds conntrack-full 'of 100' 'nf_conntrack_max=65536'
	mended
	nft delete table ip watch
	sysctl -qw net.netfilter.nf_conntrack_max=65536

	# Most of a narrowed range of ports goes to one end.
	going far2 faults serve 9000
	listens 9000 ip netns exec far2
	range=$(cat /proc/sys/net/ipv4/ip_local_port_range)
	sysctl -qw net.ipv4.ip_local_port_range='40000 40039'
	going faults connect 10.7.2.2 9000 36
	finds port-exhaustion '10.7.2.2:9000' 'of 40 ' 'ip_local_port_range='
	sysctl -qw net.ipv4.ip_local_port_range="$range"
	mended

	# A process that opens more and more: it will be at its limit soon.
	going faults fds 1000 560 20
	leak=$!
	finds forecast "descriptors of process $leak faults may be at its limit" 'if it goes on like this'
	mended
fi
all_found
