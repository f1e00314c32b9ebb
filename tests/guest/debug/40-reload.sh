#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 150
# Loaded and unloaded 50 times, less often where that is slow, while connections come and go over a link that loses packets, and every file is read.
. ./tests/lib.sh

server_behind delay 5ms loss 3%
iperf3 -c 10.9.0.2 -t 600 -b 1M -P 2 >/dev/null 2>&1 & children="$children $!"
background tcpload churn -d 600 -n 5 -u 700 -w 200 -r 133 -g 50
# A reader that takes a little, goes and comes again, one for each file but events.
background sh -c "while :; do for f in $proc/*; do case \$f in */events*) ;; *) head -c 3000 \$f >/dev/null 2>&1 ;; esac; done; sleep 0.3; done"
i=0
while [ $i -lt $((50 / scale)) ]; do
	load cpu_budget=$((i % 2))	# a check is pending when it goes
	# Readers of events hold the module: they are gone before it goes.
	[ $((i % 5)) != 0 ] || timeout 0.3 cat $proc/events >/dev/null || true
	n=0
	until rmmod coremon 2>/dev/null; do n=$((n + 1)); [ $n -lt 200 ] || fail "rmmod does not succeed"; sleep 0.05; done
	i=$((i + 1))
done
