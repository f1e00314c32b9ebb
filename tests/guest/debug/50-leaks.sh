#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernel: debug
# time: 120
# boot: kmemleak=on
# Nothing the module allocated is without an owner once it was removed under traffic, and after loads that were refused.
. ./tests/lib.sh
. ./tests/debug/leaks.sh

leaks_begin
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
leaks_none "the module was at $range"
