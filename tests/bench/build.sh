#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes the stage of a measurement: what scripts/build.sh made for a kernel line, and the loads, the floor and the guest's scripts of
# this folder. Prints the stage, which is this measurement's own: a guest with tests may run at the same time.
# Usage: build.sh LINE NAME
set -eu
. "$(dirname "$0")/../../scripts/common.sh"
line=$1 stage=$BUILD/$1/$2

# As `make check` builds it: another build would take the stage away from under its guests.
sparse=
[ "$line" != "$(kernel_lines | head -n 1)" ] || sparse=-s
"$TOP/scripts/build.sh" $sparse "$line" >&2
root=$(suite_root "$(kernel_suite "$line")")
release=$(kernel_release "$root" "$line")
work=$BUILD/$line
exec 9>"$work/lock"
flock 9
src=$work/$2.src
rm -rf "$stage" "$src"
mkdir -p "$stage" "$src/kmod" "$src/tests"
cp -r "$work/src/kmod"/{compat,uapi} "$src/kmod/"
cp -r "$TOP/tests/bench" "$src/tests/"
at=/mnt/$2.src
[ "$root" != / ] || at=$src
quietly "$work/$2.log" in_root "$root" "$work" \
	"make -C /lib/modules/$release/build M=$at/tests/bench COREMON=$at modules" || die "floor.ko does not build for $release"
quietly "$work/$2.log" in_root "$root" "$work" "
	for n in load read; do
		gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o $2.src/tests/bench/\$n $2.src/tests/bench/\$n.c || exit 1
	done" || die "the loads do not build"
cp "$src/tests/bench"/{load,read,floor.ko,segments.bt,guest.sh,gate.sh,lib.sh} "$stage/"
cp "$work/stage/coremon.ko" "$stage/"
cp -P "$work/stage/coremon" "$work/stage/coremon-report" "$stage/"
echo "$stage"
