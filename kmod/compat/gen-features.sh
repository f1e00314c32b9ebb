#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: gen-features.sh OUTPUT PROBE_DIR CC [FLAG ...]
#
# Compiles each probe of PROBE_DIR against the kernel's headers and writes "#define HAVE_<NAME>" for those that compile.
# A probe that fails must fail for the reason its line "/* absent: REGEX */" names: any other message means that
# the tool chain is broken, and guessing "absent" would silently build a lesser module, so the build stops.
set -eu
export LC_ALL=C

out=$1
dir=$2
shift 2

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Arguments stay as they are: the flags hold quotes.
compile()
{
	probe=$1
	shift
	"$@" -Werror=implicit-function-declaration -Werror=incompatible-pointer-types \
		-c -o "$tmp/probe.o" "$probe" 2>"$tmp/log"
}

compile "$dir/0_SANITY.c" "$@" || {
	echo "coremon: the kernel headers do not compile:" >&2
	cat "$tmp/log" >&2
	exit 1
}
if compile "$dir/0_ABSENT.c" "$@"; then
	echo "coremon: the compiler accepts what no kernel has; feature probes cannot be trusted" >&2
	exit 1
fi

{
	echo "/* SPDX-License-Identifier: GPL-2.0-only */"
	echo "/* Made by gen-features.sh from compat/probes: what this kernel has. */"
	for probe in "$dir"/[A-Z]*.c; do
		name=$(basename "$probe" .c)
		if compile "$probe" "$@"; then
			echo "#define HAVE_$name 1"
			continue
		fi
		reason=$(sed -n 's|.*/\* absent: \(.*\) \*/.*|\1|p' "$probe")
		if [ -z "$reason" ] || ! grep -Eq "error: .*($reason)" "$tmp/log"; then
			echo "coremon: probe $name failed for a reason it does not name:" >&2
			cat "$tmp/log" >&2
			exit 1
		fi
		echo "/* no $name: $(grep -m1 -o "error: .*" "$tmp/log" | sed "s,[*]/,,g") */"
	done
} >"$tmp/features.h"

mkdir -p "$(dirname "$out")"
cp "$tmp/features.h" "$out"
