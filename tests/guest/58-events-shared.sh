#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Two processes that wait on the same open file of events: each may be ended at any time, and what happens is told to one of them.
. ./tests/lib.sh

load
exec 5<$proc/events
cat <&5 >"$T/one" & children="$children $!"; one=$!
await test -s "$T/one"
cat <&5 >"$T/two" & children="$children $!"; two=$!
sleep 1
kill -KILL $two
gone() { ! kill -0 $two 2>/dev/null || grep -q '^State:.*zombie' /proc/$two/status; }
await gone
hold some hold -n 1 -u 10
await grep -q ESTABLISHED "$T/one"
kill $one
wait $one $two 2>/dev/null || true
exec 5<&-
release some
