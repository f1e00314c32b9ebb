#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The conventions of the sources that a machine can see, as KTAP. What breaks one is listed below its line.
# Usage: lint.sh
set -u
. "$(dirname "$0")/common.sh"
cd "$TOP" || exit 1

n=0 bad=0
# Prints a result: green when the command prints nothing. Arguments: what holds, command line.
clean() {
	local out
	n=$((n + 1))
	out=$(eval "$2" 2>&1)
	if [ -z "$out" ]; then echo "ok $n lint: $1"; else echo "not ok $n lint: $1"; echo "$out" | head -n 20 | sed 's/^/# /'; bad=1; fi
}
files() { { git ls-files -co --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -printf '%P\n'; } | while read -r f; do [ ! -f "$f" ] || echo "$f"; done | grep -E "$1"; }

clean "a licence line in every source" \
	"files '\.(c|h|sh|awk|y|l|list)$|(Kbuild|Makefile|dkms.conf)$|^\.ci/run$' | while read -r f; do head -n 3 \"\$f\" | grep -q SPDX-License-Identifier || echo \"\$f\"; done"
clean "kernel versions are looked at in kmod/compat alone" "files '^kmod/.*\.[ch]$' | grep -v ^kmod/compat/ | xargs grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION|RHEL_'"
clean "ccflags-y, for EXTRA_CFLAGS is no more" "files '(Kbuild|Makefile)$' | xargs grep -n EXTRA_CFLAGS"
clean "no .c of more than 600 lines" "files '\.c$' | xargs wc -l | awk '\$1 > 600 && \$2 != \"total\"'"
clean "one uapi header, never copied" "files '(^|/)coremon\.h$' | sed 1d"
clean "pr_fmt is Kbuild's" "files '^kmod/.*\.[ch]$' | xargs grep -n 'define pr_fmt'"
clean "no BUG" "files '^kmod/.*\.[ch]$' | xargs grep -nwE 'BUG|BUG_ON'"
clean "no blank at the end of a line" "files '\.(c|h|sh|awk|y|l|list|md)$|(Kbuild|Makefile)$' | grep -v '^tests/cli/' | xargs grep -nE '[[:blank:]]+$'"
clean "no path of a home or a mirror's name" "files '.' | grep -vE '^(tests/cli/|LICENSE|scripts/lint.sh)' | xargs grep -nE '/home/[a-z]|(deb|ftp|security)\.debian\.org'"
if [ -e kmod/coremon.ko ]; then
	clean "the module's globals begin with coremon_, and none is exported" "scripts/symbols.sh kmod/coremon.ko"
fi
if command -v shellcheck >/dev/null; then
	clean "shellcheck" "files '\.sh$' | xargs shellcheck -S warning -e SC1090,SC1091,SC2034,SC2046,SC2086,SC2120,SC2154 -f gcc"
fi
echo "1..$n"
exit $bad
