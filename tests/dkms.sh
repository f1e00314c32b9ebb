#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dkms add, build, install and remove of the tree with the real dkms, for the newest kernel of a line, on an overlay that is
# gone afterwards. Then the next kernel comes, with another release of the same headers, and what its package runs. What dkms installed
# goes to build/dkms/dkms.tar, for a guest to modprobe, and what it installed for the next kernel to update.tar.
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

# As Debian numbers them: 6.1.0-56-amd64, then 6.1.0-57-amd64.
abi=$(echo "$release" | sed -nE 's/^[0-9.]+-([0-9]+)-.*/\1/p')
next=${release/-$abi-/-$((abi + 1))-}

# The headers of the next kernel. Arguments: root, release, next release.
next_headers() {
	local from=$1/usr/src/linux-headers-$2 to=$1/usr/src/linux-headers-$3
	cp -a "$from" "$to"
	sed -i "s/$2/$3/" "$to/include/generated/utsrelease.h" "$to/include/config/kernel.release"
	mkdir -p "$1/lib/modules/$3"
	cp "$1/lib/modules/$2"/modules.{order,builtin,builtin.modinfo} "$1/lib/modules/$3/"
	ln -s "/usr/src/linux-headers-$3" "$1/lib/modules/$3/build"
}

echo "1..5"
# shellcheck disable=SC2016
in_overlay "$root" "$work/over" "$(declare -f try next_headers)"'
	work=$1 release=$2 version=$3 next=$4
	cp -a "$work/src" "$new/usr/src/coremon-$version"
	try 1 "dkms add" "$work/log" chroot "$new" dkms add "coremon/$version"
	try 2 "dkms build" "$work/log" chroot "$new" dkms build "coremon/$version" -k "$release"
	try 3 "dkms install" "$work/log" chroot "$new" dkms install "coremon/$version" -k "$release"
	cat "$new"/var/lib/dkms/coremon/*/build/make.log >"$work/make.log" 2>/dev/null || true
	tar -C "$upper" -cf "$work/dkms.tar" $(cd "$upper" && find . -path "*/lib/modules/$release/*" -type f)
	next_headers "$new" "$release" "$next"
	try 4 "dkms builds for the next kernel when that comes, and leaves this one alone" "$work/log" chroot "$new" sh -ec "
		sum() { find -L /lib/modules/$release/updates -name \"coremon.ko*\" -exec sha256sum {} +; }
		before=\$(sum)
		/etc/kernel/header_postinst.d/dkms $next
		[ -n \"\$before\" ] && [ \"\$(sum)\" = \"\$before\" ]
		modinfo -k $next -F vermagic coremon | grep \"^$next \""
	tar -C "$upper" -cf "$work/update.tar" $(cd "$upper" && find . -path "*/lib/modules/$next/*" -type f)
	try 5 "dkms remove leaves nothing" "$work/log" chroot "$new" sh -c "
		dkms remove coremon/$version --all && ! find -L /lib/modules/$release /lib/modules/$next -name \"coremon.ko*\" | grep ."
' "$work" "$release" "$version" "$next"
