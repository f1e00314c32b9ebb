# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced, after lib.sh, by the tests that drive a connection by a script (rawpeer.c), in a network namespace of its own, `peer`.

export T
modprobe tun
ip netns add peer
ip -n peer link set lo up
in_peer() { ip netns exec peer "$@"; }
# Tail loss probes only where a test is about them: on a slow machine they come before what a script sends.
in_peer sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_early_retrans'
# RACK waits for a part of the shortest round trip before it takes for lost what was passed over, and takes what answers a
# retransmission in less than one for an answer to the original. Of the round trips the last counts, so that a script can make it long
# (1.2 s, before it tells of the first SACK) without the handshake being late.
in_peer sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_min_rtt_wlen'

# Run a script (standard input) as case K, in the background until `played`; its log is $T/K.
cases=
play() {
	cat >"$T/$1.script"
	in_peer rawpeer "$1" <"$T/$1.script" >"$T/$1" 2>&1 &
	cases="$cases $1:$!"
}
# All that were begun have come to their end.
played() {
	for _c in $cases; do
		wait "${_c#*:}" || { cat "$T/${_c%:*}"; fail "the script of case ${_c%:*}"; }
	done
	cases=
}

# From now on what happens is in $T/events.
record_events() {
	cat $proc/events >"$T/events" & children="$children $!"; recorder=$!
	await test -s "$T/events"
}

# The connections of so many cases have ended, and their events have been read. They are in $T/closed. The reader of events goes: it holds
# the module.
closed_and_told() {
	await sh -c "[ \$(grep -cE ' 10\.77\.[0-9]+\.1:[0-9]+ +10\.77\.[0-9]+\.2:' $proc/closed) = $1 ]"
	await sh -c "[ \$(grep -cE '10\.77\.[0-9]+\.2:.*>CLOSE\$' $T/events) = $1 ]"
	cat $proc/closed >"$T/closed"
	kill $recorder
	wait $recorder 2>/dev/null || true
}

# What must have come of the cases, a line each on standard input:
#   K FILE NAME=VALUE...     the case's one row of a table in $T; VALUE may be MIN..MAX, each of them a number or a time
#                            A~B, from the script's step named A to that named B, as its log has them; A~B alone is
#                            at least from the end of A to the beginning of B, at most from the beginning of A to the end of B.
#                            A~B+C~D is a sum. Times are of the unit of the column (_us, _ms).
#   K :EVENT WHAT...         all of its events of that kind; numbers of segments and reasons of resets are shown as N
expect() {
	cat >"$T/want"
	awk -v dir="$T" '
		function complain(what) { said[k] = said[k] "case " k ", " file ": " what "\n"; bad[k] = 1 }
		function read_times(line, w, name) {
			timed[k] = 1
			name = ""
			while ((getline line <(dir "/" k)) > 0) {
				split(line, w)
				if (w[2] == "<") continue
				if (name != "") { after[k, name] = w[1]; name = "" }
				if (w[2] ~ /:$/) { name = substr(w[2], 1, length(w[2]) - 1); at_ms[k, name] = w[1] }
			}
			close(dir "/" k)
		}
		# Milliseconds are cut off in the log.
		function time_of(what, highest, unit, n, i, t, ab, sum) {
			if (what !~ /~/) return what + 0
			if (!(k in timed)) read_times()
			n = split(what, t, "+")
			for (i = 1; i <= n; i++) {
				split(t[i], ab, "~")
				if (!((k, ab[1]) in after) || !((k, ab[2]) in after)) { complain("no step of " t[i]); return 0 }
				sum += highest ? after[k, ab[2]] - at_ms[k, ab[1]] + 1 : at_ms[k, ab[2]] - after[k, ab[1]] - 1
			}
			return sum * unit
		}
		function check_row(row, pair, p, r, got, unit) {
			split(pair, p, "=")
			if (!((file, p[1]) in col)) { complain("no column " p[1]); return }
			split(row, cell)
			got = cell[col[file, p[1]]]
			if (p[2] !~ /~|\.\./) {
				if (got != p[2]) complain(p[1] " is " got ", not " p[2])
				return
			}
			if (split(p[2], r, /\.\./) < 2) r[2] = r[1]
			unit = p[1] ~ /_us$/ ? 1000 : 1
			r[1] = time_of(r[1], 0, unit)
			r[2] = time_of(r[2], 1, unit)
			if (got == "-" || got + 0 < r[1] || got + 0 > r[2]) complain(p[1] " is " got ", not " p[2] " (" r[1] ".." r[2] ")")
		}
		function read_table(file, line, n, i, cell, at) {
			for (n = 1; (getline line <(dir "/" file)) > 0; n++) {
				split(line, cell)
				if (n == 2)
					for (i in cell) col[file, cell[i]] = i
				if (n > 2 && split(cell[7], at, /[.:]/) == 5 && at[1] == 10 && at[2] == 77) {
					row[file, at[3]] = line
					rows[file, at[3]]++
				}
			}
			known[file] = 1
		}
		BEGIN {
			while ((getline line <(dir "/events")) > 0) {
				n = split(line, cell)
				if (n < 11 || split(cell[6], at, /[.:]/) != 5 || at[1] != 10 || at[2] != 77 || at[4] != 2)
					continue
				what = cell[11]
				for (i = 12; i <= n; i++) what = what "," cell[i]
				gsub(/seq=[0-9]+/, "seq=N", what)
				sub(/reason=.*/, "reason=N", what)
				told[at[3], cell[10]] = told[at[3], cell[10]] " " what
				all[at[3]] = all[at[3]] line "\n"
			}
		}
		{
			k = $1; file = $2
			if (file ~ /^:/) {
				got = told[k, substr(file, 2)]
				want = ""
				for (i = 3; i <= NF; i++) want = want " " $i
				if (got != want) complain("\n  was  " got "\n  not  " want)
				next
			}
			if (!(file in known)) read_table(file)
			if (rows[file, k] != 1) complain(rows[file, k] + 0 " rows")
			else for (i = 3; i <= NF; i++) check_row(row[file, k], $i)
		}
		END {
			for (k in bad) {
				print "--- case " k
				while ((getline line <(dir "/" k)) > 0) print line
				printf "%s", all[k]
			}
			for (k in bad) printf "%s", said[k]
			for (k in bad) exit 1
		}' "$T/want" || fail "not as expected"
}

# Whatever happened: the kinds of retransmit add up, nothing passed by the hooks, and the time in the CA states is the age.
rows_add_up() {
	awk 'NR == 2 { for (i = 1; i <= NF; i++) c[$i] = i }
		NR > 2 && $c["state"] != "LISTEN" {
			kinds = $c["retrans_timeout"] + $c["retrans_fast"] + $c["retrans_tail_loss_probe"] + $c["retrans_syn"] + $c["retrans_synack"]
			if (kinds + $c["retrans_other"] != $c["retrans"] || $c["retrans_other"] != 0) {
				print $c["local"] ": " $c["retrans"] " retransmits are not " kinds " and " $c["retrans_other"] " others"
				bad = 1
			}
			ms = ($c["open_us"] + $c["disorder_us"] + $c["cwr_us"] + $c["recovery_us"] + $c["loss_us"]) / 1000
			if ($c["age_ms"] != "-" && (ms < $c["age_ms"] - 1 || ms > $c["age_ms"] + 1)) {
				print $c["local"] ": " ms " ms in CA states, at the age of " $c["age_ms"]
				bad = 1
			}
		}
		END { exit bad }' "${1:-$proc/closed}" || fail "rows do not add up"
}

# Whether every change of the CA state is seen at once (by its tracepoint), or some at the next segment (5.10).
ca_at_once() { grep -q '^ca_state *tracepoint' $proc/hooks; }
