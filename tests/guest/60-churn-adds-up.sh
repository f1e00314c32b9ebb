#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debug: core
# time: 60
# After thousands of connections that came and went, by close and by reset, none is left and all were counted.
. ./tests/lib.sh

load
tcpload churn -d 8 -n 30 -u 200 >"$T/made"
tcpload churn -d 4 -n 3 -u 200 -a ::ffff:127.0.0.1 >>"$T/made"
made=$(awk '{ n += $1 } END { print n }' "$T/made")
await rows_are 0
stats_add_up
echo "$made connections"
[ "$(stat_of opened_active)" = "$made" ] || fail "opened_active: $(stat_of opened_active) of $made"
[ "$(stat_of opened_passive)" = "$made" ] || fail "opened_passive: $(stat_of opened_passive) of $made"
[ "$(stat_of ended)" = $((2 * made + 2)) ] || fail "ended: $(stat_of ended) of $((2 * made + 2))"
# A connect that is refused is a connection that began and ended, or none: it is not in the table.
tcpload hold -p 1 -a 127.0.0.1 >/dev/null 2>&1 & children="$children $!"
sleep 1
stats_add_up
[ "$(stat_of hooks_missed)" = 0 ] || fail "hooks_missed: $(stat_of hooks_missed)"
