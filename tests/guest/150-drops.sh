#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Packets that are dropped are counted exactly: as many as who dropped them says, for its reason, in the ledger of their connection.
. ./tests/lib.sh
. ./tests/drops.sh

load
reasons=$(awk '$1 == "drop"' $proc/reasons | wc -l)
[ $reasons -gt 10 ] || [ $reasons = 0 ] || fail "$reasons names of reasons"

# A rule of the firewall against one direction of one of two connections.
talk one
talk other
read -r c_id c_port <"$T/one"
s_id=$(sed -n 2p "$T/one" | cut -d' ' -f1) s_port=$(sed -n 2p "$T/one" | cut -d' ' -f2)
cat >"$T/rules" <<END
table inet t {
	chain inward { type filter hook input priority 0; tcp sport $c_port tcp dport $s_port counter drop; }
}
END
nft -f "$T/rules"
events=$T/events
cat $proc/events >"$events" & children="$children $!"
await sh -c "head -n 1 '$events' | grep -q events"
say one c; say other c; say one c; say one s; say other s
rule() { nft list table inet t | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p'; }
await sh -c 'test "$(nft list table inet t | sed -n "s/.*counter packets \([0-9]*\) .*/\1/p")" -ge 3'
# What is sent again is dropped again: between two readings of the rule that agree the rows are at rest.
same_as_rule() {
	n=$(rule); rows=$(count_of NETFILTER_DROP tcp nf_hook_slow); ledger=$(columns $proc/connections id drops drop_reasons | grep "^$s_id ")
	[ "$n" = "$(rule)" ] && [ "$rows" = "$n" ] && [ "$ledger" = "$s_id $n $([ $reasons = 0 ] && echo - || echo NETFILTER_DROP:$n)" ]
}
await same_as_rule
# The other connection lost nothing; the sender at most what came again since its own acknowledgements did not get through.
columns $proc/connections id state drops drop_reasons | awk -v s="$s_id" -v c="$c_id" '$2 != "LISTEN" && $1 != s { n++
	if ($3 " " $4 != "0 -" && ($1 != c || ($4 != "TCP_OLD_DATA:" $3 && $4 != "-"))) { print; bad = 1 } } END { exit bad || n != 3 }' ||
	{ columns $proc/connections id state drops drop_reasons; fail "drops of another connection"; }
columns $proc/drops reason protocol dev src dst id netns place | grep -E " tcp lo 127.0.0.1:$c_port 127.0.0.1:$s_port $s_id $(stat -Lc %i /proc/self/ns/net) (nf_hook_slow|nft_do_chain)\+0x[0-9a-f]+(\[nf_tables\])?$" ||
	{ cat $proc/drops; fail "the last packet is not told rightly"; }
nft flush table inet t
await sh -c "awk '\$3 == \"$s_id\" && \$10 == \"drop\"' '$events' | grep -qE '127.0.0.1:$s_port 127.0.0.1:$c_port .* drop reason=(NETFILTER_DROP|-) place=(nf_hook_slow|nft_do_chain)\+[^ ]+ protocol=tcp len=[0-9]+ dev=lo$'"
kill $! 2>/dev/null || true
n=$(columns $proc/connections id drops | awk -v s="$s_id" '$1 == s { print $2 }')
hush one
await sh -c "grep -q '^ *$s_id ' $proc/closed"
# The reset that ends it may be one more, of a reason of its own.
columns $proc/closed id drops drop_reasons | awk -v s="$s_id" -v n="$n" '$1 == s { ok = $3 == "-" ? $2 >= n : $3 ~ "^NETFILTER_DROP:" n "(,|$)" } END { exit !ok }' ||
	{ columns $proc/closed id drops drop_reasons; fail "the closed record of $s_id, which lost $n"; }

# UDP: a receive buffer that is full, and a port nobody has.
mkfifo "$T/sink.in"
dropper sink 7001 2048 "$T/sink" <"$T/sink.in" & children="$children $!"
sleep 1000 >"$T/sink.in" & children="$children $!"
await test -e "$T/sink"
value() { nstat -asz "$1" | awk -v n="$1" '$1 == n { print $2 }'; }
before=$(value UdpRcvbufErrors) had=$(count_of SOCKET_RCVBUFF udp '__udp_(queue_rcv|enqueue)|udp_queue_rcv')
dropper udp 127.0.0.1 7001 300 1000
n=$(($(value UdpRcvbufErrors) - before))
[ $n -gt 200 ] || fail "UdpRcvbufErrors grew by $n"
[ "$(($(count_of SOCKET_RCVBUFF udp '__udp_(queue_rcv|enqueue)|udp_queue_rcv') - had))" = $n ] || { cat $proc/drops; fail "of $n drops for a full receive buffer there are others"; }
before=$(value UdpNoPorts) had=$(count_of NO_SOCKET udp '__udp4_lib_rcv|udp_rcv|udp4_lib')
dropper udp 127.0.0.1 7009 50 100
n=$(($(value UdpNoPorts) - before))
[ $n = 50 ] || fail "UdpNoPorts grew by $n"
[ "$(($(count_of NO_SOCKET udp '__udp4_lib_rcv|udp_rcv|udp4_lib') - had))" = $n ] || { cat $proc/drops; fail "of 50 datagrams for nobody there are others"; }

# A queue of a device, and checksums. The other end's namespace sees what is its own.
ip netns add away
ip link add here type veth peer name there netns away
ip addr add 10.9.0.1/24 dev here; ip link set here up
ip -n away addr add 10.9.0.2/24 dev there; ip -n away link set there up; ip -n away link set lo up
mac=$(ip -n away -br link show there | awk '{ print $3 }')
ip neigh replace 10.9.0.2 lladdr "$mac" dev here nud permanent
await grep -qx up /sys/class/net/here/operstate
tc qdisc add dev here root tbf rate 8kbit burst 2000 limit 3000
had=$(count_of 'QDISC_DROP|OVERLIMIT|GENERIC' udp .)
dropper udp 10.9.0.2 7001 40 1000
n=$(tc -s qdisc show dev here | sed -n 's/.*(dropped \([0-9]*\),.*/\1/p')
[ $n -gt 20 ] || fail "tbf dropped $n"
[ $reasons = 0 ] || [ "$(($(count_of 'QDISC_DROP|OVERLIMIT|GENERIC' udp .) - had))" = $n ] || { cat $proc/drops; fail "tbf dropped $n"; }
tc qdisc del dev here root
before=$(ip netns exec away nstat -asz TcpInCsumErrors | awk '/TcpInCsum/ { print $2 }')
dropper frames here $mac 10.9.0.1 10.9.0.2 tcp_csum 17
dropper frames here $mac 10.9.0.1 10.9.0.2 ip_csum 13
dropper frames here $mac 10.9.0.1 10.9.0.2 other 11
await sh -c "[ \$(ip netns exec away nstat -asz TcpInCsumErrors | awk '/TcpInCsum/ { print \$2 }') = $((before + 17)) ]"
away=$(ip netns exec away stat -Lc %i /proc/self/ns/net)
in_away() { columns $proc/drops netns reason protocol count dev | awk -v n="$away" -v r="^($1)\$" '$1 == n && $5 == "there" && ($2 ~ r || $2 == "-") { s += $4 } END { print s + 0 }'; }
if [ $reasons != 0 ]; then
	[ "$(in_away TCP_CSUM)/$(in_away IP_CSUM)/$(in_away OTHERHOST)" = 17/13/11 ] || { cat $proc/drops; fail "not 17 wrong sums of TCP, 13 of IP, 11 for another host"; }
else
	[ "$(in_away x)" -ge 41 ] || { cat $proc/drops; fail "5.10: fewer drops than frames"; }
fi
ip netns exec away cat $proc/drops >"$T/away"
columns "$T/away" netns | sort -u | grep -qx "$away" || { cat "$T/away"; fail "the other namespace does not see its own"; }
[ "$(columns "$T/away" netns | sort -u | wc -l)" = 1 ] || { cat "$T/away"; fail "the other namespace sees others"; }
adds_up

# A namespace that is gone leaves its counts, but no name that another may get.
ip netns del away
await sh -c "! awk '\$1 == $away' $proc/drops | grep -q ."
adds_up
