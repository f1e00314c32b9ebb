#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the fuzz targets: run.sh check|fuzz OUT TARGET...
# check: the seeds and the corpus of each, and RUNS (default 10,000) mutated ones of a fixed seed, for TIME seconds (2) at most; TAP. fuzz: until RUNS
# (10,000,000) of each in all are done, or TIME seconds of each; what was found is kept in OUT/corpus for the next time,
# how many runs there were in OUT/runs.
set -u
cd "$(dirname "$0")" || exit 1
mode=$1 out=$2
shift 2
export ASAN_OPTIONS=${ASAN_OPTIONS:-quarantine_size_mb=1:malloc_context_size=1}
export UBSAN_OPTIONS=print_stacktrace=1 TZ=UTC

# Arguments: target, further options.
run() {
	local target=$1 dirs=
	shift
	mkdir -p "$out/corpus/$target" "$out/found"
	for d in "$out/seeds/$target" corpus/"$target"; do [ ! -d "$d" ] || dirs="$dirs $d"; done
	# shellcheck disable=SC2086
	nice "$out/$target" -artifact_prefix="$out/found/$target-" -max_len=4096 -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 "$@" $dirs
}

# How many runs the log of a fuzzer tells of.
done_runs() { sed -n 's/^stat::number_of_executed_units: //p' "$1" | tail -n 1; }

n=0 bad=0
for target; do
	n=$((n + 1)) log=$out/$target.log
	if [ "$mode" = check ]; then
		empty=$out/empty-$target
		rm -rf "$empty"
		mkdir -p "$empty"
		if run "$target" -seed=1 -runs="${RUNS:-10000}" -max_total_time="${TIME:-2}" "$empty" >"$log" 2>&1; then
			echo "ok $n fuzz $target: $(done_runs "$log") runs"
		else
			echo "not ok $n fuzz $target"
			grep -vE '^(#|INFO|stat::|MS:|0x)' "$log" | head -n 40 | sed 's/^/# /'
			bad=1
		fi
		rm -rf "$empty"
		continue
	fi
	had=$(awk -v t="$target" '$1 == t { n += $2 } END { print n + 0 }' "$out/runs" 2>/dev/null || echo 0)
	left=$((${RUNS:-10000000} - had))
	[ "$left" -gt 0 ] || { echo "$target: $had runs already"; continue; }
	run "$target" -runs="$left" -max_total_time="${TIME:-0}" -reduce_inputs=1 -entropic=0 "$out/corpus/$target" >"$log" 2>&1 || bad=1
	echo "$target $(done_runs "$log")" >>"$out/runs"
	echo "$target: $((had + $(done_runs "$log"))) runs; $(grep -c SUMMARY "$log") found, see $log"
done
[ "$mode" != check ] || echo "1..$n"
exit $bad
