#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Listening sockets, with limit and length of the accept queue as ss shows them.
. ./tests/lib.sh

hold before listen -a 127.0.0.1 -n 3 -b 7
load
hold after listen -a ::1 -n 5 -b 11
same_as_ss 2 state listening state established
for id in $(cat "$T/before"); do columns $proc/connections id state recv_q send_q | grep -qx "$id LISTEN 3 7" || fail "the listener from before the load"; done
for id in $(cat "$T/after"); do columns $proc/connections id state recv_q send_q | grep -qx "$id LISTEN 5 11" || fail "the listener from after it"; done
[ "$(stat_of listeners)" = 2 ] || fail "listeners: $(stat_of listeners)"
# Nothing of a connection's is claimed of a listener.
columns $proc/connections state ca_state recv_q_max bytes_sent cwnd tx_calls | awk '$1 == "LISTEN" { n++; if ($2 $3 $4 $5 $6 != "-----") bad = 1 } END { exit bad || n != 2 }' ||
	fail "columns of a listener"
stats_add_up
release before
release after
await sh -c "! grep -q LISTEN $proc/connections"
stats_add_up
