#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debug: core
# kernel: debug
# time: 240
# allocation failures
# Every allocation of a load fails in turn: refused with a line, or loaded without harm, and nothing left behind.
. ./tests/lib.sh
. ./tests/debug/faults.sh

hold some hold -n 2 -u 1000
failnth load /stage/coremon.ko "max_conns=1000 closed_max=16 cpu_budget=1"
[ ! -e $proc ] || fail "$proc is there"
# After all of that it loads as ever.
load
stats_add_up
[ "$(stat_of connections)" -ge 4 ] || fail "$(stat_of connections) adopted"
