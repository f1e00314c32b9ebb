#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# connections.bin read on gives exactly what has changed, and every end once (changes.c says in what cases).
. ./tests/lib.sh

load
changes all
unload
load closed_max=4
changes lost 4
