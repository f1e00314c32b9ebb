#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# Every kind of retransmit, forced: its count, the CA states on the way and the times are what happened.
. ./tests/lib.sh
. ./tests/scripted.sh

load
record_events

# One segment is lost: three that came behind it are told by SACK, it is sent again.
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
odd: ack 1001 sack=2001-3001
second: ack 1001 sack=2001-4001
lost: ack 1001 sack=2001-5001
want 1001-2001
sleep 200
mended: ack 10001
write 1000
want 10001-11001
next: ack 11001
first: data 500
read 500
rst
ended ECONNRESET
END

# All is lost: the timer's first segment is sent again, and then, in slow start, what it takes for lost as well.
play 2 <<'END'
patient 1
connect 7002
want S
sleep 50
synack
sent: write 3000
want 2001-3001
again: want 1-1001
ack 1001
want 2001-3001
sleep 50
mended: ack 3001
write 1000
want 3001-4001
next: ack 4001
data 10
read 10
rst
ended ECONNRESET
END

# The SYN is lost.
play 3 <<'END'
begin: connect 7003
want S
again: want S
sleep 100
synack: synack
first: data 1000
read 1000
write 1000
want 1-1001
ack 1001
rst
ended ECONNRESET
END

# The SYN-ACK is lost.
play 4 <<'END'
listen 7004
syn 6000
want SA
want SA
sleep 50
born: ack 1
accept
first: data 1000
read 1000
sleep 50
over: rst
ended ECONNRESET
END
played

# The last segment, or its acknowledgement, is lost: a probe sends it again before the timer would.
in_peer sh -c 'echo 3 >/proc/sys/net/ipv4/tcp_early_retrans'
play 5 <<'END'
patient 10
connect 7005
want S
sleep 100
synack
write 5000
want 4001-5001
ack 3001
want 4001-5001
ack 5001
write 1000
want 5001-6001
ack 6001
data 10
read 10
rst
ended ECONNRESET
END
# The same, but the segment was only late: the peer says that it has it twice.
play 6 <<'END'
patient 10
connect 7006
want S
sleep 100
synack
write 5000
want 4001-5001
ack 3001
want 4001-5001
ack 5001
ack 5001 sack=4001-5001
data 10
read 10
rst
ended ECONNRESET
END
played
closed_and_told 6

# The kernel reduces the window for what a probe repaired, and is back in the same moment: without the tracepoint (5.10) that is not
# seen, and Disorder and Open are seen at the segment after the one that made the change. The timer that repeats a SYN goes through
# Loss as well. A SYN-ACK is repeated before there is a connection, so that event has no id.
cwr=1; cwr_path='Open>CWR CWR>Open'; odd=odd mended=mended
ca_at_once || { cwr=0 cwr_path='' odd=second mended=next; }
fast=kind=fast,seq=N,len=1000,segs=1
timeout=kind=timeout,seq=N,len=1000,segs=1
probe=kind=tail_loss_probe,seq=N,len=1000,segs=1
expect <<END
1 closed retrans=1 retrans_fast=1 bytes_sent=12000 bytes_retrans=1000 bytes_acked=11001 bytes_received=500 data_segs_out=12
1 closed disorder_entries=1 recovery_entries=1 loss_entries=0 cwr_entries=0 loss_us=0 cwr_us=0
1 closed handshake_us=begin~synack first_byte_us=begin~first disorder_us=$odd~lost recovery_us=lost~$mended
1 closed dsack_dups=0 undo_full=0 undo_partial=0 undo_dsack=0 undo_loss=0 reord_seen=0 ca_state=Open cause=rst_received opened=active
1 :ca Open>Disorder Disorder>Recovery Recovery>Open
1 :retrans $fast
2 closed retrans=3 retrans_timeout=3 bytes_sent=7000 bytes_retrans=3000 loss_entries=1 recovery_entries=0 cwr_entries=0 disorder_entries=0
2 closed recovery_us=0 cwr_us=0 disorder_us=0 loss_us=again~$mended..sent~$mended open_us=990000..20000000
2 :ca Open>Loss Loss>Open
2 :retrans $timeout $timeout $timeout
3 closed retrans=1 retrans_syn=1 recovery_entries=0 cwr_entries=0 disorder_entries=0 loss_entries=1
3 closed handshake_us=begin~synack first_byte_us=begin~first loss_us=again~synack..begin~first
3 :ca Open>Loss Loss>Open
3 :retrans kind=syn,seq=N,len=1,segs=1
4 closed opened=passive retrans=1 retrans_synack=1 handshake_us=- recovery_entries=0 loss_entries=0 cwr_entries=0 disorder_entries=0
4 closed first_byte_us=born~first age_ms=born~over open_us=born~over
4 :ca
4 :retrans kind=synack,seq=N,len=0,segs=1
5 closed retrans=1 retrans_tail_loss_probe=1 dsack_dups=0 recovery_entries=0 loss_entries=0 cwr_entries=$cwr recovery_us=0 loss_us=0
5 :ca $cwr_path
5 :retrans $probe
6 closed retrans=1 retrans_tail_loss_probe=1 dsack_dups=1 recovery_entries=0 loss_entries=0 cwr_entries=0 recovery_us=0 loss_us=0 cwr_us=0
6 :ca
6 :retrans $probe
END
grep -qE '^[0-9.]+ [0-9]+ - [0-9]+ 10\.77\.4\.1:7004 10\.77\.4\.2:6000 - - Open retrans kind=synack' "$T/events" || fail "event of the SYN-ACK"
rows_add_up
