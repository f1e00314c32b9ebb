# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by run.sh and selftest/run.sh: how the host runs a guest's tests and judges what came of them.

# Prints a KTAP line for a command. Arguments: number, description, log file, command.
try() {
	local n=$1 what=$2 log=$3
	shift 3
	if "$@" </dev/null >"$log" 2>&1; then echo "ok $n $what"; else echo "not ok $n $what"; tail -n 25 "$log" | sed 's/^/# /'; fi
}

# Boots a kernel line on a stage, runs the tests in it, prints KTAP. What the guest itself printed is taken over; the host
# adds a line of its own for the verdict. Arguments: -a and words for the kernel's command line, -m and MB of memory, -f and the folder
# of a firmware (or none of these), line, stage, seconds, test files (none: all).
guest_tests() {
	local append='' memory='' firmware=''
	if [ "$1" = -a ]; then append=$2; shift 2; fi
	if [ "$1" = -m ]; then memory=$2; shift 2; fi
	if [ "$1" = -f ]; then firmware=$2; shift 2; fi
	local line=$1 stage=$2 limit=$3 rc=0 verdict='' n
	shift 3
	rm -rf "$stage/log" "$stage/verdict" "$stage/progress" "$stage/dmesg"
	"$TOP/scripts/guest.sh" -t "$limit" -a "$append" ${memory:+-m "$memory"} ${firmware:+-f "$firmware"} "$line" "$stage" "sh tests/run-in-guest.sh $*" || rc=$?
	[ ! -e "$stage/output" ] || grep -aE '^(ok|not ok|#|1\.\.)' "$stage/output" || true
	verdict=$(cat "$stage/verdict" 2>/dev/null) || true
	n=$(grep -acE '^(ok|not ok) ' "$stage/output" 2>/dev/null) || true
	case $rc/$verdict in
	0/"PASS ${n:-0}") echo "ok - verdict of the guest" ;;
	*)
		echo "not ok - verdict of the guest"
		case $rc in
		124) echo "# the guest was killed after $limit s, during: $(cat "$stage/progress" 2>/dev/null || echo boot)" ;;
		0) ;;
		*) echo "# the guest ended early, during: $(cat "$stage/progress" 2>/dev/null || echo boot)" ;;
		esac
		echo "# ${verdict:-there is no verdict}"
		# A guest that told of failures said why; of one that vanished the console has the last words.
		[ -n "$verdict" ] || tail -n 30 "$stage/console.log" 2>/dev/null | tr -d '\r' | sed 's/^/# console: /'
		;;
	esac
}

# Passed, failed and skipped tests of a KTAP file. A file without a single result, or with another number of results
# than its plan says, counts as a failure more. Argument: file. Prints three numbers.
tally() {
	awk '
		/^1\.\.[0-9]+/ { split($1, a, /\.\./); plan += a[2] }
		/^ok /     { if (/# *[Ss][Kk][Ii][Pp]/) s++; else p++; if ($2 != "-") n++ }
		/^not ok / { if (/# *[Tt][Oo][Dd][Oo]/) s++; else f++; if ($3 != "-") n++ }
		END { if (p + f + s == 0 || (plan && plan != n)) f++; print p + 0, f + 0, s + 0 }' "$1"
}
