#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What runs as root keeps no privilege but those it has a use for; a group of operators needs none at all.
. ./tests/lib.sh

# Bits: CAP_DAC_READ_SEARCH 2, CAP_NET_ADMIN 12, CAP_SYS_PTRACE 19, CAP_SYS_ADMIN 21.
host=0000000000281004 netlink=0000000000001000 none=0000000000000000
caps() { awk -v n="$2:" '$1 == n { print $2 }' "/proc/$1/status"; }
# A verb that runs until the test ends: its capabilities. Arguments: what it keeps, verb, arguments.
keeps() {
	_want=$1; shift
	./coremon "$@" >"$T/$1" 2>"$T/$1.said" & _p=$! children="$children $!"
	await sh -c "grep -q '^NoNewPrivs:.*1' /proc/$_p/status && [ \$(awk '/^CapInh/ { print \$2 }' /proc/$_p/status) = $none ] && [ \$(awk '/^CapPrm/ { print \$2 }' /proc/$_p/status) = $_want ]"
	[ "$(caps $_p CapEff)" = $_want ] || fail "$1 has $(caps $_p CapEff)"
	if grep privileges "$T/$1.said"; then fail "$1 complains"; fi
}

load proc_gid=4242
hold some hold -n 1 -u 10
keeps $host report 1
keeps $none events
keeps $netlink flows -i 60
keeps $host drops 1
keeps $host doctor -i 30 -n 2
# With what is kept the owners of other users' sockets are found.
hold other hold -n 1 -u 10
./coremon sockets -tnp >"$T/sockets"
grep -q tcpload "$T/sockets" || { cat "$T/sockets"; fail "no owner in sockets"; }

# Of the group, with no privilege: all that the module tells.
as() { _g=$1; shift; setpriv --reuid 1000 --regid 1000 --groups "$_g" --bounding-set=-all "$@"; }
as 4242 ./coremon report --json 1 1 >"$T/group" 2>"$T/group.said" || { cat "$T/group.said"; fail "the group has no report"; }
if grep -q coremon/ "$T/group.said"; then cat "$T/group.said"; fail "files that the group cannot read"; fi
grep -q '"source":"module"' "$T/group" && grep -q '"open":2,' "$T/group" || { head -c 2000 "$T/group"; fail "the group's report"; }
as 4242 ./coremon events -n 1 >"$T/group.events" 2>&1 & p=$! children="$children $!"
await sh -c "[ \$(cat /sys/module/coremon/refcnt) -ge 2 ]"
tcpload hold -n 1 -u 10 </dev/null >/dev/null
wait $p || { cat "$T/group.events"; fail "the group has no events"; }
# Another: one line that says who may.
as 4343 ./coremon report --json 1 1 >"$T/stranger" 2>"$T/stranger.said" || fail "no report for a stranger"
grep -q '"source":"inet_diag"' "$T/stranger" || fail "the stranger's report"
grep -q 'Permission denied (root may, and the group that the module was given as proc_gid): connections are from inet_diag$' "$T/stranger.said" ||
	{ cat "$T/stranger.said"; fail "no reason for a stranger"; }
if as 4343 ./coremon events >"$T/stranger" 2>&1; then fail "events for a stranger"; fi
grep -q 'Permission denied (root may' "$T/stranger" || { cat "$T/stranger"; fail "no reason for no events"; }
release some
release other
kill $children 2>/dev/null || true
wait
