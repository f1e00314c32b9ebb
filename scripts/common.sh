# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by the scripts beside it: where things are, and how a script speaks.

TOP=$(cd "$(dirname "$0")/.." && pwd)
while [ ! -e "$TOP/scripts/suites.list" ] && [ "$TOP" != / ]; do TOP=$(dirname "$TOP"); done
CACHE=${COREMON_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/coremon}
BUILD=${COREMON_BUILD:-$TOP/build}

# What the host needs for `make check` and `make run`, and what each suite's root needs to build and to be a guest.
HOST_PACKAGES="gcc make libc6-dev kmod iproute2 iperf3 procps bison flex pkg-config check libmnl-dev libjansson-dev
linux-headers-amd64 linux-image-amd64 qemu-system-x86 busybox-static cpio mmdebstrap eatmydata dkms sparse util-linux nftables tshark
binutils clang libclang-rt-dev clang-tidy cppcheck coccinelle perl openssl"
# (perl: kernel-doc, which W=1 runs.)
SUITE_PACKAGES="gcc make libc6-dev mount kmod iproute2 iperf3 procps bison flex pkg-config libmnl-dev libjansson-dev perl nftables tshark"
# What a root of arm64 needs on the host, where all is compiled for it, and in it beside those.
CROSS_PACKAGES="gcc-aarch64-linux-gnu qemu-system-arm"
ARM64_PACKAGES="busybox-static base-passwd"
# What `make bench` compares with, and nothing else needs.
BENCH_PACKAGES="libbpf-tools bpftrace nftables"

say() { printf 'coremon: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Seconds since this script started.
START=$(date +%s)
elapsed() { echo $(($(date +%s) - START)); }

# Run a command quietly; its output is kept in a file and shown only when it fails.
# Arguments: log file, command.
quietly() {
	_log=$1; shift
	mkdir -p "$(dirname "$_log")"
	_rc=0
	"$@" </dev/null >"$_log" 2>&1 || _rc=$?
	[ $_rc != 0 ] || return 0
	say "failed: $* (the end of $_log follows)"
	tail -n 25 "$_log" | sed 's/^/  | /' >&2
	return "$_rc"
}

kernel_rows() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$TOP/scripts/suites.list"; }
# Those that Debian built, which people run.
stock_rows() { kernel_rows | awk '$4 !~ /^source:/'; }
# Those that every test takes; the others are for KERNELS= alone.
kernel_lines() { stock_rows | awk '$6 != "named" { print $1 }'; }
kernel_suite() {
	kernel_rows | awk -v l="$1" '$1 == l { print $2; n = 1 } END { exit !n }' ||
		die "no kernel '$1' in scripts/suites.list (there are: $(kernel_rows | awk '{ print $1 }' | xargs))"
}
# The package of the source a kernel of our own is built of; fails for one that Debian built.
kernel_source() { kernel_rows | awk -v l="$1" '$1 == l && sub(/^source:/, "", $4) { print $4; n = 1 } END { exit !n }'; }

# The processor of a suite or of a kernel line, as Debian calls it.
machine_of() { case $1 in *-arm64) echo arm64 ;; *) echo amd64 ;; esac; }

host_is() {
	[ -r /etc/os-release ] && [ "$(. /etc/os-release; echo "${ID:-}-${VERSION_CODENAME:-}")" = "debian-$1" ]
}

# The root folder of a suite: the host's own where the host is that suite.
suite_root() {
	if host_is "$1"; then echo /; else echo "$CACHE/suites/$1"; fi
}

# The folder below which a kernel line has its /boot and /lib/modules: the suite's root, or for a kernel of our own one of the
# cache. Arguments: root, line.
kernel_home() {
	if kernel_source "$2" >/dev/null; then "$TOP/scripts/debug-kernel.sh" -w "$2"; else echo "$1"; fi
}

# How the releases of a kernel line end: what follows the `-` of the line, and the processor. Argument: line.
kernel_flavour() {
	if kernel_source "$1" >/dev/null; then echo "coremon-${1%%-*}"; return; fi
	case $1 in *-arm64) echo arm64 ;; *-*) echo "${1#*-}-amd64" ;; *) echo amd64 ;; esac
}

# The newest release of a kernel line that has both headers and an image there. Arguments: its home, line.
kernel_release() {
	_flavour=$(kernel_flavour "$2") _l=${2%%-*}
	for _d in "$1"/lib/modules/*; do
		_r=${_d##*/}
		# (The last number before a flavour is an ABI's or Debian's: 6.1.0-56-rt-amd64, 7.3.4+deb13-rt-amd64.)
		[ "${_r##*[0-9]-}" = "$_flavour" ] || continue
		case "$_r" in "${_l%.x}".* | *-coremon-*) ;; *) continue ;; esac
		[ -e "$_d/build" ] || [ -L "$_d/build" ] || continue
		kernel_image "$1" "$_r" >/dev/null && echo "$_r"
	done | sort -V | tail -n 1 | grep .
}

# Where the image of a release lies: /boot, or from 7.x on beside the modules. Arguments: root, release.
kernel_image() {
	for _f in "$1/boot/vmlinuz-$2" "$1/lib/modules/$2/vmlinuz" "$1/lib/modules/$2/vmlinuz.unsigned"; do
		if [ -e "$_f" ]; then echo "$_f"; return 0; fi
	done
	return 1
}

# Run a command in a suite's root with a folder of the host at /mnt, in a mount name space of its own: nothing stays
# mounted, however this ends. 7.x needs /proc (objtool reads its stack limit there). Kernels of our own are where they are
# outside. For the host's own root it is run as it stands, in that folder. Arguments: root, folder, command line for sh -c
# (run in the folder).
in_root() {
	if [ "$1" = / ]; then
		(cd "$2" && exec sh -c "$3")
	else
		# shellcheck disable=SC2016
		unshare --mount --propagation private sh -ec '
			mount --bind "$2" "$1/mnt"
			[ ! -d "$4" ] || { mkdir -p "$1$4"; mount --bind "$4" "$1$4"; }
			mount -t proc proc "$1/proc"
			mount --bind /dev "$1/dev"
			exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C TERM=dumb \
				chroot "$1" sh -c "cd /mnt && $3"' in_root "$1" "$2" "$3" "$CACHE/debug"
	fi
}

# Run a bash script with $new, a root folder under an overlay whose upper layer ($upper) is in memory, with /proc, /dev and /tmp:
# what is installed there is gone when the script ends, mounts and all. Arguments: root, folder for the mounts, script,
# arguments of the script.
in_overlay() {
	mkdir -p "$2"
	# shellcheck disable=SC2016
	unshare --mount --propagation private bash -euc '
		root=$1 over=$2 script=$3
		shift 3
		mount -t tmpfs -o size=2g overlay "$over"
		mkdir "$over"/upper "$over"/work "$over"/new
		mount -t overlay -o "lowerdir=$root,upperdir=$over/upper,workdir=$over/work" overlay "$over/new"
		new=$over/new upper=$over/upper
		mount -t proc proc "$new/proc"
		mount --bind /dev "$new/dev"
		mount -t tmpfs tmp "$new/tmp"
		eval "$script"' in_overlay "$@"
	rmdir "$2"
}
