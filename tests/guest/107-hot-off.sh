#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 60
# hot=0: no hook at the calls and segments of established connections. What they tell is not known, and the rest is as right as ever:
# lives, owner, ends, retransmits by kind, CA states; and a reader of changes, for whom nobody sees them, is told of all.
. ./tests/lib.sh
. ./tests/scripted.sh

load
columns $proc/hooks hook kind >"$T/on"
unload
load hot=0
columns $proc/hooks hook kind >"$T/off"
awk 'FNR == NR { kind[$1] = $2; next }
	{ want = $1 ~ /^(segment|send|send_page|recv|splice_read)$/ ? "off" : kind[$1] }
	$2 != want { print $1 ": " $2 ", not " want; bad = 1 } $2 == "off" { n++ }
	END { exit bad || n != 5 }' "$T/on" "$T/off" || fail "hooks"
record_events

# As in 100-retrans-kinds: one segment is lost, which SACK tells.
play 1 <<'END'
patient 10
begin: connect 7001
want S
sleep 100
synack: synack
write 10000
want 9001-10001
sleep 1200
ack 1001
ack 1001 sack=2001-3001
ack 1001 sack=2001-4001
lost: ack 1001 sack=2001-5001
want 1001-2001
sleep 200
mended: ack 10001
data 500
read 500
rst
ended ECONNRESET
END
# All is lost.
play 2 <<'END'
patient 1
connect 7002
want S
sleep 50
synack
write 1000
want 1-1001
again: want 1-1001
mended: ack 1001
fin
sleep 50
close
want F
ack 1002
END
# Data for a socket that is closed.
play 3 <<'END'
connect 7003
want S
synack
close
want F
data 100
want R
END
played
closed_and_told 3

# Without the tracepoint (5.10) the ways back are seen at segments.
fast='recovery_entries=- loss_entries=- open_us=-'
timeout=$fast
if ca_at_once; then
	fast='recovery_entries=1 loss_entries=0 disorder_entries=1 recovery_us=lost~mended'
	timeout='recovery_entries=0 loss_entries=1 disorder_entries=0 recovery_us=0'
	rows_add_up "$T/closed"
fi
unknown='tx_calls=- rx_calls=- send_q_max=- recv_q_max=- ofo_span_max=- send_q_mean=- recv_q_mean=- zero_wnd_in=- zero_wnd_out=-'
unknown="$unknown flags_in=- first_byte_us=- drops=- undo_partial=- undo_dsack=-"
expect <<END
1 closed $unknown
2 closed $unknown
3 closed $unknown
1 closed retrans=1 retrans_fast=1 retrans_other=0 bytes_sent=11000 bytes_acked=10001 bytes_received=500 $fast
1 closed cause=rst_received opened=active comm=rawpeer undo_full=0 undo_loss=0 handshake_us=begin~synack
1 :retrans kind=fast,seq=N,len=1000,segs=1
1 :rst_received -
2 closed retrans=1 retrans_timeout=1 retrans_other=0 cause=fin_remote $timeout
2 :retrans kind=timeout,seq=N,len=1000,segs=1
3 closed retrans=0 cause=rst_sent
3 :rst_received
END

hold some hold -n 3 -u 1000 -d 1000
mkfifo "$T/in"
follow <"$T/in" >"$T/out" & children="$children $!"
exec 3>"$T/in"
for i in 1 2 3; do
	echo "$T/rows$i" >&3
	await grep -qx "end $i" "$T/out"
	[ "$(grep -c '^live' "$T/rows$i")" = 7 ] || { cat "$T/rows$i"; fail "reading $i does not tell of all"; }
	awk '$4 == 1 && ($6 $8 $9 $10) != "----" { print; bad = 1 } END { exit bad }' "$T/rows$i" || fail "queues that nobody saw"
done
exec 3>&-
release some
await sh -c "! grep -q ESTABLISHED $proc/connections"
stats_add_up
./coremon-report 1 1 >"$T/report" || { cat "$T/report"; fail "the report"; }
