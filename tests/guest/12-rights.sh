#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Only root and the group of proc_gid read the files, and nobody writes them.
. ./tests/lib.sh

# setpriv is in util-linux, on every Debian.
as() { _u=$1 _g=$2; shift 2; setpriv --reuid "$_u" --regid "$_g" --clear-groups "$@"; }
load proc_gid=4242
as 1000 1000 ls $proc >/dev/null 2>&1 && fail "a stranger lists $proc"
as 1000 1000 cat $proc/connections >/dev/null 2>&1 && fail "a stranger reads connections"
as 1000 4242 cat $proc/connections >/dev/null || fail "the group cannot read connections"
as 1000 4242 sh -c "echo x >$proc/connections" 2>/dev/null && fail "the group writes"
# No kernel address leaves the module.
grep -qiE '(0x)?ffff[89a-f][0-9a-f]{11}' $proc/connections $proc/hooks $proc/stats && fail "a kernel address"
exit 0
