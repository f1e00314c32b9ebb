#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debug: core
# kernel: debug
# time: 300
# allocation failures
# Every allocation of a load fails in turn: refused with a line, or loaded without harm, and nothing left behind.
. ./tests/lib.sh
. ./tests/debug/faults.sh

hold some hold -n 2 -u 1000
# (What is larger than a page has two ways to be had, and is not refused for one fault.)
failnth load /stage/coremon.ko "max_conns=1000 closed_max=4 cpu_budget=1 drop_stacks=1"
# Some two thousand records and ledgers are made ahead.
failnth load /stage/coremon.ko "prealloc=1 drop_rows=16" 11
[ ! -e $proc ] || fail "$proc is there"
# After all of that it loads as ever.
load
stats_add_up
[ "$(stat_of connections)" -ge 4 ] || fail "$(stat_of connections) adopted"
