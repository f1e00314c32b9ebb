# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by the long tests, after lib.sh. At full size they are for `make check-long` on the first kernel.

# How many times less than at full size is done: what the file `long` of the stage says, a hundredth without it.
part=100
[ ! -e /stage/long ] || part=$(cat /stage/long)

# Arguments: how many at full size, how many at least.
sized() { _n=$(($1 / part)); [ $_n -ge "$2" ] || _n=$2; echo "$_n"; }

# What is kept of a run: `make check-long` collects these lines. Arguments: name, value, unit.
figure() { echo "figure: $*"; }

uptime() { cut -d' ' -f1 /proc/uptime; }
# Of two times of uptime, in seconds. A third argument: so many of something a second.
between() { echo "$1 $2 ${3:-}" | awk '{ t = $2 - $1; if (NF < 3) print t; else printf "%d\n", $3 / (t > 0 ? t : 1) }'; }

# Memory of the kernel that is neither a program's nor can be reclaimed, kB.
memory() { sync; awk '/^(SUnreclaim|Percpu|VmallocUsed|KernelStack):/ { n += $2 } END { print n }' /proc/meminfo; }
available() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo; }

# The module again and again, from memory.
kept_module() { strip -g -o "$T/coremon.ko" /stage/coremon.ko 2>/dev/null || cp /stage/coremon.ko "$T/coremon.ko"; }

at_rest() { await rows_are "${1:-0}"; }

# A host `far` (10.9.0.2) at the other end of the link `near`; $mac is its address.
far_host() {
	ip netns add far
	ip link add near type veth peer name far netns far
	ip link set near up
	ip -n far addr add 10.9.0.2/24 dev far; ip -n far link set far up; ip -n far link set lo up
	mac=$(ip -n far -br link show far | awk '{ print $3 }')
	await grep -qx up /sys/class/net/near/operstate
}

# Runs a command with the heartbeat beside it, whose lines are $T/beats.NAME, and with one that reads the module's memory and how many
# connections there are, each second, into $T/memory.NAME (without the module it is started as often, and finds nothing).
# Arguments: name (`without` or `with` the module), command.
beating() {
	_b=$1; shift
	[ "$_b" = without ] || stat_of memory_bytes >"$T/memory.base"
	rm -f "$T/beat.in"
	mkfifo "$T/beat.in"
	# shellcheck disable=SC2016
	sh -c 'while :; do awk '"'"'$1 == "memory_bytes" || $1 == "connections" { printf "%s ", $2 } END { print "" }'"'"' '"$proc"'/stats; sleep 1; done' >"$T/memory.$_b" 2>/dev/null 4>&- 5>&- &
	_watch=$!
	children="$children $_watch"
	heartbeat <"$T/beat.in" >"$T/beats.$_b" &
	_heart=$!
	exec 4>"$T/beat.in"
	_began=$(uptime)
	"$@"
	eval "took_$_b=$(between "$_began" "$(uptime)")"
	exec 4>&-
	wait $_heart || fail "the heartbeat"
	kill "$_watch" || fail "the watcher of memory"
	wait "$_watch" 2>/dev/null || true
}

# The machine was as responsive with the module as without, in a bound that a stall would break: thrice the worst delay and 200 ms.
responsive() {
	for _p in normal fifo; do
		figure "late_$_p" "$(awk -v p=$_p '$1 == p { printf "%s%.1f worst, %.1f p99", n++ ? " without, " : "", $3 / 1000, $4 / 1000 }' "$T/beats.without" "$T/beats.with")" "with, ms"
		awk -v p=$_p '$1 == p { worst[++n] = $3 } END { exit !(n == 2 && worst[2] <= 3 * worst[1] + 200000) }' "$T/beats.without" "$T/beats.with" ||
			{ cat "$T/beats.without" "$T/beats.with"; fail "the machine was held up ($_p)"; }
	done
}

# What memory_bytes rose to, in any second and by now, is no more than what it was at the load and records of 400 bytes: max_conns, and
# those that are kept for the next.
bounded() {
	awk -v base="$(cat "$T/memory.base")" -v max="$(stat_of max_conns)" -v now="$(stat_of memory_bytes)" '{ if ($2 > peak) peak = $2 }
		END { if (now > peak) peak = now; print "figure: memory_bytes " peak " bytes (of " base " at the load)"; exit peak > base + 400 * (max + 2048 + 64 * 32) }' "$T/memory.with" ||
		fail "memory is past its bound"
}
