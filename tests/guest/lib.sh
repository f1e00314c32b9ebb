# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by the tests. They run as root in a guest, in /stage, each with the module not loaded.
set -eu
. /stage/tests/kernel.sh
T=$(mktemp -d)
PATH=/stage/bin:$PATH
proc=/proc/coremon

fail() { echo "FAILED: $*"; exit 1; }
skip() { echo "$*"; exit 4; }

load() { insmod /stage/coremon.ko "$@"; }
unload() { rmmod coremon; }

# What is left over is ended when the test ends, whatever way it does.
children=
end() { s=$?; for p in $children; do kill "$p" 2>/dev/null || true; done; grep -q '^coremon ' /proc/modules && rmmod coremon; exit $s; }
trap end EXIT

# Run in the background until the test ends. Argument: command.
background() { "$@" & children="$children $!"; }

# Wait up to 20 s (where a kernel is slow, so many times longer) until a command succeeds.
await() { for _i in $(seq $((200 * scale))); do if "$@"; then return 0; fi; sleep 0.1; done; fail "waited in vain for: $*"; }

# Start `tcpload hold` (or listen) and wait until it has printed its connections; they stay open until released.
# Arguments: name, verb, further options. Its output is in $T/NAME.
hold() {
	_n=$1; shift
	mkfifo "$T/$_n.in"
	tcpload "$@" -P "$T/$_n.ready" <"$T/$_n.in" >"$T/$_n" &
	children="$children $!"
	eval "hold_$_n=$!"
	# The writing end stays open as long as this process sleeps.
	sleep 1000 >"$T/$_n.in" &
	children="$children $!"
	eval "hold_in_$_n=$!"
	await test -e "$T/$_n.ready"
}
release() { eval "kill \$hold_in_$1; wait \$hold_$1 || true"; }

# Chosen columns of a table of /proc/coremon, a row a line, found by their names. Arguments: file, column names.
columns() {
	_f=$1; shift
	awk -v want="$*" '
		NR == 2 { n = split(want, w); for (i = 1; i <= NF; i++) at[$i] = i
			for (i = 1; i <= n; i++) if (!(w[i] in at)) { print "no column " w[i]; exit 1 } }
		NR > 2 { for (i = 1; i <= n; i++) printf "%s%s", $at[w[i]], i < n ? " " : "\n" }' "$_f"
}

# A value of /proc/coremon/stats.
stat_of() { awk -v n="$1" '$1 == n { print $2; f = 1 } END { exit !f }' $proc/stats || fail "stats has no $1"; }

# Everything that was born is here or has ended.
stats_add_up() {
	awk '{ v[$1] = $2 } END {
		born = v["opened_active"] + v["opened_passive"] + v["opened_listen"] + v["adopted"]
		here = v["connections"] + v["listeners"]
		if (born - v["ended"] != here) { print "stats do not add up: born " born ", ended " v["ended"] ", here " here; exit 1 } }' $proc/stats ||
		{ cat $proc/stats; exit 1; }
}

# Connections and listeners that have a row.
open_rows() { awk '/^(connections|listeners) / { n += $2 } END { print n }' $proc/stats; }
rows_are() { [ "$(open_rows)" = "$1" ]; }

# A namespace `server` (10.9.0.2), where iperf3 listens, at the other end of the link `c` (10.9.0.1). Arguments: what netem does there.
server_behind() {
	ip netns add server
	ip link add c type veth peer name s netns server
	ip addr add 10.9.0.1/24 dev c
	ip link set c up
	ip -n server addr add 10.9.0.2/24 dev s
	ip -n server link set s up
	tc qdisc add dev c root netem "$@"
	ip netns exec server iperf3 -s >"$T/iperf3-server" 2>&1 & children="$children $!"
	await sh -c "ip netns exec server ss -Hltn | grep -q :5201"
}

# Every field that ss and the module both know must be equal for every socket of ss's that matches a filter. ss is asked
# before and after: only when nothing has moved meanwhile (a probe of a closed window, a late acknowledgement) it counts.
# Arguments: how many sockets there must be at least, ss filter words. -n NS first: in that network namespace.
same_as_ss() {
	_ss=ss
	if [ "$1" = -n ]; then _ss="ip netns exec $2 ss"; shift 2; fi
	_min=$1; shift
	_known=$(grep -aoE 'reord_seen|rcv_ooopack|dsack_dups' "$(command -v ss)" | sort -u | xargs)
	for _i in 1 2 3 4 5 6 7 8 9 10; do
		# shellcheck disable=SC2086
		$_ss -tinmOHea "$@" >"$T/ss"
		cat $proc/connections >"$T/connections"
		# shellcheck disable=SC2086
		$_ss -tinmOHea "$@" >"$T/ss2"
		# Times since something and timers move at rest, too, and the order is that of a hash.
		for _f in ss ss2; do sed -E 's/ (timer:|last|busy|rwnd_limited|sndbuf_limited|backoff)[^ ]*//g; s/ +/ /g' "$T/$_f" | sort >"$T/$_f.rest"; done
		if cmp -s "$T/ss.rest" "$T/ss2.rest"; then
			awk -v min="$_min" -v known="$_known" -f /stage/tests/same-as-ss.awk "$T/ss" "$T/connections" "$T/ss2" ||
				{ echo "--- ss"; head -n 8 "$T/ss"; echo "--- connections"; head -n 10 "$T/connections"; exit 1; }
			return 0
		fi
		sleep 0.3
	done
	fail "the connections do not come to rest"
}
