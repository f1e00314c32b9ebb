#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: storm of drops
# time: 1200
# Packets that are dropped as fast as this machine can make them: by the kernel's own generator, which hands frames for another host to the
# network stack. Each is counted.
. ./tests/lib.sh
. ./tests/long/long.sh
. ./tests/drops.sh

n=$(sized 1000000 5000)
modprobe pktgen || skip "this kernel has no pktgen"
pg=/proc/net/pktgen
for cpu in 0 1; do
	ip link del pg$cpu 2>/dev/null || true
	ip link add pg$cpu type dummy
	ip link set pg$cpu up
	echo rem_device_all >$pg/kpktgend_$cpu
	echo add_device pg$cpu >$pg/kpktgend_$cpu
	for word in 'xmit_mode netif_receive' "count $n" 'delay 0' 'pkt_size 60' 'dst 10.9.0.2' 'src_min 10.9.0.1' 'src_max 10.9.0.1' 'dst_mac 02:00:00:00:00:09' \
		'udp_dst_min 9' 'udp_dst_max 9'; do
		echo "$word" >$pg/pg$cpu
	done
done
made() { cat $pg/pg0 $pg/pg1 | sed -n 's/^Result: OK: .* usec, \([0-9]*\) (.*/\1/p' | awk '{ n += $1 } END { print n + 0 }'; }
storm() { echo start >$pg/pgctrl; }
beating without storm
[ "$(made)" = $((2 * n)) ] || { cat $pg/pg0 $pg/pg1; fail "$(made) frames made of $((2 * n))"; }
load drop_rows=64
beating with storm
[ "$(made)" = $((2 * n)) ] || { cat $pg/pg0 $pg/pg1; fail "$(made) frames made of $((2 * n))"; }
figure drops $((2 * n)) "from two processors"
figure drops_without "$(between 0 "$took_without" $((2 * n)))" 1/s
figure drops_with "$(between 0 "$took_with" $((2 * n)))" 1/s
adds_up
# (The generator itself may be the last who has a frame, and frees it.)
ours() { columns $proc/drops dev src dst count | awk '$1 ~ /^pg[01]$/ && $2 ~ /^10.9.0.1:/ && $3 == "10.9.0.2:9" { n += $4 } END { print n + 0 }'; }
[ "$(ours)" = $((2 * n)) ] || { cat $proc/drops; fail "of $((2 * n)) drops $(ours) are in the rows"; }
bounded
responsive

# And so with a reader of events, which gets those it is fast enough for, and stacks.
echo 16 >/sys/module/coremon/parameters/drop_stacks
mkfifo "$T/in"
before=$(stat_of events)
evread -r "$T/ready" stopped <"$T/in" >"$T/told" & children="$children $!" reader=$!
exec 5>"$T/in"
await test -e "$T/ready"
echo "count $((n / 10))" >$pg/pg0
echo "count $((n / 10))" >$pg/pg1
began=$(uptime)
storm
figure drops_with_events "$(between "$began" "$(uptime)" $((2 * (n / 10))))" 1/s
exec 5>&-
wait $reader || fail "the reader of events"
awk -v written=$(($(stat_of events) - before)) '{ print "figure: events " $2 " told and " $3 " lost of " written; exit $2 + $3 != written }' "$T/told" || fail "events"
adds_up
echo rem_device_all >$pg/kpktgend_0
echo rem_device_all >$pg/kpktgend_1
