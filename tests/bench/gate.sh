#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest of `make check-cost`: the few figures that are held to what was recorded.
. ./lib.sh

say_kernel
warm_up
cost base pingpong
insmod ./coremon.ko
cost coremon pingpong
./read 1000=btp 3000=btp | sed 's/^/read coremon /'
rmmod coremon
insmod ./coremon.ko hot=0
cost cold pingpong
rmmod coremon
