#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 90
# Highest queues since a reader's own last reading, whoever else reads; data out of order; listeners among the changes.
. ./tests/lib.sh
. ./tests/scripted.sh

load
# Readers of changes a, b, c, d; `reading a 3` has the third reading of a in $T/a.3. The first takes all that is there.
for r in a b c d; do
	mkfifo "$T/$r.in"
	follow <"$T/$r.in" >"$T/$r.out" 2>&1 & children="$children $!"
	sleep 1000 >"$T/$r.in" & children="$children $!"
done
cat >"$T/reading" <<'END'
#!/bin/sh
echo "$T/$1.$2" >"$T/$1.in"
for _i in $(seq 200); do grep -qx "end $2" "$T/$1.out" && exit; sleep 0.1; done
exit 1
END
chmod +x "$T/reading"
PATH=$T:$PATH
for r in a b c d; do reading $r 1; done

play 1 <<'END'
connect 7001
want S
synack
write 3000
want 2001-3001
ack 3001
sleep 100
run reading a 2
write 500
want 3001-3501
ack 3501
sleep 100
run reading a 3
run reading b 2
run reading a 4
data 1000
data 1000
sleep 100
read 2000
run reading a 5
run reading b 3
data 1000
data 500
sleep 100
run reading a 6
read 1500
run reading a 7
run reading c 2
run reading d 2
rst
ended ECONNRESET
run reading a 8
run reading b 4
run reading d 3
END
played

# reading, then: send_q send_q_peak recv_q recv_q_peak send_q_max recv_q_max; `none`: it is not told.
while read -r r want; do
	got=$(awk '$3 == 7001 || $2 == 7001 { printf "%s%s", sep, $1; for (i = 5; i <= NF; i++) printf " %s", $i; sep = "; " }' "$T/$r")
	[ "${got:-none}" = "$want" ] || { echo "reading $r: $got, not $want"; bad=1; }
done <<'END'
a.1 none
a.2 live 0 3000 0 0 3000 0
a.3 live 0 500 0 0 3000 0
b.2 live 0 3000 0 0 3000 0
a.4 none
a.5 live 0 0 0 2000 3000 2000
b.3 live 0 0 0 2000 3000 2000
a.6 live 0 0 1500 1500 3000 2000
a.7 live 0 0 0 1500 3000 2000
c.2 live 0 3000 0 2000 3000 2000
d.2 live 0 - 0 - 3000 2000
a.8 closed 0 0 0 0 3000 2000
b.4 closed 0 0 0 1500 3000 2000
d.3 closed 0 - 0 - 3000 2000
END
[ -z "${bad:-}" ] || fail "queues"

# Of out of order data so many bytes wait, so far ahead; of very many pieces only how far.
play 2 <<'END'
connect 7002
want S
synack
data 1000 at=1001
data 1000 at=2001
data 500 at=4001
sleep 100
run cat /proc/coremon/connections >$T/live2a
data 1000 at=1
sleep 100
run cat /proc/coremon/connections >$T/live2b
data 1000 at=3001
sleep 100
read 4500
run cat /proc/coremon/connections >$T/live2c
rst at=4501
ended ECONNRESET
END
{ echo "connect 7003"; echo "want S"; echo "synack"
for i in $(seq 1 80); do echo "data 10 at=$((i * 20))"; done
echo "sleep 200"; echo "run cat $proc/connections >$T/live3"; echo "rst at=1"; echo "ended ECONNRESET"; } | play 3
played
: >"$T/events"
expect <<'END'
2 live2a ofo_q=2500 ofo_span_max=4500 rcv_ooopack=3 recv_q=0
2 live2b ofo_q=500 ofo_span_max=4500 recv_q=3000
2 live2c ofo_q=0 ofo_span_max=4500 recv_q=0 bytes_received=4500
3 live3 ofo_q=- ofo_span_max=1609 rcv_ooopack=80
END

# A listener is told of while connections wait, and once more when they do not.
reading a 9
play 4 <<'END'
listen 7004
run reading a 10
syn 6000
want SA
run reading a 11
ack 1
sleep 100
run reading a 12
run reading a 13
accept
run reading a 14
run reading a 15
rst
ended ECONNRESET
END
played
got=$(for n in 10 11 12 13 14 15; do awk -v n=$n '$2 == 7004 && $4 == 10 { q = $7 } END { printf "%s ", q == "" ? "none" : q }' "$T/a.$n"; done)
[ "$got" = "0 0 1 1 0 none " ] || fail "the listener's queue: $got"

# What is left of them would be in the next test's numbers.
no_connections() { [ "$(stat_of connections)" = 0 ]; }
await no_connections
