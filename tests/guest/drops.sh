# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by the tests of drops, after lib.sh.

# Packets in the rows of a reason and protocol. Where the kernel has no reasons, of a place. Arguments: expressions of the reason,
# protocol, and place.
count_of() {
	columns $proc/drops reason protocol place count |
		awk -v r="^($1)\$" -v p="^($2)\$" -v at="^($3)" '$2 ~ p && ($1 == "-" ? $3 ~ at : $1 ~ r) { n += $4 } END { print n + 0 }'
}

# The rows are all that was dropped. Between two equal readings of the whole they are at rest.
adds_up() {
	for _i in 1 2 3 4 5 6 7 8 9 10; do
		_all=$(stat_of drops)
		cat $proc/drops >"$T/rows"
		[ "$_all" = "$(stat_of drops)" ] || continue
		_sum=$(columns "$T/rows" count | awk '{ n += $1 } END { print n + 0 }')
		[ "$_sum" = "$_all" ] || { cat "$T/rows"; fail "the rows are $_sum drops of $_all"; }
		return 0
	done
	fail "drops do not come to rest"
}

# A connection of both whose ends are known: see dropper.c. What is to be sent is said by `say`. Argument: name.
talk() {
	mkfifo "$T/$1.in"
	dropper talk "$T/$1" <"$T/$1.in" & children="$children $!"
	sleep 1000 >"$T/$1.in" & children="$children $!"
	eval "talk_$1=$!"
	await test -e "$T/$1"
}
say() { echo "$2" >"$T/$1.in"; }
hush() { eval "kill \$talk_$1"; }
