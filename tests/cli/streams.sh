#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The verbs that read binary records or netlink, on generated ones: streams.sh [--update] MADE LABEL=FOLDER...
# MADE has bin and dump and is where the records of records/ are made; FOLDER has the programs. Cases are in streams.txt. Prints TAP.
. "$(dirname "$0")/lib.sh" "$@"

# The processes of a file `processes`, a line each: pid, name, inodes of the sockets it holds.
make_processes() {
	local pid comm inodes inode fd
	while read -r pid comm inodes; do
		mkdir -p "$2/proc/$pid/fd"
		echo "$comm" >"$2/proc/$pid/comm"
		fd=0
		for inode in $inodes; do ln -s "socket:[$inode]" "$2/proc/$pid/fd/$((fd += 1))"; done
	done <"$1"
}

# Each text in records/ becomes the binary file of the same name; what is no text is as it is there.
make_records() {
	local tree file to text
	rm -rf "$made/records"
	for tree in "$here"/records/*/[0-9]*; do
		to=$made/records/${tree#"$here/records/"}
		mkdir -p "$to/proc/coremon"
		for file in "$tree"/*; do
			case $file in
			*.txt) "$made/bin" <"$file" >"$to/proc/coremon/$(basename "$file" .txt).bin" || exit 1 ;;
			*/stats | */reasons) cp "$file" "$to/proc/coremon/" ;;
			*/netlink)
				mkdir -p "$to/netlink"
				for text in "$file"/*.txt; do "$made/dump" <"$text" >"$to/netlink/$(basename "$text" .txt)" || exit 1; done ;;
			*/processes) make_processes "$file" "$to" ;;
			*/proc | */sys) cp -RL "$file" "$to/" ;;
			*) cp "$file" "$to/" ;;
			esac
		done
	done
}

# run ROOT VERB ARGUMENTS...: into $tmp/out and $tmp/err; sets rc
run() {
	local root=$made/records/$1 verb=$2
	shift 2
	under "$root" "$folder/coremon-$verb" "$@"
}

# check_stderr WANTED VERB...: nothing, or one line that has the expression and begins with the program's name
check_stderr() {
	if [ -n "$1" ]; then
		grep -Eq -- "^coremon-$2: .*$1" "$tmp/err" || sed "s/^/stderr is not '$1': /" "$tmp/err"
		[ "$(wc -l <"$tmp/err")" = 1 ] || echo "stderr has not one line"
	else
		sed 's/^/stderr: /' "$tmp/err"
	fi
}

# The records of a connection add up to what it did in all.
sums() {
	local format='${coremon-id} ${flow-direction} ${packets} ${bytes} ${coremon-retrans} ${coremon-open-us}'
	run flows-order flows -i 60 --format "$format"
	awk '{ p[$1 $2] += $3; b[$1 $2] += $4; r[$1 $2] += $5; o[$1 $2] += $6 }
		function is(k, wp, wb) { if (p[k] != wp || b[k] != wb) print k ": " p[k] " packets, " b[k] " bytes" }
		END {
			is("21egress", 7, 20); is("21ingress", 7, 10); is("22egress", 5, 10); is("22ingress", 6, 20)
			is("24egress", 10, 300); is("24ingress", 9, 250)
			if (r["24egress"] != 4 || o["24egress"] != 118000001) print "24: " r["24egress"] " again, open " o["24egress"]
		}' "$tmp/out" >"$tmp/why"
	result "records add up to the connection"
}

# No SYN-ACK comes before its SYN, on whichever end it was seen.
order() {
	run flows-order flows -i 60 --format '${srcaddr}:${srcport} ${dstaddr}:${dstport} ${tcp-flags}'
	awk '{ syn = $3 % 4 >= 2; ack = $3 >= 16 } syn && ack { acked[$2 " " $1] = 1 }
		syn && !ack && acked[$1 " " $2] { print "line " NR ": the SYN of " $1 " comes after its SYN-ACK" }' "$tmp/out" >"$tmp/why"
	[ "$(wc -l <"$tmp/out")" -gt 10 ] || echo "too few records" >>"$tmp/why"
	result "a SYN comes before its SYN-ACK"
}

# Wherever a file of records ends, the reader says so, or nothing, and never crashes.
# Arguments: verb, folder of records/, file, what it may say.
cuts() {
	local verb=$1 root=$tmp/cut file=$3 size at
	rm -rf "$root"
	cp -r "$made/records/$2" "$root"
	size=$(wc -c <"$made/records/$2/$file")
	for ((at = 0; at < size; at += size / 60 + 1)); do
		head -c $at "$made/records/$2/$file" >"$root/$file"
		COREMON_ROOT=$root timeout -k 5 60 "$folder/coremon-$verb" >"$tmp/out" 2>"$tmp/err" || echo "cut at $at: exit code $?"
		grep -v "$4" "$tmp/err"
	done >"$tmp/why"
	result "$verb: records cut anywhere"
	for ((at = 0; at < size; at += size / 60 + 1)); do
		{ head -c $at "$made/records/$2/$file"; head -c 3000 /dev/urandom; } >"$root/$file"
		COREMON_ROOT=$root timeout -k 5 60 "$folder/coremon-$verb" --json >"$tmp/out" 2>"$tmp/err"
		case $? in 0 | 1) ;; *) echo "noise at $at: exit code $?" ;; esac
		grep -a 'Sanitizer\|runtime error' "$tmp/err"
	done >"$tmp/why"
	result "$verb: noise behind records"
}

# What a pipe, a full disk and signals do.
live() {
	local pid rc verb
	for verb in events flows; do
		{ sleep 0.2; COREMON_ROOT=$made/records/${verb/flows/flows-order} timeout -k 5 60 "$folder/coremon-$verb"; echo $? >"$tmp/rc"; } 2>"$tmp/why" | true
		[ "$(cat "$tmp/rc")" = 0 ] || echo "exit code $(cat "$tmp/rc")" >>"$tmp/why"
		result "$verb: a reader that goes away ends it with exit code 0"
	done
	for verb in events flows; do
		COREMON_ROOT=$made/records/${verb/flows/flows-v2} timeout -k 5 60 "$folder/coremon-$verb" >/dev/full 2>"$tmp/err"
		rc=$?
		[ $rc = 1 ] || echo "exit code $rc" >"$tmp/why"
		grep -q 'writing: No space left' "$tmp/err" || echo "says nothing" >>"$tmp/why"
		result "$verb: a full disk is said, exit code 1"
	done
	# A pipe where the module would be: nothing comes, and a signal ends it.
	rm -rf "$tmp/live"
	mkdir -p "$tmp/live/proc/coremon"
	mkfifo "$tmp/live/proc/coremon/events.bin"
	: >"$tmp/live/proc/coremon/connections.bin"
	sleep 600 >"$tmp/live/proc/coremon/events.bin" &
	pid=$!
	for verb in events flows; do
		# A signal that comes while the leak checker has stopped the program stops it for ever: it is left out here.
		COREMON_ROOT=$tmp/live ASAN_OPTIONS=detect_leaks=0 env --default-signal=INT \
			timeout --foreground -k 30 -s INT 2 "$folder/coremon-$verb" >"$tmp/out" 2>"$tmp/err"
		rc=$?
		[ $rc = 124 ] || echo "exit code $rc" >"$tmp/why"
		cat "$tmp/err" >>"$tmp/why"
		result "$verb: waits until a signal"
		COREMON_ROOT=$tmp/live timeout -k 5 60 "$folder/coremon-$verb" --for 0.2 >"$tmp/out" 2>"$tmp/err" || echo "exit code $?" >"$tmp/why"
		cat "$tmp/err" >>"$tmp/why"
		result "$verb: --for ends it"
	done
	kill $pid
	wait $pid 2>/dev/null
	COREMON_ROOT=$tmp/live timeout -k 5 60 "$folder/coremon-flows" --estimate --for 0.3 >"$tmp/out" 2>"$tmp/why"
	grep -q '^expected in an hour, with an interval of 60.0 s: 60 records, 3060 bytes$' "$tmp/out" || cat "$tmp/out" >>"$tmp/why"
	result "flows: an estimate: NODATA every interval"
}

# This machine's own sockets, and a table that is watched through a pipe and through a terminal.
sockets_live() {
	local pid
	timeout -k 5 60 "$folder/coremon-sockets" -a >"$tmp/out" 2>"$tmp/err" || echo "exit code $?" >"$tmp/why"
	grep -q '^Proto ' "$tmp/out" || cat "$tmp/out" "$tmp/err" >>"$tmp/why"
	result "sockets: this machine's"
	ASAN_OPTIONS=detect_leaks=0 env --default-signal=INT timeout --foreground -k 30 -s INT 1 "$folder/coremon-sockets" -w 0.2 >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc = 124 ] || echo "exit code $rc" >"$tmp/why"
	[ "$(grep -c '^ Proto ' "$tmp/out")" -ge 2 ] || cat "$tmp/out" >>"$tmp/why"
	! grep -q "$(printf '\033')" "$tmp/out" || echo "draws over a pipe" >>"$tmp/why"
	result "sockets: watched through a pipe until a signal"
	timeout -k 5 60 "$folder/coremon-sockets" -i >/dev/full 2>"$tmp/err"
	rc=$?
	[ $rc = 1 ] && grep -q 'writing: No space left' "$tmp/err" || echo "exit code $rc" >"$tmp/why"
	result "sockets: a full disk is said, exit code 1"
	# A terminal is left as it was found, also by a signal.
	command -v script >/dev/null || return
	ASAN_OPTIONS=detect_leaks=0 TERM=xterm script -qec "env --default-signal=INT timeout --foreground -s INT 1 $folder/coremon-sockets -iw 0.2" /dev/null \
		</dev/null >"$tmp/out" 2>&1
	grep -q "$(printf '\033')\[?1049h" "$tmp/out" || echo "does not draw over the terminal" >>"$tmp/why"
	tail -n 1 "$tmp/out" | grep -q "$(printf '\033')\[?25h$(printf '\033')\[?1049l" || echo "does not leave the terminal as it was" >>"$tmp/why"
	result "sockets: a terminal is left as it was found"
}

make_records
for pair in "${pairs[@]}"; do
	label=${pair%%=*} folder=${pair#*=}
	table "$here/streams.txt"
	sums
	order
	cuts events events 1/proc/coremon/events.bin 'ends in the middle of a record'
	cuts flows flows-order 2/proc/coremon/connections.bin 'ends in the middle of a record'
	cuts sockets sockets 1/netlink/tcp 'netlink/tcp: ends in the middle of a message'
	cuts sockets sockets 1/netlink/udp 'netlink/udp: ends in the middle of a message'
	sockets_live
	live
	update=
done
finish
