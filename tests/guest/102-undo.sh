#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# What the kernel took for lost was only late, and an ECN mark is no loss: reductions taken back, by how that was found out,
# duplicates the peer told of, CWR. The host's counters say the same.
. ./tests/lib.sh
. ./tests/scripted.sh

in_peer sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_ecn'
load
record_events

# Recovery, and all had only been late: the time stamp echoed is that of the original.
play 1 <<'END'
patient 10
connect 7001
want S
sleep 100
synack ts
write 9880
want 8893-9881
sleep 1200
ack 1 sack=989-1977
ack 1 sack=989-2965
lost: ack 1 sack=989-3953
want 1-989
sleep 100
mended: ack 9881 old
write 988
want 9881-10869
next: ack 10869
data 10
read 10
rst
ended ECONNRESET
END

# The same of the first segment alone: the rest is still under way.
play 2 <<'END'
patient 10
connect 7002
want S
sleep 100
synack ts
write 9880
want 8893-9881
sleep 1200
ack 1 sack=989-1977
ack 1 sack=989-2965
lost: ack 1 sack=989-3953
want 1-989
sleep 100
mended: ack 3953 old
sleep 50
rest: ack 9881
sleep 50
next: data 10
read 10
rst
ended ECONNRESET
END

# No time stamps: the peer says that it has twice what was sent again.
play 3 <<'END'
patient 10
connect 7003
want S
sleep 100
synack
write 10000
want 9001-10001
sleep 1200
ack 1 sack=1001-2001
ack 1 sack=1001-3001
lost: ack 1 sack=1001-4001
want 1-1001
sleep 50
ack 4001
twice: ack 4001 sack=1-1001
sleep 50
rest: ack 10001
sleep 50
next: data 10
read 10
rst
ended ECONNRESET
END

# The timer, and all had only been late.
play 4 <<'END'
patient 2
connect 7004
want S
sleep 50
synack ts
sent: write 2964
want 1977-2965
again: want 1-989
sleep 100
mended: ack 2965 old
sleep 50
next: data 10
read 10
rst
ended ECONNRESET
END

# Reordering alone: what was passed over comes before the third of those behind it.
play 5 <<'END'
patient 10
connect 7005
want S
sleep 100
synack
write 5000
want 4001-5001
sleep 3000
odd: ack 1 sack=1001-2001
mended: ack 5001
sleep 50
next: data 10
read 10
rst
ended ECONNRESET
END

# A router marks instead of dropping.
play 6 <<'END'
patient 10
connect 7006
want S
sleep 100
synack ecn
write 5000
want 4001-5001
marked: ack 1001 ece
sleep 50
more: ack 5001 ece
write 1000
want 5001-6001
sleep 100
mended: ack 6001
sleep 50
next: data 10
read 10
rst
ended ECONNRESET
END
played
closed_and_told 6
# Without the tracepoint (5.10) Disorder, Open and CWR (compilers put tcp_enter_cwr() into its callers) are seen at the segment after the
# one that made the change.
mended=mended odd=odd rest=rest twice=twice marked=marked
ca_at_once || mended=next odd=mended rest=next twice=rest marked=more
partial=$mended; [ $partial = mended ] || partial=rest
expect <<END
1 closed retrans=1 retrans_fast=1 undo_full=1 undo_partial=0 undo_dsack=0 undo_loss=0 recovery_entries=1 recovery_us=lost~$mended dsack_dups=0
1 closed cwr_entries=0 loss_entries=0
1 :ca Open>Disorder Disorder>Recovery Recovery>Open
1 :retrans kind=fast,seq=N,len=988,segs=1
2 closed retrans=1 retrans_fast=1 undo_full=0 undo_partial=1 undo_dsack=0 undo_loss=0 recovery_entries=1 recovery_us=lost~$partial reord_seen=1..9
2 :ca Open>Disorder Disorder>Recovery Recovery>Open
2 :retrans kind=fast,seq=N,len=988,segs=1
3 closed retrans=1 retrans_fast=1 undo_full=0 undo_partial=0 undo_dsack=1 undo_loss=0 recovery_entries=1 recovery_us=lost~$twice dsack_dups=1
3 :ca Open>Disorder Disorder>Recovery Recovery>Open
3 :retrans kind=fast,seq=N,len=1000,segs=1
4 closed retrans=1 retrans_timeout=1 undo_full=0 undo_partial=0 undo_dsack=0 undo_loss=1 loss_entries=1 loss_us=again~$mended..sent~$mended
4 :ca Open>Loss Loss>Open
4 :retrans kind=timeout,seq=N,len=988,segs=1
5 closed retrans=0 reord_seen=1 disorder_entries=1 disorder_us=$odd~$mended recovery_entries=0 loss_entries=0 cwr_entries=0 undo_full=0 undo_dsack=0
5 :ca Open>Disorder Disorder>Open
5 :retrans
6 closed retrans=0 cwr_entries=1 cwr_us=$marked~$mended recovery_entries=0 disorder_entries=0 loss_entries=0 undo_full=0
6 :ca Open>CWR CWR>Open
6 :retrans
END
rows_add_up

# The kernel counts one of each as well: the scripts do what they say.
in_peer cat /proc/net/netstat | awk '$1 == "TcpExt:" && !named++ { n = split($0, name); next }
	$1 == "TcpExt:" { for (i = 2; i <= n; i++) if (name[i] ~ /^TCP(Full|Partial|DSACK|Loss)Undo$/ && $i != 1) { print name[i], $i; bad = 1 } }
	END { exit bad }' || fail "counters of the kernel"
