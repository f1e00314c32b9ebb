#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Run the cases of cases.txt and a few that need more than a table: run.sh [--update] MADE LABEL=PROGRAM...
# MADE is the directory make-fixtures.sh filled. Prints TAP. --update writes the golden files anew: read the difference
# before you commit it.
. "$(dirname "$0")/lib.sh" "$@"

# run ROOT ARGUMENTS...: into $tmp/out and $tmp/err; sets rc
run() {
	local root=$here/fixtures/$1
	[ -d "$root" ] || root=$made/$1
	shift
	under "$root" "$program" "$@"
}

# Every line of stderr has its expression, in order, and begins with the program's name.
check_stderr() {
	local want=$1 line nr=0
	while [ -n "$want" ]; do
		nr=$((nr + 1))
		line=$(sed -n "${nr}p" "$tmp/err")
		grep -Eq -- "$(trim "${want%%;;*}")" <<<"$line" || echo "stderr, line $nr: '$line' is not: ${want%%;;*}"
		case $want in *';;'*) want=${want#*;;} ;; *) want= ;; esac
	done
	sed "1,${nr}d" "$tmp/err" | sed 's/^/stderr has more: /'
	grep -v '^coremon-report: ' "$tmp/err" | sed 's/^/stderr of another form: /'
}

# The rates in CSV are those that awk makes of the files themselves.
arithmetic() {
	local root
	for root in paper host; do
		run $root --csv
		awk -v dir="$here/fixtures/$root" -f "$here/rates.awk" "$tmp/out" >"$tmp/why" 2>&1
		result "rates of $root are those awk computes"
	done
	run lives --csv=connections
	cp "$tmp/out" "$tmp/connections"
	run lives --csv=clients
	awk -v dir="$here/changes/lives" -f "$here/changes.awk" "$tmp/connections" "$tmp/out" >"$tmp/why" 2>&1
	result "connections and clients of changes are those awk computes"
	for root in paper many wrap; do
		run $root --csv=connections
		awk -v dir="$here/fixtures/$root" -f "$here/rows.awk" "$tmp/out" >"$tmp/why" 2>&1
		result "connections of $root are those awk computes"
	done
}

# However a file is cut, a number is the right one or is not there. A cut between two lines cannot be seen, so those of
# files where each line stands for itself are left out.
cuts() {
	local file size cut root=$tmp/cut
	run paper --csv 5 1
	cp "$tmp/out" "$tmp/whole"
	for file in stat vmstat net/snmp net/snmp6 net/dev diskstats; do
		rm -rf "$root"
		cp -RL "$here/fixtures/paper" "$root"
		rm -rf "${root:?}/3" "${root:?}/4"
		size=$(wc -c <"$root/2/proc/$file")
		for ((cut = 0; cut < size; cut += size / 25 + 1)); do
			head -c $cut "$here/fixtures/paper/2/proc/$file" >"$root/2/proc/$file"
			case $file in
			net/dev | diskstats) [ -n "$(tail -c 1 "$root/2/proc/$file")" ] || continue ;;
			esac
			COREMON_ROOT=$root timeout -k 5 60 "$program" --csv >"$tmp/out" 2>"$tmp/err" || echo "cut at $cut: exit code $?"
			grep -v '^coremon-report: ' "$tmp/err"
			paste -d '\n' "$tmp/whole" "$tmp/out" | awk -F, -v cut=$cut '
				NR % 2 { split($0, whole, ","); next }
				{ for (i = 1; i <= NF; i++) if ($i != "" && $i != whole[i]) print "cut at " cut ": column " i ": " $i ", not " whole[i] }'
		done >"$tmp/why" 2>&1
		result "$file cut anywhere gives no wrong number"
	done
}

# cut_file WHAT ROOT TREE FILE STEPS ARGUMENTS...: FILE of the last TREE is cut anywhere; each row of CSV is a row of the whole, or is
# not there.
cut_file() {
	local what=$1 whole=$2 tree=$3 file=$4 steps=$5 size cut root=$tmp/cut later
	shift 5
	rm -rf "$root"
	cp -RL "$whole" "$root"
	for ((later = tree + 1; later < 9; later++)); do rm -rf "${root:?}/$later"; done
	under "$root" "$program" "$@"
	cp "$tmp/out" "$tmp/whole"
	size=$(wc -c <"$whole/$tree/$file")
	for ((cut = 0; cut < size; cut += size / steps + 1)); do
		head -c $cut "$whole/$tree/$file" >"$root/$tree/$file"
		under "$root" "$program" "$@"
		[ $rc = 0 ] || echo "cut at $cut: exit code $rc"
		grep -v '^coremon-report: ' "$tmp/err"
		grep -vxFf "$tmp/whole" "$tmp/out" | sed "s/^/cut at $cut: /"
	done >"$tmp/why" 2>&1
	result "$what cut anywhere gives no wrong row"
}

# Bytes changed at random, always the same ones: no crash, nothing said by a sanitizer.
noise() {
	local i file root=$tmp/noise
	rm -rf "$root"
	cp -RL "$here/fixtures/host" "$root"
	rm -rf "${root:?}/3"
	mkdir -p "$root/1/proc/coremon" "$root/2/proc/coremon"
	for ((i = 0; i < 60; i++)); do
		for file in inet_diag proc/net/dev proc/net/snmp proc/diskstats; do
			"$made/noise" $i <"$here/fixtures/host/2/$file" >"$root/2/$file"
		done
		rm -f "$root"/[12]/proc/coremon/connections
		if ((i % 2)); then
			cp "$here/fixtures/paper/1/proc/coremon/connections" "$root/1/proc/coremon/"
			"$made/noise" $i <"$here/fixtures/paper/2/proc/coremon/connections" >"$root/2/proc/coremon/connections"
		fi
		rm -f "$root"/[12]/proc/coremon/connections.bin
		if ((i % 3)); then
			cp "$made/lives/1/proc/coremon/connections.bin" "$root/1/proc/coremon/"
			"$made/noise" $i <"$made/lives/2/proc/coremon/connections.bin" >"$root/2/proc/coremon/connections.bin"
		fi
		COREMON_ROOT=$root timeout -k 5 60 "$program" --clients >"$tmp/out" 2>"$tmp/err" || echo "seed $i: exit code $?"
		grep -v '^coremon-report: ' "$tmp/err" | sed "s/^/seed $i: /"
		LC_ALL=C grep -n '[^ -~]' "$tmp/out" | sed "s/^/seed $i: not plain text: /"
	done >"$tmp/why" 2>&1
	result "noise in files does no harm"
}

# Alive, on this machine's own /proc.
live() {
	# A signal that comes while the leak checker has stopped the program stops it for ever: it is left out here.
	local -x ASAN_OPTIONS=detect_leaks=0
	local pid start end caught i
	start=$(date +%s%N)
	timeout -k 5 60 "$program" 0.3 2 >"$tmp/out" 2>"$tmp/err" || echo "exit code $?" >"$tmp/why"
	end=$(date +%s%N)
	[ $((end - start)) -ge 600000000 ] || echo "two intervals of 0.3 s took $((end - start)) ns" >>"$tmp/why"
	[ "$(grep -c '^time' "$tmp/out")" = 2 ] || echo "not two reports" >>"$tmp/why"
	result "this machine, two intervals"

	for signal in INT TERM; do
		# A shell starts what is in the background with SIGINT ignored; env gives it back, and the program takes both, which is waited for.
		env --default-signal=INT "$program" 60 1 >"$tmp/out" 2>"$tmp/err" &
		pid=$!
		for ((i = 0; i < 300; i++)); do
			caught=$(sed -n 's/^SigCgt:[[:space:]]*/0x/p' "/proc/$pid/status" 2>/dev/null)
			[ $((${caught:-0} & 0x4002)) != $((0x4002)) ] || break
			sleep 0.1
		done
		sleep 0.3
		kill -$signal $pid
		wait $pid
		rc=$?
		[ $rc = 0 ] || echo "exit code $rc" >"$tmp/why"
		[ ! -s "$tmp/out" ] || echo "printed a part of an interval" >>"$tmp/why"
		result "SIG$signal ends it with exit code 0"
	done

	{ timeout -k 5 60 "$program" 0.1; echo $? >"$tmp/rc"; } 2>"$tmp/err" | head -n 1 >/dev/null
	[ "$(cat "$tmp/rc")" = 0 ] || echo "exit code $(cat "$tmp/rc")" >"$tmp/why"
	grep -v 'no /proc/coremon\|/proc/coremon/connections' "$tmp/err" >>"$tmp/why"
	result "a reader that goes away ends it with exit code 0"

	timeout -k 5 60 "$program" 0.1 1 >/dev/full 2>"$tmp/err"
	rc=$?
	[ $rc = 1 ] || echo "exit code $rc" >"$tmp/why"
	grep -q 'writing: No space left' "$tmp/err" || echo "says nothing" >>"$tmp/why"
	result "a full disk is said, exit code 1"

	# Each line is out as soon as its interval ends, though nobody waits at a terminal.
	timeout -k 5 60 "$program" --json 0.1 >"$tmp/out" 2>/dev/null &
	pid=$!
	sleep 1
	[ -s "$tmp/out" ] || echo "nothing was written to a file after 10 intervals" >"$tmp/why"
	kill $pid
	wait $pid
	result "output to a file is not held back"
}

verbs() {
	local dir
	dir=$(dirname "$program")
	"$dir/coremon" report --version >"$tmp/out" 2>&1 || echo "exit code $?" >"$tmp/why"
	grep -Eq '^coremon [0-9]' "$tmp/out" || cat "$tmp/out" >>"$tmp/why"
	result "coremon report"
	"$dir/coremon" --help >"$tmp/out" 2>&1 || echo "exit code $?" >"$tmp/why"
	grep -q '^  report ' "$tmp/out" || cat "$tmp/out" >>"$tmp/why"
	result "coremon --help"
	for verb in report events flows doctor drops sockets; do
		"$dir/coremon" $verb --help >"$tmp/out" 2>&1 || echo "$verb: exit code $?" >>"$tmp/why"
		awk -v v=$verb 'length > 80 { print v ": " $0 }' "$tmp/out" >>"$tmp/why"
		"$dir/coremon" $verb --nothing >"$tmp/out" 2>"$tmp/err"
		rc=$?
		[ $rc = 2 ] || echo "$verb: exit code $rc" >>"$tmp/why"
		[ "$(tail -n 1 "$tmp/err")" = "coremon-$verb: --help lists the options" ] || cat "$tmp/err" >>"$tmp/why"
		"$dir/coremon" $verb --help >/dev/full 2>"$tmp/err"
		rc=$?
		[ $rc = 1 ] && [ "$(wc -l <"$tmp/err")" = 1 ] || { echo "$verb: exit code $rc at a full disk"; cat "$tmp/err"; } >>"$tmp/why"
	done
	result "--help of each verb fits 80 columns, and what is no option leads to it"
	"$dir/coremon" dance >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc = 2 ] || echo "exit code $rc" >"$tmp/why"
	grep -q "^coremon: no verb 'dance'" "$tmp/err" || cat "$tmp/err" >>"$tmp/why"
	result "an unknown verb"
	"$dir/coremon" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc = 2 ] || echo "exit code $rc" >"$tmp/why"
	result "no verb"
}

for pair in "${pairs[@]}"; do
	label=${pair%%=*} program=${pair#*=}
	table "$here/cases.txt"
	arithmetic
	cuts
	cut_file "connections" "$here/fixtures/paper" 3 proc/coremon/connections 40 --csv=connections
	cut_file "changes" "$made/lives" 2 proc/coremon/connections.bin 40 --csv=connections
	# Netlink messages: the program says so, or not, but lives.
	cut_file "inet_diag" "$here/fixtures/host" 2 inet_diag 60 --csv=connections
	noise
	live
	verbs
done
finish
