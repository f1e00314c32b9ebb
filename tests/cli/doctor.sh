#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# coremon-doctor on machines that are made up: doctor.sh [--update] MADE LABEL=FOLDER...
# MADE has bin and noise, and is where the machines are made; FOLDER has the programs. Prints TAP.
. "$(dirname "$0")/lib.sh" "$@"
bin=$made/bin noise=$made/noise
made=$made/doctor

# Files of one reading. Arguments: machine, number; sets $p.
reading() {
	p=$made/$1/$2/proc
	mkdir -p "$p/net" "$p/sys/fs" "$p/sys/net/core" "$p/sys/net/ipv4" "$p/coremon" "$made/$1/$2/netlink"
	echo "$(($2 * 5))000000000 176727493${2}000000000" >"$made/$1/$2/clock"
	echo '00001000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000' >"$p/net/softnet_stat"
	printf '2560\t0\t655360\n' >"$p/sys/fs/file-nr"
	echo 212992 >"$p/sys/net/core/rmem_max"
	echo 212992 >"$p/sys/net/core/rmem_default"
	echo 4096 >"$p/sys/net/core/somaxconn"
	echo '32768 60999' >"$p/sys/net/ipv4/ip_local_port_range"
	echo '94236 125648 188472' >"$p/sys/net/ipv4/tcp_mem"
	echo '188472 251297 376944' >"$p/sys/net/ipv4/udp_mem"
	echo 'TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 3
UDP: inuse 3 mem 2' | sed '1i sockets: used 100' >"$p/net/sockstat"
	: >"$p/net/snmp6"
}

# snmp DATAGRAMS RCVBUF_ERRORS SEGMENTS
snmp() {
	cat >"$p/net/snmp" <<-END
		Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes
		Ip: 2 64 $(($1 + $3)) 0 0 0 0 0 $(($1 + $3)) $3 0 0
		Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
		Tcp: 1 200 120000 -1 5894 15 4 5748 6 $3 $3 146 0 34 0
		Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
		Udp: $1 82 $2 1454 $2 0 0 139426 0
	END
}

# netstat OVERFLOWS
netstat() {
	cat >"$p/net/netstat" <<-END
		TcpExt: SyncookiesSent SyncookiesRecv ListenOverflows ListenDrops IPReversePathFilter TCPMemoryPressures TCPAbortOnMemory
		TcpExt: 0 0 $1 $1 194 0 0
		IpExt: InNoRoutes InCsumErrors
		IpExt: 1 0
	END
}

# udp QUEUE DROPS: the table of the document, whose python at port 1334 does not read
udp() {
	cat >"$p/net/udp" <<-END
		   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
		 3121: 0137A8C0:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 29240 2 0000000000000000 0
		 4402: 00000000:0536 00000000:0000 07 00000000:$1 00:00000000 00000000     0        0 31337 2 0000000000000000 $2
	END
	mkdir -p "$p/1695/fd"
	echo python >"$p/1695/comm"
	ln -sf 'socket:[31337]' "$p/1695/fd/3"
}

# A row of connections.bin with the counters of each: id local remote, NAME=VALUE...
row() { local id=$1 l=$2 r=$3; shift 3; echo "row kind=1 id=$id opened=2 state=1 ca_state=0 birth_ns=1000000$id local=$l remote=$r $*"; }
kinds() { echo "retrans=$(($1 + $2)) retrans_timeout=$2 retrans_fast=$1 retrans_tail_loss_probe=0 retrans_syn=0 retrans_synack=0 retrans_other=0 dsack_dups=0"; }
rest="recovery_entries=1 loss_entries=0 undo_full=0 undo_partial=0 undo_dsack=0 undo_loss=0 min_rtt_us=300 srtt_us=400 send_q=0 busy_us=1000 rwnd_limited_us=0 sndbuf_limited_us=0 zero_wnd_in=0 zero_wnd_in_us=0 snd_wnd=65535"

machines() {
	rm -rf "$made"
	for i in 1 2 3 4; do
		reading sick $i
		snmp $((119049 + i * 100)) $((6006884 + i * 1000)) $((965515 + i * 3000))
		netstat 12
		udp 00C00300 $((5000000 + i * 1000))
		{
			row 10 10.0.0.1:443 10.1.2.3:50000 data_segs_out=$((i * 1000)) segs_in=$((i * 500)) bytes_received=0 recv_q=0 rcv_wnd=65535 zero_wnd_out=0 "$(kinds $((i * 30)) $i) $rest" tgid=812 comm=nginx
			row 11 10.0.0.1:443 10.1.7.3:50000 data_segs_out=$((i * 9000)) segs_in=$((i * 500)) bytes_received=0 recv_q=0 rcv_wnd=65535 zero_wnd_out=0 "$(kinds $((i * 2)) 0) $rest" tgid=812 comm=nginx
			row 12 10.0.0.1:9000 10.1.7.4:50001 data_segs_out=1 segs_in=$((i * 5)) bytes_received=$((100000 + i * 1000)) recv_q=98304 rcv_wnd=0 zero_wnd_out=$i "$(kinds 0 0) $rest" tgid=77 comm=backup
		} | "$bin" >"$p/coremon/connections.bin"

		reading healthy $i
		snmp $((i * 100000)) 8 $((965515 + i * 300000))
		netstat $((12 + i / 4))
		udp 00000300 8
		{
			row 10 10.0.0.1:443 10.1.2.3:50000 data_segs_out=$((i * 100000)) segs_in=$((i * 500)) bytes_received=0 recv_q=0 rcv_wnd=65535 zero_wnd_out=0 "$(kinds $((i * 10)) 0) $rest" tgid=812 comm=nginx
			row 12 10.0.0.1:9000 10.1.7.4:50001 data_segs_out=1 segs_in=$((i * 5)) bytes_received=$((i * 100000000)) recv_q=98304 rcv_wnd=0 zero_wnd_out=$i "$(kinds 0 0) $rest" tgid=77 comm=backup
		} | "$bin" >"$p/coremon/connections.bin"
	done
	mkdir -p "$made/empty/1/proc" "$made/empty/2/proc"
	echo '1000000000 1767274931000000000' >"$made/empty/1/clock"
	echo '2000000000 1767274932000000000' >"$made/empty/2/clock"
	cp -r "$made/empty" "$made/clock"
	cp "$made/empty/1/clock" "$made/clock/2/clock"
}

# try NAME MACHINE EXIT_CODE GOLDEN STDERR ARGUMENTS...: as the tables of the other verbs have it; STDERR `*` is anything
try() {
	local name=$1 machine=$2 want=$3 golden=$4 said=$5 rc
	shift 5
	COREMON_ROOT=$made/$machine timeout -k 5 60 "$folder/coremon-doctor" "$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	{
		[ $rc = "$want" ] || echo "exit code $rc, wanted $want"
		case $said in
		'*') grep -v '^coremon-doctor: ' "$tmp/err" | sed 's/^/stderr of another form: /' ;;
		'') sed 's/^/stderr: /' "$tmp/err" ;;
		*) grep -Eq -- "^coremon-doctor: .*$said" "$tmp/err" || sed "s/^/stderr is not '$said': /" "$tmp/err" ;;
		esac
		case $golden in
		-) sed 's/^/stdout: /' "$tmp/out" ;;
		*)
			[ -z "$update" ] || cp "$tmp/out" "$here/golden/$golden"
			diff -u "$here/golden/$golden" "$tmp/out"
			;;
		esac
	} >"$tmp/why" 2>&1
	result "$name"
}

cases() {
	local root
	try 'doctor: a machine with three faults' sick 0 doctor-sick.txt '*'
	awk 'length > 80 && !/^ *(do)? *# / { print "longer than 80: " $0 }' "$tmp/out" >"$tmp/why"
	result 'doctor: text fits 80 columns'
	try 'doctor: JSON' sick 0 doctor-sick.json '*' --json
	try 'doctor: --exit-code tells that something was found' sick 3 doctor-sick.txt '*' --exit-code
	try 'doctor: fewer intervals' sick 0 doctor-sick-1.txt '*' -n 1
	try 'doctor: a healthy machine' healthy 0 doctor-healthy.txt '*' --exit-code
	# Captured from real kernels while packets were lost on purpose: see make-ledger.sh.
	for root in "$here"/fixtures/ledger-*; do
		cp -R "$root" "$made/"
		try "doctor: faults that were real, on ${root##*/ledger-}" "${root##*/}" 3 "doctor-${root##*/}.txt" '*' -n 1 --exit-code
	done
	try 'doctor: nothing to look at' empty 1 doctor-empty.txt '*'
	try 'doctor: a clock that stands still' clock 1 - '*'
	try 'doctor: help' empty 0 doctor-help.txt '' --help
	try 'doctor: no time' empty 2 - "-i: 'x' is not a time" -i x
	try 'doctor: a time too short' empty 2 - "-i: '0.001' is not a time" -i 0.001
	try 'doctor: no number' empty 2 - "-n: '0' is not a number of intervals" -n 0
	try 'doctor: an argument' empty 2 - "'5' is one argument too many: -i and -n are the interval and how many" 5
	try 'doctor: an unknown option' empty 2 - "unrecognized option '--cure'|--help lists" --cure
}

# Bytes changed at random in every file, always the same ones: no crash, nothing said by a sanitizer, plain text.
noisy() {
	local i file root=$tmp/noise
	for ((i = 0; i < 40; i++)); do
		rm -rf "$root"
		cp -r "$made/sick" "$root"
		for file in net/snmp net/netstat net/udp net/sockstat net/softnet_stat sys/fs/file-nr sys/net/ipv4/tcp_mem coremon/connections.bin; do
			"$noise" $i <"$made/sick/2/proc/$file" >"$root/2/proc/$file"
			"$noise" $i <"$made/sick/4/proc/$file" >"$root/4/proc/$file"
		done
		COREMON_ROOT=$root timeout -k 5 60 "$folder/coremon-doctor" >"$tmp/out" 2>"$tmp/err" || echo "seed $i: exit code $?"
		grep -v '^coremon-doctor: ' "$tmp/err" | sed "s/^/seed $i: /"
		grep -n '[^ -~]' "$tmp/out" | sed "s/^/seed $i: not plain text: /"
	done >"$tmp/why" 2>&1
	result 'doctor: noise in files does no harm'
}

# This machine, as it is.
live() {
	local -x ASAN_OPTIONS=detect_leaks=0
	timeout -k 5 60 "$folder/coremon-doctor" --json -i 0.2 -n 2 >"$tmp/out" 2>"$tmp/err" || echo "exit code $?" >"$tmp/why"
	grep -q '"intervals":2' "$tmp/out" || cat "$tmp/out" "$tmp/err" >>"$tmp/why"
	result 'doctor: this machine, two intervals'
	timeout --foreground -k 30 -s INT 0.5 "$folder/coremon-doctor" -i 30 >"$tmp/out" 2>"$tmp/err"
	cat "$tmp/out" >"$tmp/why"
	result 'doctor: a signal in the first interval ends it without a word'
	timeout -k 5 60 "$folder/coremon-doctor" -i 0.1 -n 1 >/dev/full 2>"$tmp/err"
	[ $? = 1 ] || echo "exit code of a full disk" >"$tmp/why"
	result 'doctor: a full disk is said, exit code 1'
}

machines
: >"$tmp/why"
for pair in "${pairs[@]}"; do
	label=${pair%%=*} folder=${pair#*=}
	cases
	noisy
	live
	update=
done
finish
