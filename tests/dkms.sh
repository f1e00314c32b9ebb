#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dkms add, build, install and remove of the tree with the real dkms, for the newest kernel of a line, on an overlay that is
# gone afterwards. What dkms installed goes to build/dkms/dkms.tar, for a guest to modprobe.
# Usage: dkms.sh LINE
set -eu
. "$(dirname "$0")/../scripts/common.sh"
. "$TOP/tests/harness.sh"

line=${1:?usage: dkms.sh LINE}
root=$(suite_root "$(kernel_suite "$line")")
release=$(kernel_release "$root" "$line") || die "no $line kernel in $root"
work=$BUILD/dkms
rm -rf "$work"
mkdir -p "$work/src"
cd "$TOP"
# What a clone has: what git knows, or everything that is not built.
{ git ls-files -co --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print; } |
	while read -r f; do [ ! -e "$f" ] || echo "$f"; done |
	grep -vE '\.(o|ko|mod|mod\.c|cmd)$|/features\.h$' | tar -cf - -T - | tar -xf - -C "$work/src"
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

echo "1..4"
# shellcheck disable=SC2016
in_overlay "$root" "$work/over" "$(declare -f try)"'
	work=$1 release=$2 version=$3
	cp -a "$work/src" "$new/usr/src/coremon-$version"
	try 1 "dkms add" "$work/log" chroot "$new" dkms add "coremon/$version"
	try 2 "dkms build" "$work/log" chroot "$new" dkms build "coremon/$version" -k "$release"
	try 3 "dkms install" "$work/log" chroot "$new" dkms install "coremon/$version" -k "$release"
	cat "$new"/var/lib/dkms/coremon/*/build/make.log >"$work/make.log" 2>/dev/null || true
	tar -C "$upper" -cf "$work/dkms.tar" $(cd "$upper" && find . -path "*/lib/modules/$release/*" -type f)
	try 4 "dkms remove leaves nothing" "$work/log" chroot "$new" sh -c "
		dkms remove coremon/$version --all && ! find -L /lib/modules/$release -name \"coremon.ko*\" | grep ."
' "$work" "$release" "$version"
