#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# stock
# On a kernel that takes signed modules only, as with Secure Boot, the module is refused, and what is there without it says what to sign.
# Last of all tests, for the kernel cannot be told to go back. (With a key that a firmware has enrolled: secure/.)
. ./tests/lib.sh

enforce=/sys/module/module/parameters/sig_enforce
lockdown=/sys/kernel/security/lockdown
[ -e $enforce ] || skip "this kernel cannot be told to take signed modules only"
# What is said where there is no module. Argument: extended regular expression.
said() {
	./coremon-report 1 1 >/dev/null 2>"$T/said" || { cat "$T/said"; fail "no report without the module"; }
	[ "$(grep -c 'no /proc/coremon' "$T/said")" = 1 ] && grep -Eq "$1" "$T/said" || { cat "$T/said"; fail "the report does not say: $1"; }
	if ./coremon events >"$T/events" 2>&1; then fail "events without the module"; fi
	[ "$(wc -l <"$T/events")" = 1 ] && grep -Eq "$1" "$T/events" || { cat "$T/events"; fail "events do not say: $1"; }
}
refused() {
	dmesg >"$T/before"
	if insmod "$1" 2>"$T/insmod"; then fail "loaded: $2"; fi
	[ ! -e $proc ] || fail "$proc after a refusal"
	dmesg | tail -n +$(($(wc -l <"$T/before") + 1)) >"$T/kernel"
	cat "$T/insmod" "$T/kernel"
	grep -qiE "$3" "$T/kernel" "$T/insmod" || fail "$2: the kernel does not say why"
}

[ "$(cat $enforce)" = N ] || fail "signed modules only, from the start"
said "'modprobe coremon' as root loads it"
load
unload

# Signed with a key of our own, which no kernel knows: loaded while that may be (one taint the less), refused then.
sign=/lib/modules/$(uname -r)/build/scripts/sign-file
signed=
if command -v openssl >/dev/null && [ -x "$sign" ]; then
	openssl req -new -x509 -newkey rsa:2048 -nodes -days 36500 -outform DER -subj /CN=coremon-test/ -keyout "$T/key" -out "$T/der" 2>/dev/null
	cp coremon.ko "$T/signed.ko"
	"$sign" sha256 "$T/key" "$T/der" "$T/signed.ko" || fail "sign-file"
	[ "$(modinfo -F signer "$T/signed.ko")" = coremon-test ] || fail "signer: $(modinfo -F signer "$T/signed.ko")"
	[ -z "$(modinfo -F signer coremon.ko)" ] || fail "coremon.ko is signed"
	insmod "$T/signed.ko"
	[ -e $proc/connections ] || fail "signed, and not loaded"
	unload
	signed=1
else
	echo "no openssl here: signing was not tried"
fi

echo 1 >$enforce
refused coremon.ko "unsigned, signed modules only" 'unsigned module|key'
said 'signed modules only \(module.sig_enforce\): sign coremon.ko'
[ -z "$signed" ] || refused "$T/signed.ko" "signed with a key that is not known" 'unavailable key|key'

# As with Secure Boot, but for the firmware.
[ -e $lockdown ] || mount -t securityfs none /sys/kernel/security 2>/dev/null || true
if [ -e $lockdown ]; then
	echo integrity >$lockdown
	refused coremon.ko "unsigned, locked down" 'unsigned module|lockdown|key'
	said 'locked down and loads signed modules only: sign coremon.ko'
fi
