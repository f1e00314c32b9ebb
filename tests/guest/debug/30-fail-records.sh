#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debug: core
# kernel: debug
# time: 150
# No memory for one record in three, under traffic: what was not tracked is counted, and the sums hold to the connection.
. ./tests/lib.sh
. ./tests/debug/faults.sh

# Argument: of the load.
records_fail() {
	# Only allocations from the module's own cache fail (guest.sh has it marked).
	echo Y >$faults/failslab/cache-filter
	echo -1 >$faults/failslab/times
	echo 33 >$faults/failslab/probability
	load closed_max=65536 "$1"
	grep -qx 1 /sys/kernel/slab/coremon_conn/failslab || fail "the module's slab cache is not marked"
	tcpload churn -n 10 -d 10 -u 300 -g 5 >"$T/made"
	echo 0 >$faults/failslab/probability
	echo N >$faults/failslab/cache-filter
	made=$(cat "$T/made")
	await rows_are 0
	stats_add_up
	opened=$(($(stat_of opened_active) + $(stat_of opened_passive) + $(stat_of opened_listen)))
	refused=$(stat_of refused_nomem) discarded=$(stat_of discarded) rows=$(columns $proc/closed id | wc -l)
	echo "$1: $made connections: $opened records, $refused refused"
	[ "$opened" -gt 0 ] || fail "nothing was tracked"
	[ $((opened + refused)) = $((2 * made + 1)) ] || fail "$opened and $refused are not $((2 * made + 1)) sockets"
	[ "$rows" = $((opened - discarded - $(stat_of opened_listen))) ] || [ "$rows" = $((opened - discarded)) ] || fail "$rows rows of ended ones"
	unload
}

records_fail prealloc=0
[ "$refused" -gt 0 ] || fail "nothing was refused"
# The worker that has records ready is left with fewer, and none is lost.
records_fail prealloc=1
