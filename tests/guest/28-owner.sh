#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Whose a connection is where servers accept and fork: who opened it, until the first that sends or receives.
. ./tests/lib.sh

load
# Where no hook tells of accept() (a kernel without security modules) who accepts and does no more is not known.
if [ "$(columns $proc/hooks hook kind | awk '$1 == "accept" { print $2 }')" = - ]; then unknown=accepted; else unknown=; fi
mkfifo "$T/in"
handover <"$T/in" >"$T/made" & children="$children $!"
exec 3>"$T/in"
await sh -c "[ \$(wc -l <$T/made) = 5 ]"
cat "$T/made"
columns $proc/connections id pid tid comm >"$T/rows"
awk -v unknown="$unknown" 'FNR == NR { role[$1] = $2; pid[$1] = $3; next }
	$1 in pid { n++; if (role[$1] == unknown && $2 == "-") next; if ($2 != pid[$1] || $3 != pid[$1] || $4 != "handover") { print role[$1] ": pid " $2 " tid " $3 " " $4 ", not " pid[$1]; bad = 1 } }
	END { exit bad || n != 5 }' "$T/made" "$T/rows" || fail "owners"

# The owner of an ended connection is the same.
exec 3>&-
await sh -c "[ \$(grep -c 127.0.0.1 $proc/closed) = 7 ]"
columns $proc/closed id pid >"$T/ended"
awk -v unknown="$unknown" 'FNR == NR { pid[$1] = $2 == unknown ? "-" : $3; next } $1 in pid { n++; if ($2 != pid[$1]) bad = 1 } END { exit bad || n != 5 }' "$T/made" "$T/ended" || fail "owners of the ended"
