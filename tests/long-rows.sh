#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The rows of docs/long-runs.md that the last `make check-long` gives, a line each test and kernel.
# Usage: long-rows.sh [KTAP...]      (default: build/check/long-*.ktap)
set -u
. "$(dirname "$0")/../scripts/common.sh"
[ $# -gt 0 ] || set -- "$BUILD"/check/long-*.ktap

for ktap; do
	date=$(date -r "$ktap" +%F)
	kernel=$(sed -n 's/^# kernel: //p' "$ktap") part=$(sed -n 's/^# part: //p' "$ktap")
	[ "$part" = 1 ] || kernel="$kernel, a part of 1/$part"
	sed -nE 's/^(ok|not ok) [0-9]+ ([0-9][0-9a-z-]*).*/\2 \1/p' "$ktap" | while read -r name result; do
		what=$(sed -n 's/^# row: //p' "$TOP/tests/guest/long/$name.sh" "$TOP/tests/guest/$name.sh" 2>/dev/null)
		figures=$(sed -n "s/^# figure: $name //p" "$ktap" | awk '{ gsub("_", " ", $1); printf "%s%s", (NR > 1 ? "; " : ""), $0 }')
		[ "$result" = ok ] || figures="FAILED; $figures"
		echo "| $what | \`make check-long\` | $figures | $date | $kernel |"
	done
done
