#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: network namespaces made, used and destroyed
# time: 1200
# A thousand network namespaces that are made, used (connections, drops) and gone: all is counted, and nothing of them stays.
. ./tests/lib.sh
. ./tests/long/long.sh
. ./tests/drops.sh

n=$(sized 1000 20)
load drop_rows=64
# The slab caches and per-CPU pages of namespaces grow with the first ones.
shortlived $((n / 10)) 3 5 >"$T/warm"
at_rest
sleep 1
before=$(memory) bytes=$(stat_of memory_bytes) ended=$(stat_of ended) active=$(stat_of opened_active) listens=$(stat_of opened_listen)
began=$(uptime)
shortlived "$n" 3 5 >"$T/made"
figure namespaces "$n" "made, used and gone"
figure a_namespace "$(echo "$began $(uptime) $n" | awk '{ print ($2 - $1) / $3 * 1000 }')" ms
at_rest
stats_add_up
[ $(($(stat_of opened_active) - active)) = $((4 * n)) ] || fail "$(($(stat_of opened_active) - active)) connections begun of $((4 * n))"
[ $(($(stat_of opened_listen) - listens)) = $n ] || fail "$(($(stat_of opened_listen) - listens)) listeners of $n"
[ $(($(stat_of ended) - ended - $(stat_of discarded))) -le $((9 * n)) ] || fail "$(($(stat_of ended) - ended)) ended of $((9 * n))"
[ "$(stat_of refused_full)$(stat_of refused_nomem)" = 00 ] || fail "refused"
adds_up
[ "$(stat_of drops)" -ge $((5 * n)) ] || fail "$(stat_of drops) drops of $((5 * n)) at least"
# What is left of drops is in rows of namespaces that are, or of none.
own=$(stat -Lc %i /proc/self/ns/net)
only_own() { ! columns $proc/drops netns | grep -vqx -e - -e "$own"; }
await only_own
adds_up
figure drops "$(stat_of drops)" "in $(columns $proc/drops netns | wc -l) rows"
sleep 1
after=$(memory)
figure memory_growth $((after - before)) "kB (not reclaimable)"
figure memory_bytes_growth $(($(stat_of memory_bytes) - bytes)) bytes
[ $((after - before)) -lt 8192 ] || fail "memory grows: $before kB, and $after kB $n namespaces later"
# At most what is kept for the next connections.
[ $(($(stat_of memory_bytes) - bytes)) -lt $((2048 * 400)) ] || fail "memory_bytes grows by $(($(stat_of memory_bytes) - bytes))"
# Loaded while they come and go.
unload
kept_module
shortlived "$n" 1 1 >"$T/made" & children="$children $!" maker=$!
i=0
while kill -0 $maker 2>/dev/null; do
	insmod "$T/coremon.ko"
	rmmod coremon || fail "rmmod"
	i=$((i + 1))
done
wait $maker || fail "namespaces while the module comes and goes"
figure loads $i "while $n namespaces came and went"
