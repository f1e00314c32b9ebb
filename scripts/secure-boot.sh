#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Makes a firmware with Secure Boot on, and a kernel line's image signed with its key: DIR/code.fd, DIR/vars.fd, DIR/vmlinuz, for
# `guest.sh -f DIR`. The one key that it has enrolled is the one Debian ships for tests, with its secret: DIR/key.pem, DIR/cert.der.
# Usage: secure-boot.sh LINE DIR
set -eu
. "$(dirname "$0")/common.sh"

[ $# = 2 ] || die "usage: secure-boot.sh LINE DIR"
line=$1 dir=$2
"$TOP/scripts/install-deps.sh" ovmf sbsigntool openssl
root=$(suite_root "$(kernel_suite "$line")")
home=$(kernel_home "$root" "$line")
release=$(kernel_release "$home" "$line") || die "no $line kernel in $home (run scripts/build.sh $line)"
shipped=/usr/share/ovmf/PkKek-1-snakeoil
rm -rf "$dir"
mkdir -p "$dir"
cp /usr/share/OVMF/OVMF_CODE_4M.secboot.fd "$dir/code.fd"
cp /usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd "$dir/vars.fd"
log=$BUILD/log/secure-boot.log
quietly "$log" openssl rsa -in $shipped.key -passin pass:snakeoil -out "$dir/key.pem"
quietly "$log" openssl x509 -in $shipped.pem -outform DER -out "$dir/cert.der"
quietly "$log" sbsign --key "$dir/key.pem" --cert $shipped.pem --output "$dir/vmlinuz" "$(kernel_image "$home" "$release")"
