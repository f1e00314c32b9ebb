#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# coremon-drops on files captured from real kernels while packets were lost on purpose (fixtures/ledger-LINE, see make-ledger.sh):
# ledger.sh [--update] MADE LABEL=FOLDER...      Prints TAP.
. "$(dirname "$0")/lib.sh" "$@"

# run ROOT ARGUMENTS...: into $tmp/out and $tmp/err; sets rc
run() {
	local root=$1
	shift
	COREMON_ROOT=$root timeout -k 5 60 "$folder/coremon-drops" "$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
}

# A run whose output is a golden file. Arguments: name, golden file, what stderr may have, root, arguments.
golden() {
	local name=$1 file=$2 said=$3 root=$4
	shift 4
	case ${1:-} in COLUMNS=*) local -x COLUMNS=${1#COLUMNS=}; shift ;; esac
	run "$root" "$@"
	{
		[ $rc = 0 ] || echo "exit code $rc"
		grep -vE "$said" "$tmp/err" | sed 's/^/stderr: /'
		[ -z "$update" ] || cp "$tmp/out" "$here/golden/$file"
		diff -u "$here/golden/$file" "$tmp/out"
	} >"$tmp/why" 2>&1
	result "$name"
}

# A command line that is none. Arguments: what is said, arguments.
wrong() {
	local said=$1
	shift
	run "$here/fixtures/missing" "$@"
	[ $rc = 2 ] && grep -q -- "$said" "$tmp/err" && [ ! -s "$tmp/out" ] || { echo "exit code $rc"; cat "$tmp/err"; } >"$tmp/why"
	result "refused: $*"
}

# The rows of CSV are those of JSON, and what JSON has is JSON.
formats() {
	local root=$1
	run "$root" --csv 1
	tail -n +2 "$tmp/out" | wc -l >"$tmp/csv"
	run "$root" --json 1
	grep -o '"kind":' "$tmp/out" | wc -l >"$tmp/json"
	cmp "$tmp/csv" "$tmp/json" >"$tmp/why" 2>&1
	result "${root##*/}: as many rows in CSV as in JSON"
	local -x COLUMNS=80
	run "$root" -a 1
	grep -nE '.{81}' "$tmp/out" >"$tmp/why"
	grep -nE ' $' "$tmp/out" >>"$tmp/why"
	result "${root##*/}: no line of more than 80 columns, no blanks at the end"
}

# However a file is cut, or whatever its bytes are: a number is the right one or is not there, and nothing crashes.
cuts() {
	local root=$tmp/cut from=$1 file size at
	for file in netlink/link netlink/qdisc netlink/conntrack netlink/udp proc/net/netstat proc/net/softnet_stat proc/coremon/drops; do
		[ -e "$from/2/$file" ] || continue
		rm -rf "$root"
		cp -R "$from" "$root"
		run "$from" -a --csv 1
		cp "$tmp/out" "$tmp/whole"
		size=$(wc -c <"$from/2/$file")
		for ((at = 0; at < size; at += size / 12 + 1)); do
			head -c $at "$from/2/$file" >"$root/2/$file"
			run "$root" -a --csv 1
			[ $rc = 0 ] || echo "cut at $at: exit code $rc"
			grep -v '^coremon-drops: ' "$tmp/err"
			# What a total is; growth and what is not explained may become unknown. Without interfaces a queue has the number of its own.
			awk -F, -v at=$at '{ k = $1 "," $3 "," $4 "," $5 "," $6 "," $11 } FNR == NR { whole[k] = 1; next }
				$3 == "counter" && $5 !~ /^if[0-9]/ && !(k in whole) { print "cut at " at ": " $0 }' "$tmp/whole" "$tmp/out"
		done >"$tmp/why" 2>&1
		result "${from##*/}: $file cut anywhere"
		cp -R "$from/." "$root"
		for ((at = 0; at < 12; at++)); do
			"$made/noise" $at <"$from/2/$file" >"$root/2/$file"
			run "$root" -a 1
			[ $rc = 0 ] || echo "noise $at: exit code $rc"
			grep -av '^coremon-drops: ' "$tmp/err"
			LC_ALL=C grep -n '[^ -~]' "$tmp/out" | sed "s/^/noise $at: not plain text: /"
		done >"$tmp/why" 2>&1
		result "${from##*/}: noise in $file"
	done
}

live() {
	local pid
	timeout -k 5 60 "$folder/coremon-drops" 0.2 2 >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc = 0 ] && [ "$(grep -c 'total' "$tmp/out")" = 3 ] || { echo "exit code $rc"; cat "$tmp/out"; } >"$tmp/why"
	result "this machine: the totals and two intervals"
	: >"$tmp/out"
	env --default-signal=INT ASAN_OPTIONS=detect_leaks=0 "$folder/coremon-drops" 60 >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	for _ in $(seq 100); do [ ! -s "$tmp/out" ] || break; sleep 0.1; done
	kill -INT $pid
	wait $pid || echo "exit code $?" >"$tmp/why"
	result "SIGINT ends it with exit code 0"
	timeout -k 5 60 "$folder/coremon-drops" >/dev/full 2>"$tmp/err"
	rc=$?
	[ $rc = 1 ] && grep -q 'writing: No space left' "$tmp/err" || echo "exit code $rc" >"$tmp/why"
	result "a full disk is said, exit code 1"
}

: >"$tmp/why"
for pair in "${pairs[@]}"; do
	label=${pair%%=*} folder=${pair#*=}
	for root in "$here"/fixtures/ledger-*; do
		line=${root##*/ledger-}
		golden "$line: since boot, and an interval, 80 columns" "ledger-$line-80.txt" '^$' "$root" COLUMNS=80 1
		golden "$line: a wide terminal has words" "ledger-$line-160.txt" '^$' "$root" COLUMNS=160 1
		golden "$line: JSON" "ledger-$line.json" '^$' "$root" --json 1
		formats "$root"
	done
	root=$(ls -d "$here"/fixtures/ledger-* | head -n 1)
	golden "CSV" ledger.csv '^$' "$root" --csv 1
	golden "all" ledger-all.txt '^$' "$root" COLUMNS=80 -a 1 1
	golden "totals alone" ledger-totals.txt '^$' "$root"
	golden "nothing to read" ledger-missing.txt '^coremon-drops: ' "$here/fixtures/missing" 1
	golden "help" drops-help.txt '^$' "$root" --help
	wrong "'x' is not an interval" x
	wrong "'0' is not an interval" 0
	wrong "'0' is not a count" 1 0
	wrong "'3' is one argument too many" 1 2 3
	wrong "--json or --csv, not both" --json --csv
	run "$root" 5s 1
	[ $rc = 0 ] || cat "$tmp/err" >"$tmp/why"
	result "an interval with a unit"
	# Not all of two layers can be read, in three reports: it is said in the first.
	rm -rf "$tmp/partly"
	cp -R "$root" "$tmp/partly"
	cp -R "$root/2" "$tmp/partly/3"
	awk '{ printf "%.0f %.0f\n", $1 + 5e9, $2 + 5e9 }' "$root/2/clock" >"$tmp/partly/3/clock"
	rm -f "$tmp"/partly/?/proc/net/sockstat "$tmp"/partly/?/netlink/qdisc
	golden "what is not known is said once" ledger-partly.txt '^coremon-drops: ' "$tmp/partly" 1
	wrong "unrecognized option" --nothing
	cuts "$(ls -d "$here"/fixtures/ledger-* | tail -n 1)"
	live
	update=
done
finish
