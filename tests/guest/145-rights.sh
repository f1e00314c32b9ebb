#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# Who may read, and what is seen of it: other users, a group, user, network and pid namespaces; and no address of the kernel's.
. ./tests/lib.sh

load proc_gid=4242
ip netns add other
ip -n other link set lo up
hold here hold -p 7400 -n 2 -u 50
mkfifo "$T/in"
sleep 1000 >"$T/in" & children="$children $!"
ip netns exec other tcpload hold -p 7401 -n 2 -u 50 -P "$T/ready" <"$T/in" >"$T/there" & children="$children $!"
await test -e "$T/ready"

files='connections connections.bin closed closed.bin events events.bin drops drops.bin drop_stacks reasons hooks stats'
for f in $files; do
	[ "$(stat -c '%a %u %g' $proc/$f)" = '440 0 4242' ] || fail "$f is $(stat -c '%a %u %g' $proc/$f)"
done
[ "$(stat -c '%a %u %g' $proc)" = '550 0 4242' ] || fail "the folder is $(stat -c '%a %u %g' $proc)"
nobody='setpriv --reuid 65534 --regid 65534'
$nobody --clear-groups sh -c "for f in $files; do if head -c 1 <$proc/\$f; then echo \$f; fi; done" >"$T/read" 2>/dev/null || true
[ ! -s "$T/read" ] || fail "another user reads $(cat "$T/read")"
# A user who is root in a namespace of its own is nobody here.
$nobody --clear-groups unshare -Ur sh -c "id -u; for f in connections events.bin; do if head -c 1 <$proc/\$f; then echo \$f; fi; done" >"$T/read" 2>/dev/null || echo 0 >"$T/read"
[ "$(cat "$T/read")" = 0 ] || fail "root of another user namespace reads $(cat "$T/read")"
# The group reads, and sees all.
$nobody --groups 4242 cat $proc/connections >"$T/group"
[ "$(grep -c ':740[01]' "$T/group")" = 10 ] || { cat "$T/group"; fail "the group sees something else"; }
# Root who has its uid mapped to another sees users as they are there: ours are not known, and so the overflow uid.
unshare -U --map-user=1000 cat $proc/connections >"$T/mapped" 2>/dev/null || unshare -Ur cat $proc/connections >"$T/mapped" || fail "root in a user namespace"
columns "$T/mapped" uid | grep -qxE '0|1000' || fail "uid in a user namespace: $(columns "$T/mapped" uid | sort | uniq -c)"

# Another pid namespace: neither pid nor name, in rows and in events.
unshare --pid --fork cat $proc/connections >"$T/pidns"
[ "$(columns "$T/pidns" pid comm | sort -u)" = "- -" ] || fail "another pid namespace sees $(columns "$T/pidns" pid comm)"
[ "$(columns $proc/connections comm | grep -c tcpload)" = 10 ] || fail "this one does not"
unshare --pid --fork --kill-child cat $proc/events >"$T/pidns.events" & children="$children $!"
# Another network namespace: its own alone, of all files.
ip netns exec other cat $proc/events >"$T/netns.events" & children="$children $!"
cat $proc/events >"$T/events" & children="$children $!"
cat $proc/events.bin >"$T/events.bin" & children="$children $!"
await test -s "$T/pidns.events" -a -s "$T/netns.events" -a -s "$T/events"
tcpload hold -p 7402 -n 1 -u 10 </dev/null >/dev/null
ip netns exec other tcpload hold -p 7403 -n 1 -u 10 </dev/null >/dev/null
await grep -q ':7403.*LISTEN>CLOSE' "$T/netns.events"
await grep -q ':7403.*LISTEN>CLOSE' "$T/events"
await grep -q ':7403.*LISTEN>CLOSE' "$T/pidns.events"
if grep -q ':7402' "$T/netns.events"; then fail "events of another network namespace"; fi
grep -q ':7402.*LISTEN>CLOSE' "$T/events" || fail "the initial namespace sees all events"
awk 'NR > 2 && ($7 != "-" || $8 != "-") { print; bad = 1 } END { exit bad || NR < 10 }' "$T/pidns.events" || fail "events in another pid namespace"
ip netns exec other cat $proc/closed >"$T/netns.closed"
if grep -q ':7402' "$T/netns.closed" || ! grep -q ':7403' "$T/netns.closed"; then cat "$T/netns.closed"; fail "ended ones of another network namespace"; fi
ip netns exec other cat $proc/connections >"$T/netns.rows"
if grep -q ':740[02]' "$T/netns.rows" || [ "$(grep -c ':7401' "$T/netns.rows")" != 5 ]; then cat "$T/netns.rows"; fail "connections of another network namespace"; fi
size() { ip netns exec "$1" cat $proc/$2 | wc -c; }
row=$(head -c 2 $proc/connections.bin | od -An -tu2 | tr -d ' ')
[ "$(size other connections.bin)" = $((5 * row)) ] || fail "connections.bin in another network namespace: $(size other connections.bin) bytes of $row a row"
[ "$(size other closed.bin)" = $((3 * row)) ] || fail "closed.bin in another network namespace: $(size other closed.bin) bytes of $row a row"

# No address: of the memory the kernel maps (ffff8... to ffffe...) or of its own text (ffffffff8... to a...).
cp $proc/connections "$T/all"; cat $proc/closed $proc/drops $proc/hooks $proc/stats "$T/events" >>"$T/all"
if grep -nE 'ffff[0-9a-f]{12}' "$T/all" | grep -v ffffffffffffffff; then fail "an address in a text"; fi
cat $proc/connections.bin >"$T/bin"; cat $proc/closed.bin $proc/drops.bin >>"$T/bin"
for f in bin events.bin; do
	if od -An -v -tx8 -w8 "$T/$f" | grep -E '^ *ffff[89a-e][0-9a-f]{11}'; then fail "an address in $f"; fi
done

# The module is held until the readers of events are gone; unshare is deaf to SIGTERM.
kill -9 $children 2>/dev/null || true
wait
