# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by the tests that look for lost memory.

leaks=/sys/kernel/debug/kmemleak

# What the kernel itself is blamed for by now is not ours.
leaks_begin() {
	echo scan >$leaks 2>/dev/null || { echo "kmemleak is off (it wants kmemleak=on when the kernel boots)"; exit 1; }
	echo clear >$leaks
}

# Fails when something was lost since. An object counts as lost when it is 5 s old; what a scan finds the next must find again, for
# pointers move.
leaks_none() {
	for _i in 1 2; do sleep 6; echo scan >$leaks; done
	cat $leaks >/tmp/leaks
	[ -s /tmp/leaks ] || return 0
	cat /tmp/leaks
	echo "lost memory${1:+ ($1)}"
	exit 1
}
