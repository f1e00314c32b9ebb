#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debug: core
# Loaded, the files are there with their rights and headers; unloaded, nothing is.
. ./tests/lib.sh

load
[ "$(stat -c %a $proc)" = 550 ] || fail "mode of $proc: $(stat -c %a $proc)"
for f in connections hooks stats; do
	[ "$(stat -c %a $proc/$f)" = 440 ] || fail "mode of $f: $(stat -c %a $proc/$f)"
done
[ "$(head -n 1 $proc/connections)" = "# coremon connections 1" ] || fail "first line of connections: $(head -n 1 $proc/connections)"
[ "$(head -n 1 $proc/hooks)" = "# coremon hooks 1" ] || fail "first line of hooks: $(head -n 1 $proc/hooks)"
[ "$(stat_of format)" = 1 ] || fail "format of stats"
columns $proc/connections id netns family state ca_state local remote uid pid comm age_ms bytes_sent bytes_acked bytes_received \
	bytes_retrans segs_out segs_in data_segs_out data_segs_in send_q recv_q send_q_max recv_q_max retrans cwnd ssthresh \
	packets_out srtt_us min_rtt_us tx_calls rx_calls cwr_entries recovery_entries loss_entries
columns $proc/hooks hook kind symbol required hits missed >"$T/hooks"
cat "$T/hooks"
# A required hook is served; one that is not served says nothing of hits.
awk '$4 == "yes" && $2 == "-" { bad = 1 } $2 == "-" && ($3 != "-" || $5 != "-" || $6 != "-") { bad = 1 }
	$2 !~ /^(tracepoint|ftrace|kprobe|-)$/ || $4 !~ /^(yes|no)$/ { bad = 1 } END { exit bad || NR == 0 }' "$T/hooks" || fail "hooks"
stats_add_up
awk '$2 == "kprobe" { print; bad = 1 } END { exit bad }' "$T/hooks" || fail "a function that ftrace could serve"
unload
[ ! -e $proc ] || fail "$proc is there without the module"

# Without ftrace kprobes serve in its place, every hook that it did.
load disable_hook=ftrace
columns $proc/hooks hook kind symbol >"$T/kprobes"
awk 'FNR == NR { kind[$1] = $2; next } $2 != (kind[$1] == "ftrace" ? "kprobe" : kind[$1]) { print; bad = 1 } END { exit bad }' "$T/hooks" "$T/kprobes" ||
	fail "hooks by kprobe"
hold some hold -n 2 -u 1000
stats_add_up
release some
