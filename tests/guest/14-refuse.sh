#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# A load that cannot be is refused with a line in the kernel's log and leaves nothing behind.
. ./tests/lib.sh

# What the kernel said about coremon since the last call.
said() { dmesg >"$T/now"; tail -n +$((seen + 1)) "$T/now" | grep -o 'coremon: .*' || true; seen=$(wc -l <"$T/now"); }
seen=0
said >/dev/null

refused() {
	load "$@" 2>/dev/null && fail "loaded with $*"
	[ ! -e $proc ] || fail "$proc after a refused load with $*"
	said >"$T/said"
	[ -s "$T/said" ] || fail "no line in dmesg for $*"
	cat "$T/said"
}
refused max_conns=-1
refused max_conns=16777217
refused max_conns=many
refused cpu_budget=-1
refused cpu_budget=1001
refused cpu_budget=1%
refused proc_gid=-5

# Twice: the kernel itself refuses the second.
load
load 2>/dev/null && fail "loaded twice"
[ -e $proc/connections ] || fail "the first load suffered from the second"
columns $proc/hooks hook kind symbol required >"$T/hooks"
unload

# Each required hook in turn: what serves it is taken away until nothing does, which must end in a refusal.
for hook in $(awk '$4 == "yes" { print $1 }' "$T/hooks"); do
	absent=
	for try in 1 2 3 4 5 6; do
		said >/dev/null
		if load ${absent:+disable_hook=$absent} 2>/dev/null; then
			symbol=$(columns $proc/hooks hook symbol | awk -v h="$hook" '$1 == h { print $2 }')
			unload
			case ",$absent," in *",$symbol,"*) fail "$hook: disable_hook=$absent changes nothing" ;; esac
			absent=${absent:+$absent,}$symbol
		else
			said >"$T/said"
			grep -q . "$T/said" || fail "$hook: refused without a line in dmesg (disable_hook=$absent)"
			[ ! -e $proc ] || fail "$proc after a refused load"
			echo "$hook: without $absent: $(tail -n 1 "$T/said")"
			break
		fi
		[ "$try" != 6 ] || fail "$hook: never refused, with disable_hook=$absent"
	done
done

# max_conns can be changed while loaded, within its bounds.
load
p=/sys/module/coremon/parameters/max_conns
echo 1000 >$p
[ "$(cat $p)" = 1000 ] || fail "max_conns is $(cat $p)"
[ "$(stat_of max_conns)" = 1000 ] || fail "max_conns in stats is $(stat_of max_conns)"
echo 16777217 >$p 2>/dev/null && fail "max_conns=16777217 accepted"
[ "$(cat $p)" = 1000 ] || fail "max_conns is $(cat $p) after a refused write"
unload
