#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debug: core
# time: 120
# A connection that lives through the whole of a read is in it exactly once, whatever the size of the reads and however
# many others come and go meanwhile.
. ./tests/lib.sh

load
hold stay hold -n 60 -u 1
cut -d' ' -f1 "$T/stay" | sort >"$T/must"
[ "$(wc -l <"$T/must")" = 120 ] || fail "$(wc -l <"$T/must") ends"
background tcpload churn -d 110 -n 40 -u 100 -g 5
sleep 1
for bs in 1 7 997 4097 65536; do
	dd if=$proc/connections bs=$bs of="$T/table" 2>/dev/null
	columns "$T/table" id | sort >"$T/ids"
	d=$(uniq -d "$T/ids" | head -n 3 | xargs)
	[ -z "$d" ] || fail "reads of $bs: twice in one table: $d"
	m=$(comm -13 "$T/ids" "$T/must" | head -n 3 | xargs)
	[ -z "$m" ] || fail "reads of $bs: not in the table: $m"
	awk 'NR == 2 { n = NF } NR > 2 && NF != n { print "line " NR " has " NF " of " n " columns: " $0; exit 1 }' "$T/table" || fail "reads of $bs"
	echo "reads of $bs: $(wc -l <"$T/ids") rows"
done
