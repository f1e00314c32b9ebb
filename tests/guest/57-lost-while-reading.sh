#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What is overwritten while a file of ended connections is read is told as lost, also where nothing of it is left.
. ./tests/lib.sh

at_rest() { [ "$(stat_of connections)" = 0 ]; }
some() { tcpload churn -n 5 -d 2 -g 10 >/dev/null; await at_rest; }

load closed_max=16
some
[ "$(stat_of closed_held)" = 16 ] || fail "$(stat_of closed_held) held"
exec 5<$proc/closed
dd bs=1000 count=1 status=none <&5 >"$T/rows"
some
cat <&5 >>"$T/rows"
exec 5<&-
awk 'NR > 2 && /^#/ { lost += $3; next } NR > 2 { rows++ } END { print rows + 0, "rows,", lost + 0, "lost"; exit rows + lost != 16 || !lost }' "$T/rows" ||
	fail "told of more or less than 16"

# And a reader of changes, of which nothing but the lost is new.
mkfifo "$T/in"
follow <"$T/in" >"$T/out" & children="$children $!"
exec 3>"$T/in"
echo "$T/1" >&3
await grep -qx 'end 1' "$T/out"
before=$(stat_of ended)
some
ended=$(($(stat_of ended) - before))
echo "$T/2" >&3
await grep -qx 'end 2' "$T/out"
awk -v ended="$ended" '$1 == "closed" { rows++ } $1 == "lost" { lost += $2 } END { print rows + 0, "rows,", lost + 0, "lost of", ended; exit rows + lost != ended }' "$T/2" ||
	fail "told of more or less than $ended"
