#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 240
# A kernel without ftrace, without kprobes, without both, without one tracepoint or another: what there is serves in its place and hooks
# says so, or why nothing does; what nobody tells of is -, and what is told is what the program did.
. ./tests/lib.sh

# Traffic with something taken away. Arguments: disable_hook, the columns that must be - then.
without() {
	load disable_hook="$1"
	columns $proc/hooks hook kind symbol why hits >"$T/now"
	awk '($2 == "-") != ($4 != "-") { print "kind " $2 ", why " $4; bad = 1 } END { exit bad }' "$T/now" || fail "without $1: why"
	rm -f "$T"/some.*
	hold some hold -n 2 -u 3001 -d 7001 -w 1000
	# What the program counted, and what is told of it.
	columns $proc/connections id bytes_sent bytes_received tx_calls rx_calls state recv_q >"$T/rows"
	awk -v unknown=" ${2:-} " '
		function told(name, is, was) { if (is != (index(unknown, " " name " ") ? "-" : was)) { print $1 ": " name " is " is ", it was " was; bad = 1 } }
		FNR == NR { row[$1] = $0; next }
		{ split(row[$1], r); told("bytes_sent", r[2], $3); told("bytes_received", r[3], $4); told("tx_calls", r[4], $5); told("rx_calls", r[5], $6); n++ }
		END { exit bad || n != 4 }' "$T/rows" "$T/some" || fail "without $1: not what the program did"
	for _c in ${2:-}; do
		[ "$(columns $proc/connections state "$_c" | awk '$1 == "ESTABLISHED" { print $2 }' | sort -u)" = - ] || fail "without $1: $_c is told"
	done
	same_as_ss 5
	release some
	await sh -c "! grep -q ESTABLISHED $proc/connections"
	stats_add_up
	columns $proc/hooks hook hits >"$T/hits"
	unload
}
is() { awk -v h="$1" -v k="$2" -v w="$3" '$1 == h { f = 1; if ($2 != k || $4 != w) { print; bad = 1 } } END { exit bad || !f }' "$T/now" || fail "not $*"; }

load
columns $proc/hooks hook kind symbol why >"$T/all"
unload
kind() { awk -v h="$1" '$1 == h { print $2 }' "$T/all"; }
functions=$(awk '$2 == "ftrace" { print $1 }' "$T/all")
tracepoints=$(awk '$2 == "tracepoint" { print $1 }' "$T/all")
[ -n "$functions" ] && [ -n "$tracepoints" ] || { cat "$T/all"; fail "hooks"; }
calls='tx_calls rx_calls'
[ "$(kind send)" = ftrace ] || calls=
segments='send_q_max recv_q_max flags_in first_byte_us zero_wnd_in drops'

without ftrace
for h in $functions; do is $h kprobe -; done
without kprobes
for h in $functions; do is $h ftrace -; done
for h in segment_other $(echo "$functions" | grep -x accept); do
	awk -v h="$h" '$1 == h && $2 > 0 { n = 1 } END { exit !n }' "$T/hits" || { cat "$T/hits"; fail "no hit of $h by name"; }
done
# Both ends that are called all the time, by their names as well.
without kprobes,sock_send_length,sock_recv_length
is send ftrace -
is recv ftrace -
without ftrace,kprobes "$calls $segments"
for h in $functions; do is $h - no-ftrace-no-kprobes; done
for h in $tracepoints; do is $h tracepoint -; done

# Each tracepoint that is not required: all on the first kernel, that of segments on the others.
for pair in $(awk '$2 == "tracepoint" { print $1 ":" $3 }' "$T/all"); do
	hook=${pair%%:*} symbol=${pair#*:}
	[ -e thorough ] || [ "$hook" = segment ] || continue
	case $hook in
	state | destroy) continue ;; # required: see 14-refuse
	segment) without "$symbol" "$segments" ;;
	retransmit) without "$symbol" "retrans_fast retrans_timeout retrans_other" ;;
	rst_sent) without "$symbol" flags_out ;;
	drop) without "$symbol" "drops drop_reasons" ;;
	send | recv) without "$symbol"; is $hook ftrace -; continue ;;
	*) without "$symbol" ;;
	esac
	is $hook - disabled
done
cat "$T/now"
