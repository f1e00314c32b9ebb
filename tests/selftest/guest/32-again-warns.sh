#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# again: the kernel complains the first time, so there is no second
[ -e /tmp/been-warned ] && exit 0
touch /tmp/been-warned
echo "WARNING: on purpose" >/dev/kmsg
exit 1
