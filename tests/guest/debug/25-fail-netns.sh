#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernel: debug
# time: 200
# allocation failures
# Allocations of making a network namespace fail in turn (sixty of hundreds; all take half an hour: failnth netns), and of its
# going: refused, or of full use; nothing stays.
. ./tests/lib.sh
. ./tests/debug/faults.sh

load
failnth netns 60
await rows_are 0
stats_add_up
