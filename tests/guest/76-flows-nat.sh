#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 150
# Packet addresses of flow records, where nftables changes destination and source, IPv4 and IPv6.
. ./tests/lib.sh

nft list tables >/dev/null 2>&1 || skip "no nftables in this kernel"
# out (.2) --- veth --- here (.1), which has the names .99 (destination) and .77 (source) in its rules alone
ip netns add out
ip link add c type veth peer name s netns out
ip addr add 10.8.0.1/24 dev c
ip addr add fd00:8::1/64 dev c nodad
ip link set c up
ip -n out addr add 10.8.0.2/24 dev s
ip -n out addr add fd00:8::2/64 dev s nodad
ip -n out link set s up
ip -n out route add 10.99.0.0/16 via 10.8.0.1
ip -n out route add fd00:99::/64 via fd00:8::1
cat >"$T/rules" <<END
table ip t {
	chain before { type nat hook prerouting priority -100; tcp dport 80 dnat to 10.8.0.1:8080; }
	chain late { type nat hook input priority 100; tcp dport 8081 snat to 10.8.0.77; }
}
table ip6 t {
	chain before { type nat hook prerouting priority -100; tcp dport 80 dnat to [fd00:8::1]:8080; }
	chain late { type nat hook input priority 100; tcp dport 8081 snat to fd00:8::77; }
}
END
nft -f "$T/rules"
load
for port in 8080 8081; do
	hold "l$port" listen -p $port -n 0 -a ::
done
/stage/coremon flows -H -i 1 --interface c --format '${pkt-srcaddr} ${srcaddr} ${srcport} ${pkt-dstaddr} ${dstaddr} ${dstport} ${tcp-flags} ${action}' >"$T/flows" 2>"$T/said" &
flows=$!; children="$children $flows"
await test -s "$T/flows"
for end in 10.99.0.5/80 10.8.0.1/8080 10.8.0.1/8081 fd00:99::5/80 fd00:8::1/8080 fd00:8::1/8081; do
	ip netns exec out timeout 20 bash -c "exec 3<>/dev/tcp/$end; sleep 3" & children="$children $!"
done
await sh -c "[ \$(grep -c ' 2 ACCEPT' $T/flows) -ge 6 ]"
kill -INT $flows
wait $flows || fail "exit status $?"
cat "$T/said"
# The peers' ports are any.
awk 'NR > 1 && / (2|18) ACCEPT$/ { if ($3 > 8081) $3 = "*"; if ($6 > 8081) $6 = "*"; print }' "$T/flows" | sort >"$T/have"
sort >"$T/want" <<END
10.8.0.2 10.8.0.2 * 10.99.0.5 10.8.0.1 8080 2 ACCEPT
10.99.0.5 10.8.0.1 8080 10.8.0.2 10.8.0.2 * 18 ACCEPT
10.8.0.2 10.8.0.2 * 10.8.0.1 10.8.0.1 8080 2 ACCEPT
10.8.0.1 10.8.0.1 8080 10.8.0.2 10.8.0.2 * 18 ACCEPT
10.8.0.2 10.8.0.77 * 10.8.0.1 10.8.0.1 8081 2 ACCEPT
10.8.0.1 10.8.0.1 8081 10.8.0.2 10.8.0.77 * 18 ACCEPT
fd00:8::2 fd00:8::2 * fd00:99::5 fd00:8::1 8080 2 ACCEPT
fd00:99::5 fd00:8::1 8080 fd00:8::2 fd00:8::2 * 18 ACCEPT
fd00:8::2 fd00:8::2 * fd00:8::1 fd00:8::1 8080 2 ACCEPT
fd00:8::1 fd00:8::1 8080 fd00:8::2 fd00:8::2 * 18 ACCEPT
fd00:8::2 fd00:8::77 * fd00:8::1 fd00:8::1 8081 2 ACCEPT
fd00:8::1 fd00:8::1 8081 fd00:8::2 fd00:8::77 * 18 ACCEPT
END
diff "$T/want" "$T/have" || { cat "$T/flows"; cat /proc/net/nf_conntrack 2>/dev/null; fail "packet addresses"; }
# What is left of the connections goes while the rules are there; their ends in the other namespace would outlive it.
release l8080
release l8081
await rows_are 0
nft flush ruleset
unload
