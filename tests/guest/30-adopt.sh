#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Connections and listeners that were open before the load, in any network namespace, are in the table with their whole
# totals; what began before the load and is not known of it is `-`.
. ./tests/lib.sh

ip netns add other
ip -n other link set lo up
hold here hold -a 127.0.0.1 -n 12 -u 20000 -d 3000 -k 40
hold six hold -a ::1 -n 3 -u 777 -d 3
mkfifo "$T/in"
sleep 1000 >"$T/in" & children="$children $!"
ip netns exec other tcpload hold -a 127.0.0.1 -n 4 -u 5000 -d 5000 -P "$T/ready" <"$T/in" >"$T/there" & children="$children $!"
await test -e "$T/ready"

load
same_as_ss 32
same_as_ss -n other 9
[ "$(stat_of adopted)" = 41 ] || fail "adopted: $(stat_of adopted) of 38 ends and 3 listeners"
stats_add_up
cat "$T/here" "$T/six" "$T/there" >"$T/ends"
columns $proc/connections id bytes_sent bytes_received recv_q age_ms bytes_retrans >"$T/rows"
awk 'FNR == NR { row[$1] = $0; next }
	!($1 in row) { print "not adopted: " $0; bad = 1; next }
	{ split(row[$1], r, " "); if (r[2] - r[6] != $3 || r[3] != $4 + r[4] || r[5] != "-") { print "end " $0 ", row " row[$1]; bad = 1 } }
	END { exit bad }' "$T/rows" "$T/ends" || fail "totals"
# A connection of another namespace carries that namespace's number.
ns=$(ip netns exec other stat -Lc %i /proc/self/ns/net)
[ "$(columns $proc/connections netns | grep -cx "$ns")" = 9 ] || fail "rows of the other namespace"
# Their ends are seen as those of others are.
release here
await sh -c "[ \$(awk '\$1 == \"connections\" { print \$2 }' $proc/stats) = 14 ]"
stats_add_up
