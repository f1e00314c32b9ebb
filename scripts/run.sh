#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The main job: the module loaded, traffic flowing, coremon-report printing. On a machine whose kernel can load modules it
# is that kernel and that machine's own traffic; elsewhere a QEMU guest with a stock Debian kernel and traffic of its own.
# Usage: run.sh [arguments of coremon-report]      (default: 5)
set -eu
. "$(dirname "$0")/common.sh"

[ $# -gt 0 ] || set -- 5
[ "$(id -u)" = 0 ] || die "make run needs root: it loads a kernel module, or boots a guest on this machine's folders"

# Why this kernel cannot load a module; nothing if it can.
why_not() {
	local caps
	[ -e /proc/modules ] || { echo "this kernel cannot load modules (no CONFIG_MODULES)"; return; }
	caps=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
	[ $((0x$caps >> 16 & 1)) = 1 ] || { echo "this process may not load modules (no CAP_SYS_MODULE: a container?)"; return; }
	[ "$(cat /proc/sys/kernel/modules_disabled 2>/dev/null || echo 0)" = 0 ] || { echo "loading of modules is switched off (kernel.modules_disabled)"; return; }
	if grep -qsE '\[(integrity|confidentiality)\]' /sys/kernel/security/lockdown; then
		echo "this kernel is locked down and loads signed modules only (README, Secure Boot, says how to sign)"; return
	fi
	if grep -qs '^Y' /sys/module/module/parameters/sig_enforce; then
		echo "this kernel loads signed modules only (module.sig_enforce; README, Secure Boot, says how to sign)"; return
	fi
	[ -e "/lib/modules/$(uname -r)/build" ] || [ -n "$(apt-cache search --names-only "^linux-headers-$(uname -r)\$" 2>/dev/null)" ] ||
		{ echo "there are no headers of this kernel ($(uname -r))"; return; }
}

why=$(why_not)
if [ -z "$why" ]; then
	"$TOP/scripts/install-deps.sh" gcc make libc6-dev kmod bison flex pkg-config libmnl-dev libjansson-dev
	[ -e "/lib/modules/$(uname -r)/build" ] || "$TOP/scripts/install-deps.sh" "linux-headers-$(uname -r)"
	say "building for this kernel, $(uname -r)"
	quietly "$BUILD/log/run.log" make -C "$TOP" all || exit 1
	if [ ! -e /proc/coremon ]; then
		insmod "$TOP/coremon.ko" || die "the module was refused: $(dmesg | grep 'coremon: ' | tail -n 1)"
		trap 'rmmod coremon' EXIT
	fi
	# Ctrl-C ends the report; this script goes on to its end.
	trap : INT
	"$TOP/userspace/coremon-report" "$@" || { rc=$?; [ $rc = 130 ] || exit $rc; }
	exit 0
fi

line=$(kernel_lines | head -n 1)
say "$why: a QEMU guest with a stock Debian kernel is used"
"$TOP/scripts/install-deps.sh"
"$TOP/scripts/build.sh" "$line" || exit 1
root=$(suite_root "$(kernel_suite "$line")")
# A stage of its own, so that tests may run beside it.
mkdir -p "$BUILD/run"
stage=$(mktemp -d "$BUILD/run/XXXXXX")
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM HUP
cp -a "$BUILD/$line/stage/." "$stage/"
cp "$TOP/scripts/traffic.sh" "$stage/"
say "booting $(kernel_release "$root" "$line") (10 to 20 s); Ctrl-C ends it"
rc=0
"$TOP/scripts/guest.sh" -s -t 86400 "$line" "$stage" "$(printf '%q ' sh traffic.sh "$@")" || rc=$?
case $rc in
125) tail -n 20 "$stage/console.log" | sed 's/^/  | /' >&2; die "the guest ended before its time" ;;
esac
exit "$rc"
