#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prints the folder scripts/ of a kernel's source, with checkpatch.pl and the semantic patches of coccicheck: that of the debug kernel
# where it was built, else out of Debian's source package, which is fetched once (140 MB) and kept in the cache.
set -eu
. "$(dirname "$0")/common.sh"
package=linux-source-6.1

for d in "$CACHE"/debug/debug-6.1.*/build/scripts "$CACHE"/scripts; do
	if [ -e "$d/checkpatch.pl" ] && [ -d "$d/coccinelle" ]; then echo "$d"; exit 0; fi
done
mkdir -p "$CACHE"
exec 9>"$CACHE/scripts.lock"
flock 9
if [ ! -d "$CACHE/scripts" ]; then
	say "fetching $package for checkpatch and coccicheck, once"
	tmp=$CACHE/scripts.tmp
	rm -rf "$tmp"
	mkdir -p "$tmp"
	quietly "$BUILD/log/kernel-scripts.log" sh -c "cd '$tmp' && { apt-get -qq download $package || { apt-get -qq update && apt-get -qq download $package; }; } &&
		dpkg-deb --fsys-tarfile $package*.deb | tar -xO ./usr/src/$package.tar.xz | tar -xJ --strip-components=1 $package/scripts" ||
		die "cannot get the scripts of $package"
	mv "$tmp/scripts" "$CACHE/scripts"
	rm -rf "$tmp"
fi
echo "$CACHE/scripts"
