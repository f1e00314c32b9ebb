#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debug: core
# kernel: debug
# time: 120
# allocation failures
# Every allocation of opening, reading and closing each file fails in turn: refused with ENOMEM, nothing missing after it.
. ./tests/lib.sh
. ./tests/debug/faults.sh

load
tcpload churn -n 5 -d 2 -g 10 >/dev/null
await sh -c "[ \$(awk '\$1 == \"connections\" { print \$2 }' $proc/stats) = 0 ]"
hold some hold -n 40 -u 1000
failnth read $proc/*
for p in event_kinds watch_port max_conns; do
	f=/sys/module/coremon/parameters/$p
	failnth write $f "$(cat $f)"
done
stats_add_up
