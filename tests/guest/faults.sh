# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by the tests of the doctor, after lib.sh: a small network, faults in it one at a time, and what the doctor says of each.
#
#   this machine 10.7.0.1 --- v0 / r0 in `router` --- r1 / f1 in `far1`, 10.7.1.2
#                                                --- r2 / f2 in `far2`, 10.7.2.2 to .9
doctor="/stage/coremon doctor"

network() {
	for ns in router far1 far2; do
		ip netns add $ns
		ip -n $ns link set lo up
	done
	ip link add v0 type veth peer name r0 netns router
	ip addr add 10.7.0.1/24 dev v0
	ip link set v0 up
	ip -n router addr add 10.7.0.2/24 dev r0
	ip -n router link set r0 up
	for i in 1 2; do
		ip link add r$i netns router type veth peer name f$i netns far$i
		ip -n router addr add 10.7.$i.1/24 dev r$i
		ip -n router link set r$i up
		ip -n far$i addr add 10.7.$i.2/24 dev f$i
		ip -n far$i link set f$i up
		ip -n far$i route add default via 10.7.$i.1
	done
	for i in 3 4 5 6 7 8 9; do ip -n far2 addr add 10.7.2.$i/24 dev f2; done
	ip netns exec router sysctl -qw net.ipv4.ip_forward=1
	ip route add 10.7.0.0/16 via 10.7.0.2
	# One packet on the wire is one segment, so that what is lost is counted in segments.
	ip link set v0 gso_max_segs 1
	for i in 1 2; do ip -n far$i link set f$i gso_max_segs 1; done
	# What a connection learned of a path is not the next test's.
	sysctl -qw net.ipv4.tcp_no_metrics_save=1
}

far1() { ip netns exec far1 "$@"; }
far2() { ip netns exec far2 "$@"; }
router() { ip netns exec router "$@"; }

# A fault that goes on in the background until the next mended(). Argument: command.
going() { "$@" & faults_on="${faults_on:-} $!"; }

# All that is going on ends, so that the next fault is alone.
mended() {
	# shellcheck disable=SC2086
	kill ${faults_on:-} 2>/dev/null || true
	# Of none, wait would wait for all.
	for _on in ${faults_on:-}; do wait "$_on" 2>/dev/null || true; done
	faults_on=
	pkill -9 -x faults || true
	await sh -c '! pgrep -x faults >/dev/null'
}

# Listens on a port. Arguments: port, command in front (a namespace).
listens() { _port=$1; shift; await sh -c "$* ss -Htln 'sport = :$_port' | grep -q ."; }

ids() { grep -o '"id":"[^"]*"' "$T/json" | sed 's/"id":"\(.*\)"/\1/' | xargs; }

# What is missing in what the doctor said. Arguments: extended regular expressions.
missing() {
	for _re; do grep -Eq "$_re" "$T/json" || { echo "no $_re"; return; }; done
}

# The doctor looks, for two seconds or as told in $look; its first finding must be this one, with these words in the text of the whole.
# On a busy machine a fault may take a while to show: it looks three times at the most.
# With `among` set another finding may come before it. Arguments: id, extended regular expressions.
finds() {
	_id=$1; shift
	_first='"findings":\[\{'
	[ -z "${among:-}" ] || _first=
	set -- "$_first\"id\":\"$_id\"" "$@"
	for _look in 1 2 3; do
		# shellcheck disable=SC2086
		$doctor --json ${look:--i 1 -n 2} >"$T/json" 2>"$T/said" || { _status=$?; cat "$T/said"; fail "exit status $_status ($_id)"; }
		_missing=$(missing "$@")
		echo "$_id: found $(ids)"
		[ -n "$_missing" ] || return 0
	done
	echo "FAILED: $_id: $_missing"
	cat "$T/said"
	sed 's/"evidence"/\n&/g; s/{"id"/\n&/g' "$T/json"
	not_found="${not_found:-} $_id"
}

# What the tests set is set back, also when one fails.
settings=$(sysctl -e net.ipv4.tcp_mem net.core.netdev_max_backlog net.core.netdev_budget net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies \
	net.ipv4.conf.all.rp_filter net.ipv4.udp_mem net.core.rmem_max net.core.somaxconn net.ipv4.tcp_max_tw_buckets net.ipv4.tcp_early_retrans fs.file-max 2>/dev/null)
files=$(cat /proc/sys/fs/file-max)
trap 's=$?; set +e; echo "$settings" | sysctl -qp - >/dev/null; sh -c "exit $s"; end' EXIT

# After the last fault: those that were not named are told of together.
all_found() { [ -z "${not_found:-}" ] || fail "not found as it should be:$not_found"; }
