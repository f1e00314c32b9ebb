#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# row: short connections, to the connection and to the byte
# time: 3600
# A million connections of a byte each way, one after another: what the module tells of them is, to the connection and to the byte,
# what the applications did. On one processor: see 120-brief-lives.sh.
. ./tests/lib.sh
. ./tests/long/long.sh

n=$(sized 1000000 5000)
# A tenth without the module.
beating without taskset 1 brief 0 $((n / 10)) >"$T/made.without"
figure connections_without "$(between 0 "$took_without" $((n / 10)))" 1/s

load max_conns=65536 closed_max=32768
mkfifo "$T/in"
brief -f "$T/ready" <"$T/in" >"$T/told" 2>&1 & children="$children $!" follower=$!
exec 5>"$T/in"
await test -e "$T/ready"
watch_memory
beating with taskset 1 brief 0 "$n" >"$T/made"
figure connections "$n" made
figure connections_with "$(between 0 "$took_with" "$n")" 1/s
at_rest
echo end >&5
exec 5>&-
wait $follower || { cat "$T/told" $proc/stats; fail "the follower of closed.bin"; }
bounded
stats_add_up
awk -v n="$n" 'FNR == 1 { file++ }
	file <= 2 { for (i = 1; i < NF; i += 2) v[file, $i] = $(i + 1) }
	file == 3 { stat[$1] = $2 }
	function same(what, a, b) { if (a != b) { print what ": " a ", not " b; bad = 1 } }
	END {
		same("made", v[1, "connected"], n)
		same("active", v[2, "connected"], v[1, "connected"])
		same("passive", v[2, "accepted"], v[1, "accepted"])
		same("refused connects", v[2, "refused"], v[1, "refused"])
		same("bytes sent", v[2, "sent"], v[1, "sent"])
		same("bytes received", v[2, "received"], v[1, "received"])
		same("listeners", v[2, "listeners"], 1)
		same("opened_active", stat["opened_active"], v[1, "connected"] + v[1, "refused"])
		same("opened_passive", stat["opened_passive"], v[1, "accepted"])
		same("ended", stat["ended"] - stat["discarded"], v[2, "records"])
		same("closed_held + closed_lost", stat["closed_held"] + stat["closed_lost"], v[2, "records"])
		same("refused for want of room or memory", stat["refused_full"] + stat["refused_nomem"], 0)
		if (v[2, "unseen"] > stat["hooks_missed"]) same("flags not seen", v[2, "unseen"], stat["hooks_missed"])
		print "figure: told " v[2, "records"] " records (" v[2, "sent"] " bytes sent, " v[2, "received"] " received, hooks_missed " stat["hooks_missed"] ")"
		exit bad
	}' "$T/made" "$T/told" $proc/stats || { cat "$T/told" $proc/stats $proc/hooks; fail "it does not add up"; }
responsive
