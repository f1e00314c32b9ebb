#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's side of the tests: runs tests/NN-name.sh one by one and says how each went, as KTAP on standard output.
# A test is red when it exits non-zero (4 is a skip, its last line the reason), when it takes longer than its
# `# time: SECONDS` (60), when the kernel complained while it ran, or when it left something of coremon behind.
# The verdict is a file of its own, written last of all: only `PASS <count>` in it is a success.
# Usage: run-in-guest.sh [test...]    (default: all of tests/)
cd /stage || exit 1
mkdir -p log
rm -f verdict progress

complaints='BUG:|kernel BUG|WARNING:|Oops|KASAN|UBSAN|KCSAN|lockdep|possible (circular|recursive) locking|inconsistent lock state'
complaints="$complaints|suspicious RCU usage|rcu.*(stall|detected stalls)|blocked for more than|soft lockup|hard LOCKUP"
complaints="$complaints|general protection|stack guard|refcount_t:|still has objects|Objects remaining|corruption|scheduling while atomic"
complaints="$complaints|sleeping function called|unable to handle|Call Trace|leaked|busy inodes|use-after-free"

# What the kernel said since a mark that was put into its log.
said_since() { dmesg | sed "1,/coremon-test: $1\$/d"; }

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

# Programs, as there are now; the kernel's threads are children of 2.
programs() { ps -e -o pid= -o ppid= | awk '$1 != 2 && $2 != 2 { print $1 }'; }
keep=" $(programs | xargs) "

# What a test has left running or set up is not the next one's business, nor are connections that would wait for minutes for a peer
# that is gone.
sweep() {
	for p in $(programs); do
		case $keep in *" $p "*) ;; *) kill -9 "$p" 2>/dev/null && gone=1 ;; esac
	done
	[ -z "${gone:-}" ] || sleep 0.1
	gone=
	for ns in $(ip netns list | cut -d' ' -f1); do
		ip netns exec "$ns" ss -Kat >/dev/null 2>&1
		ip netns del "$ns"
	done
	ss -Kat >/dev/null 2>&1
}

[ $# -gt 0 ] || set -- tests/[0-9]*.sh
taint=0 failed=0 n=0
echo "KTAP version 1"
echo "1..$(($# + 1))"

judge() { # name, exit status, log
	n=$((n + 1))
	said_since "$1" | grep -E "$complaints" | sed 's/^/kernel: /' >"$3.kernel"
	left_behind x >"$3.left"
	if [ "$2" = 0 ] && [ ! -s "$3.kernel" ] && [ ! -s "$3.left" ]; then
		echo "ok $n $1"
	elif [ "$2" = 4 ] && [ ! -s "$3.kernel" ] && [ ! -s "$3.left" ]; then
		echo "ok $n $1 # SKIP $(tail -n 1 "$3")"
	else
		echo "not ok $n $1"
		failed=$((failed + 1))
		case $2 in
		0 | 4) ;;
		124 | 137) echo "# time over" ;;
		*) echo "# exit status $2" ;;
		esac
		cat "$3.kernel" "$3.left" | sed 's/^/# /'
		tail -n 40 "$3" | sed 's/^/# | /'
	fi
}

for t; do
	name=$(basename "$t" .sh)
	limit=$(sed -n 's/^# time: \([0-9]*\).*/\1/p' "$t")
	echo "$name" >progress
	echo "coremon-test: $name" >/dev/kmsg
	begin=$(cut -d. -f1 /proc/uptime)
	timeout -k 5 "${limit:-60}" sh "$t" >"log/$name" 2>&1
	status=$?
	sweep
	judge "$name" "$status" "log/$name"
	echo "# $name took $(($(cut -d. -f1 /proc/uptime) - begin)) s"
done

# The whole of the log once more, from the boot on, and everything gone.
echo "end" >progress
name=all-clean
n=$((n + 1))
{ left_behind x; dmesg | grep -E "$complaints" | sed 's/^/kernel: /'; } >log/end
if [ ! -s log/end ]; then
	echo "ok $n all-clean"
else
	echo "not ok $n all-clean"
	failed=$((failed + 1))
	head -n 40 log/end | sed 's/^/# /'
fi
dmesg >dmesg
sync
if [ "$failed" = 0 ]; then echo "PASS $n" >verdict; else echo "FAIL $failed of $n" >verdict; fi
sync
