#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# Windows that close, of either side, and for how long; a connection of which one half is closed goes on in the other.
. ./tests/lib.sh
. ./tests/scripted.sh

load
record_events

# The peer closes its window twice, with data waiting.
play 1 <<'END'
connect 7001
want S
synack
write 3000
want 2001-3001
shut1: ack 3001 win=0
write 500
sleep 300
open1: ack 3001 win=65535
want 3001-3501
shut2: ack 3501 win=0
sleep 200
live: run cat /proc/coremon/connections >$T/live1
open2: ack 3501 win=65535
data 10
read 10
rst
ended ECONNRESET
END

# This end's window closes: nobody reads. The segments after it are refused, but tell that it is closed.
play 2 <<'END'
opt rcvbuf 4000
connect 7002
want S
synack
run sleep 0.1
data 1000
data 1000
data 1000
data 1000
data 1000
data 1000
data 1000
data 1000
sleep 200
data 1 at=1
data 1 at=1
sleep 100
read 1000
read 1000
sleep 100
run cat /proc/coremon/connections >$T/live2
rst at=1
close
END

# Half closed by the peer: what goes out is still followed, a loss in it as well.
play 3 <<'END'
patient 10
connect 7003
want S
sleep 100
synack
fin
write 10000
want 9001-10001
run cat /proc/coremon/connections >$T/live3
sleep 1200
ack 1001
ack 1001 sack=2001-3001
ack 1001 sack=2001-4001
lost: ack 1001 sack=2001-5001
want 1001-2001
sleep 100
mended: ack 10001
sleep 50
close
want F
next: ack 10002
sleep 0
END

# Half closed by this end: what comes in is still followed.
play 4 <<'END'
connect 7004
want S
synack
shutdown
want F
ack 2
data 1000
data 1000
run sleep 0.3; cat /proc/coremon/connections >$T/live4
read 2000
fin
ended
END
# The peer's window closes and stays so: its probes are answered by nobody, until this end gives up.
play 5 <<'END'
opt user_timeout 2000
begin: connect 7005
want S
synack
write 1000
want 1-1001
shut: ack 1001 win=0
write 500
over: ended ETIMEDOUT
sleep 0
END
played
closed_and_told 5
mended=mended; ca_at_once || mended=next
expect <<END
1 live1 snd_wnd=0 zero_wnd_in=2 zero_wnd_in_us=shut1~open1+shut2~live send_q=0
1 closed zero_wnd_in=2 zero_wnd_out=0 zero_wnd_in_us=shut1~open1+shut2~open2 bytes_sent=3500 send_q_max=3000 rwnd_limited_us=1..30000000
1 :zero_wnd_in closed open closed open
1 :zero_wnd_out
2 live2 zero_wnd_out=1
2 :zero_wnd_out closed open
3 live3 state=CLOSE_WAIT send_q=10000 send_q_max=10000
3 closed cause=fin_remote retrans=1 retrans_fast=1 recovery_entries=1 send_q=0 send_q_max=10000 bytes_sent=11000 bytes_acked=10002 recovery_us=lost~$mended
3 :ca Open>Disorder Disorder>Recovery Recovery>Open
4 live4 state=FIN_WAIT2 recv_q=2000 recv_q_max=2000 bytes_received=2000
4 closed cause=fin_local bytes_received=2001 data_segs_in=2
5 closed cause=timeout error=110 state=ESTABLISHED retrans=0 zero_wnd_in=1 zero_wnd_in_us=shut~over bytes_sent=1000 send_q=500 ca_state=Open
5 :zero_wnd_in closed
5 :ca
END
rows_add_up
