#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernel: debug
# boot: quiet
# time: 150
# allocation failures
# One in ten of all allocations that cannot wait fails, the kernel's as ours, under traffic: what was born is tracked or counted
# as refused, to the connection, by the kernel's own counts. A guest of its own: of a FIN that could not be sent the kernel keeps a
# socket without a timer, for ever.
. ./tests/lib.sh
. ./tests/debug/faults.sh

opens() { awk '/^Tcp:/ { if (n++) print $6 + $7 }' /proc/net/snmp; }

load closed_max=65536
began=$(opens)
pids=
for i in 1 2 3 4; do
	tcpload churn -e -n 5 -d 12 -u 300 -g 5 -P "$T/ready.$i" >"$T/made.$i" & pids="$pids $!"
done
children="$children $pids"
for i in 1 2 3 4; do await test -e "$T/ready.$i"; done
echo Y >$faults/failslab/ignore-gfp-wait
echo -1 >$faults/failslab/times
echo 10 >$faults/failslab/probability
# Readers are at it as well. Without an end to the faults a connection could wait for its timers for very long.
for i in $(seq 30); do cat $proc/connections $proc/closed $proc/stats >/dev/null; sleep 0.5; done
echo 0 >$faults/failslab/probability
for p in $pids; do wait $p || fail "a load ended with $?"; done
# What is left, but for TIME_WAIT, has a row or was refused.
sockets_left() { ss -Htano | grep -vc 'timer:(timewait'; }
settled() { [ "$(open_rows)" -le "$(sockets_left)" ] && [ $(($(open_rows) + $(stat_of refused_nomem))) -ge "$(sockets_left)" ]; }
await settled
stats_add_up
opened=$(($(stat_of opened_active) + $(stat_of opened_passive) + $(stat_of opened_listen)))
refused=$(stat_of refused_nomem)
sockets=$(($(opens) - began + 4))
read -r made not_begun <<END
$(awk '{ m += $1; n += $2 } END { print m, n }' "$T"/made.*)
END
echo "$made connections, $not_begun could not be begun; $sockets sockets: $opened records, $refused refused, $(open_rows) of $(sockets_left) sockets left have a row"
[ "$refused" -gt 0 ] || fail "nothing was refused"
[ "$made" -gt 0 ] || fail "no connection"
# One that could not be begun may have been in SYN_SENT, or not.
{ [ $((opened + refused)) -ge $sockets ] && [ $((opened + refused)) -le $((sockets + not_begun)) ]; } ||
	fail "$opened records and $refused refused are not $sockets sockets and $not_begun at most"
