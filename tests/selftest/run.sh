#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The harness must be able to fail: modules and tests that are wrong on purpose have to turn it red. On a kernel of our own those
# that only its checks find.
# Usage: run.sh LINE
set -eu
. "$(dirname "$0")/../../scripts/common.sh"
. "$TOP/tests/harness.sh"

line=${1:?usage: run.sh LINE}
root=$("$TOP/scripts/suite.sh" "$(kernel_suite "$line")")
home=$(kernel_home "$root" "$line")
release=$(kernel_release "$home" "$line") || die "no $line kernel in $home"
work=$BUILD/selftest guest=guest
[ "$home" = "$root" ] || guest=${line%%-*} work=$work-$line
rm -rf "$work"
mkdir -p "$work"/{stage/tests,hung/tests,module}
cp "$TOP"/tests/selftest/{Kbuild,broken.c} "$work/module/"
src=/mnt
[ "$root" != / ] || src=$work/module
kdir=/lib/modules/$release/build
[ "$home" = "$root" ] || kdir=$home$kdir
quietly "$work/module.log" in_root "$root" "$work/module" "make -C $kdir M=$src modules"
cp "$work/module/broken.ko" "$work/stage/"
cp "$TOP/tests/selftest/$guest"/*.sh "$TOP"/tests/guest/{run-in-guest,kernel,debug/leaks}.sh "$work/stage/tests/"

# Prints a result. Arguments: what must hold, file, pattern that must be in it.
n=0
expect() {
	n=$((n + 1))
	if grep -qE "$3" "$2"; then echo "ok $n $1"; else echo "not ok $n $1"; echo "# wanted: $3"; sed 's/^/# | /' "$2"; fi
}

r=$work/red.ktap
if [ "${line%%-*}" = debug ]; then
	echo "1..6"
	# After a wrong order lockdep gives up, and so it does after a sleep where there must be none and a report of KASAN.
	guest_tests "$line" "$work/stage" 600 tests/{10-good,20-without-rcu,40-lock-order,30-sleeps-in-atomic,45-use-after-free}.sh >"$r" 2>&1
	guest_tests -a kmemleak=on "$line" "$work/stage" 600 tests/50-loses-memory.sh >>"$r" 2>&1
	expect "a good test is green" "$r" '^ok [0-9]+ 10-good$'
	expect "memory that is used after it was freed is red" "$r" '^not ok [0-9]+ 45-use-after-free$'
	expect "sleep under a spinlock is red" "$r" '^not ok [0-9]+ 30-sleeps-in-atomic$'
	expect "what is followed without RCU is red" "$r" '^not ok [0-9]+ 20-without-rcu$'
	expect "two locks in either order are red" "$r" '^not ok [0-9]+ 40-lock-order$'
	expect "lost memory is red" "$r" '^not ok [0-9]+ 50-loses-memory$'
	exit
fi
if [ "$line" = kcsan ]; then
	echo "1..3"
	guest_tests "$line" "$work/stage" 600 tests/{10-good,20-races,30-lock-order}.sh >"$r" 2>&1
	expect "a good test is green" "$r" '^ok [0-9]+ 10-good$'
	expect "a race is red" "$r" '^not ok [0-9]+ 20-races$'
	expect "two locks in either order are red" "$r" '^not ok [0-9]+ 30-lock-order$'
	exit
fi
echo "1..16"
guest_tests "$line" "$work/stage" 90 >"$r" 2>&1
expect "a good test is green" "$r" '^ok [0-9]+ 10-good$'
expect "a skip tells its reason" "$r" '^ok [0-9]+ 15-skips # SKIP on purpose$'
expect "a failing test is red" "$r" '^not ok [0-9]+ 20-fails$'
expect "a test that may be red by chance is green the second time" "$r" '^ok [0-9]+ 16-again$'
expect "and that is told" "$r" '^# AGAIN: 16-again, exit status 1$'
expect "one that is red twice is red" "$r" '^not ok [0-9]+ 22-again-fails$'
expect "there is no second time when the kernel complains" "$r" '^not ok [0-9]+ 32-again-warns$'
expect "a kernel warning is red" "$r" '^not ok [0-9]+ 30-warns$'
expect "a slab leak is red" "$r" '^not ok [0-9]+ 40-leaks-slab$'
expect "a test that hangs is red" "$r" '^not ok [0-9]+ 50-hangs$'
expect "what is left in /proc is red" "$r" '^not ok [0-9]+ 60-leaks-proc$'
expect "a missing verdict is red" "$r" '^not ok - verdict of the guest$'
expect "the test during which the guest vanished is named" "$r" 'ended early, during: 90-vanishes$'

# A guest that hangs as a whole is killed from outside.
printf 'echo 05-stuck >progress\nsync\nsleep 1000\n' >"$work/hung/tests/run-in-guest.sh"
guest_tests "$line" "$work/hung" 40 >"$work/hung.ktap" 2>&1
expect "a hung guest is red" "$work/hung.ktap" '^not ok - verdict of the guest$'
expect "what a hung guest did last is named" "$work/hung.ktap" 'killed after 40 s, during: 05-stuck$'

# Nothing run, or less than planned, is no success.
printf '1..3\nok 1 a\nok 2 b\n' >"$work/short.ktap"
if [ "$(tally "$work/short.ktap")" = "2 1 0" ] && [ "$(tally /dev/null)" = "0 1 0" ]; then
	echo "ok 16 a plan not kept is red"
else
	echo "not ok 16 a plan not kept is red"
fi
