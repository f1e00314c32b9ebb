#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: SYN flood with cookies
# time: 1800
# A flood of SYNs from everywhere, answered by cookies, and connections that come through all the same: these alone are tracked.
. ./tests/lib.sh
. ./tests/long/long.sh
. ./tests/drops.sh

n=$(sized 300000 5000)
own=$(sized 500 20)
far_host
ip addr add 10.9.0.1/24 dev near
ip -n far neigh replace 10.9.0.1 lladdr "$(ip -br link show near | awk '{ print $3 }')" dev far nud permanent
ip -n far route add default via 10.9.0.1
ip netns exec far sysctl -qw net.ipv4.tcp_syncookies=1 net.ipv4.tcp_max_syn_backlog=128

cookies() { ip netns exec far nstat -asz TcpExtSyncookiesSent | awk '/Syncookies/ { print $2 }'; }
flood_and_connect() {
	rm -f "$T/in" "$T/ready"
	mkfifo "$T/in"
	lossy -s far -c 10.9.0.2 -n "$own" -p 5 -b 2000 -P "$T/ready" <"$T/in" >"$T/own" & connecting=$!
	exec 5>"$T/in"
	await test -e "$T/ready"
	flood syn near "$mac" 10.9.0.2 7300 "$n" >"$T/sent"
	exec 5>&-
	wait $connecting || fail "connections do not come through"
}
beating without flood_and_connect
had=$(cookies)
# Those in TIME_WAIT have the ports.
ss -Kat >/dev/null; ip netns exec far ss -Kat >/dev/null
load max_conns=4096 closed_max=4096
beating with flood_and_connect
figure syns "$n" sent
figure syns_without "$(between 0 "$took_without" "$n")" 1/s
figure syns_with "$(between 0 "$took_with" "$n")" 1/s
figure cookies $(($(cookies) - had)) sent
[ $(($(cookies) - had)) -gt $((n / 4)) ] || fail "$(($(cookies) - had)) cookies for $n SYNs"
at_rest
stats_add_up
[ "$(stat_of opened_active)/$(stat_of refused_full)$(stat_of refused_nomem)" = "$own/00" ] || { cat $proc/stats; fail "opened $(stat_of opened_active) of $own"; }
[ $(($(stat_of opened_passive) - $(stat_of discarded))) = "$own" ] || { cat $proc/stats; fail "accepted $(stat_of opened_passive) of $own"; }
[ "$(columns $proc/closed opened state bytes_received | grep -c passive)" = "$own" ] || fail "closed"
bounded
adds_up
figure drops "$(stat_of drops)" "in $(columns $proc/drops netns | wc -l) rows"
responsive
