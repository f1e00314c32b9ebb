#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 90
# What coremon-report says of an interval is what the counters of /proc say.
. ./tests/lib.sh

report=/stage/coremon-report
[ -x $report ] || fail "no coremon-report"
load
background tcpload churn -d 80 -n 10 -u 2000 -g 20
hold open hold -n 2 -u 100000
sleep 1
before=$(nstat -asz TcpInSegs TcpOutSegs | awk '/Tcp/ { print $2 }' | xargs)
t0=$(cut -d' ' -f1 /proc/uptime)
$report --json 3 2 >"$T/json" || fail "exit status $?"
t1=$(cut -d' ' -f1 /proc/uptime)
after=$(nstat -asz TcpInSegs TcpOutSegs | awk '/Tcp/ { print $2 }' | xargs)
head -c 1500 "$T/json"; echo
$report 1 3 >"$T/text" || fail "exit status $?"
head -n 40 "$T/text"
# The mean over the run, from the counters at both of its ends: the report's own rates lie around it.
rate=$(echo "$before $after $t0 $t1" | awk '{ print ($3 - $1) / ($6 - $5) }')
echo "TcpInSegs: $rate a second"
