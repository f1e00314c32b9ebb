# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by the transfer tests. Every column ss knows too is equal to what ss says of the same socket, and bytes and calls
# are those the application itself counted. Set address.
. ./tests/lib.sh

load
# 10 connections with odd sizes and 500 bytes left unread, 10 whose queues are full in one direction.
hold odd hold -a "$address" -n 10 -u 30011 -d 70001 -w 1460 -r 997 -k 500
hold full hold -a "$address" -n 10 -u 5 -d 0 -w 65536 -f
same_as_ss 42
columns $proc/connections id state family bytes_sent bytes_received tx_calls rx_calls ca_state recv_q_max recv_q send_q_max send_q bytes_retrans >"$T/rows"
case $address in *:*) family=inet6 ;; *) family=inet ;; esac
cat "$T/odd" "$T/full" | awk -v family="$family" '
	FNR == NR { row[$1] = $0; next }
	{
		n++
		if (!($1 in row)) { print "not in the table: " $0; bad++; next }
		split(row[$1], r, " ")
		what = ""
		if (r[2] != "ESTABLISHED") what = what " state " r[2]
		if (r[3] != family) what = what " family " r[3]
		# What is still queued was given to send but not sent: bytes_sent and send_q overlap by what is unacknowledged.
		# On a machine as slow as an emulated one a timer may send some of it again.
		if (r[12] == 0 && r[4] - r[13] != $3) what = what " bytes_sent " r[4] ", " r[13] " of it again, for " $3
		if (r[5] != $4 + r[10]) what = what " bytes_received " r[5] " for " $4 " + recv_q " r[10]
		if (r[6] != $5) what = what " tx_calls " r[6] " for " $5
		if (r[7] != $6) what = what " rx_calls " r[7] " for " $6
		if (r[8] != $7) what = what " ca_state " r[8] " for " $7
		if (r[9] + 0 < r[10] + 0) what = what " recv_q_max " r[9] " below recv_q " r[10]
		if (r[11] + 0 < r[12] + 0) what = what " send_q_max " r[11] " below send_q " r[12]
		if (what != "") { print $1 " (" $2 "):" what; bad++ }
	}
	END { if (n != 40) { print n " ends of 40"; bad++ } exit bad > 0 }' "$T/rows" - || fail "not what the application did"
[ "$(awk '$10 >= 500' "$T/rows" | wc -l)" -ge 20 ] || fail "no unread data in recv_q"
[ "$(awk '$12 > 0' "$T/rows" | wc -l)" -ge 10 ] || fail "nothing waits in send_q"
stats_add_up
# The owner is the program, with its pid.
columns $proc/connections comm pid state | awk '$3 == "ESTABLISHED" && ($1 != "tcpload" || $2 !~ /^[0-9]+$/) { print; bad = 1 } END { exit bad }' ||
	fail "owner"
release odd
release full
await sh -c "! grep -q ESTABLISHED $proc/connections"
stats_add_up
unload
