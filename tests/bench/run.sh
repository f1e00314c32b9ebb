#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What CoreMon costs, in instructions, in a guest of the first kernel line (or LINE) whose clock counts them, against nothing loaded and
# against what others offer, all in one boot.
#   run.sh            the table (make bench): on standard output, and in build/bench/ as text, JSON and as it was measured
#   run.sh million    a million connections at once, in a guest of 8 GB (make bench-million)
#   run.sh hooks      what each hook costs, by leaving it out
#   run.sh gate       holds the few figures of `expected` to 5 %; prints KTAP (make check-cost, in make check)
#   run.sh record     writes them to `expected`
set -eu
. "$(dirname "$0")/../../scripts/common.sh"
here=$TOP/tests/bench out=$BUILD/bench
line=${LINE:-$(kernel_lines | head -n 1)}
root=$(suite_root "$(kernel_suite "$line")")

# The programs that are compared with, in the root that the guest runs on.
install_peers() {
	if [ "$root" = / ]; then
		"$TOP/scripts/install-deps.sh" $BENCH_PACKAGES
	else
		quietly "$out/peers.log" in_root "$root" "$out" \
			"DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $(echo $BENCH_PACKAGES)" ||
			say "the programs to compare with cannot be installed in $root: left out"
	fi
}

# Runs a script in a guest and keeps what it measured. Arguments: name, seconds, megabytes, script and its arguments.
measure() {
	local name=$1 stage clock=${CLOCK:--i}
	stage=$("$here/build.sh" "$line" "$name")
	mkdir -p "$out"
	# Debian has AppArmor on; without it the kernel takes SELinux.
	"$TOP/scripts/guest.sh" $clock -t "$2" -m "$3" -a apparmor=1 "$line" "$stage" "sh ./$4" || {
		tail -n 20 "$stage/output" "$stage/console.log" >&2
		die "the measurement failed in the guest"
	}
	cp "$stage/output" "$out/$name.raw"
}

revision() { git -C "$TOP" describe --always --dirty 2>/dev/null || echo "not from git"; }

case ${1:-all} in
all)
	[ "$(id -u)" = 0 ] || die "make bench needs root"
	"$TOP/scripts/install-deps.sh"
	mkdir -p "$out"
	install_peers
	say "measuring, some minutes"
	measure bench 3600 3072 'guest.sh own read peers'
	# QEMU 7.2 cannot bring up a second processor whose clock counts instructions: here a plugin counts them.
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$out/count.so" "$here/count.c"
	CLOCK="-c 4 -p $out/count.so,to=$out/many.count" measure many 1800 1536 'guest.sh many'
	awk -f "$here/marks.awk" "$out/many.count" "$out/many.raw" >>"$out/bench.raw"
	awk -v revision="$(revision)" -f "$here/report.awk" "$out/bench.raw" >"$out/bench.txt"
	awk -v json=1 -v revision="$(revision)" -f "$here/report.awk" "$out/bench.raw" >"$out/bench.json"
	cat "$out/bench.txt"
	say "in $out: bench.txt, bench.json, bench.raw ($(elapsed) s)" ;;
million)
	say "a million connections, a quarter of an hour"
	measure million 3600 8192 'guest.sh million'
	awk -v revision="$(revision)" -f "$here/report.awk" "$out/million.raw" | tee "$out/million.txt" ;;
hooks)
	measure hooks 3600 1536 'guest.sh hooks'
	awk '$1 == "cost" && $2 == "all" { all[$3] = $4 } $1 == "cost" && $2 == "base" { base[$3] = $4 }
		$1 == "cost" && $2 ~ /^without:/ { printf "%-28s %-9s %8.0f of %.0f\n", substr($2, 9), $3, all[$3] - $4, all[$3] - base[$3] }' "$out/hooks.raw" |
		sort -k2,2 -k3,3rn ;;
gate | record)
	measure gate 300 1024 gate.sh
	awk -v mode="$1" -v file="$here/expected" -f "$here/gate.awk" "$out/gate.raw" ;;
*) die "usage: run.sh [million|hooks|gate|record]" ;;
esac
