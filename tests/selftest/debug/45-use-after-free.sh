#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
insmod broken.ko how=free && rmmod broken
