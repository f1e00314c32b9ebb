#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# The ledger of coremon-drops against faults that are really made, one of each layer: what it tells of all intervals together is what
# the rule that lost the packets counted itself (tc, nft, /proc), and the kernel's reasons say the same.
. ./tests/lib.sh
. ./tests/capture.sh

# this machine (near 10.9.1.1) --- veth --- peer (10.9.1.2, and 172.16.9.9 of which this machine has no route there)
ip netns add peer
ip link add near type veth peer name far netns peer
ip addr add 10.9.1.1/24 dev near
ip link set near up
ip -n peer addr add 10.9.1.2/24 dev far
ip -n peer addr add 172.16.9.9/32 dev far
ip -n peer link set far up
ip -n peer link set lo up
in_peer() { ip netns exec peer "$@"; }
# Nobody waits for an address to be found: what waits is bounded, too.
ip neigh replace 10.9.1.2 lladdr "$(in_peer cat /sys/class/net/far/address)" dev near nud permanent
ip -n peer neigh replace 10.9.1.1 lladdr "$(cat /sys/class/net/near/address)" dev far nud permanent
echo 1 >/proc/sys/net/ipv4/conf/near/rp_filter

finish() {
	s=$?
	nft delete table inet ledger || true
	ip link del near || true
	ip netns del peer || true
	echo 1000 >/proc/sys/net/core/netdev_max_backlog
	echo 300 >/proc/sys/net/core/netdev_budget
	return $s
}
trap "finish || end; end" EXIT

load
with_reasons=
[ ! -e $proc/drops ] || ! grep -q '^drop ' $proc/reasons || with_reasons=1

# Programs that do not take what comes. Arguments: name, `in_peer` or nothing, verb and options.
start() {
	_n=$1 _in=$2; shift 2
	mkfifo "$T/$_n.in"
	$_in lose "$@" -P "$T/$_n.ready" <"$T/$_n.in" & children="$children $!"
	sleep 1000 >"$T/$_n.in" & children="$children $!"
	await test -e "$T/$_n.ready"
}
start sink '' sink -r 4096 10.9.1.1 9000
start listener '' listen -b 1 10.9.1.1 9003
cat >"$T/nft" <<-'END'
	table inet ledger {
		chain arriving {
			type filter hook input priority 0; policy accept;
			udp dport 9002 counter drop
			ct state invalid counter
		}
	}
END
nft -f "$T/nft"
tc qdisc add dev near root handle 8001: tbf rate 64kbit burst 1600 limit 3000
tc -n peer qdisc add dev far root netem delay 50ms limit 10000

# Name and value of each counter of the kernel's own.
counters() {
	awk '{ if (!($1 in head)) { head[$1] = $0; next } n = split(head[$1], name); g = $1; sub(":", "", g)
		for (i = 2; i <= n; i++) print g name[i], $i; delete head[$1] }' /proc/net/snmp /proc/net/netstat
	while read -r _p d t _r; do printf 'dropped %d\ntime_squeeze %d\n' "0x$d" "0x$t"; done </proc/net/softnet_stat |
		awk '{ s[$1] += $2 } END { for (n in s) print n, s[n] }'
	# shellcheck disable=SC2034
	[ ! -e /proc/net/stat/nf_conntrack ] || sed 1d /proc/net/stat/nf_conntrack | while read -r _e _c _f _n _i _g _d _l _s failed drop early _r; do
		printf 'conntrack_insert_failed %d\nconntrack_drop %d\nconntrack_early_drop %d\n' "0x$failed" "0x$drop" "0x$early"
	done | awk '{ s[$1] += $2 } END { for (n in s) print n, s[n] }'
	tc -s qdisc show dev near | awk '/dropped/ { sub(",", "", $7); print "tbf_drops", $7 }'
	nft list table inet ledger | awk '/9002/ { for (i = 1; i < NF; i++) if ($i == "packets") print "nft_drop", $(i + 1) }'
	cat /sys/class/net/near/statistics/rx_dropped | sed 's/^/near_rx_dropped /'
}

/stage/coremon drops --csv 1 >"$T/csv" 2>"$T/said" & coremon=$!
children="$children $coremon"
readings() { [ "$(cut -d, -f1 "$T/csv" | sort -u | wc -l)" -ge "$1" ]; }
await readings 2
capture 1
counters >"$T/before"

in_peer lose send -n 200 -l 500 10.9.1.1 9000
in_peer lose send -n 40 10.9.1.1 9001
in_peer lose send -n 33 10.9.1.1 9002
in_peer lose send -n 25 -s 172.16.9.9 10.9.1.1 9000
lose send -n 30 -l 1000 10.9.1.2 9009
lose send -n 7 203.0.113.9 9
start syns in_peer syn -n 8 10.9.1.1 9003
count() { counters | awk -v n="$1" '$1 == n { print $2 }'; }
grew() { [ $(($(count "$1") - $(awk -v n="$1" '$1 == n { print $2 }' "$T/before"))) -ge "$2" ]; }
await grew UdpNoPorts 40
await grew nft_drop 33
await grew TcpExtListenOverflows 1
# Bursts that a backlog of one packet and a budget of one do not take.
echo 1 >/proc/sys/net/core/netdev_max_backlog
echo 1 >/proc/sys/net/core/netdev_budget
in_peer lose send -n 100 10.9.1.1 9001
await grew dropped 1
echo 1000 >/proc/sys/net/core/netdev_max_backlog
echo 300 >/proc/sys/net/core/netdev_budget
# More connections than there is room to track.
max=$(cat /proc/sys/net/netfilter/nf_conntrack_max)
echo 2 >/proc/sys/net/netfilter/nf_conntrack_max
in_peer lose send -n 30 -m 10.9.1.1 9001
await grew conntrack_drop 1
echo "$max" >/proc/sys/net/netfilter/nf_conntrack_max

# At rest: the same twice, and then a reading of that.
at_rest() { counters >"$T/after"; sleep 0.5; counters | grep -v time_squeeze >"$T/again"; grep -v time_squeeze "$T/after" | cmp -s - "$T/again"; }
await at_rest
capture 2
n=$(cut -d, -f1 "$T/csv" | sort -u | wc -l)
await readings $((n + 2))
kill -INT $coremon
wait $coremon || fail "exit status $?"
cat "$T/said"

# What each row grew by in all intervals, in CSV: kind layer object counter explains reason ... grown ... unexplained.
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
	$c["elapsed_s"] != "" {
		k = $c["kind"] "|" $c["layer"] "|" $c["object"] "|" $c["counter"] "|" $c["explains"] "|" $c["reason"] "|" $c["protocol"]
		s[k] += $c["grown"] + $c["unexplained"]
		if ($c["kind"] == "unexplained" && $c["unexplained"] == "") s[k] = "-"
	}
	END { for (k in s) print k, s[k] }' "$T/csv" >"$T/rows"
sort "$T/rows"

grown() { a=$(awk -v n="$1" '$1 == n { print $2 }' "$T/after"); b=$(awk -v n="$1" '$1 == n { print $2 }' "$T/before"); echo $((a - b)); }
row() { awk -v k="$1" 'index($0, k) == 1 { s += $NF } END { print s + 0 }' "$T/rows"; }
same() { # the beginning of rows, counter of the kernel's own, least
	r=$(row "$1") k=$(grown "$2")
	[ "$r" = "$k" ] || fail "$1: $r, the kernel counts $k ($2)"
	[ "$k" -ge "${3:-1}" ] || fail "$2: $k, less than ${3:-1}"
}
same 'counter|udp||UdpRcvbufErrors|' UdpRcvbufErrors 150
same 'counter|udp||UdpNoPorts|' UdpNoPorts 40
same 'counter|tcp||TcpExtIPReversePathFilter|' TcpExtIPReversePathFilter 25
same 'counter|tcp||TcpExtListenOverflows|' TcpExtListenOverflows
same 'counter|tcp||TcpExtListenDrops|' TcpExtListenDrops
same 'counter|ip||IpOutNoRoutes|' IpOutNoRoutes 7
[ "$(grown nft_drop)" = 33 ] || fail "nft dropped $(grown nft_drop) of 33"
grep -Eq '^counter[|]netfilter[|]inet ledger [a-z]+ handle [0-9]+[|]drop[|]' "$T/rows" || fail "the rule is not told of"
same 'counter|netfilter|inet ledger' nft_drop 33
same 'counter|qdisc|near tbf 8001:|drops|' tbf_drops 20
sed -i 's/^counter|cpu|cpu[0-9]*|dropped/counter|cpu||dropped/' "$T/rows"
same 'counter|cpu||dropped|' dropped
same 'counter|link|near|rx_dropped|' near_rx_dropped
same 'counter|conntrack||drop|' conntrack_drop
same 'counter|conntrack||insert_failed|' conntrack_insert_failed 0
same 'counter|conntrack||early_drop|' conntrack_early_drop 0
# The sockets that did not take it, and whose they are.
same "counter|socket|udp 10.9.1.1:9000 lose" UdpRcvbufErrors
same "counter|socket|tcp 10.9.1.1:9003 lose" TcpExtListenDrops
grep -q 'socket,.*9003 lose.*,drops,.*,2,1,' "$T/csv" || fail "the accept queue of 2 with room for 1 is not told of"

if [ -z "$with_reasons" ]; then
	! grep '^unexplained' "$T/rows" | grep -v ' -$' || fail "something is explained without reasons"
	exit 0
fi
same 'reason|udp|||RcvbufErrors|SOCKET_RCVBUFF|udp' UdpRcvbufErrors
same 'reason|udp|||NoPorts|NO_SOCKET|udp' UdpNoPorts
same 'reason|tcp|||IPReversePathFilter|IP_RPFILTER|udp' TcpExtIPReversePathFilter
same 'reason|qdisc|||drops|QDISC_DROP|udp' tbf_drops
same 'reason|cpu|||dropped|CPU_BACKLOG|' dropped
[ "$(row 'reason|reason||||NETFILTER_DROP|udp')" = $(($(grown nft_drop) + $(grown conntrack_drop))) ] || fail "NETFILTER_DROP"
for e in RcvbufErrors NoPorts IPReversePathFilter drops dropped; do
	awk -v e="$e" -F'[|]' '$1 == "unexplained" && $5 == e' "$T/rows" | grep -v ' 0$' && fail "$e is not explained"
done
exit 0
