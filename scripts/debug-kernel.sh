#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds a kernel of our own from Debian's source package, once: the checks that no distribution's kernel has (KASAN, KCSAN,
# lockdep, kmemleak, fault injection) are in its fragments of a configuration. It goes to a folder of the cache named after the
# source's version and the fragments, so a change of either makes a new one. Prints the folder, with boot/, lib/modules/ and, in
# build/, what building a module needs.
# Usage: debug-kernel.sh [-w] [LINE]     (default: debug)     -w: only prints where it is, or would be
set -eu
. "$(dirname "$0")/common.sh"

where=
if [ "${1:-}" = -w ]; then where=1; shift; fi
line=${1:-debug}
package=$(kernel_source "$line") || die "$line is not a kernel of our own (see scripts/suites.list)"
fragments=$(kernel_rows | awk -v l="$line" '$1 == l { gsub(/,/, " ", $5); print $5 }')
suite=$(kernel_suite "$line")
root=$(suite_root "$suite")
[ -n "$where" ] || root=$("$TOP/scripts/suite.sh" "$suite")

candidate() { in_root "$root" /tmp "apt-cache policy $package" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'; }
version=$(candidate)
if [ -z "$version" ] && [ -z "$where" ]; then
	in_root "$root" /tmp "apt-get -qq update" >&2 || true
	version=$(candidate)
fi
# The fragments as one, in which the last line for a symbol holds; what make is told besides is behind `# make:` in them.
# shellcheck disable=SC2086
merged() {
	(cd "$TOP" && cat $fragments) | sed 's/^# [^C].*//' | awk '
		{ line[NR] = $0; sub(/^# /, ""); sub(/[ =].*/, "") }
		/^CONFIG_/ { if ($0 in at) line[at[$0]] = ""; at[$0] = NR }
		END { for (i = 1; i <= NR; i++) if (line[i] != "") print line[i] }'
}
# shellcheck disable=SC2086
told=$(cd "$TOP" && sed -n 's/^# make: //p' $fragments | xargs)
# (The number is that of the recipe below.)
key=$( (echo 1; merged; echo "$told" | grep . || true) | sha256sum | cut -c1-12)
if [ -n "$version" ]; then
	home=$CACHE/debug/$line-$version-$key
else # what has been built of an earlier version will do
	home=$(ls -td "$CACHE/debug/$line-${package#linux-source-}".*-"$key" 2>/dev/null | head -n 1)
	[ -n "$home" ] || die "apt knows no $package in $suite: the $line kernel cannot be built"
fi
if [ -n "$where" ] || [ -e "$home" ]; then echo "$home"; exit 0; fi

mkdir -p "$CACHE/debug"
exec 9>"$CACHE/debug/lock"
flock 9
if [ -e "$home" ]; then echo "$home"; exit 0; fi
[ "$(id -u)" = 0 ] || die "only root can build the $line kernel"

tmp=$home.tmp
log=$BUILD/log/$line-kernel.log
needed="bc libelf-dev xz-utils"
if [ "$root" = / ]; then
	# shellcheck disable=SC2086
	"$TOP/scripts/install-deps.sh" $needed
else
	quietly "$log" in_root "$root" /tmp "apt-get -qq -y --no-install-recommends install $needed" || die "could not install $needed in $root"
fi
# Run a step in the folder of the build. Arguments: what failed if it does, command line.
step() { quietly "$log" in_root "$root" "$tmp" "$2" || die "the $line kernel: $1"; }

say "building the $line kernel of $package $version, once (half an hour of two processors)"
rm -rf "$tmp"
mkdir -p "$tmp"
merged >"$tmp/fragment"
step "cannot get its source" "apt-get -qq download $package=$version && dpkg-deb -x $package*.deb . && rm $package*.deb &&
	tar -xf usr/src/$package.tar.xz && rm -r usr && mv $package build"
step "kconfig fails" "make -s -C build KCONFIG_ALLCONFIG=../fragment allnoconfig"
# kconfig drops without a word what it cannot have.
lost=$(grep -E '^(# )?CONFIG_' "$tmp/fragment" | while read -r l; do
	case $l in
	'#'*) l=${l#'# '}; ! grep -q "^${l%% *}=" "$tmp/build/.config" || echo "${l%% *}=n" ;;
	*) grep -qxF "$l" "$tmp/build/.config" || echo "$l" ;;
	esac
done | xargs)
[ -z "$lost" ] || die "the $line kernel: kconfig does not take $lost of $fragments"

while sleep 60; do say "the $line kernel: $(find "$tmp/build" -name '*.o' | wc -l) objects ($(elapsed) s)"; done &
trap 'kill $progress 2>/dev/null' EXIT
progress=$!
step "the build fails" "make -s -C build -j2 $told bzImage modules && make -s -C build INSTALL_MOD_PATH=.. modules_install"
kill $progress

# Of the tree only what a module's build needs stays.
release=$(cat "$tmp/build/include/config/kernel.release")
mkdir "$tmp/boot"
mv "$tmp/build/arch/x86/boot/bzImage" "$tmp/boot/vmlinuz-$release"
mv "$tmp/build/System.map" "$tmp/boot/System.map-$release"
(cd "$tmp/build" && find . -mindepth 1 -maxdepth 1 ! -name include ! -name arch ! -name scripts ! -name tools ! -name Makefile ! -name Kbuild \
	! -name Kconfig ! -name .config ! -name Module.symvers -exec rm -rf {} +
	find arch -mindepth 1 -maxdepth 1 ! -name x86 -exec rm -rf {} +
	find tools -mindepth 1 -maxdepth 1 ! -name objtool ! -name include ! -name scripts ! -name build -exec rm -rf {} +
	find arch tools/objtool \( -name '*.o' -o -name '*.a' -o -name '*.c' -o -name '*.S' -o -name '.*.cmd' -o -name 'vmlinux*' \) -delete)
for l in build source; do ln -sfn ../../../build "$tmp/lib/modules/$release/$l"; done
mv "$tmp" "$home"
say "the $line kernel is ready ($(elapsed) s)"
echo "$home"
