#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Makes a firmware with Secure Boot on, for `guest.sh -f DIR`: DIR/code.fd, DIR/vars.fd. The one key that it has enrolled is the one Debian
# ships for tests, with its secret: DIR/key.pem, DIR/cert.der. The firmware does not check the kernel that QEMU hands it: what is tested
# is what that kernel does then, which locks itself down and takes modules signed with the firmware's key.
# Usage: secure-boot.sh DIR
set -eu
. "$(dirname "$0")/common.sh"

[ $# = 1 ] || die "usage: secure-boot.sh DIR"
dir=$1
"$TOP/scripts/install-deps.sh" ovmf openssl
shipped=/usr/share/ovmf/PkKek-1-snakeoil
rm -rf "$dir"
mkdir -p "$dir"
cp /usr/share/OVMF/OVMF_CODE_4M.secboot.fd "$dir/code.fd"
cp /usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd "$dir/vars.fd"
log=$BUILD/log/secure-boot.log
quietly "$log" openssl rsa -in $shipped.key -passin pass:snakeoil -out "$dir/key.pem"
quietly "$log" openssl x509 -in $shipped.pem -outform DER -out "$dir/cert.der"
