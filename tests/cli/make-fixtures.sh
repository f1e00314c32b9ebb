#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Make the fixtures that do not want to be text files in a repository: make-fixtures.sh DIRECTORY
set -eu
here=$(cd "$(dirname "$0")" && pwd)
made=$1
fix=$here/fixtures

rm -rf "$made/hostile" "$made/clock" "$made/noclock"
for tree in 1 2; do
	mkdir -p "$made/hostile/$tree"
	cp -RL "$fix/common/proc" "$made/hostile/$tree/proc"
	p=$made/hostile/$tree/proc
	echo "${tree}000000000 176727493${tree}000000000" >"$made/hostile/$tree/clock"

	{	# a line of 1 MB, a number past 64 bits
		printf 'intr '
		head -c 1000000 /dev/zero | tr '\0' '7'
		printf '\nctxt 18446744073709551616\n'
	} >"$p/stat"
	{	# negative, with a tail, twice, no value
		printf 'pgpgin -5\npgpgout 12x\npswpin %s\npswpin 7\npswpout\n' $tree
	} >"$p/vmstat"
	{
		head -n 2 "$fix/common/proc/net/dev"
		# good, but for what its name does to a terminal
		printf '\033[31mred:  %s00 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0\n' $tree
		# twice
		printf '  eth0:   100 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0\n'
		printf '  eth0:  9100 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0\n'
		# numbers that are none
		printf '  eth1:  -100 99999999999999999999999 0x5 1e3 0 0 0 0 %s 2 0 0 0 0 0 0\n' $tree
		# too few, too many, no name, a NUL
		printf '  eth2:  100 1 0 0\n'
		printf '  eth3:  1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n'
		printf ' : 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n'
		printf '  et\000h4:   100 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0\n'
	} >"$p/net/dev"
	{
		echo '# coremon connections 1'
		echo 'id local remote state comm pid bytes_sent bytes_received segs_out retrans'
		# good ones: names that do things to a terminal, or look like what they are not
		printf '1 10.0.0.1:1 10.0.0.2:2 ESTABLISHED \\033[2J\\012\\134 5 %s00 0 1 0\n' $tree
		printf '2 10.0.0.1:1 10.0.0.2:3 ESTABLISHED \\055 5 %s0 0 1 0\n' $tree
		printf '3 10.0.0.1:1 10.0.0.2:4 \033[31m "a,b" 5 %s 0 1 0\n' $tree
		# numbers that are none are not known
		printf '4 10.0.0.1:1 10.0.0.2:5 ESTABLISHED x -1 99999999999999999999 9223372036854775808 1e9 0x1\n'
		# as large as numbers get
		printf '5 10.0.0.1:1 10.0.0.2:6 ESTABLISHED x 4294967295 %s 0 9223372036854775807 0\n' \
			"$([ $tree = 1 ] && echo 0 || echo 9223372036854775807)"
		# one word too few, one too many, none, a NUL
		printf '6 10.0.0.1:1 10.0.0.2:7 ESTABLISHED x 5 0 0 0\n'
		printf '7 10.0.0.1:1 10.0.0.2:8 ESTABLISHED x 5 0 0 0 0 0\n'
		printf '\n'
		printf '8 10.0.0.1:1 10.0.0.2:9 ESTABLISHED x\000y 5 0 0 0 0\n'
		# no id, an id that is none, the same id again, addresses that are none
		printf -- '- 10.0.0.1:1 10.0.0.2:7 ESTABLISHED x 5 0 0 0 0\n'
		printf 'xyz 10.0.0.1:1 10.0.0.2:7 ESTABLISHED x 5 0 0 0 0\n'
		printf '1 10.0.0.1:1 10.0.0.2:7 ESTABLISHED x 5 999 0 0 0\n'
		printf '9 10.0.0.256:1 10.0.0.2:7 ESTABLISHED x 5 0 0 0 0\n'
		# 1 MB
		printf 'a 10.0.0.1:1 10.0.0.2:7 ESTABLISHED '
		head -c 1000000 /dev/zero | tr '\0' 'x'
		printf ' 5 0 0 0 0\n'
		# cut short: the last number may have had more digits
		printf 'b 10.0.0.1:1 10.0.0.2:7 ESTABLISHED x 5 %s 0 0 1' $tree
	} >"$p/coremon/connections"
done

for tree in 1 2; do
	for what in clock noclock; do
		mkdir -p "$made/$what/$tree"
		cp -RL "$fix/common/proc" "$made/$what/$tree/proc"
	done
	echo "5000000000 1767274935000000000" >"$made/clock/$tree/clock"
done

# Readings of connections.bin, from their descriptions in changes/; the machine's other files are those of common/, or
# beside them in proc/.
for tree in "$here"/changes/*/[0-9]*; do
	to=$made/${tree#"$here/changes/"}
	rm -rf "$to"
	mkdir -p "$to"
	cp -RL "$fix/common/proc" "$to/proc"
	cp "$tree/clock" "$to/"
	[ ! -d "$tree/proc" ] || cp -RL "$tree/proc" "$to/"
	[ -e "$tree/text" ] || rm -f "$to/proc/coremon/connections"
	"$made/bin" <"$tree/connections.txt" >"$to/proc/coremon/connections.bin"
done
