#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# What each hook costs is sampled; past cpu_budget the hot hooks thin out, exactly counted, nothing that changed is missed and nothing is
# shown that is not exact; without it they come back.
. ./tests/lib.sh

load
param=/sys/module/coremon/parameters/cpu_budget
report=/stage/coremon-report
# A column of a hook in /proc/coremon/hooks.
hook() { columns $proc/hooks hook "$2" | awk -v h="$1" '$1 == h { print $2; f = 1 } END { exit !f }' || fail "no $2 of hook $1"; }

# A load that never ends, of which every hot hook hears.
cat >"$T/busy" <<'END'
#!/bin/sh
while :; do tcpload hold -n 1 -u 4000000 -w 2000 -r 500 </dev/null >/dev/null; done
END
chmod +x "$T/busy"

# ---- the cost: every call is counted, some are timed, and the first of a hook on a processor is one of them ----
before=$(hook recv hits)
hold a hold -n 10 -u 40000 -d 30000 -w 2000 -r 500
calls=$(awk '{ n += $6 } END { print n }' "$T/a")
after=$(hook recv hits)
[ $((after - before)) -ge "$calls" ] || fail "recv was called $calls times, hits rose by $((after - before))"
columns $proc/hooks hook kind hits thinned sampled ns time_us >"$T/hooks"
awk '
	$2 == "-" { if ($3 $4 $5 $6 $7 != "-----") { print "of a hook that nothing serves: " $0; bad = 1 } next }
	$4 != 0 { print "thinned without a budget: " $0; bad = 1 }
	$3 == 0 { if ($5 != 0 || $6 != "-" || $7 != 0) { print "never called: " $0; bad = 1 } next }
	# 1 in 16 of the first 1024 calls on each processor, 1 in 1024 of the others.
	$5 < 1 || $5 > $3 / 16 + 64 { print "sampled: " $0; bad = 1 }
	$6 !~ /^[0-9]+$/ || $6 > 1000000 { print "ns: " $0; bad = 1 }
	$1 ~ /^(send|recv|segment|state)$/ && $6 < 1 { print "costs nothing: " $0; bad = 1 }
	{ sum += $7; n++ }
	END { exit bad || n < 6 || sum < 1 }' "$T/hooks" || { cat $proc/hooks; fail "the cost of hooks"; }
[ "$(stat_of thinning)/$(stat_of thinned)/$(stat_of cpu_budget)" = 1/0/0 ] || fail "thinning without a budget"

# ---- refused ----
for bad in 1001 -1 1% x ''; do
	if echo "$bad" 2>/dev/null >$param; then fail "cpu_budget takes '$bad'"; fi
done
[ "$(cat $param)" = 0 ] || fail "cpu_budget is $(cat $param)"

# ---- past the budget ----
# Readers of changes: one that goes on, and one for the rest.
for r in f g; do
	mkfifo "$T/$r.in"
	follow <"$T/$r.in" >"$T/$r.out" 2>&1 & children="$children $!"
	sleep 1000 >"$T/$r.in" & children="$children $!"
done
reading() { echo "$T/$1.$2" >"$T/$1.in"; await grep -qx "end $2" "$T/$1.out"; }
reading f 1
reading g 1
"$T/busy" & busy=$!
children="$children $busy"
echo 1 >$param
thinned() { [ "$(stat_of thinning)" -ge 4 ]; }
await thinned
$report --json 1 2 >"$T/json" || fail "exit status $?"
tail -n 1 "$T/json" | grep -q '"thinning":[0-9]' || fail "JSON does not tell of the thinning"

hold b hold -n 10 -u 90000 -d 30000 -w 2000 -r 500 -k 500
[ "$(stat_of thinning)" -gt 1 ] || fail "thinning ended under load"
same_as_ss 21 "( sport = :$(ss -tnlpH | awk '/"tcpload"/ { print }' | sed 's/.*:\([0-9]*\) .*/\1/' | tail -n 1) )" || true
cat $proc/hooks; cat $proc/stats
cat "$T/json" | cut -c1-300
kill $busy
