#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# stock
# modprobe loads what `make install` laid down, and what dkms installed (where the host ran dkms for this kernel).
. ./tests/lib.sh

[ "$(uname -m)" = x86_64 ] || skip "make install is not run for a processor that the host does not have"
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
# The day of a kernel update: dkms builds for the next kernel while this one's module is loaded. It goes on counting, and unloads.
if [ -e update.tar ]; then
	modprobe coremon
	file=$(modinfo -n coremon)
	hold early hold -n 2 -u 1000
	tar -C / -xf update.tar --keep-directory-symlink
	next=$(tar -tf update.tar | sed -n 's#.*/lib/modules/\([^/]*\)/.*#\1#p' | sort -u)
	modinfo -k "$next" -F vermagic coremon | grep "^$next " || fail "no module for $next"
	[ "$(modinfo -n coremon)" = "$file" ] || fail "another module for this kernel: $(modinfo -n coremon)"
	if insmod "$(modinfo -k "$next" -n coremon)" 2>"$T/said"; then fail "the next kernel's module loaded over this one"; fi
	cat "$T/said"
	hold late hold -n 3 -u 1000
	[ "$(columns $proc/connections state | grep -c ESTABLISHED)" = 10 ] || fail "connections: $(columns $proc/connections state | sort | uniq -c)"
	release early
	release late
	await sh -c "! grep -q ESTABLISHED $proc/connections"
	stats_add_up
	modprobe -r coremon
	modprobe coremon
	modprobe -r coremon
fi
# The reader was installed as well.
PATH=$PATH:/usr/local/sbin
command -v coremon-report || fail "coremon-report is not in the path"
