#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The inputs that each target begins with, of what the command-line tests have captured or describe: seeds.sh OUT
# They go to OUT/seeds/TARGET; the folder corpus/ has those that once failed and what no captured file says.
set -eu
cd "$(dirname "$0")"
out=$1
cli=../cli
fix=$cli/fixtures
seeds=$out/seeds
rm -rf "$seeds"

# Begin an input. Arguments: target, name, its first character.
begin() { mkdir -p "$seeds/$1"; seed=$seeds/$1/$2; printf '%s' "$3" >"$seed"; }

# Add a file under a letter, if it is there: the first lines of a text. Arguments: letter, file, lines (12).
text() { [ ! -f "$2" ] || { printf '#@#%s\n' "$1"; head -n "${3:-12}" "$2"; } >>"$seed"; }

# Add a binary file made of a description, whose first lines are enough. Arguments: letter, program, file, lines (6).
made() { [ ! -f "$3" ] || { printf '#@#%s\n' "$1"; head -n "${4:-6}" "$3" | "$out/$2"; } >>"$seed"; }

# Connections, as text.
for f in paper ipv6 older newer refused format2 garbage; do
	begin connections $f 0
	for t in common $f/1; do
		[ -f $fix/$t/proc/coremon/connections ] || continue
		text a $fix/$t/proc/coremon/connections 6
		text b $fix/$t/proc/coremon/stats 30
	done
	text c $cli/records/flows-order/1/reasons
done

# Binary records: connections, events, flows.
for d in $cli/changes/*/; do
	name=$(basename "$d")
	for target in records flows verbs; do
		begin $target "changes-$name" "$([ $target = verbs ] && echo B || echo 0)"
		made a bin "$d/1/connections.txt"
		made A bin "$d/2/connections.txt"
	done
done
for d in $cli/records/*/; do
	name=$(basename "$d")
	for mode in 0 1 2 3; do
		if [ -f "$d/1/events.txt" ]; then
			begin events "$name-$mode" $mode
			made a bin "$d/1/events.txt" 12
			made b bin "$d/1/connections.txt" 3
			text c "$d/1/reasons"
		fi
		if [ -f "$d/1/connections.txt" ]; then
			begin flows "$name-$mode" $mode
			made a bin "$d/1/connections.txt" 4
			made A bin "$d/2/connections.txt" 4
			text b "$d/1/stats"
			text c "$d/1/addresses"
		fi
	done
done

# The host's files.
for t in common host paper devices wrap garbage; do
	p=$fix/$t/1/proc q=$fix/$t/2/proc
	[ -d $p ] || p=$fix/$t/proc q=$fix/$t/proc
	begin host $t 0
	text a $p/stat 8; text b $p/vmstat 30; text c $p/net/snmp 20; text d $p/net/snmp6 60; text e $p/net/dev; text f $p/diskstats
	text A $q/stat 8; text B $q/vmstat 30; text E $q/net/dev; text F $q/diskstats
done
for k in 5.10 6.1 6.12 7.x; do
	p=$fix/ledger-$k/1/proc
	begin counters ledger-$k 0
	text a $p/coremon/drops 8; text b $p/coremon/reasons 4; text f $p/net/softnet_stat 2; text g $p/net/sockstat; text h $p/net/sockstat6
	text A $fix/ledger-$k/2/proc/coremon/drops 8; text F $fix/ledger-$k/2/proc/net/softnet_stat 2; text m $fix/ledger-$k/1/netns
	begin counters snmp-$k 0
	text c $p/net/snmp 4; text d $p/net/netstat 2; text e $p/net/snmp6 8
	begin counters sys-$k 0
	text i $p/sys/net/ipv4/tcp_mem; text j $p/sys/net/ipv4/tcp_rmem; text k $p/sys/net/core/somaxconn; text l $p/sys/fs/file-nr
	text q $p/sys/net/netfilter/nf_conntrack_count; text r $p/sys/net/netfilter/nf_conntrack_max
	printf '#@#n\nMax open files            2                    1048576              files     \n#@#o\na b\n#@#p\nsocket:[7]' >>"$seed"
done

# Netlink, as captured, in memory that is larger and in memory of its very size; and as described.
for mode in 0 1; do
	for k in 5.10 6.1 6.12 7.x; do
		begin netlink "ledger-$k-$mode" $mode
		n=$fix/ledger-$k/1/netlink
		for f in a/link b/qdisc c/class d/conntrack e/tcp f/udp; do
			[ ! -f "$n/${f#*/}" ] || { printf '#@#%s\n' "${f%/*}"; head -c 4096 "$n/${f#*/}"; } >>"$seed"
		done
		printf '#@#h\nNIC statistics:\n     rx_missed: 5\n#@#i\n1000\n' >>"$seed"
	done
	begin netlink "sockets-$mode" $mode
	made a dump $cli/records/sockets/1/netlink/link.txt 4
	made e dump $cli/records/sockets/1/netlink/tcp.txt 6
	made f dump $cli/records/sockets/1/netlink/udp.txt 6
	printf '#@#g\n' >>"$seed"
	head -c 2048 $fix/host/1/inet_diag >>"$seed"
done

# Sockets as text.
for k in 1 2; do
	p=$cli/changes/trouble/$k/proc/net
	begin sockets trouble-$k 0
	text a $p/tcp 5; text b $fix/ledger-6.1/$k/proc/net/tcp6 4; text c $p/udp 5; text d $fix/ledger-6.1/$k/proc/net/udp6 4
	printf '#@#e\nsocket:[7]#@#f\nsocket:[1001]#@#h\nname\n' >>"$seed"
done

# Everything, by each verb.
for mode in A B C D E F G H I J K L M N O P; do
	d=$cli/changes/trouble
	begin verbs "connections-$mode" $mode
	made a bin $d/1/connections.txt 3; made A bin $d/2/connections.txt 3
	begin verbs "drops-$mode" $mode
	text e $d/1/proc/coremon/drops 6; text E $d/2/proc/coremon/drops 6; text g $d/1/proc/net/netstat 4; text G $d/2/proc/net/netstat 4
	text m $d/1/proc/net/softnet_stat 2
	begin verbs "sockets-$mode" $mode
	text n $d/1/proc/net/sockstat; text o $d/1/proc/net/tcp 4; text p $d/1/proc/net/udp 4; text P $d/2/proc/net/udp 4
	text f $d/1/proc/net/snmp 4; text F $d/2/proc/net/snmp 4
	printf '#@#y\nname\n#@#z\nsocket:[1001]' >>"$seed"
	begin verbs "netlink-$mode" $mode
	made q dump $cli/records/sockets/1/netlink/link.txt 3; made u dump $cli/records/sockets/1/netlink/tcp.txt 4
	made v dump $cli/records/sockets/1/netlink/udp.txt 4; made V dump $cli/records/sockets/2/netlink/udp.txt 4
	begin verbs "text-$mode" $mode
	text b $fix/many/1/proc/coremon/connections 6; text B $fix/many/2/proc/coremon/connections 6; text c $fix/common/proc/coremon/stats 20
	text i $fix/common/proc/net/dev 4; text k $fix/common/proc/stat 4; text l $fix/common/proc/vmstat 9; text j $fix/common/proc/diskstats 4
done

# What is typed: the examples of the manual pages and of the tests.
n=0
line() { n=$((n + 1)); mkdir -p "$seeds/$1"; printf '%s' "$2" >"$seeds/$1/line-$n"; }
line filter '0dst 10.0.2.0/24 and not (comm = nginx or comm sshd)'
line filter '0dport >= :40030 || state fin-wait-1 & bytes_sent > 57k'
line filter '0exclude time-wait src [2001:db8::]/32:443 id 1f dst *:https ! comm "my prog"'
line filter '2retrans > 0 or rst and retrans_fast 3 cause = "rst_*" fin'
line filter '3recv_q > 1M and drops 0 sport = :22'
line format '0${version} ${account-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action}'
line format '5a ${coremon-cgroup-path}b${coremon-comm} ${tcp-flags} ${pkt-srcaddr}${coremon-id} c'
line format '9${log-status}${coremon-seq}${coremon-skipped}${flow-direction}${type}${coremon-open-us}'
w() { printf '%s\n' "$@"; }
line options "$(w 0coremon-report -n 5 1 10 comm nginx)"
line options "$(w 0x --section=load,drops --clients=3 --client-prefix=24/64 0.5)"
line options "$(w 0x --csv=interfaces 2.25)"
line options "$(w 1x -i 10m -f 2h --format '${srcaddr}' --when 'rst or fin' -H --json --account-id 7)"
line options "$(w 2x -tul4 --watch 5 3 sport = :53)"
line options "$(w 3x -a --json 1 2)"
line options "$(w 4x -k ca,retrans,rst -n 7 -u --for=1d)"
line options "$(w 5x -i 2 -n 3 --json --exit-code)"
line options "$(w 0x '[2001:db8::1]:443' 10.0.0.1:80 99999999999s 0.000000001)"
