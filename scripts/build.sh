#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds module, reader and test helpers for one kernel line, in the root of its suite and with that suite's compiler,
# from a copy of the sources: the tree stays as it is, and several kernels can be built at once.
# Warnings are errors (W=1). The result is a stage for guest.sh in build/LINE/stage: coremon.ko, coremon,
# coremon-report, bin/ (helpers), tests/ (what runs in the guest).
# Nothing is done when nothing has changed since.
# Usage: build.sh [-s] LINE           -s: have sparse check the module too (its complaints are errors)
set -eu
. "$(dirname "$0")/common.sh"

sparse=
if [ "${1:-}" = -s ]; then sparse=1; shift; fi
line=${1:?usage: build.sh [-s] LINE}
root=$("$TOP/scripts/suite.sh" "$(kernel_suite "$line")")
if kernel_source "$line" >/dev/null; then home=$("$TOP/scripts/debug-kernel.sh" "$line"); else home=$root; fi
machine=$(machine_of "$line")
# shellcheck disable=SC2086
[ "$machine" = amd64 ] || "$TOP/scripts/install-deps.sh" $CROSS_PACKAGES
release=$(kernel_release "$home" "$line") || die "no $line kernel with headers in $home"
work=$BUILD/$line
stage=$work/stage
mkdir -p "$work/src" "$stage"
exec 9>"$work/lock"
flock 9

# The sources, without what a build in the tree may have left.
cd "$TOP"
sources() {
	find Kbuild Makefile dkms.conf kmod userspace tests/guest scripts -type f 2>/dev/null | grep -vE \
		'\.(o|ko|a|d|mod|mod\.c|cmd|symvers)$|/modules\.order$|/features\.h$|^userspace/coremon(-report)?$|\.(tab|yy)\.[ch]$' |
		LC_ALL=C sort
}
[ -e Kbuild ] && [ -n "$(ls kmod/*.c 2>/dev/null)" ] || die "no module sources in kmod/"
stamp=$( (sources | tr '\n' '\0' | xargs -0 sha256sum; echo "$root $home $release $sparse") | sha256sum | cut -c1-16)
if [ "$(cat "$stage/.stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi
rm -f "$stage/.stamp"
rm -rf "$work/src" "$stage"
mkdir -p "$work/src" "$stage/bin"
sources | tar -cf - -T - | tar -xf - -C "$work/src"

kdir=/lib/modules/$release/build more='' cc=gcc reader='' builder=$root
# A kernel of our own leaves UBSAN to the module: UBSAN_SANITIZE is what a kernel's makefile would say of a folder.
if [ "$home" != "$root" ]; then kdir=$home$kdir more=UBSAN_SANITIZE=y; fi
# For another processor everything is compiled outside its root, against what is in it.
if [ "$machine" != amd64 ]; then
	builder=/ kdir=$root/usr/src/linux-headers-$release more="ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-" cc="aarch64-linux-gnu-gcc --sysroot=$root"
	reader="CC='$cc' AR=aarch64-linux-gnu-ar PKG_CONFIG='PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/usr/lib/aarch64-linux-gnu/pkgconfig pkg-config'"
fi
src=/mnt/src
[ "$builder" != / ] || src=$work/src
kbuild="make -j$(nproc) -C $kdir M=$src W=1 KCFLAGS=-Werror KBUILD_MODPOST_WARN= $more"
quietly "$work/module.log" in_root "$builder" "$work" "$kbuild modules" || die "the module does not build for $release"
# W=1 warnings that the compiler does not know as errors (modpost, kernel-doc) count as well.
if grep -E 'warning:|^WARNING' "$work/module.log" | grep -vE 'pahole version differs|compiler differs' >"$work/warnings"; then
	sed 's/^/  | /' "$work/warnings" >&2
	die "warnings while building the module for $release"
fi
if [ -n "$sparse" ]; then
	command -v sparse >/dev/null || die "sparse is missing (run scripts/install-deps.sh)"
	cp -a "$work/src" "$work/sparse"
	quietly "$work/sparse.log" in_root "$root" "$work" \
		"make -j$(nproc) -C $kdir M=${src%src}sparse C=2 CF=-D__CHECK_ENDIAN__ modules" || die "the build with sparse fails"
	rm -rf "$work/sparse"
	if grep -E 'warning:|error:' "$work/sparse.log" >"$work/warnings"; then
		sed 's/^/  | /' "$work/warnings" >&2
		die "sparse complains"
	fi
fi
cp "$work/src/kmod/coremon.ko" "$stage/"

quietly "$work/helpers.log" in_root "$builder" "$work" '
	for c in src/tests/guest/*.c; do
		[ -e "$c" ] || continue
		n=${c##*/}
		'"$cc"' -std=gnu11 -O2 -Wall -Wextra -Werror -pthread -o "stage/bin/${n%.c}" "$c" || exit 1
	done' || die "the test helpers do not build in $(kernel_suite "$line")"

if [ -e userspace/Makefile ]; then
	quietly "$work/reader.log" in_root "$builder" "$work" "make -C src/userspace $reader" || die "the reader does not build in $(kernel_suite "$line")"
	cp -P "$work/src/userspace/coremon" "$work/src/userspace/coremon-report" "$stage/"
fi
cp -r tests/guest "$stage/tests"
echo "$stamp" >"$stage/.stamp"
