#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 480
# Loaded and unloaded over and over while connections come, go and carry data, and a reader reads: 50 times where the stage has a
# file `thorough` (tests/run.sh: on the first kernel), else 20.
. ./tests/lib.sh

background tcpload churn -d 470 -n 20 -u 700 -w 200 -r 133 -g 20
background tcpload churn -d 470 -n 5 -u 100 -a ::1 -g 50
background sh -c "while :; do cat $proc/connections >/dev/null 2>&1; sleep 0.5; done"
memory() { awk '/^(SUnreclaim|Percpu|VmallocUsed):/ { n += $2 } END { print n }' /proc/meminfo; }
i=0 times=20
[ ! -e thorough ] || times=50
while [ $i -lt $times ]; do
	load cpu_budget=$((i % 2))	# a check is pending when it goes
	[ $((i % 10)) != 0 ] || { cat $proc/connections >/dev/null; sleep 0.5; }
	# The reader may hold the file open at this moment.
	n=0
	until rmmod coremon 2>/dev/null; do n=$((n + 1)); [ $n -lt 100 ] || fail "rmmod does not succeed"; sleep 0.05; done
	i=$((i + 1))
	[ $i != 10 ] || before=$(memory)
done
kill $children
sleep 1
after=$(memory)
echo "kernel memory that is not reclaimable: $before kB after 10 loads, $after kB after $times"
[ $((after - before)) -lt 8192 ] || fail "memory grows"
