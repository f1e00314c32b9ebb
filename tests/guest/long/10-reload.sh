#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: loads and unloads under a ping-pong, a connection storm and lossy bulk, with readers
# time: 5400
# Loaded and unloaded a thousand times under a ping-pong, a storm of connections and bulk over a link that loses packets, with readers that
# have every file open when it goes: the traffic does not notice, and nothing is left. See 45-reload.sh.
. ./tests/lib.sh
. ./tests/long/long.sh

times=$(sized 1000 10)
kept_module
server_behind delay 5ms loss 3%
iperf3 -c 10.9.0.2 -t 86400 -b 500K >"$T/bulk" 2>&1 & children="$children $!" bulk=$!
tcpload churn -d 86400 -n 5 -u 700 -w 200 -r 133 -g 20 >"$T/storm" 2>&1 & children="$children $!" storm=$!
tcpload pingpong -u 100 -g 10 >"$T/pingpong" 2>&1 & children="$children $!" pingpong=$!
# shellcheck disable=SC2046
abuse read $(for f in connections connections.bin closed closed.bin drops drops.bin drop_stacks reasons hooks stats; do echo $proc/$f; done) & children="$children $!"

sent() { cat /sys/class/net/c/statistics/tx_bytes; }
still() {
	for p in $bulk $storm $pingpong; do kill -0 $p || { cat "$T/bulk" "$T/storm" "$T/pingpong"; fail "traffic has ended after $i loads"; }; done
	_now=$(sent)
	[ "$_now" -gt "$had" ] || fail "bulk has come to a stop after $i loads"
	had=$_now
}
# All that may be open when it goes: one unread, one in the middle of a reading.
open_all() {
	exec 5<$proc/connections 6<$proc/connections.bin 7<$proc/closed 8<$proc/closed.bin 9<$proc/drops 3<$proc/hooks
	read -r _ <&5; read -r _ <&7; read -r _ <&9
}
close_all() { exec 5<&- 6<&- 7<&- 8<&- 9<&- 3<&-; }

i=0 had=0 busy=0 began=$(uptime)
warm=$((times / 10 > 3 ? times / 10 : 3))
while [ $i -lt $times ]; do
	# (A check is pending when it goes.)
	insmod "$T/coremon.ko" cpu_budget=$((i % 2)) prealloc=$((i % 3 == 0)) closed_max=$((i % 4 ? 512 : 4096))
	open_all
	if [ $((i % 10)) = 0 ]; then
		# A reader of events holds it.
		exec 4<$proc/events
		if rmmod coremon 2>"$T/rmmod"; then fail "rmmod with a reader of events"; fi
		grep -qi 'in use' "$T/rmmod" || fail "rmmod says $(cat "$T/rmmod")"
		exec 4<&-
		stats_add_up
	fi
	n=0
	until rmmod coremon 2>"$T/rmmod"; do n=$((n + 1)); [ $n -lt 100 ] || fail "rmmod does not succeed: $(cat "$T/rmmod")"; busy=$((busy + 1)); sleep 0.05; done
	close_all
	i=$((i + 1))
	if [ $i = $warm ]; then before=$(memory) available=$(available); fi
	[ $((i % 50)) != 0 ] || { still; echo "$i loads in $(between "$began" "$(uptime)") s: $(memory) kB, $(available) available"; }
done
[ $((i % 50)) = 0 ] || still
kill $pingpong
wait $pingpong || { cat "$T/pingpong"; fail "ping-pong"; }
after=$(memory) left=$(available)
figure loads "$times" times
figure load_and_unload "$(echo "$began $(uptime) $times" | awk '{ print ($2 - $1) / $3 }')" s
figure memory_growth $((after - before)) "kB from load $warm to $times (not reclaimable; $before kB then)"
figure available_lost $((available - left)) kB
figure pingpong "$(cut -d' ' -f1 "$T/pingpong")" rounds
figure pingpong_worst "$(cut -d' ' -f2 "$T/pingpong")" ms
[ $((after - before)) -lt 8192 ] || fail "memory grows: $before kB after $warm loads, $after kB after $times"
[ $((available - left)) -lt 65536 ] || fail "memory is gone: $available kB available after $warm loads, $left kB after $times"
