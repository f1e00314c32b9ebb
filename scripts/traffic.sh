#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What runs in the guest of `make run`: the module, some traffic, and the report.
#
#   this name space (10.9.0.1) --- veth, 5 ms, 1 % loss --- name space "server" (10.9.0.2)
#
# Over the veth: iperf3, 8 Mbit/s. Over loopback: short connections as of an HTTP client, request and answer, about 30 a second.
# Usage: traffic.sh [arguments of coremon-report]
set -eu
insmod ./coremon.ko
ip netns add server
ip link add c type veth peer name s netns server
ip addr add 10.9.0.1/24 dev c
ip link set c up
ip -n server addr add 10.9.0.2/24 dev s
ip -n server link set s up
tc qdisc add dev c root netem delay 5ms loss 1%
{
	ip netns exec server iperf3 -s &
	bin/tcpload churn -a 127.0.0.1 -p 8080 -n 10 -u 900 -w 450 -d 86400 -g 30 &
	while ! ip netns exec server ss -Hltn | grep -q :5201; do sleep 0.1; done
	iperf3 -c 10.9.0.2 -t 86400 -b 8M -P 2 &
} >/dev/null 2>&1
./coremon-report "$@"
