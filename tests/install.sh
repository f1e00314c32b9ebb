#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make install and make uninstall of what build.sh has built for a line, on an overlay that is gone afterwards. What was
# installed goes to the stage's install.tar, for the guest to modprobe.
# Usage: install.sh LINE
set -eu
. "$(dirname "$0")/../scripts/common.sh"
. "$TOP/tests/harness.sh"

line=${1:?usage: install.sh LINE}
root=$(suite_root "$(kernel_suite "$line")")
release=$(kernel_release "$root" "$line") || die "no $line kernel in $root"
work=$BUILD/$line
echo "1..2"
# shellcheck disable=SC2016
in_overlay "$root" "$work/over" "$(declare -f try)"'
	work=$1 release=$2
	listing() { (cd "$new" && find -L usr/local "lib/modules/$release/updates" 2>/dev/null | sort); }
	mount --bind "$work/src" "$new/mnt"
	listing >"$work/before"
	try 1 "make install" "$work/log" chroot "$new" make -C /mnt install KDIR="/lib/modules/$release/build"
	listing | comm -13 "$work/before" - >"$work/installed"
	(cd "$upper" && find . -type f -o -type l) | grep -E "coremon|/modules\.[a-z.]*$" | tar -C "$upper" -cf "$work/stage/install.tar" -T -
	chroot "$new" make -C /mnt uninstall KDIR="/lib/modules/$release/build" >"$work/log" 2>&1
	listing >"$work/after"
	try 2 "make uninstall takes away what make install laid down" "$work/log" diff "$work/before" "$work/after"
' "$work" "$release"
