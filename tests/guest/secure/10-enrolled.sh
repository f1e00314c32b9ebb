#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Booted by a firmware with Secure Boot on, which has a key enrolled: the module is refused unsigned and with another key, and the reader
# says what to do; signed with that key it loads, and each hook serves as where nothing is locked down.
. ./tests/lib.sh

lockdown=/sys/kernel/security/lockdown
[ -e $lockdown ] || mount -t securityfs none /sys/kernel/security
grep -q '\[integrity\]' $lockdown || { cat $lockdown; fail "not locked down"; }
dmesg | grep -qi 'secure boot enabled' || fail "Secure Boot is off"

refused() {
	if insmod "$1" 2>"$T/insmod"; then fail "loaded: $1"; fi
	cat "$T/insmod"
	[ ! -e $proc ] || fail "$proc after a refusal"
	grep -qE 'Key was rejected by service|Required key not available|Operation not permitted' "$T/insmod" || fail "$1: insmod does not say why"
	./coremon-report 1 1 >/dev/null 2>"$T/said" || { cat "$T/said"; fail "no report without the module"; }
	[ "$(wc -l <"$T/said")" = 1 ] && grep -q 'locked down and loads signed modules only: sign coremon.ko' "$T/said" || { cat "$T/said"; fail "the report does not say what to sign"; }
}
refused secure/unsigned.ko
refused secure/stranger.ko

[ "$(modinfo -F signer coremon.ko)" = SnakeOil ] || fail "signer: $(modinfo -F signer coremon.ko)"
load
# Out of tree, and that is all that taints.
[ $(($(cat /proc/sys/kernel/tainted) & 8192)) = 0 ] || fail "tainted as unsigned"
columns $proc/hooks hook kind why >"$T/hooks"
# What serves where, and why not, is known from a boot without Secure Boot.
cat "$T/hooks"
[ "$(wc -l <"$T/hooks")" -gt 20 ] || fail "no hooks"
if awk '$3 != "-" && $3 != "not-needed"' "$T/hooks" | grep .; then fail "a hook does not serve"; fi
unload
