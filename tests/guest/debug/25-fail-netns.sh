#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernel: debug
# time: 600
# allocation failures
# Every allocation of making a network namespace fails in turn, and one of its going: refused, or of full use; nothing stays.
. ./tests/lib.sh
. ./tests/debug/faults.sh

load
failnth netns
await sh -c "[ \$(awk '/^(connections|listeners) / { n += \$2 } END { print n }' $proc/stats) = 0 ]"
stats_add_up
