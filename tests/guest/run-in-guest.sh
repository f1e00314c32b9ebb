#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's side of the tests: runs tests/NN-name.sh one by one and says how each went, as KTAP on standard output.
# A test is red when it exits non-zero (4 is a skip, its last line the reason), when it takes longer than its
# `# time: SECONDS` (60), when the kernel complained while it ran, or when it left something of coremon behind.
# On a kernel of our own, which is several times slower, it has that many times longer. A test that makes allocations fail
# says `# allocation failures`: the trace the kernel prints of one is then no complaint.
# A test that depends on how an emulated machine keeps time says `# again: WHY`: when it is red, but the kernel has not complained
# and nothing was left, it is run once more, and a line tells of that.
# The verdict is a file of its own, written last of all: only `PASS <count>` in it is a success.
# Usage: run-in-guest.sh [test...]    (default: all of tests/ that need no kernel of our own)
cd /stage || exit 1
. ./tests/kernel.sh
mkdir -p log
rm -f verdict progress

complaints='BUG:|kernel BUG|WARNING:|Oops|KASAN|UBSAN|KCSAN|lockdep|possible (circular|recursive) locking|inconsistent lock state'
complaints="$complaints|suspicious RCU usage|rcu.*(stall|detected stalls)|blocked for more than|soft lockup|hard LOCKUP"
complaints="$complaints|general protection|stack guard|refcount_t:|still has objects|Objects remaining|corruption|scheduling while atomic"
complaints="$complaints|sleeping function called|unable to handle|Call Trace|leaked|busy inodes|use-after-free"

# All the kernel said, without what it says of its checks when it boots and the traces of allocations that a test made fail;
# what it said since a mark that was put into its log.
said() {
	dmesg | awk -v faulty="$faulty" '
		/[Cc]ommand line: |RCU lockdep checking is enabled|debug is enabled\.$|stall warnings timeout/ { next }
		/coremon-test: / { expected = index(faulty, " " $NF " "); trace = 0 }
		expected && /page allocation failure: |sysctl could not get directory: |vmalloc error: |kmem_cache_create[a-z_]*\(coremon[a-z_]*\) failed/ { trace = 1 }
		trace { if (/<\/TASK>/) trace = 0; next }
		# What the kernel itself does wrong where it has no memory for a namespace (6.1: fib4_rules_init() undone without its lock).
		expected && /suspicious RCU usage/ { held = $0; ours = 0; next }
		held != "" {
			held = held "\n" $0
			if (/\[coremon\]/) ours = 1
			if (/<\/TASK>/) { if (ours || held !~ /net\/ipv4\/fib_frontend\.c:/) print held; held = "" }
			next
		}
		{ print }
		END { if (held != "") print held }'
}
said_since() { said | sed "1,/coremon-test: $1\$/d"; }

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
	true
}

[ $# -gt 0 ] || set -- tests/[0-9]*.sh
failed=0 n=0 faulty=' '
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

# Argument: file of the test. Leaves the exit status in $status.
run_one() {
	_limit=$(sed -n 's/^# time: \([0-9]*\).*/\1/p' "$1")
	timeout -k 5 "$((${_limit:-60} * scale))" sh "$1" >"log/$name" 2>&1
	status=$?
	sweep
}

# Red, and nothing but the test says so. Argument: name.
may_be_chance() { [ "$status" != 0 ] && [ "$status" != 4 ] && [ -z "$(left_behind x)" ] && ! said_since "$1" | grep -qE "$complaints"; }

for t; do
	name=$(basename "$t" .sh)
	echo "$name" >progress
	echo "coremon-test: $name" >/dev/kmsg
	begin=$(cut -d. -f1 /proc/uptime)
	! grep -q '^# allocation failures' "$t" || faulty="$faulty$name "
	run_one "$t"
	if grep -q '^# again: ' "$t" && may_be_chance "$name"; then
		echo "# AGAIN: $name, exit status $status"
		tail -n 12 "log/$name" | sed 's/^/# | /'
		run_one "$t"
	fi
	judge "$name" "$status" "log/$name"
	echo "# $name took $(($(cut -d. -f1 /proc/uptime) - begin)) s"
done

# What of a kernel's checks does not check any more: lockdep after its first complaint, for one.
gave_up() {
	! grep -q 'debug_locks: *0' /proc/lockdep_stats 2>/dev/null || echo "lockdep has given up"
	! grep -q '^enabled: 0' /sys/kernel/debug/kcsan 2>/dev/null || echo "KCSAN is off"
}

# The whole of the log once more, from the boot on, and everything gone.
echo "end" >progress
name=all-clean
n=$((n + 1))
{ left_behind x; gave_up; said | grep -E "$complaints" | sed 's/^/kernel: /'; } >log/end
if [ ! -s log/end ]; then
	echo "ok $n all-clean"
else
	echo "not ok $n all-clean"
	failed=$((failed + 1))
	head -n 40 log/end | sed 's/^/# /'
fi
# How much was looked at for races.
sed -n 's/^setup_watchpoints: */# KCSAN watched accesses: /p' /sys/kernel/debug/kcsan 2>/dev/null
dmesg >dmesg
sync
if [ "$failed" = 0 ]; then echo "PASS $n" >verdict; else echo "FAIL $failed of $n" >verdict; fi
sync
