#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: removals while files are open, and while readers of events wait
# time: 1200
# Removed while files are open: a reader of anything but events, whether it has read or not, has a file that is gone; one of events holds
# the module, whether it waits in read(), in poll() or nowhere, and rmmod says so at once. Killed, it lets go.
. ./tests/lib.sh
. ./tests/long/long.sh

times=$(sized 50 2)
kept_module
background tcpload churn -d 86400 -n 3 -u 100 -g 30
files='connections connections.bin closed closed.bin drops drops.bin drop_stacks reasons hooks stats'
in_use() { # whether rmmod says so, and within a second (of two, and another for a slow machine)
	_b=$(uptime)
	if rmmod coremon 2>"$T/rmmod"; then fail "rmmod with a reader of events ($1)"; fi
	grep -qi 'in use' "$T/rmmod" || fail "rmmod says $(cat "$T/rmmod")"
	[ "$(between "$_b" "$(uptime)" | cut -d. -f1)" -lt 3 ] || fail "rmmod took $(between "$_b" "$(uptime)") s to say that it is in use"
}
let_go() { n=0; until rmmod coremon 2>"$T/rmmod"; do n=$((n + 1)); [ $n -lt 100 ] || fail "rmmod does not succeed: $(cat "$T/rmmod")"; sleep 0.05; done; }

i=0 longest=0
while [ $i -lt $times ]; do
	for f in $files; do
		[ $((i % 10)) = 0 ] || [ "$f" = connections ] || continue
		insmod "$T/coremon.ko" drop_stacks=16
		exec 5<"$proc/$f" 6<"$proc/$f"
		head -c 40 <&6 >/dev/null
		_b=$(uptime)
		rmmod coremon || fail "rmmod with $f open"
		longest=$(echo "$longest $(between "$_b" "$(uptime)")" | awk '{ print ($1 > $2 ? $1 : $2) }')
		if cat <&5 >/dev/null 2>&1; then fail "$f of the module that is gone can be read"; fi
		if cat <&6 >/dev/null 2>&1; then fail "$f of the module that is gone can be read on"; fi
		exec 5<&- 6<&-
	done
	# Every file at once, each many times.
	insmod "$T/coremon.ko"
	mkfifo "$T/in$i"
	# shellcheck disable=SC2046
	abuse open 20 $(for f in $files; do echo "$proc/$f"; done) <"$T/in$i" >"$T/opened" & children="$children $!" opened=$!
	exec 5>"$T/in$i"
	await grep -q open "$T/opened"
	[ "$(stat_of readers)" -ge 120 ] || fail "$(stat_of readers) readers"
	rmmod coremon || fail "rmmod with all files open"
	exec 5>&-
	wait $opened || fail "who had them open"
	# Readers of events.
	insmod "$T/coremon.ko" event_kinds=zero_wnd_in
	cat $proc/events >/dev/null & children="$children $!" text=$!
	cat $proc/events.bin >/dev/null & children="$children $!" bin=$!
	mkfifo "$T/poll$i"
	evread -g -r "$T/ready$i" poll <"$T/poll$i" >/dev/null & children="$children $!" poll=$!
	exec 5>"$T/poll$i"
	await test -e "$T/ready$i"
	await sh -c "[ \$(awk '\$1 == \"readers\" { print \$2 }' $proc/stats) = 3 ]"
	in_use "all"
	kill -9 $text; wait $text || true
	in_use "without the text"
	kill -9 $bin; wait $bin || true
	in_use "of poll() alone"
	kill -9 $poll; wait $poll || true
	exec 5>&-
	let_go
	exec 5<&-
	i=$((i + 1))
done
figure removals $((times * 2 + (times + 9) / 10 * 9 + times)) "with files open"
figure longest_rmmod "$longest" s
