#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# modprobe loads what `make install` laid down, and what dkms installed.
. ./tests/lib.sh

[ -e install.tar ] || fail "no install.tar from the build"
for t in install dkms; do
	[ -e $t.tar ] || continue
	find /lib/modules/"$(uname -r)"/updates -name 'coremon.ko*' -delete 2>/dev/null || true
	tar -C / -xf $t.tar --keep-directory-symlink
	depmod -a
	modprobe coremon || fail "modprobe after $t"
	[ -e $proc/connections ] || fail "no $proc after $t"
	modinfo -n coremon
	modprobe -r coremon
done
# The reader was installed as well.
command -v coremon-report || fail "coremon-report is not in the path"
