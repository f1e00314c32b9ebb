#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debug: core
# time: 120
# The stream of events: several readers at their own pace, none is given an event twice or in another order, and one that does
# not read is told exactly how many it lost; filters; a sample for each segment of a watched connection; rmmod with readers.
. ./tests/lib.sh

param=/sys/module/coremon/parameters

# Start evread; `stop NAME` ends it and leaves its lines in $T/NAME. Arguments: name, its arguments.
start() {
	_n=$1; shift
	mkfifo "$T/$_n.in"
	evread -r "$T/$_n.ready" "$@" <"$T/$_n.in" >"$T/$_n" 2>&1 &
	eval "reader_$_n=$!"
	sleep 1000 >"$T/$_n.in" & children="$children $!"
	eval "in_$_n=$!"
	await test -e "$T/$_n.ready"
}
stop() { eval "kill \$in_$1; wait \$reader_$1" || { cat "$T/$1"; fail "reader $1"; }; }

load
# Nobody reads, nothing is written.
tcpload churn -d 1 -n 2 -u 10 >/dev/null
[ "$(stat_of events)" = 0 ] || fail "$(stat_of events) events without a reader"

# Every segment of many is an event: more than the ring holds.
echo 7200 >$param/watch_port
start storm block poll stopped
tcpload hold -p 7200 -n 3 -u 400000 -w 100 </dev/null >"$T/ends"
stop storm
cat "$T/storm"
written=$(stat_of events)
awk -v written="$written" '$2 + $3 != written { print $1 ": " $2 " events and " $3 " lost of " written; bad = 1 }
	$1 != "stopped" && $3 != 0 { print $1 " lost " $3; slow = 1 } $1 == "stopped" && $3 == 0 { print "nothing was lost"; bad = 1 } END { exit bad }' "$T/storm" || fail "storm"
echo 0 >$param/watch_port

# Kinds: states alone, and no number is missed within what is written.
echo state >$param/event_kinds
[ "$(cat $param/event_kinds)" = state ] || fail "event_kinds says $(cat $param/event_kinds)"
start kinds poll
tcpload hold -n 3 -u 1000 </dev/null >/dev/null
stop kinds
read -r _ events _ states others <"$T/kinds"
[ "$events" = "$states" ] && [ "$states" -ge 24 ] || fail "only states: $events events, $states of states, others $others"
if echo bogus >$param/event_kinds 2>/dev/null; then fail "a kind that is none was taken"; fi
echo all >$param/event_kinds

# One port; other traffic costs nothing and writes nothing.
echo 7201 >$param/event_port
before=$(stat_of events)
cat $proc/events >"$T/port" & children="$children $!"; cat=$!
await test -s "$T/port"
tcpload hold -p 7202 -n 3 -u 1000 </dev/null >/dev/null
[ "$(stat_of events)" = "$before" ] || fail "events of another port"
tcpload hold -p 7201 -n 2 -u 1000 </dev/null >/dev/null
await grep -q 'LISTEN>CLOSE' "$T/port"
kill $cat
awk 'NR > 2 { n++; if ($5 !~ /:7201$/ && $6 !~ /:7201$/) bad = 1 } END { exit bad || n < 10 }' "$T/port" || { cat "$T/port"; fail "event_port"; }
echo 0 >$param/event_port

# One connection, and a sample for each segment that comes to it.
hold one hold -n 2 -u 100
id=$(awk '$2 == "c" { print $1; exit }' "$T/one")
# (An id may look like a number, 1e2: compared as a text.)
segments() { columns "$1" id segs_in | awk -v id="$id" '$1 "" == id "" { print $2 }'; }
echo "$id" >$param/event_id
echo "$id" >$param/watch_id
[ "$(cat $param/watch_id)" = "$id" ] || fail "watch_id says $(cat $param/watch_id)"
before=$(segments $proc/connections)
cat $proc/events >"$T/one.events" & children="$children $!"; cat=$!
await test -s "$T/one.events"
release one
await grep -q 'state .*>CLOSE' "$T/one.events"
kill $cat
after=$(segments $proc/closed)
awk -v id="$id" -v n=$((after - before)) 'NR > 2 { if ($3 "" != id "") { print; bad = 1 } if ($10 == "sample") { s++; if ($11 !~ /^cwnd=[1-9]/ || $15 !~ /^snd_wnd=[1-9]/) { print; bad = 1 } } }
	END { if (s != n) { print s + 0 " samples, " n " segments came"; bad = 1 } exit bad }' "$T/one.events" || { cat "$T/one.events"; fail "event_id, watch_id"; }
echo 0 >$param/event_id
echo 0 >$param/watch_id

# Each sample of a whole connection, both ends: as many as segments came (the SYN of the passive one has no socket yet).
echo 7203 >$param/watch_port
cat $proc/events >"$T/watched" & children="$children $!"; cat=$!
await test -s "$T/watched"
tcpload hold -p 7203 -n 1 -u 5000 -d 3000 </dev/null >/dev/null
await grep -q 'LISTEN>CLOSE' "$T/watched"
kill $cat
columns $proc/closed id local remote opened segs_in | grep ':7203' >"$T/rows"
awk 'FNR == NR { if ($10 == "sample") s[$3]++; next } $4 != "listen" { n++; want = $5 - ($4 == "passive"); if (s[$1] != want) { print; print s[$1] + 0 " samples"; bad = 1 } }
	END { exit bad || n != 2 }' "$T/watched" "$T/rows" || fail "watch_port"

# A reader of events holds the module, readers of the others do not.
exec 8<$proc/events 9<$proc/connections 7<$proc/closed 6<$proc/connections.bin
head -c 100 <&9 >/dev/null; head -c 100 <&7 >/dev/null; head -c 100 <&6 >/dev/null
if rmmod coremon 2>"$T/rmmod"; then fail "rmmod with a reader of events"; fi
grep -qi 'in use' "$T/rmmod" || fail "rmmod says $(cat "$T/rmmod")"
exec 8<&-
rmmod coremon || fail "rmmod with readers of connections and closed"
if cat <&9 >/dev/null 2>&1; then fail "a file of the module that is gone can be read"; fi
exec 9<&- 7<&- 6<&-
