#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Installs the Debian packages CoreMon needs and this machine lacks. Says nothing when there is nothing to do.
# Usage: install-deps.sh [package...]     (default: everything `make check` and `make run` need)
set -eu
. "$(dirname "$0")/common.sh"

[ -r /etc/debian_version ] || die "this is not Debian: install by hand: $HOST_PACKAGES"
wanted=${*:-$HOST_PACKAGES}

# shellcheck disable=SC2086
have=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' $wanted 2>/dev/null | sed -n 's/^ii //p')
missing=
for p in $wanted; do
	case " $(echo $have) " in *" $p "*) ;; *) missing="$missing $p" ;; esac
done
[ -n "$missing" ] || exit 0

[ "$(id -u)" = 0 ] || die "packages are missing and only root can install them:$missing"
say "installing$missing"
export DEBIAN_FRONTEND=noninteractive
log=$BUILD/log/install-deps.log
apt="apt-get -qq -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o DPkg::Lock::Timeout=300"
# The package lists of a fresh machine may be missing or old: try with them, then with new ones.
# shellcheck disable=SC2086
if ! $apt install $missing </dev/null >/dev/null 2>&1; then
	quietly "$log" $apt update || die "apt-get update failed: is there a network, and a Debian archive in the apt sources?"
	quietly "$log" $apt install $missing || die "could not install:$missing"
fi
say "packages installed ($(elapsed) s)"
