#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# That the gate turns red when it must, and that the table says what was measured: gate.awk and report.awk on made-up measurements, as KTAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

# Arguments: what holds, command.
holds() {
	local what=$1
	shift
	n=$((n + 1))
	if "$@" >"$tmp/why" 2>&1; then echo "ok $n bench: $what"; else echo "not ok $n bench: $what"; sed 's/^/# /' "$tmp/why"; fi
}

# What a guest measured. Arguments: package, base and cost of the ping-pong, of a row of /proc/net/tcp, binary, text, of the ping-pong with hot=0.
measured() {
	cat <<-E
		info package $1
		cost base pingpong $2 0 0
		cost coremon pingpong $(($2 + $3)) 0 0
		cost cold pingpong $(($2 + ${7:-2})) 0 0
		read coremon 1000 proc_net_tcp $((1000 * $4))
		read coremon 3000 proc_net_tcp $((3000 * $4))
		read coremon 1000 bin $((1000 * $5 + 7))
		read coremon 3000 bin $((3000 * $5 + 7))
		read coremon 1000 text $((1000 * $6))
		read coremon 3000 text $((3000 * $6))
	E
}
gate() { measured "$@" >"$tmp/raw"; awk -v mode=gate -v file="$tmp/expected" -f "$here/gate.awk" "$tmp/raw" >"$tmp/ktap"; cat "$tmp/ktap"; }
green() { gate "$@" && ! grep -q '^not ok' "$tmp/ktap" && [ "$(grep -c '^ok' "$tmp/ktap")" = 4 ]; }
red() { local want=$1; shift; gate "$@"; [ "$(sed -n 's/^not ok [0-9]* cost: //p' "$tmp/ktap" | xargs)" = "$want" ]; }
record() { measured "$@" >"$tmp/raw"; awk -v mode=record -v file="$tmp/expected" -f "$here/gate.awk" "$tmp/raw"; }
kept() { [ "$(grep -c "$1" "$tmp/expected")" = "$2" ]; }

echo "# what is expected" >"$tmp/expected"
record 1-1 30000 500 10000 1500 8000
holds "what was recorded holds" green 1-1 30000 500 10000 1500 8000
holds "5 % more holds" green 1-1 30000 525 10000 1575 8400
holds "more for the ping-pong does not" red pingpong 1-1 30000 530 10000 1500 8000
holds "next to nothing may grow a little" green 1-1 30000 500 10000 1500 8000 11
holds "and no more" red pingpong_hot=0 1-1 30000 500 10000 1500 8000 13
holds "more for the rows does not" red "read_binary read_text" 1-1 30000 500 10000 1600 8500
holds "on the kernel of the record the base does not matter" red pingpong 1-1 60000 530 10000 1500 8000
holds "another kernel that costs twice as much holds" green 2-1 60000 1000 20000 3000 16000
holds "more on another kernel does not" red pingpong 2-1 30000 530 10000 1500 8000
record 2-1 60000 1000 20000 3000 16000
holds "recording one kernel keeps the other" kept '^1-1 ' 4
holds "recording keeps the comment" kept '^#' 1
record 2-1 60000 1100 20000 3000 16000
holds "recording again replaces" kept '^2-1 ' 4
holds "what was recorded last counts" green 2-1 60000 1150 20000 3000 16000
: >"$tmp/raw"
holds "nothing measured is red" sh -c "! awk -v mode=gate -v file='$tmp/expected' -f '$here/gate.awk' '$tmp/raw'"
echo "# nothing" >"$tmp/expected"
holds "nothing recorded is red" red "pingpong pingpong_hot=0 read_binary read_text" 1-1 30000 500 10000 1500 8000

{
	measured 1-1 30000 500 10000 1500 9000
	echo "cost base pingpong 30000 0 0"
	echo "cost floor pingpong 30200 0 0"
	echo "cost base pingpong 30000 0 0"
	echo "note tcptop does not run here: no BTF"
} | sed 's/ 3000 / 10000 /' >"$tmp/raw"
awk -v revision=test -f "$here/report.awk" "$tmp/raw" >"$tmp/table"
awk -v json=1 -v revision=test -f "$here/report.awk" "$tmp/raw" >"$tmp/json"
line() { grep -qE "$1" "$2" || { cat "$2"; return 1; }; }
holds "the table: a target that holds" line 'CoreMon +\+500 +1\.67 % +\+500 +yes$' "$tmp/table"
holds "the table: the ratio to the floor" line 'of the floor +x 2\.50 +x 3 +yes$' "$tmp/table"
holds "the table: one that does not run says why" line 'does not run here: no BTF' "$tmp/table"
holds "the table fits 80 columns" sh -c "! awk 'length > 80 { print; f = 1 } END { exit !f }' '$tmp/table'"
holds "JSON has the same" line '"what": "CoreMon", "value": 500\.00, "percent": 1\.667, "target": "\+500", "holds": true' "$tmp/json"

printf '%s\n' 100 1000100 2000100 9000000 13000000 14000000 >"$tmp/counts"
{ for t in 10 60 110; do echo "mark base many4 1 $t"; done; for t in 7 207 217; do echo "mark coremon many4 1 $t"; done; } >"$tmp/raw"
awk -f "$here/marks.awk" "$tmp/counts" "$tmp/raw" >"$tmp/rates"
holds "round trips between marks, of one with the other" sh -c "printf 'rate base many4 50000\nrate coremon many4 30000\n' | cmp - '$tmp/rates'"
sed -i 1d "$tmp/counts"
holds "a mark that was not counted is red" sh -c "! awk -f '$here/marks.awk' '$tmp/counts' '$tmp/raw'"
echo "1..$n"
