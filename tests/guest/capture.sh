# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by tests: where the stage has a folder `captured`, `capture N` puts there what the reader reads of this machine, as tree N
# of COREMON_ROOT. So the fixtures tests/cli/fixtures/ledger-LINE were made: see tests/cli/make-ledger.sh.
capture() {
	[ -d /stage/captured ] || return 0
	_to=/stage/captured/$1
	rm -rf "$_to"
	mkdir -p "$_to/netlink" "$_to/ethtool"
	printf '%s %s\n' "$(awk '{ printf "%.0f", $1 * 1e9 }' /proc/uptime)" "$(date +%s%N)" >"$_to/clock"
	stat -L -c %i /proc/self/ns/net >"$_to/netns"
	for _f in net/snmp net/netstat net/snmp6 net/softnet_stat net/sockstat net/sockstat6 sys/fs/file-nr sys/net/ipv4/tcp_mem sys/net/ipv4/udp_mem \
		sys/net/core/somaxconn sys/net/netfilter/nf_conntrack_count sys/net/netfilter/nf_conntrack_max coremon/drops coremon/reasons; do
		[ -e "/proc/$_f" ] || continue
		mkdir -p "$_to/proc/$(dirname "$_f")"
		cat "/proc/$_f" >"$_to/proc/$_f"
	done
	for _w in link qdisc tcp udp; do nlcapture $_w >"$_to/netlink/$_w"; done
	: >"$_to/netlink/class"
	for _d in $(tc qdisc show | awk '$2 == "htb" { print $5 }'); do nlcapture class "$_d" >>"$_to/netlink/class"; done
	[ ! -e /sys/module/nf_tables ] || nlcapture nft >"$_to/netlink/nft"
	[ ! -e /proc/sys/net/netfilter/nf_conntrack_count ] || nlcapture conntrack >"$_to/netlink/conntrack"
}
