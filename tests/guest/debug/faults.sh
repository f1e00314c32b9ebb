# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced, after lib.sh, by the tests that make allocations fail: whatever may sleep and whatever size can, silently.

faults=/sys/kernel/debug
for _a in failslab fail_page_alloc; do
	[ -d $faults/$_a ] || fail "no $_a in this kernel"
	echo N >$faults/$_a/ignore-gfp-wait
	echo 0 >$faults/$_a/verbose
done
echo 0 >$faults/fail_page_alloc/min-order
# What the kernel says of each goes to its log; the console, which an emulated machine is slow at, has oopses only.
dmesg -n 2
