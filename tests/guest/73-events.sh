#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# coremon-events over links that lose packets: the lines of the document, JSON that is JSON, as many segments sent again as the
# host counts, CA states that follow each other, filters; `lost N` adds up; a signal ends it.
. ./tests/lib.sh

snmp() { ip netns exec lossy cat /proc/net/snmp >"$T/snmp"; awk -v n="$1" '/^Tcp:/ { if (!k) { k = split($0, name, " "); next } split($0, v, " "); for (i = 2; i <= k; i++) if (name[i] == n) print v[i] }' "$T/snmp"; }
# Start coremon events. Arguments: name, its arguments. `stop NAME` ends it.
start() {
	_n=$1; shift
	/stage/coremon events "$@" >"$T/$_n" 2>"$T/$_n.said" & children="$children $!"
	eval "pid_$_n=$!"
}
reading() { [ "$(cat /sys/module/coremon/refcnt)" -ge "$1" ]; }
stop() {
	eval "_p=\$pid_$1"
	kill -INT $_p
	wait $_p || fail "$1: exit status $?"
	cat "$T/$1.said"
	[ ! -s "$T/$1" ] || [ -z "$(tail -c 1 "$T/$1")" ] || fail "$1: the last line has no end"
}

load
ip netns add lossy
ip -n lossy link set lo mtu 1500 gso_max_segs 1 up
tc -n lossy qdisc add dev lo root netem delay 2ms loss 3%
start text
start json --json
start ca --kinds ca,retrans dport = :7301
start micro -u -n 3
await reading 4
before=$(snmp RetransSegs)
ip netns exec lossy tcpload hold -p 7301 -n 3 -u 200000 -w 65536 </dev/null >/dev/null
ip netns exec lossy tcpload hold -p 7302 -n 2 -u 1 -d 100000 -w 65536 -a ::1 </dev/null >/dev/null
await rows_are 0
again=$(($(snmp RetransSegs) - before))
written=$(stat_of events)
await sh -c "[ \$(wc -l <$T/json) -ge $written ]"
await sh -c "[ \$(wc -l <$T/text) -ge $((written + 1)) ]"
for n in text json ca; do stop $n; done
wait $pid_micro || fail "-n: exit status $?"
echo "$written events, $again segments sent again"
[ "$again" -gt 0 ] || fail "nothing was lost"

# The document's form: time, pid, both ends, what.
awk 'NR == 1 { if ($0 !~ /^time +pid +comm +local +remote +what$/) { print; bad = 1 } next }
	$1 !~ /^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]$/ || $2 !~ /^([0-9]+|-)$/ || $4 !~ /^(127\.0\.0\.1|\[::1\]|0\.0\.0\.0|\[::\]):([0-9]+|\*)$/ ||
		$5 !~ /^(127\.0\.0\.1|\[::1\]|0\.0\.0\.0|\[::\]):([0-9]+|\*)$/ { print; bad = 1; next }
	{
		$1 = $2 = $3 = $4 = $5 = ""
		sub(/^ +/, "")
		if ($0 ~ /^(Open|Disorder|CWR|Recovery|Loss)>(Open|Disorder|CWR|Recovery|Loss)$/) ca++
		else if ($0 ~ /^retrans (fast|timeout|TLP) (Open|Disorder|CWR|Recovery|Loss)$/ || $0 ~ /^retrans syn(ack)?$/) retrans++
		else if ($0 ~ /^[A-Z_0-9]+>[A-Z_0-9]+$/) state++
		else if ($0 ~ /^drop [A-Z_0-9-]+ at [a-zA-Z0-9_.]+\+0x[0-9a-f]+(\[[a-z_0-9]+\])? protocol=(tcp|-|eth:0x[0-9a-f]+) len=[0-9]+ dev=(lo|-)$/) drops++
		else if ($0 !~ /^(rst_sent [A-Z_0-9-]+|rst_received|zero_wnd_(in|out) (open|closed))$/) { print; bad = 1 }
	}
	END { print ca " CA lines, " retrans " retransmits, " state " states, " drops " drops"; exit bad || !ca || !retrans || !state || !drops }' "$T/text" || fail "text"
awk 'NR == 1 { next } $1 !~ /^..:..:..\.[0-9][0-9][0-9][0-9][0-9][0-9]$/ { bad = 1 } END { exit bad || NR != 4 }' "$T/micro" || { cat "$T/micro"; fail "-u -n 3"; }

# Every line is an object of names with strings, numbers and null; in the order of time and numbers; the CA states are a chain.
awk -v written="$written" -v again="$again" '
	function value(name) { return match($0, "\"" name "\":(\"[^\"]*\"|[^,}]*)") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : "none" }
	!/^[{]("[a-z_]+":("([^"\\]|\\.)*"|-?[0-9]+|null),?)+[}]$/ || /,[}]/ { print "no JSON: " $0; bad++ }
	{
		seq = value("seq"); time = value("time_ns"); id = value("id"); what = value("event")
		if (seq + 0 <= last + 0 || time < since) { print "order: " $0; bad++ }
		last = seq; since = time
		if (what == "\"retrans\"") segs += value("segs")
		if (what == "\"ca\"") {
			if ((id in ca) && ca[id] != value("old")) { print "was " ca[id] ": " $0; bad++ }
			ca[id] = value("new")
			changes++
		}
		# A request has no socket yet.
		if (id != "null" && value("cgroup_path") !~ /^"\//) { print "no cgroup: " $0; bad++ }
	}
	END {
		if (NR != written) { print NR " lines"; bad++ }
		if (segs != again) { print segs " segments sent again, the host has " again; bad++ }
		print segs " segments, " changes " changes of the CA state"
		exit bad > 0 || !changes
	}' "$T/json" >"$T/verdict" || { head -n 20 "$T/verdict"; fail "JSON"; }
cat "$T/verdict"

# A filter gives the lines of the text that it chooses, no more and no fewer.
awk 'NR > 1 && $5 ~ /:7301$/ && $6 ~ /^(retrans|(Open|Disorder|CWR|Recovery|Loss)>)/' "$T/text" >"$T/want"
sed 1d "$T/ca" >"$T/chosen"
[ -s "$T/want" ] || fail "nothing to choose"
cmp "$T/want" "$T/chosen" || fail "a filter"

# Held up while more comes than the ring has: what is told and what is lost are what was written.
echo 7303 >/sys/module/coremon/parameters/watch_port
start slow
await reading 1
before=$(stat_of events)
kill -STOP $pid_slow
tcpload hold -p 7303 -n 1 -u 1200000 -w 100 </dev/null >/dev/null
written=$(($(stat_of events) - before))
kill -CONT $pid_slow
await grep -q 'LISTEN>CLOSE' "$T/slow"
stop slow
awk -v written=$written '/^lost [0-9]+$/ { lost += $2; next } NR > 1 { told++ }
	END { print told " told, " lost + 0 " lost, " written " written"; exit !lost || told + lost != written }' "$T/slow" || fail "lost"
unload
