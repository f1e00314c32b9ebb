#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Makes the root folder of a Debian suite in the cache, with compiler, kernels and headers, once. A later call only
# looks at its stamp. Prints the folder.
# Usage: suite.sh SUITE
set -eu
. "$(dirname "$0")/common.sh"

suite=${1:?usage: suite.sh SUITE}
release=${suite%%-*}
machine=$(machine_of "$suite")
root=$(suite_root "$suite")
log=$BUILD/log/suite-$suite.log
kernel_rows | awk -v s="$suite" '$2 == s { n = 1 } END { exit !n }' || die "no suite '$suite' in scripts/suites.list"

if [ "$root" = / ]; then
	"$TOP/scripts/install-deps.sh"
	echo /
	exit 0
fi

[ "$(id -u)" = 0 ] || die "only root can make a root folder of $suite"

# A changed list of packages changes the stamp, and the folder is brought up to date.
stamp=$( (echo 1; echo "$SUITE_PACKAGES"; stock_rows | awk -v s="$suite" '$2 == s') | sha256sum | cut -c1-16)
mkdir -p "$CACHE/suites"
exec 9>"$CACHE/suites/$suite.lock"
flock 9
if [ "$(cat "$root.stamp" 2>/dev/null)" = "$stamp" ] && [ -d "$root" ]; then
	echo "$root"
	exit 0
fi

# The archives are those this machine's apt uses: the Debian one for any suite, the security one beside it.
archive() { # label
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F'|' -v l="$1" '$1 == "Debian" && $2 == l { print $3; exit }'
}
debian=$(archive Debian)
security=$(archive Debian-Security)
[ -n "$debian" ] || die "apt knows no Debian archive (run apt-get update?): cannot make a root of $suite"

in_chroot() { unshare --mount --propagation private sh -ec '
	mount -t proc proc "$1/proc"; r=$1; shift
	exec env PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive INITRD=No LC_ALL=C chroot "$r" "$@"' in_chroot "$tmp" "$@"
}

# An initramfs of the suite is not needed (guest.sh makes its own), nor are its documents.
options="force-unsafe-io
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/doc/*
path-exclude=/boot/initrd*"
dpkg_options() { echo "$options" | sed 's/^/--dpkgopt=/'; }

# One of another processor is unpacked, for nothing of it can run here, and set up as far as a guest needs it: names of users and of awk, an
# index of modules, and programs of kbuild that this machine can run.
foreign() {
	packages=$(stock_rows | awk -v s="$suite" '$2 == s { print $4, $5 }')
	mkdir -p "$tmp"
	eatmydata mmdebstrap --quiet --mode=root --variant=extract --architectures="$machine" --skip=cleanup/apt,check/empty $(dpkg_options) \
		--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
		--include='?essential' --include="$(echo $packages $SUITE_PACKAGES $ARM64_PACKAGES | tr ' ' ',')" "$release" "$tmp" \
		"deb $debian $release main" ${security:+"deb $security $release-security main"} || return 1
	for f in passwd group; do cp "$tmp/usr/share/base-passwd/$f.master" "$tmp/etc/$f" || return 1; done
	ln -sf mawk "$tmp/usr/bin/awk"
	depmod -b "$tmp" "$(kernel_release "$tmp" "$(stock_rows | awk -v s="$suite" '$2 == s { print $1 }')")" || return 1
	for k in "$tmp"/usr/lib/linux-kbuild-*; do
		[ -d "/usr/lib/${k##*/}" ] || { echo "this machine has no ${k##*/}"; return 1; }
		rm -rf "$k" && cp -a "/usr/lib/${k##*/}" "$k" || return 1
	done
}

base() {
	set -- "deb $debian $release main"
	[ -z "$security" ] || set -- "$@" "deb $security $release-security main"
	for e in $(stock_rows | awk -v s="$suite" '$2 == s && $3 != "-" { print $3 }' | sort -u); do
		set -- "$@" "deb $debian $e main"
	done
	packages=$(stock_rows | awk -v s="$suite" '$2 == s && $3 == "-" { print $4 "," $5 "," }')
	# shellcheck disable=SC2046
	INITRD=No eatmydata mmdebstrap --quiet --mode=root --variant=apt --skip=cleanup/apt,check/empty $(dpkg_options) \
		--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
		--include="$(echo "$packages$(echo $SUITE_PACKAGES)" | tr -s ' \n' ',')" "$release" "$tmp" "$@"
}

# Bring an existing folder to the present list.
update() {
	# shellcheck disable=SC2046
	in_chroot apt-get -qq update &&
		in_chroot apt-get -qq -y install $SUITE_PACKAGES \
			$(stock_rows | awk -v s="$suite" '$2 == s && $3 == "-" { print $4, $5 }')
}

# The newest release in the extra suite that has an image, modules and headers.
newest() { # prefix, flavour
	in_chroot apt-cache search --names-only "^linux-(binary|binary-unsigned|modules|headers)-$1" |
		sed -nE "s/^linux-(binary|binary-unsigned|modules|headers)-($1[0-9.]+[0-9]\+deb[0-9]+-$2) .*/\2 \1/p" |
		sort -u | awk '{ n[$1]++; if ($2 ~ /^binary/ && !b[$1]++ && $2 != "binary") u[$1] = 1 }
			END { for (r in n) if (n[r] >= 3) print r, (u[r] ? "binary-unsigned" : "binary") }' |
		sort -V | tail -n 1
}

extra_kernels() {
	stock_rows | awk -v s="$suite" '$2 == s && $3 != "-"' | while read -r line _ extra image _; do
		found=$(newest "$(echo "${image#newest:}" | sed 's/[.]/[.]/g')" "$(kernel_flavour "$line")")
		[ -n "$found" ] || { echo "no $line kernel with headers in $extra"; exit 1; }
		rel=${found% *}
		in_chroot apt-get -qq -y -t "$extra" install "linux-${found#* }-$rel" "linux-modules-$rel" "linux-headers-$rel"
	done
}

tmp=$root.tmp
if [ "$machine" != amd64 ]; then
	host_is "$release" || die "a root of $suite can only be made on Debian $release, whose compiler and kernel headers serve for it"
	say "making a root of $suite, once (a few minutes, 1.3 GB, in $root)"
	rm -rf "$tmp" "$root"
	quietly "$log" foreign || die "could not make a root of $suite"
elif [ -d "$root" ]; then
	say "bringing the root of $suite up to date"
	tmp=$root
	quietly "$log" update || die "could not update $root (rm -rf it to begin anew)"
else
	say "making a root of $suite, once (a few minutes, about 1 GB, in $root)"
	rm -rf "$tmp"
	quietly "$log" base || die "could not make a root of $suite"
fi
if [ "$machine" = amd64 ]; then
	quietly "$log.extra" extra_kernels || die "could not install the further kernels of $suite"
	in_chroot apt-get -qq clean
fi
if [ "$tmp" != "$root" ]; then mv "$tmp" "$root"; fi
echo "$stamp" >"$root.stamp"
say "root of $suite ready ($(elapsed) s)"
echo "$root"
