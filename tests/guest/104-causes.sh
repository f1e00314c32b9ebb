#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# Why a connection ended, each way forced: cause, errno, last state, flags, and the resets as events.
. ./tests/lib.sh
. ./tests/scripted.sh

# Give up soon on what nobody owns and on handshakes; and a SYN as often as TCP_SYNCNT says (6.5 and later add some).
in_peer sh -c 'cd /proc/sys/net/ipv4; echo 1 >tcp_orphan_retries; echo 1 >tcp_synack_retries
	if [ -e tcp_syn_linear_timeouts ]; then echo 0 >tcp_syn_linear_timeouts; fi'
load
record_events
# $1 case; what follows the handshake is standard input.
established() { { echo "begin: connect 70$1"; echo "want S"; echo synack; cat; } | play "$1"; }

established 10 <<'END'
data 100
read 100
rst
ended ECONNRESET
END
# Data for a socket that is closed: when the reset that answers it is sent, the socket is gone.
established 11 <<'END'
close
want F
data 100
want R
END
# Closed with data unread.
established 12 <<'END'
data 100
sleep 100
close
want R
END
established 13 <<'END'
write 100
want P
opt linger 0
close
want R
END
play 14 <<'END'
connect 7014
want S
rst ack
ended ECONNREFUSED
END
play 15 <<'END'
opt syncnt 1
begin: connect 7015
want S
again: want S
over: ended ETIMEDOUT
sleep 0
END
play 16 <<'END'
connect 7016
want S
icmp 1
ended EHOSTUNREACH
END
established 17 <<'END'
opt user_timeout 3000
sent: write 100
want P
again: want P
over: ended ETIMEDOUT
sleep 0
END
established 18 <<'END'
shutdown
want F
ack 2
fin
ended
END
established 19 <<'END'
fin
sleep 50
close
want F
ack 2
END
# Both at once.
established 20 <<'END'
shutdown
want F
fin
sleep 50
ack 2
ended
END
# A reset of ours while the peer waits for the end of the handshake (it is past it already).
established 21 <<'END'
write 100
want P
ack 101
shutdown
want F
ack 102
rst
ended ECONNRESET
END
# A listener's child that nobody has taken when the listener goes.
play 22 <<'END'
listen 7022
syn 6000
want SA
ack 1
data 10
sleep 100
END
# Passive, the peer closes first.
play 23 <<'END'
listen 7023
syn 6001
want SA
ack 1
accept
data 10
read 10
fin
sleep 50
close
want F
ack 2
END
# The same, but closed for both directions only: the socket is still there.
established 24 <<'END'
shutdown both
want F
data 100
want R
ended ECONNRESET
END
# The peer has vanished, and nothing was under way: probes of an idle connection find that out.
established 25 <<'END'
opt keepalive 1
over: want R
ended ETIMEDOUT
END
# It has vanished, and this end has closed: nobody is there to be told.
established 26 <<'END'
sleep 50
close
want F
want F
run sleep 0.2; while grep -q :1B72 /proc/net/tcp; do sleep 0.1; done
END
# Closed with more than may be sent, none of it ever acknowledged: the FIN does not come to be sent.
established 33 <<'END'
write 20000
want P
close
run while grep -q :1B79 /proc/net/tcp; do sleep 0.1; done
END
# It vanishes within the handshake: the SYN-ACK is repeated, never answered, and no connection came of it.
play 27 <<'END'
listen 7027
syn 6000
want SA
want SA
run while grep ':1B73.* 03 ' /proc/net/tcp; do sleep 0.1; done
END
# Data for a socket that is closed, with the acknowledgement of its FIN: the connection is over then, and a reset answers.
established 28 <<'END'
close
want F
data 100 acks=2
want R
END
# Nobody is to wait for the peer's end: when the FIN is acknowledged, or at the close after that.
established 29 <<'END'
opt linger2 -1
close
want F
ack 2
want R
END
# A probe has not been answered, and that is not why it ends.
established 30 <<'END'
opt keepalive 1
shutdown
want F
ack 2
sleep 1500
opt linger2 -1
close
want R
END
# The FIN is acknowledged by a FIN: that is no data.
established 31 <<'END'
close
want F
fin acks=2
END
played
# There are too many connections that nobody has any more: of the machine, not of a namespace, so with none beside it. (From 5.16 on they
# are counted anew every 100 ms, or later where the processor is idle, so it ends when the FIN would be sent again.)
in_peer sh -c 'echo 8 >/proc/sys/net/ipv4/tcp_orphan_retries'
orphans=/proc/sys/net/ipv4/tcp_max_orphans had=$(cat /proc/sys/net/ipv4/tcp_max_orphans)
established 32 <<END
run nsenter -t 1 -n sh -c "echo 0 >$orphans"
close
want R
run nsenter -t 1 -n sh -c "echo $had >$orphans"
END
played
closed_and_told 23
expect <<'END'
10 closed cause=rst_received error=104 state=ESTABLISHED flags_in=SRPA flags_out=SA bytes_received=100
10 :rst_received -
10 :rst_sent
11 closed cause=rst_sent error=104 state=FIN_WAIT1 flags_in=SPA flags_out=FSRA
11 :rst_received
11 :rst_sent reason=N
12 closed cause=abort error=0 state=ESTABLISHED flags_out=SRA
12 :rst_sent reason=N
13 closed cause=abort error=0 state=ESTABLISHED flags_out=SRA
13 :rst_sent reason=N
14 closed cause=connect_refused error=111 state=SYN_SENT flags_in=RA flags_out=S handshake_us=- first_byte_us=- opened=active
14 :state CLOSE>SYN_SENT SYN_SENT>CLOSE
15 closed cause=connect_timeout error=110 state=SYN_SENT flags_in=- flags_out=S retrans=1 retrans_syn=1 handshake_us=- age_ms=begin~over loss_us=again~over..begin~over
15 :retrans kind=syn,seq=N,len=1,segs=1
15 :state CLOSE>SYN_SENT SYN_SENT>CLOSE
15 :ca Open>Loss
16 closed cause=connect_failed error=113 state=SYN_SENT
17 closed cause=timeout error=110 state=ESTABLISHED retrans=1..9 loss_entries=1 ca_state=Loss bytes_acked=1 age_ms=begin~over loss_us=again~over..sent~over send_q=100
17 :ca Open>Loss
17 :rst_sent
18 closed cause=fin_local error=0 state=FIN_WAIT2 flags_in=FSA flags_out=FSA
18 :state CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE
19 closed cause=fin_remote error=0 state=LAST_ACK flags_in=FSA flags_out=FSA
19 :state CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE
20 closed cause=fin_local state=CLOSING flags_in=FSA flags_out=FSA
21 closed cause=rst_received state=FIN_WAIT2 flags_out=FSA
22 closed cause=abort state=ESTABLISHED opened=passive pid=- comm=- bytes_received=10
23 closed cause=fin_remote state=LAST_ACK opened=passive comm=rawpeer flags_in=FSPA flags_out=FSA handshake_us=1..20000000
23 :state SYN_RECV>ESTABLISHED ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE
24 closed cause=rst_sent state=FIN_WAIT1 flags_in=SPA flags_out=FSRA
24 :rst_received
24 :rst_sent reason=N
25 closed cause=timeout error=110 state=ESTABLISHED flags_in=SA flags_out=SRA retrans=0 loss_entries=0 ca_state=Open age_ms=begin~over
25 :ca
25 :rst_sent reason=N
25 :state CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>CLOSE
26 closed cause=timeout error=110 state=FIN_WAIT1 flags_in=SA flags_out=FSA retrans=1..2 retrans_timeout=1..2 loss_entries=1 ca_state=Loss send_q=1
26 :ca Open>Loss
26 :state CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE
27 :retrans kind=synack,seq=N,len=0,segs=1
27 :state
28 closed cause=rst_sent error=0 state=FIN_WAIT2 flags_in=SPA flags_out=FSRA
28 :rst_received
28 :rst_sent reason=N
28 :state CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE
29 closed cause=rst_sent error=0 state=FIN_WAIT2 flags_in=SA flags_out=FSRA
29 :rst_sent reason=N
30 closed cause=abort error=0 state=FIN_WAIT2 flags_in=SA flags_out=FSRA
30 :rst_sent reason=N
31 closed cause=fin_local error=0 state=FIN_WAIT2 flags_in=FSA flags_out=FSA
31 :rst_sent
32 closed cause=abort error=0 state=FIN_WAIT1 flags_in=SA flags_out=FSRA
32 :rst_sent reason=N
33 closed cause=timeout error=110 state=FIN_WAIT1 flags_in=SA flags_out=SA send_q=20001
33 :rst_sent
END
if grep '10\.77\.27\.2:' "$T/closed"; then fail "a row of a handshake that did not come to its end"; fi
rows_add_up
# Numbers of the ended ones have no gaps, and the ends are in their order.
columns "$T/closed" seq ended_at | awk '$1 != NR || $2 < last { print; bad = 1 } { last = $2 } END { exit bad }' || fail "order of the ended"
