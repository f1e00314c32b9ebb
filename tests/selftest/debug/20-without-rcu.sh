#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
insmod broken.ko how=rcu && rmmod broken
