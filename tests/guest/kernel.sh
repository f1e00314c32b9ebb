# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by run-in-guest.sh and lib.sh: what they must know of the kernel they run on.

# Which of our own kernels this is, and how many times longer everything takes on it.
own='' scale=1
case $(uname -r) in *-coremon-debug) own=debug scale=4 ;; *-coremon-kcsan) own=kcsan scale=3 ;; esac
[ "$(uname -m)" != aarch64 ] || scale=2

taint=0
# One line for each thing of coremon that is still there with the module gone.
left_behind() {
	if grep -q '^coremon ' /proc/modules; then
		rmmod coremon || { echo "coremon cannot be removed (in use: $(cut -d' ' -f3 /sys/module/coremon/refcnt 2>/dev/null))"; return; }
		[ -z "$1" ] || echo "the module was left loaded"
	fi
	[ ! -e /proc/coremon ] || echo "/proc/coremon is still there"
	grep -o '^coremon[^ ]*' /proc/slabinfo | sed 's/^/slab cache left: /'
	grep -s coremon /sys/kernel/debug/kprobes/list | sed 's/^/kprobe left: /'
	grep -s coremon /sys/kernel/tracing/enabled_functions | sed 's/^/traced function left: /'
	t=$(cat /proc/sys/kernel/tainted)	# an out-of-tree (4096), unsigned (8192) module taints, and that is all
	[ $((t & ~12288)) = 0 ] || [ $((t & ~12288)) = "$taint" ] || { echo "kernel tainted: $t"; taint=$((t & ~12288)); }
}
