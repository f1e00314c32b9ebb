#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: connections closed at once
# time: 1800
# A hundred thousand connections, of which all end at once: the processes that have them are killed.
. ./tests/lib.sh
. ./tests/long/long.sh
scale=60	# to make them takes minutes

n=$(sized 100000 2000)
sysctl -qw net.ipv4.ip_local_port_range='1024 65535' fs.file-max=1000000
open_all() {
	for k in 1 2 3 4; do rm -f "$T/h$k.in" "$T/h$k.ready"; hold h$k hold -a 127.0.0.$k -n $((n / 4)) -u 1; done
}
close_all() {
	_began=$(uptime)
	# shellcheck disable=SC2154
	kill -9 $hold_h1 $hold_h2 $hold_h3 $hold_h4
	for _p in $hold_h1 $hold_h2 $hold_h3 $hold_h4; do wait $_p || true; done
	await awk '/^TCP:/ { exit $3 > 10 }' /proc/net/sockstat
	closing=$(between "$_began" "$(uptime)")
	for k in 1 2 3 4; do eval "kill \$hold_in_h$k"; done
}
open_all
beating without close_all
figure closing_without "$closing" s
# Those in TIME_WAIT have no port to give.
await awk '/^TCP:/ { exit $7 > 1000 }' /proc/net/sockstat
load closed_max=16384
base=$(stat_of memory_bytes)
open_all
[ "$(stat_of connections)" = $((2 * n)) ] || fail "$(stat_of connections) of $((2 * n)) ends"
figure connections "$n" "held, of both ends"
figure bytes_an_end $((($(stat_of memory_bytes) - base) / (2 * n))) bytes
beating with close_all
figure closing_with "$closing" s
at_rest
stats_add_up
[ $(($(stat_of ended) - $(stat_of discarded))) = $((2 * n + 4)) ] || fail "$(stat_of ended) of $((2 * n + 4)) ended"
[ "$(stat_of refused_full)$(stat_of refused_nomem)" = 00 ] || fail "refused"
[ $(($(stat_of closed_held) + $(stat_of closed_lost))) = $((2 * n + 4)) ] || fail "held $(stat_of closed_held), lost $(stat_of closed_lost) of $((2 * n + 4))"
columns $proc/closed cause | sort | uniq -c
# What they took is given back, but for what is kept for the next.
sleep 1
figure memory_left $(($(stat_of memory_bytes) - base)) "bytes of records"
[ $(($(stat_of memory_bytes) - base)) -lt $(((2048 + 64 * 16 + 262144 / 64) * 400)) ] || fail "memory stays"
responsive
