#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: short connections, to the connection and to the byte
# time: 5400
# A million connections of a byte each way, one after another: what the module tells of them is, to the connection and to the byte,
# what the applications did. On one processor: see 120-brief-lives.sh.
. ./tests/lib.sh
. ./tests/long/long.sh

n=$(sized 1000000 5000)
# As many without the module: the emulator empties the store of what it has translated every two minutes, and stands still for 100 ms.
beating without taskset 1 brief 0 "$n" >"$T/made.without"
figure connections_without "$(between 0 "$took_without" "$n")" 1/s

load max_conns=65536 closed_max=32768
mkfifo "$T/in"
brief -f "$T/ready" <"$T/in" >"$T/told" 2>&1 & children="$children $!" follower=$!
exec 5>"$T/in"
await test -e "$T/ready"
beating with taskset 1 brief 0 "$n" >"$T/made"
figure connections "$n" made
figure connections_with "$(between 0 "$took_with" "$n")" 1/s
at_rest
echo end >&5
exec 5>&-
wait $follower || { cat "$T/told" $proc/stats; fail "the follower of closed.bin"; }
bounded
stats_add_up
awk -v n="$n" -f ./tests/brief.awk "$T/made" "$T/told" $proc/stats >"$T/account" || { cat "$T/account" "$T/told" $proc/stats $proc/hooks; fail "it does not add up"; }
figure told "$(cat "$T/account")"
responsive
