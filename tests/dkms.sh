#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dkms add, build, install and remove of the tree with the real dkms, for the newest kernel of a line. It runs on an overlay
# over the root folder in a mount name space of its own, so nothing is left in that root. What dkms installed goes to
# build/dkms/dkms.tar, for a guest to modprobe.
# Usage: dkms.sh LINE
set -eu
. "$(dirname "$0")/../scripts/common.sh"

line=${1:?usage: dkms.sh LINE}
root=$(suite_root "$(kernel_suite "$line")")
release=$(kernel_release "$root" "$line") || die "no $line kernel in $root"
work=$BUILD/dkms
rm -rf "$work"
mkdir -p "$work"/{over,src}
cd "$TOP"
# What a clone has: what git knows, or everything that is not built.
{ git ls-files -co --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print; } |
	grep -vE '\.(o|ko|mod|mod\.c|cmd)$|/features\.h$' | tar -cf - -T - | tar -xf - -C "$work/src"
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

echo "1..4"
# The overlay's upper layer is a tmpfs: the folder of the build may be on a file system that cannot serve as one.
# shellcheck disable=SC2016
unshare --mount --propagation private bash -euc '
	root=$1 work=$2 release=$3 version=$4
	n=0
	try() { n=$((n + 1)); local what=$1; shift
		if "$@" </dev/null >"$work/$n.log" 2>&1; then echo "ok $n $what"; else
			echo "not ok $n $what"; tail -n 25 "$work/$n.log" /new/var/lib/dkms/coremon/*/build/make.log 2>/dev/null | sed "s/^/# /"; fi; }
	mount -t tmpfs -o size=2g dkms "$work/over"
	mkdir "$work"/over/{upper,work,new}
	mount -t overlay -o "lowerdir=$root,upperdir=$work/over/upper,workdir=$work/over/work" dkms "$work/over/new"
	new=$work/over/new
	mount -t proc proc "$new/proc"; mount --bind /dev "$new/dev"; mount -t tmpfs tmp "$new/tmp"
	mkdir -p "$new/usr/src/coremon-$version"
	cp -a "$work/src/." "$new/usr/src/coremon-$version/"
	try "dkms add" chroot "$new" dkms add "coremon/$version"
	try "dkms build" chroot "$new" dkms build "coremon/$version" -k "$release"
	try "dkms install" chroot "$new" dkms install "coremon/$version" -k "$release"
	(cd "$new" && find -L "lib/modules/$release/updates" -name "coremon.ko*" | tar -cf "$work/dkms.tar" -T -)
	try "dkms remove" chroot "$new" sh -ec "
		dkms remove coremon/$version --all
		! find -L /lib/modules/$release -name \"coremon.ko*\" | grep ."
' dkms "$root" "$work" "$release" "$version"
