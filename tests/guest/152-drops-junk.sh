#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: junk packets, every drop in a row
# time: 900
# Packets as nobody should send them, by the thousand: nothing wrong is read, and every drop is in a row. 20,000 where the stage has a
# file `thorough` (tests/run.sh: on the first kernel); with a file `long` (make check-long) 100,000, or the part that it says.
. ./tests/lib.sh
. ./tests/drops.sh

n=3000
[ ! -e /stage/thorough ] || n=20000
[ ! -e /stage/long ] || n=$((100000 / $(cat /stage/long)))
load drop_rows=64 drop_stacks=64
ip netns add far
ip link add near mtu 9000 type veth peer name far mtu 9000 netns far
ip addr add 10.9.0.1/24 dev near; ip link set near up
ip -n far addr add 10.9.0.2/24 dev far; ip -n far link set far up; ip -n far link set lo up
ip netns exec far sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
# Half of them go through the code that takes packets apart and puts them together.
cat >"$T/rules" <<'END'
table inet t {
	chain inward { type filter hook input priority 0; meta length > 200 counter drop; }
	chain through { type filter hook forward priority 0; ct state invalid counter drop; }
}
END
ip netns exec far nft -f "$T/rules"
mac=$(ip -n far -br link show far | awk '{ print $3 }')
await grep -qx up /sys/class/net/near/operstate
cat $proc/events >/dev/null & children="$children $!" events=$!
for seed in 1 2 3; do dropper frames near "$mac" 10.9.0.1 10.9.0.2 junk $((n / 3)) $seed; done
adds_up
drops=$(stat_of drops)
echo "figure: frames $n sent, $drops dropped"
[ $drops -gt $((n / 4)) ] || { cat $proc/stats $proc/drops; fail "$drops drops of $n frames"; }
# What a row says is possible: a protocol has its own kind of ends.
columns $proc/drops protocol src dst dev reason count | awk '
	$1 == "icmp" || $1 ~ /^ip:/ { if ($2 !~ /^[0-9.]+:(\*|[0-9]+)$/) bad = 1 }
	$1 == "icmpv6" || $1 ~ /^ipv6:/ { if ($2 !~ /^\[[0-9a-f:.]+\]:(\*|[0-9]+)$/) bad = 1 }
	$1 ~ /^eth:/ || $1 == "arp" || $1 == "-" { if ($2 != "-" || $3 != "-") bad = 1 }
	$1 !~ /^(tcp|udp|icmp|icmpv6|arp|-|(ip|ipv6):[0-9]+|eth:0x[0-9a-f]{4})$/ && $1 !~ /^eth:0x....$/ { bad = 1 }
	$4 !~ /^(far|near|lo|-)$/ { bad = 1 }
	bad { print; exit 1 }' || { cat $proc/drops; fail "a row makes no sense"; }
for p in tcp udp arp eth:0x8 ip: ipv6: icmp; do
	columns $proc/drops protocol | grep -q "^$p" || [ "$(stat_of drops_no_room)" != 0 ] || { cat $proc/drops; fail "no drop of $p"; }
done
# Stacks lead from the place on outward; no address of the kernel in any file.
grep -q '^ .*+0x' $proc/drop_stacks || fail "no stacks"
awk 'NR > 2 && !/^[ #]/ { place = $2; getline; if ($1 != place) { print place, $1; exit 1 } }' $proc/drop_stacks || fail "a stack does not begin at its place"
cat $proc/drops $proc/drop_stacks $proc/reasons | grep -E '0x[0-9a-f]{9}|ffff[0-9a-f]{12}' && fail "an address of the kernel"
ip netns exec far cat $proc/drop_stacks | grep -q . && [ "$(ip netns exec far cat $proc/drop_stacks | wc -l)" = 2 ] || fail "another namespace sees stacks"
echo 0 >/sys/module/coremon/parameters/drop_stacks
[ "$(wc -l <$proc/drop_stacks)" = 2 ] || fail "stacks are there still"

# A flood, and namespaces that come and go: what has no room is counted, and what is gone makes room.
for i in $(seq 12); do
	ip netns add n$i
	ip -n n$i link set lo up
	ip netns exec n$i dropper udp 127.0.0.1 7 20 10
	[ $i -gt 6 ] || ip netns del n$i
done
adds_up
[ "$(stat_of drops_no_room)" = "$(columns $proc/drops place reason protocol count | awk '$1 $2 $3 == "---" { n += $4 } END { print n + 0 }')" ] ||
	{ cat $proc/drops; fail "drops_no_room is not the row of the rest"; }
only_live() {
	{ for f in /run/netns/*; do stat -Lc %i "$f"; done; stat -Lc %i /proc/self/ns/net; } | sort >"$T/live"
	columns $proc/drops netns | grep -v - | sort -u | comm -23 - "$T/live" >"$T/gone"
	[ ! -s "$T/gone" ]
}
await only_live
dropper udp 127.0.0.1 7 $n 10
adds_up
kill $events; wait $events || true
unload

# Without the hook.
load disable_hook=kfree_skb
dropper udp 127.0.0.1 7 10 10
hold one hold -n 1 -u 10
[ "$(wc -l <$proc/drops)/$(stat_of drops)" = 2/0 ] || { cat $proc/drops; fail "drops without a hook"; }
columns $proc/connections drops drop_reasons | grep -vx -e '- -' && fail "a connection knows of drops without a hook"
columns $proc/hooks hook kind | grep -qx 'drop -' || fail "hooks does not tell"
