#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What is wrong with the globals of a module: it exports nothing, and all it defines begins with coremon_, but for what the kernel
# itself looks for, or its linker script makes. Prints a line each; nothing when all is well. Usage: symbols.sh MODULE
set -eu
nm "$1" | awk '
	$NF ~ /^__(ksymtab|kstrtab|crc)_/ { print "exported: " $NF; next }
	NF == 3 && $2 ~ /^[A-TV-Z]$/ && $3 !~ /^(coremon_|(__pfx_|__cfi_)?(coremon_|init_module$|cleanup_module$)|__this_module$|__mod_|__(start|stop)_[a-z_]+$)/ { print "global: " $3 }'
