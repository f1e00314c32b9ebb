#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: readers that seek anywhere, read a byte at a time, never read, are killed
# time: 1200
# Readers that do what no reader should: read a byte at a time, seek anywhere, pread anywhere, never read, are killed in the middle. No row
# is wrong, nothing stays, and the module goes.
. ./tests/lib.sh
. ./tests/long/long.sh

n=$(sized 100000 1000)
files='connections connections.bin closed closed.bin drops drops.bin drop_stacks reasons hooks stats'
paths() { for f in $files; do echo "$proc/$f"; done; }

load closed_max=200 drop_stacks=8
taskset 1 brief 0 300 >/dev/null
dropper udp 127.0.0.1 9 50 10
hold some hold -n 20 -u 100 -k 10
before=$(memory)

# What is at rest is the same whatever way it is read.
at_rest_files='closed closed.bin drops drops.bin reasons drop_stacks'
drops_before=$(stat_of drops)
for f in $at_rest_files; do
	cat "$proc/$f" >"$T/whole"
	for size in 1 7 4097; do
		[ $size != 1 ] || [ "$(wc -c <"$T/whole")" -lt 200000 ] || continue
		dd if="$proc/$f" of="$T/parts" bs=$size 2>/dev/null
		cmp "$T/whole" "$T/parts" || fail "$f $size bytes at a time"
	done
	abuse seek "$proc/$f" $((n / 10)) || fail "$f: seeks"
done
[ "$(stat_of drops)" = "$drops_before" ] || fail "something was dropped meanwhile: nothing was at rest"

# What moves: rows that are held are there once, and each line is whole.
background tcpload churn -d 86400 -n 5 -u 100 -g 20
for f in connections closed hooks stats drops; do abuse move "$proc/$f" $((n / 10)) 7 || fail "$f: seeks"; done
for f in connections.bin closed.bin drops.bin; do abuse move "$proc/$f" $((n / 10)) 7 || fail "$f: seeks"; done
dd if=$proc/connections of="$T/parts" bs=1 2>/dev/null
awk 'NR == 2 { n = NF } NR > 2 && NF != n { print; bad = 1 } END { exit bad }' "$T/parts" || fail "a row of connections, a byte at a time"
awk '$2 ~ /^[cs]$/ { print $1 }' "$T/some" | sort >"$T/ids"
[ -z "$(columns "$T/parts" id | sort | uniq -d)" ] || fail "a connection is there twice, a byte at a time"
columns "$T/parts" id | sort | comm -12 "$T/ids" - | cmp - "$T/ids" || fail "of the held connections not each is there, a byte at a time"

# Readers that are killed, and readers that never read.
# shellcheck disable=SC2046
abuse kill "$(sized 1000 10)" $(paths)
cat $proc/connections >/dev/null
[ "$(stat_of readers)" = 0 ] || fail "$(stat_of readers) readers are left of those that were killed"
for i in $(seq "$(sized 200 5)"); do
	cat $proc/events >/dev/null & e=$!
	cat $proc/events.bin >/dev/null & b=$!
	[ $((i % 2)) = 0 ] || sleep 0.01
	kill -9 $e $b
	wait $e || true
	wait $b || true
done
[ "$(stat_of readers)" = 0 ] || fail "$(stat_of readers) readers of events are left of those that were killed"
mkfifo "$T/in"
# shellcheck disable=SC2046
abuse open 50 $(paths) <"$T/in" >"$T/opened" & children="$children $!" opened=$!
exec 5>"$T/in"
await grep -q open "$T/opened"
columns $proc/connections id >/dev/null
figure readers "$(stat_of readers)" "with a file open and never read"
exec 5>&-
wait $opened
[ "$(stat_of readers)" = 0 ] || fail "$(stat_of readers) readers are left"
figure reads "$n" "at any place, of any size"
figure killed "$(sized 1000 10)" "readers of each file"
kill $children 2>/dev/null || true
wait || true
after=$(memory)
figure memory_growth $((after - before)) kB
[ $((after - before)) -lt 8192 ] || fail "memory grows: $before kB, then $after kB"
unload
