#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# boot: kmemleak=on
# Nothing the module allocated is without an owner once it was removed under traffic, and after loads that were refused.
. ./tests/lib.sh
. ./tests/debug/faults.sh

leaks=/sys/kernel/debug/kmemleak
echo scan >$leaks 2>/dev/null || fail "kmemleak is off (it wants kmemleak=on when the kernel boots)"
# What the kernel itself is blamed for by now is not ours.
echo clear >$leaks
background tcpload churn -d 600 -n 5 -u 700 -g 30
for i in 1 2 3; do
	load
	for f in "$proc"/*; do case $f in */events*) timeout 0.3 cat "$f" || true ;; *) cat "$f" ;; esac; done >/dev/null
	sleep 1
	range=$(awk '$1 == "coremon" { print $6 }' /proc/modules)
	unload
done
load max_conns=-1 2>/dev/null && fail "loaded with max_conns=-1"
kill $children
# An object counts as lost when it is 5 s old; what a scan finds the next must find again, for pointers move.
for i in 1 2; do sleep 6; echo scan >$leaks; done
cat $leaks >"$T/leaks"
[ ! -s "$T/leaks" ] || { cat "$T/leaks"; fail "lost memory (the module was at $range)"; }
