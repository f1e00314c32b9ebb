#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# stock
# modprobe loads what `make install` laid down, and what dkms installed (where the host ran dkms for this kernel).
. ./tests/lib.sh

[ -e install.tar ] || fail "no install.tar from the host"
for t in install dkms; do
	[ -e $t.tar ] || continue
	find -L /lib/modules/"$(uname -r)"/updates -name 'coremon.ko*' -delete 2>/dev/null || true
	# The archive has what the real `make install` and `dkms install` changed, depmod's tables included.
	tar -C / -xf $t.tar --keep-directory-symlink
	modprobe coremon || fail "modprobe after $t"
	[ -e $proc/connections ] || fail "no $proc after $t"
	modinfo -n coremon
	modprobe -r coremon
done
# The reader was installed as well.
PATH=$PATH:/usr/local/sbin
command -v coremon-report || fail "coremon-report is not in the path"
