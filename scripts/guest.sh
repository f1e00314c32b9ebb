#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots a stock Debian kernel, or one of our own, in QEMU (TCG, no KVM needed) on the root folder of its own suite and runs a command in it.
#
# The guest's root is that folder, read-only over 9p (virtiofs where the kernel has no 9p), under a tmpfs: whatever the guest does
# is gone afterwards.
# A stage folder of the host is its /stage, read-write: the command comes from there and its files go there.
# The guest has no network but its own loopback and what it makes itself.
#
# Usage: guest.sh [options] LINE STAGE COMMAND
#   LINE      a kernel of suites.list        STAGE  the folder shared with the guest
#   COMMAND   a shell command line, run in /stage as root
# Options:
#   -t SEC    wall time after which the guest is killed (600)      -c N    processors (2)
#   -m MB     memory (1536; kernel of our own 2560)               -a STR  further words of the kernel command line
#   -i        instruction-exact time: 1 ns an instruction, one processor (for measurements)
#   -f DIR    by the firmware in DIR, with Secure Boot on (secure-boot.sh)
#   -p STR    a plugin of QEMU with its arguments (tests/bench/count.c)
#   -s        stream what the command writes to standard output as it comes; else it is in STAGE/output
# What the guest says is in STAGE/console.log; STAGE/status is the command's exit status, written last.
# Exit status: that of the command; 124 time over; 125 the guest ended without a status.
set -eu
. "$(dirname "$0")/common.sh"

limit=600 cpus=2 mem='' append='' icount='' stream='' plugin='' firmware=''
while getopts t:c:m:a:p:f:is o; do
	case $o in
	t) limit=$OPTARG ;; c) cpus=$OPTARG ;; m) mem=$OPTARG ;; a) append=$OPTARG ;; p) plugin=$OPTARG ;; f) firmware=$OPTARG ;;
	i) icount=1 ;; s) stream=1 ;; *) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# = 3 ] || die "usage: guest.sh [-t SEC] [-c N] [-m MB] [-a STR] [-p STR] [-f DIR] [-i] [-s] LINE STAGE COMMAND"
line=$1 stage=$(cd "$2" && pwd) command=$3

root=$(suite_root "$(kernel_suite "$line")")
home=$(kernel_home "$root" "$line")
release=$(kernel_release "$home" "$line") || die "no $line kernel in $home (run scripts/build.sh $line)"
image=$(kernel_image "$home" "$release")
# A kernel full of checks is slow and needs more memory. It tells of every complaint, not of the first alone. Without ACPI it
# finds its processors in the firmware's MP table, which has the first of each socket alone.
if [ "$home" != "$root" ]; then
	: "${mem:=2560}"
	cpus=$cpus,sockets=$cpus
	# (A: failslab may be told to fail this slab cache alone.)
	append="kasan_multi_shot slub_debug=FZP;FZPA,coremon_conn watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 sysctl.kernel.hung_task_timeout_secs=480 $append"
fi
# Debian's -cloud kernels have no 9p.
share=9p shares='9pnet_virtio 9p'
modprobe -d "$home" -S "$release" --show-depends 9p >/dev/null 2>&1 || share=virtiofs shares=virtiofs
machine=$(machine_of "$line") busybox=/bin/busybox
[ "$machine" = amd64 ] || busybox=$root/bin/busybox
[ -x $busybox ] || die "busybox-static is missing (run scripts/install-deps.sh)"

# The initramfs: busybox, and the modules between the kernel and its root file system, in the order modprobe loads
# them. It changes only with the kernel and this script, so it is kept.
initramfs() {
	local key out dir m
	key=$(sha256sum "$0" "$home/lib/modules/$release/modules.dep" "$busybox" | sha256sum | cut -c1-16)
	out=$CACHE/initramfs/$release-$key
	if [ -e "$out" ]; then
		touch "$out"
	else
		mkdir -p "$CACHE/initramfs"
		dir=$(mktemp -d "$CACHE/initramfs/tmp.XXXXXX")
		mkdir -p "$dir"/{bin,proc,sys,dev,lower,rw,new,m,own}
		cp "$busybox" "$dir/bin/"
		# modprobe -d follows the folder's own modules.dep; a module built into the kernel prints "builtin".
		for m in virtio_pci $shares overlay virtio_console; do
			modprobe -d "$home" -S "$release" --show-depends "$m"
		done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$dir/list"
		while read -r m; do
			case $m in
			*.xz) xz -dc "$m" >"$dir/m/$(basename "$m" .xz)" ;;
			*.zst) zstd -qdc "$m" >"$dir/m/$(basename "$m" .zst)" ;;
			*) cp "$m" "$dir/m/" ;;
			esac
		done <"$dir/list"
		sed -E 's|.*/||; s/\.(xz|zst)$//' "$dir/list" >"$dir/m/order"
		rm "$dir/list"
		echo "$share" >"$dir/share"
		# What the root does not have of a kernel of our own: what modprobe there needs to know.
		[ "$home" = "$root" ] || { mkdir "$dir/own/$release"; cp "$home/lib/modules/$release"/modules.* "$dir/own/$release/"; }
		cat >"$dir/init" <<-'END'
			#!/bin/busybox sh
			bb=/bin/busybox
			fail() { echo "coremon guest: $*"; $bb sleep 1; $bb reboot -f; }
			$bb mount -t proc proc /proc; $bb mount -t sysfs sys /sys; $bb mount -t devtmpfs dev /dev
			while read -r m; do $bb insmod /m/$m || fail "cannot load $m"; done </m/order
			read -r share </share
			o= loose= none=
			if [ $share = 9p ]; then o=,trans=virtio,version=9p2000.L,msize=262144 loose=,cache=loose none=,cache=none; fi
			$bb mount -t $share -o ro$o$loose root /lower || fail "no root over $share"
			$bb mount -t tmpfs -o size=70% rw /rw
			$bb mkdir /rw/upper /rw/work
			$bb mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work root /new || fail "no overlay"
			$bb mkdir -p /new/stage /new/proc /new/sys /new/dev /new/run /new/tmp
			$bb cp -r /own/. /new/lib/modules/
			$bb mount -t $share -o rw$o$none stage /new/stage || fail "no stage over $share"
			$bb mount --move /dev /new/dev; $bb mount --move /proc /new/proc; $bb mount --move /sys /new/sys
			exec $bb switch_root /new /bin/sh /stage/.init
		END
		chmod +x "$dir/init"
		(cd "$dir" && find . | cpio --quiet -o -H newc | gzip -1) >"$out.tmp.$$"
		mv "$out.tmp.$$" "$out"
		rm -rf "$dir"
		# Nobody has used them for long.
		find "$CACHE/initramfs" -maxdepth 1 -type f -mtime +7 -delete
	fi
	echo "$out"
}
initrd=$(initramfs)

# What the guest's clock is made from: see tsc.c. With exact time it needs no telling.
if [ -z "$icount" ] && [ "$machine" = amd64 ]; then
	[ "$CACHE/tsc" -nt "$TOP/scripts/tsc.c" ] || { gcc -O2 -o "$CACHE/tsc.$$" "$TOP/scripts/tsc.c" && mv "$CACHE/tsc.$$" "$CACHE/tsc"; }
	append="tsc_early_khz=$("$CACHE/tsc") $append"
fi

# The first process of the guest. It outlives the command, notes its status and ends the machine by a reset, which
# -no-reboot turns into the end of QEMU; so does a panic.
rm -f "$stage/status" "$stage/output" "$stage/console.log"
printf '%s\n' "$command" >"$stage/.command"
cat >"$stage/.init" <<'END'
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C TERM=dumb
mount -t tmpfs tmp /tmp; mount -t tmpfs run /run
mkdir -p /dev/pts /dev/shm; mount -t devpts pts /dev/pts; mount -t tmpfs shm /dev/shm
mount -t debugfs debug /sys/kernel/debug; mount -t tracefs trace /sys/kernel/tracing
mount -t cgroup2 cgroup /sys/fs/cgroup
hostname guest
ip link set lo up
cd /stage
if [ -e /stage/.stream ]; then
	for i in 1 2 3 4 5 6 7 8 9 10; do [ -e /dev/virtio-ports/out ] && break; p=$(grep -l '^out$' /sys/class/virtio-ports/*/name 2>/dev/null) && break; sleep 0.2; done
	p=${p%/name}; exec 3>"/dev/${p##*/}"
else
	exec 3>/stage/output
fi
setsid sh /stage/.command >&3 2>&3 </dev/null
echo $? >/stage/.status && mv /stage/.status /stage/status
sync
echo b >/proc/sysrq-trigger
END
rm -f "$stage/.stream"; [ -z "$stream" ] || : >"$stage/.stream"

# What is started here ends with this script.
qemu='' servers='' sockets=''
finish() {
	if [ -n "$qemu" ]; then kill "$qemu" 2>/dev/null && wait "$qemu" 2>/dev/null; fi
	# shellcheck disable=SC2086
	[ -z "$servers" ] || kill $servers 2>/dev/null || true
	[ -z "$sockets" ] || rm -rf "$sockets"
}
trap 'finish; exit 130' INT TERM HUP
trap finish EXIT

# Nehalem: emulating less than the newest processor (no AVX, no five-level page tables) saves a seventh of the time.
qemu_program=qemu-system-x86_64 processor="-cpu Nehalem,+smap,+smep" console=ttyS0 words="no_timer_check tsc=reliable"
[ "$machine" = amd64 ] || qemu_program=qemu-system-aarch64 processor="-machine virt -cpu cortex-a57" console=ttyAMA0 words=
# shellcheck disable=SC2086
set -- -nodefaults -no-user-config -display none -no-reboot -nic none -m "${mem:-1536}" $processor \
	-kernel "$image" -initrd "$initrd" \
	-append "console=$console loglevel=5 panic=-1 oops=panic softlockup_panic=1 hung_task_panic=1 mitigations=off audit=0 apparmor=0 $words random.trust_cpu=on net.ifnames=0 ${append}" \
	-chardev "file,id=console,path=$stage/console.log" -serial chardev:console \
	-device virtio-rng-pci
# The variables of a firmware are of memory that only code of the firmware's own mode (SMM) can write.
if [ -n "$firmware" ]; then
	set -- "$@" -machine q35,smm=on -global driver=cfi.pflash01,property=secure,value=on -global ICH9-LPC.disable_s3=1 \
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$firmware/code.fd" -drive "if=pflash,format=raw,unit=1,file=$firmware/vars.fd"
fi
if [ $share = 9p ]; then
	set -- "$@" -fsdev "local,id=root,path=$root,security_model=none,readonly=on,multidevs=remap" -device virtio-9p-pci,fsdev=root,mount_tag=root \
		-fsdev "local,id=stage,path=$stage,security_model=none,multidevs=remap" -device virtio-9p-pci,fsdev=stage,mount_tag=stage
else
	# Each folder is served by a process of its own, which shares the guest's memory and ends with QEMU.
	sockets=$(mktemp -d /tmp/coremon.XXXXXX)
	set -- "$@" -object "memory-backend-memfd,id=mem,size=${mem:-1536}M,share=on" -machine memory-backend=mem
	for f in "root:$root" "stage:$stage"; do
		t=${f%%:*}
		/usr/lib/qemu/virtiofsd --socket-path="$sockets/$t" -o "source=${f#*:},sandbox=chroot,cache=auto" >"$stage/virtiofsd-$t.log" 2>&1 &
		servers="$servers $!"
		set -- "$@" -chardev "socket,id=$t,path=$sockets/$t" -device "vhost-user-fs-pci,chardev=$t,tag=$t"
	done
	for _ in $(seq 100); do [ ! -S "$sockets/root" ] || [ ! -S "$sockets/stage" ] || break; sleep 0.1; done
fi
if [ -n "$icount" ]; then
	set -- "$@" -accel tcg -icount shift=0,sleep=off -smp 1
else
	# All processors in one thread: QEMU 7.2 with a thread for each loses track of code that the guest patches while another
	# processor runs it. The kernel's own kprobe events, switched on and off under traffic, end in a jump to 0 within seconds.
	set -- "$@" -accel tcg,thread=single -smp "$cpus"
fi
[ -z "$plugin" ] || set -- "$@" -plugin "$plugin"
if [ -n "$stream" ]; then
	set -- "$@" -device virtio-serial-pci -chardev "file,id=out,path=$stage/.out" -device virtserialport,chardev=out,name=out
fi

# The stream goes by a pipe: QEMU takes a standard input at its end for a port nobody listens on.
cat=
if [ -n "$stream" ]; then
	rm -f "$stage/.out"
	mkfifo "$stage/.out"
	cat "$stage/.out" &
	cat=$!
fi
# QEMU in a group of its own, so that Ctrl-C reaches this script alone, which ends it and leaves nothing.
set -m
timeout -k 5 "$limit" "$qemu_program" "$@" </dev/null 2>"$stage/qemu.log" &
qemu=$!
set +m
rc=0
wait "$qemu" || rc=$?
qemu=
[ -z "$cat" ] || wait "$cat" || true
case $rc in
0) ;;
124 | 137) exit 124 ;;
*) sed 's/^/  | /' "$stage/qemu.log" >&2 ;;
esac
[ -s "$stage/status" ] || exit 125
exit "$(cat "$stage/status")"
