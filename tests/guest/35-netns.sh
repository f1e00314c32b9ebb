#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A reader in the initial network namespace sees all, one in another its own.
. ./tests/lib.sh

load
ip netns add other
ip -n other link set lo up
hold here hold -n 3 -u 10
mkfifo "$T/in"
sleep 1000 >"$T/in" & children="$children $!"
ip netns exec other tcpload hold -n 2 -u 10 -P "$T/ready" <"$T/in" >"$T/there" & children="$children $!"
await test -e "$T/ready"
[ "$(columns $proc/connections id | wc -l)" = 12 ] || fail "the initial namespace sees $(columns $proc/connections id | wc -l) of 12"
# `ip netns exec` mounts a new /sys, /proc stays: the reader's own namespace decides, not the mount.
ip netns exec other cat $proc/connections >"$T/seen"
columns "$T/seen" id | sort >"$T/a"
{ cut -d' ' -f1 "$T/there"; columns $proc/connections id netns state | awk -v n="$(ip netns exec other stat -Lc %i /proc/self/ns/net)" '$2 == n && $3 == "LISTEN" { print $1 }'; } | sort >"$T/b"
cmp "$T/a" "$T/b" || { cat "$T/seen"; fail "the other namespace sees something else than its own"; }
# A namespace that goes takes its connections along.
kill $children 2>/dev/null || true
ip netns del other
await rows_are 0
stats_add_up
