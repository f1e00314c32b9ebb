#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# again: what is lost is a matter of chance
# Transfers over loopback that loses 6 %: at rest every field equals what ss says, retransmits included.
. ./tests/lib.sh

load
tc qdisc add dev lo root netem delay 2ms loss 6%
trap 'tc qdisc del dev lo root; end' EXIT
hold v4 hold -a 127.0.0.1 -n 4 -u 400000 -d 100000 -w 60000
hold v6 hold -a ::1 -n 4 -u 400000 -d 100000 -w 60000
tc qdisc del dev lo root
trap end EXIT
sleep 1
same_as_ss 18
columns $proc/connections retrans bytes_retrans cwr_entries recovery_entries loss_entries state retrans_timeout retrans_fast >"$T/rows"
awk '$6 == "ESTABLISHED" { r += $1; b += $2; e += $3 + $4 + $5; k += $7 + $8 }
	END { print r " retransmits, " b " bytes, " e " entries into CWR, Recovery or Loss"; exit r == 0 || b == 0 || (k && e == 0) }' "$T/rows" ||
	fail "retransmits"
