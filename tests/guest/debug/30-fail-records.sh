#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debug: core
# kernel: debug
# time: 90
# No memory for one record in three, under traffic: what was not tracked is counted, and the sums hold to the connection.
. ./tests/lib.sh
. ./tests/debug/faults.sh

load closed_max=65536
# Only allocations from the module's own cache fail (guest.sh has marked it).
grep -qx 1 /sys/kernel/slab/coremon_conn/failslab || fail "the module's slab cache is not marked"
echo Y >$faults/failslab/cache-filter
echo -1 >$faults/failslab/times
echo 33 >$faults/failslab/probability
tcpload churn -n 10 -d 10 -u 300 -g 5 >"$T/made"
echo 0 >$faults/failslab/probability
echo N >$faults/failslab/cache-filter
made=$(cat "$T/made")
await sh -c "[ \$(awk '/^(connections|listeners) / { n += \$2 } END { print n }' $proc/stats) = 0 ]"
stats_add_up
opened=$(($(stat_of opened_active) + $(stat_of opened_passive) + $(stat_of opened_listen)))
echo "$made connections: $opened records, $(stat_of refused_nomem) refused"
[ "$(stat_of refused_nomem)" -gt 0 ] || fail "nothing was refused"
[ "$opened" -gt 0 ] || fail "nothing was tracked"
[ $((opened + $(stat_of refused_nomem))) = $((2 * made + 1)) ] || fail "$opened and $(stat_of refused_nomem) are not $((2 * made + 1)) sockets"
[ "$(columns $proc/closed id | wc -l)" = $((opened - $(stat_of discarded) - $(stat_of opened_listen))) ] ||
	[ "$(columns $proc/closed id | wc -l)" = $((opened - $(stat_of discarded))) ] || fail "$(columns $proc/closed id | wc -l) rows of ended ones"
