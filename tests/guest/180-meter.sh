#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# What each hook costs is sampled; past cpu_budget the hot hooks thin out, exactly counted: nothing that changed is missed, and what is not
# exact is not shown; they come back.
. ./tests/lib.sh
. ./tests/scripted.sh

load
param=/sys/module/coremon/parameters/cpu_budget
report=/stage/coremon-report
# A column of a hook in /proc/coremon/hooks.
hook() { columns $proc/hooks hook "$2" | awk -v h="$1" '$1 == h { print $2; f = 1 } END { exit !f }' || fail "no $2 of hook $1"; }
# What the program of hold $1 counted: 5 send calls, 6 receive calls.
calls() { awk -v i="$2" '{ n += $i } END { print n }' "$T/$1"; }
# Rows of the program of hold $1, in its order: the columns named.
rows() { _h=$1; shift; columns $proc/connections id "$@" >"$T/rows"; awk 'FNR == NR { row[$1] = $0; next } { print row[$1] }' "$T/rows" "$T/$_h"; }

# ---- the cost: every call is counted and some are timed, the first of a hook on a processor among them ----
sends=$(hook send hits) recvs=$(hook recv hits)
hold a hold -n 4 -u 40000 -d 30000 -w 2000 -r 500
[ $(($(hook send hits) - sends)) = "$(calls a 5)" ] || fail "send was called $(calls a 5) times, not $(($(hook send hits) - sends))"
[ $(($(hook recv hits) - recvs)) = "$(calls a 6)" ] || fail "recv was called $(calls a 6) times, not $(($(hook recv hits) - recvs))"
columns $proc/hooks hook kind hits thinned sampled ns time_us >"$T/hooks"
awk '
	$2 == "-" { if ($3 $4 $5 $6 $7 != "-----") { print "of a hook that nothing serves: " $0; bad = 1 } next }
	$4 != 0 { print "thinned without a budget: " $0; bad = 1 }
	$3 == 0 { if ($5 != 0 || $6 != "-" || $7 != 0) { print "never called: " $0; bad = 1 } next }
	# Of the first 1024 calls on each processor 1 in 16, then 1 in 1024.
	$5 < 1 || $5 > $3 / 16 + 64 { print "sampled: " $0; bad = 1 }
	$6 !~ /^[0-9]+$/ || ($5 >= 8 && $6 > 1000000) { print "ns: " $0; bad = 1 }
	$1 ~ /^(send|recv|segment|state)$/ && $6 < 1 { print "costs nothing: " $0; bad = 1 }
	{ sum += $7; n++ }
	END { exit bad || n < 6 || sum < 1 }' "$T/hooks" || { cat $proc/hooks; fail "the cost of hooks"; }
[ "$(stat_of thinning)/$(stat_of thinned)/$(stat_of cpu_budget)" = 1/0/0 ] || fail "thinning without a budget"
release a

for bad in 1001 -1 1% x ''; do
	if echo "$bad" 2>/dev/null >$param; then fail "cpu_budget takes '$bad'"; fi
done
[ "$(cat $param)" = 0 ] || fail "cpu_budget is $(cat $param)"

# ---- past the budget ----
mkfifo "$T/f.in"
follow <"$T/f.in" >"$T/f.out" 2>&1 & children="$children $!"
sleep 1000 >"$T/f.in" & children="$children $!"
cat >"$T/reading" <<'END'
#!/bin/sh
echo "$T/f.$1" >"$T/f.in"
for _i in $(seq 200); do grep -qx "end $1" "$T/f.out" && exit; sleep 0.1; done
exit 1
END
chmod +x "$T/reading"
export T
PATH=$T:$PATH
reading 1
tcpload hold -n 1 -u 4000000000 -w 2000 -r 500 </dev/null >"$T/busy" 2>&1 & busy=$!
children="$children $busy"
echo 1 >$param
thinned() { [ "$(stat_of thinning)" -ge "$1" ]; }
await thinned 2
$report --json 1 1 >"$T/json" || fail "exit status $?"
grep -Eq '"thinning":([2-9]|[0-9]{2})' "$T/json" && grep -Eq '"thinned_in_interval":[1-9]' "$T/json" ||
	{ grep -o '"module":{[^}]*}' "$T/json"; fail "JSON does not tell of the thinning"; }
await thinned 4

# What changed is told of all the same: each write, each acknowledgement, and nothing at rest. The highest queues are not known.
play 1 <<'END'
connect 7001
want S
synack
data 100
data 100
data 100
data 100
sleep 100
read 400
write 400
want 1-401
ack 401
sleep 300
run reading 2
run reading 3
write 500
want 401-901
run reading 4
ack 901
sleep 100
run reading 5
write 600
want 901-1501
run reading 6
ack 1501
sleep 100
run reading 7
run reading 8
rst
ended ECONNRESET
run reading 9
END
hold b hold -p 7100 -n 10 -u 90000 -d 30000 -w 2000 -r 500 -k 500
thinned 2 || fail "thinning ended under load"
played
n=2
for want in 'live 0 - 0 - - -' none 'live 500 - 0 - - -' 'live 0 - 0 - - -' 'live 600 - 0 - - -' 'live 0 - 0 - - -' none 'closed 0 - 0 - - -'; do
	got=$(awk '$3 == 7001 || $2 == 7001 { printf "%s", $1; for (i = 5; i <= NF; i++) printf " %s", $i }' "$T/f.$n")
	[ "${got:-none}" = "$want" ] || fail "reading $n: $got, not $want"
	n=$((n + 1))
done

# What the socket counts is exact, and so is how it began; what is not exact is not shown.
same_as_ss 21 '( sport = :7100 or dport = :7100 )'
inexact="tx_calls rx_calls send_q_max recv_q_max send_q_mean recv_q_mean ofo_span_max zero_wnd_in_us zero_wnd_out"
check_b() {
	rows b bytes_sent bytes_received recv_q retrans retrans_fast zero_wnd_in first_byte_us handshake_us drops $inexact | paste -d' ' "$T/b" - |
		awk '{ for (i = 18; i <= 26; i++) if ($i != "-") { print "shown: " $0; bad = 1 }
			if ($9 != $3 || $10 != $4 + $11) { print "bytes: " $0; bad = 1 }
			if ($12 != 0 || $13 != 0 || $14 != 0 || $15 !~ /^[0-9]+$/ || $16 !~ /^[0-9]+$/ || $17 != 0) { print "not known: " $0; bad = 1 }
		} END { exit bad || NR != 20 }' || fail "rows while thinned"
}
check_b

# ---- every call is counted, handled or not ----
kill $busy
wait $busy 2>/dev/null || true
sends=$(hook send hits) recvs=$(hook recv hits) left=$(hook recv thinned)
hold c hold -n 2 -u 60000 -d 30000 -w 2000 -r 500
n=$(stat_of thinning)
[ "$n" -gt 1 ] || fail "thinning ended at once"
[ $(($(hook send hits) - sends)) = "$(calls c 5)" ] || fail "send was called $(calls c 5) times, not $(($(hook send hits) - sends))"
[ $(($(hook recv hits) - recvs)) = "$(calls c 6)" ] || fail "recv was called $(calls c 6) times, not $(($(hook recv hits) - recvs))"
left=$(($(hook recv thinned) - left))
[ $left -gt 0 ] && [ $left -lt "$(calls c 6)" ] || fail "of $(calls c 6) calls of recv $left were thinned"
columns $proc/hooks hook hits thinned | awk -v all="$(stat_of thinned)" '$3 != "-" { sum += $3; if ($3 > $2) bad = 1 }
	$1 !~ /^(segment|send|send_page|recv|splice_read)$/ && $3 !~ /^[-0]$/ { bad = 1 } END { exit bad || sum != all }' ||
	{ cat $proc/hooks; fail "what is thinned does not add up to $(stat_of thinned)"; }

# ---- they come back: step by step when there is less to do, at once when the budget is lifted ----
falls() { [ "$(stat_of thinning)" -lt "$n" ]; }
await falls
echo 0 >$param
[ "$(stat_of thinning)" = 1 ] || fail "thinning without a budget"
before=$(stat_of thinned)
hold d hold -n 2 -u 60000 -d 30000 -w 2000 -r 500
[ "$(stat_of thinned)" = "$before" ] || fail "calls are thinned without a budget"
rows d tx_calls rx_calls send_q_max | paste -d' ' "$T/d" - | awk '$9 != $5 || $10 != $6 || $11 == "-" { print; bad = 1 } END { exit bad || NR != 4 }' ||
	fail "not what the application did"
# Of those from before the calls stay unknown, and their peaks in the next interval are known.
check_b
stats_add_up
