#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: kmemleak=on
. ./tests/leaks.sh
leaks_begin
insmod broken.ko how=lost && rmmod broken
leaks_none
