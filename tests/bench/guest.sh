#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest of `make bench`: every load with nothing loaded, with CoreMon, with its hooks empty, and with what others offer.
# Usage: guest.sh own | read | peers ...      which parts, in this order
#        guest.sh many                        busy connections on several processors, with and without; count.c counts
#        guest.sh million                     a million connections at once
#        guest.sh hooks                       what each hook costs, by leaving it out
. ./lib.sh

loads='pingpong bulk conn lossy'
say_kernel
warm_up

coremon() { # configuration, loads, parameters
	_n=$1 _loads=$2; shift 2
	insmod ./coremon.ko "$@"
	cost "$_n" $_loads
	rmmod coremon
	cost base $_loads
}

hooks() {
	cost base pingpong conn
	insmod ./coremon.ko
	symbols=$(serving tracepoint),$(serving ftrace)
	rmmod coremon
	coremon all 'pingpong conn'
	for s in $(echo "$symbols" | tr , ' '); do
		case $s in inet_sock_set_state | tcp_destroy_sock) continue ;; esac	# required
		insmod ./coremon.ko "disable_hook=$s"
		cost "without:$s" pingpong conn
		rmmod coremon
	done
}

own() {
	insmod ./coremon.ko
	tracepoints=$(serving tracepoint) functions=$(serving ftrace)
	echo "info tracepoints $tracepoints"
	echo "info functions $functions"
	echo "info kprobes $(serving kprobe)"
	echo "info columns $(awk 'NR == 2 { print NF }' $proc/connections)"
	cost coremon $loads
	awk 'NR > 2 && $4 != "-" { print "info hits " $1 " " $5 }' $proc/hooks
	rmmod coremon
	cost base $loads
	if modinfo -p ./coremon.ko | grep -q '^hot:'; then coremon cold 'pingpong conn' hot=0; fi

	insmod ./floor.ko tracepoints="$tracepoints" functions="$functions"
	cost floor $loads
	echo "note floor $(cat /sys/module/floor/parameters/hits) hits"
	rmmod floor
	cost base $loads
}

# With many sockets the slope is what counts, so the sizes lie well apart.
read_tables() {
	insmod ./coremon.ko
	./read 1000=btcpinm 10000=btcpinm 100000=bcrm | sed 's/^/read coremon /'
	rmmod coremon
	sleep 61
}

# On one processor, whose clock counts instructions.
one_for_many() {
	echo "rate base many1 $(./load many -r 5 -w 2)"
	insmod ./coremon.ko
	echo "rate coremon many1 $(./load many -r 5 -w 2)"
	rmmod coremon
}

# On several, whose instructions are counted from outside at each mark. Argument: turns.
many() {
	for _i in $(seq "$1"); do
		./load many -m -r 5 -w 2 | sed "s/^/mark base many$(nproc) $_i /"
		insmod ./coremon.ko
		./load many -m -r 5 -w 2 | sed "s/^/mark coremon many$(nproc) $_i /"
		rmmod coremon
	done
}

million() {
	insmod ./coremon.ko max_conns=1100000
	echo 1100000 >/proc/sys/fs/nr_open
	echo 2000000 >/proc/sys/fs/file-max
	./read 1000=m 100000=bm 1000000=bcrm | sed 's/^/read coremon /'
	awk '/^(opened_active|opened_passive|refused_full|refused_nomem|hooks_missed|memory_bytes) / { print "info", $0 }' $proc/stats
	awk '/^(MemTotal|MemAvailable|Slab):/ { print "info", $1, $2, $3 }' /proc/meminfo
	rmmod coremon
}

conntrack() {
	modprobe nf_conntrack
	nft 'add table inet bench; add chain inet bench in { type filter hook input priority 0; }; add rule inet bench in ct state established accept'
	sysctl -qw net.netfilter.nf_conntrack_acct=1
	cost conntrack $loads
	nft delete table inet bench
	modprobe -r nft_ct nf_conntrack 2>/dev/null || true
	cost base $loads
}

# A program that hooks by BPF: wait until its links are there and it waits itself. Arguments: configuration, command.
peer() {
	_n=$1; shift
	command -v "$1" >/dev/null || { echo "note $_n not installed"; return 0; }
	"$@" >/tmp/peer.out 2>/tmp/peer.err &
	_pid=$! _links=0 _before=-1 _i=0
	while [ "$_links" = 0 ] || [ "$_links" != "$_before" ]; do
		_i=$((_i + 1))
		if [ $_i = 100 ] || ! kill -0 $_pid 2>/dev/null; then
			echo "note $_n does not run here: $(cat /tmp/peer.err /tmp/peer.out | tail -n 1)"
			kill -9 $_pid 2>/dev/null || true
			return 0
		fi
		sleep 2
		_before=$_links
		_links=$(find /proc/$_pid/fd -lname "*bpf_link*" -o -lname "*perf_event*" 2>/dev/null | grep -c .) || true
	done
	echo "note $_n $_links probes"
	cost "$_n" $loads
	kill -INT $_pid
	sleep 2
	kill -9 $_pid 2>/dev/null || true
	wait $_pid 2>/dev/null || true
	cost base $loads
}

peers() {
	conntrack
	peer tcprtt tcprtt -i 100000
	peer tcplife tcplife
	peer tcptop tcptop -C 100000
	peer bpftrace bpftrace segments.bt
}

case $1 in
hooks) hooks ;;
many) many 6 ;;
million) million ;;
*)
	cost base $loads
	for part; do
		case $part in own) own; one_for_many ;; read) read_tables ;; peers) peers ;; esac
	done ;;
esac
