#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: storm of resets
# time: 1800
# A storm of resets: blind ones, that hit connections but not their windows, and those that answer connects to where nobody listens. Each is
# counted, as a drop of its connection or as the end of one.
. ./tests/lib.sh
. ./tests/long/long.sh
. ./tests/drops.sh

n=$(sized 300000 5000)
refused=$(sized 50000 500)
far_host
# Who sends them has the address of the connections' own.
ip netns exec far sysctl -qw net.ipv4.conf.far.accept_local=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.far.rp_filter=0 net.ipv4.ip_local_port_range='20000 20399'
mkfifo "$T/in"
ip netns exec far tcpload hold -a 10.9.0.2 -p 7300 -n 200 -u 10 -P "$T/ready" <"$T/in" >"$T/held" 2>&1 & children="$children $!"
exec 5>"$T/in"
await test -e "$T/ready"

storm() {
	flood rst near "$mac" 10.9.0.2 7300 10.9.0.2 20000 20399 "$n" >/dev/null & flooding=$!
	taskset 2 brief -n "$refused" >"$T/refused" || fail "connects to nobody"
	wait $flooding || fail "the flood"
}
held() { ip netns exec far ss -Htan state established | wc -l; }
beating without storm
load max_conns=4096 closed_max=65536 drop_rows=64
ends=$(stat_of connections)
beating with storm
figure resets "$n" "blind, and $refused connects answered by one"
figure resets_without "$(between 0 "$took_without" "$n")" 1/s
figure resets_with "$(between 0 "$took_with" "$n")" 1/s
# Some may have hit.
await sh -c "[ \$(awk '\$1 == \"connections\" { print \$2 }' $proc/stats) = $(held) ]"
[ "$(stat_of connections)" -gt 350 ] || fail "$(stat_of connections) of the 400 ends are left"
figure hit $((ends - $(stat_of connections))) "connections of $ends ends"
stats_add_up
[ "$(stat_of opened_active)" = "$refused" ] || fail "$(stat_of opened_active) of $refused connects"
[ "$(stat_of refused_full)$(stat_of refused_nomem)" = 00 ] || fail "refused"
[ "$(columns $proc/closed cause error | grep -c '^connect_refused 111$')" -ge $((refused - $(stat_of hooks_missed))) ] || { columns $proc/closed cause error | sort | uniq -c; fail "causes"; }
[ $(($(stat_of closed_held) + $(stat_of closed_lost) + $(stat_of discarded))) = "$(stat_of ended)" ] || { cat $proc/stats; fail "closed"; }
bounded
adds_up
figure drops "$(stat_of drops)" "in $(columns $proc/drops netns | wc -l) rows, $(columns $proc/connections drops | awk '{ n += $1 } END { print n + 0 }') of them of the connections"
[ "$(stat_of drops)" -ge $((n * 9 / 10)) ] || { cat $proc/drops; fail "$(stat_of drops) drops of $n resets"; }
# Half of them are for ports that have a connection.
[ "$(columns $proc/connections drops | awk '{ n += $1 } END { print n + 0 }')" -gt $((n / 4)) ] || fail "the connections know of few"
responsive
exec 5>&-
