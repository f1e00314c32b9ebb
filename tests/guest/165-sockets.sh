#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 120
# coremon-sockets against ss, ip and nstat: rows field by field, with and without udp_diag; interfaces; counters; and datagrams really
# lost for want of a receive buffer, of which the right process is told.
. ./tests/lib.sh

ns=sockets
modprobe=$(cat /proc/sys/kernel/modprobe)
in_ns() { ip netns exec $ns "$@"; }
sockets() { in_ns /stage/coremon sockets "$@"; }
finish() {
	s=$?
	echo "$modprobe" >/proc/sys/kernel/modprobe
	ip netns del $ns || true
	return $s
}
trap "finish || end; end" EXIT
export NSTAT_HISTORY="$T/nstat"

ip netns add $ns
ip -n $ns link set lo up
ip -n $ns link add name va mtu 1400 type veth peer name vb
ip -n $ns link set va up promisc on
ip -n $ns link set vb up

# Programs that hold sockets until they are ended: what they make is Perl in $1, under the name $2.
hold_sockets() {
	cat >"$T/$2.pl" <<-END
		use Socket qw(:all);
		\$0 = "$2";
		sub udp { my (\$family, \$at, \$size) = @_; socket(my \$s, \$family, SOCK_DGRAM, 0) or die "\$!";
			setsockopt(\$s, SOL_SOCKET, SO_RCVBUF, \$size) if \$size; bind(\$s, \$at) or die "\$!"; return \$s; }
		sub v4 { pack_sockaddr_in(\$_[1], inet_pton(AF_INET, \$_[0])) }
		sub v6 { pack_sockaddr_in6(\$_[1], inet_pton(AF_INET6, \$_[0])) }
		$1
		open(my \$f, ">", "$T/$2.ready"); close(\$f); sleep(1000);
	END
	in_ns perl "$T/$2.pl" & children="$children $!"
	await test -e "$T/$2.ready"
}
# Send N datagrams of 300 bytes. Arguments: N, address, port.
send() { in_ns perl -e 'use Socket qw(:all); my ($n, $to, $port) = @ARGV; my $v6 = $to =~ /:/; my $f = $v6 ? AF_INET6 : AF_INET;
	socket(my $s, $f, SOCK_DGRAM, 0) or die; my $a = inet_pton($f, $to); $a = $v6 ? pack_sockaddr_in6($port, $a) : pack_sockaddr_in($port, $a);
	send($s, "x" x 300, 0, $a) for 1 .. $n' "$@"; }
counter() { in_ns nstat -asz "$1" | awk -v n="$1" '$1 == n { print $2; f = 1 } END { exit !f }'; }
lost() { in_ns nstat -asz UdpRcvbufErrors Udp6RcvbufErrors | awk '{ n += $2 } END { print n + 0 }'; }

hold_sockets 'my $small = udp(AF_INET, v4("127.0.0.1", 7401), 4096); my $plain = udp(AF_INET, v4("0.0.0.0", 7402), 0);
	my $six = udp(AF_INET6, v6("::1", 7403), 4096); my $any = udp(AF_INET6, v6("::", 7404), 0);
	my $c = udp(AF_INET, v4("127.0.0.1", 7405), 0); connect($c, v4("127.0.0.1", 7402)); send($c, "x" x 100, 0) for 1 .. 3;' udp-sink
hold_sockets 'my $two = udp(AF_INET, v4("127.0.0.1", 7406), 0); fork();' udp-two
mkfifo "$T/in"
sleep 1000 >"$T/in" & children="$children $!"
for a in 127.0.0.1 ::1 ::ffff:127.0.0.1; do
	in_ns tcpload hold -a $a -n 2 -k 5000 -P "$T/hold.$a" <"$T/in" >/dev/null & children="$children $!"
	await test -e "$T/hold.$a"
done
in_ns tcpload listen -n 3 -b 7 -P "$T/listen" <"$T/in" >/dev/null & children="$children $!"
await test -e "$T/listen"
in_ns tcpload churn -n 2 -d 1 -g 50 >/dev/null	# leaves some in TIME_WAIT
send 50 127.0.0.1 7401
send 40 ::1 7403
[ "$(counter UdpRcvbufErrors)" -gt 20 ] || fail "nothing was lost"

# ---- each row as ss has it ----
# Compare $T/ss, taken before and after $T/csv, with it. Argument: what is not known without udp_diag, or nothing.
compare() {
	awk -v without="${1:-}" '
		function is(what, ours, theirs) { if (ours != theirs) { print what " of " $1 " " $5 ": " ours ", ss says " theirs ": " $0; bad = 1 } }
		FNR == NR { n = split($0, v, ","); if (FNR == 1) { for (i = 1; i <= n; i++) at[v[i]] = i; next }
			key = v[at["proto"]] == "udp" || v[at["proto"]] == "udp6" ? "udp" : "tcp"
			for (c in at) row[without ? key v[at["inode"]] : key v[at["id"]], c] = v[at[c]]; seen[without ? key v[at["inode"]] : key v[at["id"]]] = 1; rows++; next }
		FILENAME ~ /ss2$/ { next }
		without && $1 != "udp" { next }
		{ delete f; pid = ""; pids = 0; comm = ""
			for (i = 7; i <= NF; i++) {
				if ($i ~ /^users:/) { t = $i; while (match(t, /"[^"]*",pid=[0-9]+/)) { p = substr(t, RSTART, RLENGTH); t = substr(t, RSTART + RLENGTH)
					split(p, q, /",pid=/); if (!((NR, q[2]) in had)) { pids++; had[NR, q[2]] = 1 } if (pid == "" || q[2] + 0 < pid + 0) { pid = q[2]; comm = substr(q[1], 2) } } }
				else if ($i ~ /^(ino|sk|uid):/) { split($i, q, ":"); f[q[1]] = q[2] }
				else if ($i ~ /^skmem:/) { t = $i; gsub(/^skmem:\(|\)$/, "", t); m = split(t, q, ","); for (k = 1; k <= m; k++) { match(q[k], /[a-z]+/); f["m" substr(q[k], 1, RLENGTH)] = substr(q[k], RLENGTH + 1) } }
			}
			key = without ? $1 f["ino"] : $1 "0x" f["sk"]
			if (!(key in seen)) { print "no row for " $0; bad = 1; next }
			checked++
			states["ESTAB"] = "ESTABLISHED"; states["TIME-WAIT"] = "TIME_WAIT"; states["SYN-SENT"] = "SYN_SENT"; states["CLOSE-WAIT"] = "CLOSE_WAIT"
			states["FIN-WAIT-1"] = "FIN_WAIT1"; states["FIN-WAIT-2"] = "FIN_WAIT2"; states["LAST-ACK"] = "LAST_ACK"; states["SYN-RECV"] = "SYN_RECV"
			is("state", row[key, "state"], ($2 in states) ? states[$2] : $2)
			is("recv_q", row[key, "recv_q"], $3); is("send_q", row[key, "send_q"], $4)
			local = $5; sub(/^\*:/, "[::]:", local); is("local", row[key, "local"], local)
			remote = $6; if (row[key, "proto"] ~ /6$/) sub(/^\*:/, "[::]:", remote); is("remote", row[key, "remote"], remote)
			is("pid", row[key, "pid"], pid); is("comm", row[key, "comm"], comm)
			if (pids) is("holders", row[key, "holders"], pids)
			is("inode", row[key, "inode"] + 0, f["ino"] + 0)
			if (("uid" in f) && f["ino"]) is("uid", row[key, "uid"], f["uid"])
			if (without) { is("drops", row[key, "drops"], f["md"]); is("rcvbuf", row[key, "rcvbuf"], ""); next }
			is("rmem", row[key, "rmem"], f["mr"]); is("rcvbuf", row[key, "rcvbuf"], f["mrb"]); is("sndbuf", row[key, "sndbuf"], f["mtb"])
			is("wmem", row[key, "wmem"], $1 == "udp" ? f["mt"] : f["mw"]); is("backlog", row[key, "backlog"], f["mbl"]); is("drops", row[key, "drops"], f["md"])
			if ($2 == "LISTEN") { is("accept_queue", row[key, "accept_queue"], $3); is("accept_limit", row[key, "accept_limit"], $4) }
			if ($2 == "TIME-WAIT") waits++
			if ($1 == "udp" && f["md"]) drops += f["md"]
		}
		END { printf "%d rows of %d compared, %d in TIME_WAIT, %d dropped\n", checked, rows, waits, drops
			if (!without && (checked < 18 || rows != checked || drops < 40)) { print "too little to compare"; bad = 1 }
			if (without && checked < 5) { print "too little to compare"; bad = 1 }
			exit bad }' "$T/csv" "$T/ss" "$T/ss2" || fail "rows are not those of ss"
}
# Ask ss before and after: only when nothing has moved meanwhile it counts. Arguments: options of coremon-sockets.
at_rest() {
	for _i in 1 2 3 4 5 6 7 8 9 10; do
		in_ns ss -tuanpHmeO >"$T/ss"
		sockets --csv "$@" >"$T/csv"
		in_ns ss -tuanpHmeO >"$T/ss2"
		for _f in ss ss2; do sed -E 's/ timer:[^ ]*//; s/ +/ /g' "$T/$_f" | sort >"$T/$_f.rest"; done
		if cmp -s "$T/ss.rest" "$T/ss2.rest"; then return 0; fi
	done
	fail "the sockets do not come to rest"
}
at_rest -a
compare
sockets -a >"$T/text"
head -n 4 "$T/text"
[ "$(grep -cE '^(tcp|udp)' "$T/text")" = "$(($(wc -l <"$T/csv") - 1))" ] || fail "text has another number of rows"

# ---- interfaces ----
in_ns perl -e 'socket(my $s, 17, 3, 0) or die; my $i = `cat /sys/class/net/va/ifindex`;
	send($s, "\xff" x 6 . "\2\0\0\0\0\1" . "\x88\xb5" . "x" x 60, 0, pack("SnlSCCx8", 17, 0x88b5, $i, 0, 0, 6)) for 1 .. 7'
# Routers are asked for, and what not, at times of its own.
links_at_rest() { in_ns ip -s link >"$T/ip"; sockets -i --csv >"$T/links"; in_ns ip -s link >"$T/ip2"; cmp -s "$T/ip" "$T/ip2"; }
await links_at_rest
awk '
	function is(what, ours, theirs) { if (ours != theirs) { print name " " what ": " ours ", ip says " theirs; bad = 1 } }
	FNR == NR { n = split($0, v, ","); if (FNR == 1) { for (i = 1; i <= n; i++) at[v[i]] = i; next } for (c in at) row[v[at["name"]], c] = v[at[c]]; next }
	/^[0-9]+:/ { name = $2; sub(/[@:].*/, "", name); names++; for (i = 3; i < NF; i++) if ($i == "mtu") is("mtu", row[name, "mtu"], $(i + 1))
		is("promiscuous", row[name, "flags"] ~ /p/, $3 ~ /PROMISC/); is("up", row[name, "flags"] ~ /U/, $3 ~ /[<,]UP[,>]/); is("loopback", row[name, "flags"] ~ /L/, $3 ~ /LOOPBACK/) }
	/RX:/ { missed = $5 == "missed"; getline; is("rx_ok", row[name, "rx_ok"], $2); is("rx_err", row[name, "rx_err"], $3); is("rx_drp", row[name, "rx_drp"], $4 + (missed ? $5 : 0)); dropped += $4 }
	/TX:/ { getline; is("tx_ok", row[name, "tx_ok"], $2); is("tx_err", row[name, "tx_err"], $3); is("tx_drp", row[name, "tx_drp"], $4) }
	END { print names " interfaces, " dropped " dropped"; exit bad || names < 3 || dropped < 7 }' "$T/links" "$T/ip" || { cat "$T/ip" "$T/links"; fail "interfaces are not those of ip"; }

# ---- counters ----
in_ns nstat -asz >"$T/nstat1"
sockets -s -a --csv >"$T/stats"
in_ns nstat -asz >"$T/nstat2"
awk 'FILENAME ~ /nstat1$/ { a[$1] = $2; next } FILENAME ~ /nstat2$/ { if (a[$1] != $2) delete a[$1]; next }
	FNR == 1 { n = split($0, v, ","); for (i = 1; i <= n; i++) at[v[i]] = i; next }
	{ split($0, v, ","); name = v[at["name"]]; if (name in a) { n++; if (v[at["value"]] != a[name]) { print name ": " v[at["value"]] ", nstat says " a[name]; bad = 1 } delete a[name] } }
	END { delete a["#kernel"]; for (name in a) { print "not there: " name; bad = 1 } print n " counters"; exit bad || n < 200 }' "$T/nstat1" "$T/nstat2" "$T/stats" ||
	fail "counters are not those of nstat"
sockets -su | grep -q "^ *$(counter UdpRcvbufErrors)  dropped: no room in a socket's receive buffer" || fail "in words"

# ---- who loses datagrams ----
pid=$(in_ns ss -uanpH 'sport = :7401' | sed -E 's/.*pid=([0-9]+).*/\1/')
sockets --loss --csv >"$T/loss"
awk -F, -v pid="$pid" -v lost="$(lost)" 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	$at["what"] == "socket" { sum += $at["lost"]; if ($at["pid"] != pid || $at["comm"] != "udp-sink" || !$at["recv_q"]) bad = 1; if ($at["local"] == "127.0.0.1:7401" && $at["rcvbuf"] != 8192) bad = 1; next }
	{ bad = 1 } END { print "lost " lost ", by sockets " sum; exit bad || sum != lost }' "$T/loss" || { cat "$T/loss"; fail "since boot"; }
sockets --loss --csv 0.5 >"$T/loss" & children="$children $!"
await test -s "$T/loss"		# the second reading has been shown
before=$(lost)
send 33 127.0.0.1 7401
send 44 ::1 7403
grown=$(($(lost) - before))
[ $grown -gt 70 ] || fail "lost only $grown"
told() { awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["what"] == "socket" && $at["comm"] == "udp-sink" { n += $at["lost"] } END { print n + 0 }' "$T/loss"; }
all_told() { [ "$(told)" = $grown ]; }
await all_told
! grep -q unexplained "$T/loss" || { cat "$T/loss"; fail "something is unexplained"; }
# A socket that is gone takes its count with it.
in_ns perl -e 'use Socket qw(:all); my $at = pack_sockaddr_in(7409, inet_pton(AF_INET, "127.0.0.1")); socket(my $s, AF_INET, SOCK_DGRAM, 0);
	setsockopt($s, SOL_SOCKET, SO_RCVBUF, 1); bind($s, $at) or die; socket(my $c, AF_INET, SOCK_DGRAM, 0); send($c, "x" x 300, 0, $at) for 1 .. 30'
gone=$(($(lost) - before - grown))
[ $gone -gt 20 ] || fail "lost only $gone"
sockets --loss --csv | grep -q ",unexplained,$gone," || { sockets --loss; fail "$gone by a socket that is gone"; }

# ---- who may not look does not know ----
cp /stage/coremon "$T/coremon"
chmod 755 "$T"
in_ns setpriv --reuid 65534 --regid 65534 --clear-groups "$T/coremon" sockets -u --csv >"$T/nobody" 2>"$T/said"
grep -q 'may not be looked into' "$T/said" || fail "does not say what is not known"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } { n++; if ($at["pid"] != "" || $at["rcvbuf"] == "") bad = 1 } END { exit bad || n < 6 }' "$T/nobody" || { cat "$T/nobody"; fail "as nobody"; }

# ---- without udp_diag: the text of /proc ----
if grep -q '^udp_diag ' /proc/modules; then
	in_ns ss -tuanpHmeO >"$T/ss"
	cp "$T/ss" "$T/ss2"
	# The reader above still asks now and then, and would have it loaded again.
	echo /bin/false >/proc/sys/kernel/modprobe
	await rmmod udp_diag
	sockets -u --csv >"$T/csv" 2>"$T/said"
	grep -q 'no udp_diag: using /proc/net/udp' "$T/said" || { cat "$T/said"; fail "does not say what it uses"; }
	compare udp_diag
else
	echo "udp_diag is no module here"
fi
