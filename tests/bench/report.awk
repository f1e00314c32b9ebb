# SPDX-License-Identifier: GPL-2.0-only
# What a guest measured (lib.sh has the lines) as a table of 80 columns, or with -v json=1 as JSON with the same rows. Each row is held
# against its target, where it has one. -v revision=TEXT: of the sources.

function comma(n,   s, neg) {
	s = sprintf("%.0f", n)
	if (s == "-0") s = "0"
	neg = sub(/^-/, "", s)
	while (match(s, /[0-9][0-9][0-9][0-9]($|,)/)) s = substr(s, 1, RSTART) "," substr(s, RSTART + 1)
	return (neg ? "-" : "") s
}
function signed(n) { return (n >= 0 ? "+" : "") comma(n) }
function quoted(s) { gsub(/["\\]/, "", s); return "\"" s "\"" }

function print_line(a, b, c, d, e,   s) {
	s = sprintf("  %-35s %14s %9s %10s %5s", a, b, c, d, e)
	sub(/ +$/, "", s)
	print s
}

# A row of the table. value, percent and limit are numbers or "" where there is none; limit is in the unit of value, or with of_percent
# in that of percent; with at_least set it is the least instead of the most. mark stands in the place of a percent that says nothing: the base itself moved more. Without a value a row with a target is not met, and why says why.
function row(what, value, percent, target, limit, of_percent, plain, why, mark,   holds, v) {
	v = of_percent ? percent : value
	holds = target == "" ? "" : v == "" ? "-" : (at_least ? v + 0 >= limit + 0 : v + 0 <= limit + 0) ? "yes" : "NO"
	if (holds == "NO") missed++
	if (holds == "yes") held++
	if (holds == "-") open_rows++
	if (json) {
		printf "%s    {\"section\": %s, \"what\": %s, \"value\": %s, \"percent\": %s, \"target\": %s, \"holds\": %s%s}", n_rows++ ? ",\n" : "",
			quoted(section), quoted(what), value == "" ? "null" : sprintf("%.2f", value), percent == "" ? "null" : sprintf("%.3f", percent),
			target == "" ? "null" : quoted(target), holds == "yes" ? "true" : holds == "NO" ? "false" : "null",
			why == "" ? "" : ", \"note\": " quoted(why)
		return
	}
	print_line(what,
		value == "" ? "-" : plain == "x" ? sprintf("x %.2f", value) : plain ? comma(value) : signed(value),
		percent == "" ? mark : sprintf("%.2f %%", percent), target, holds)
	if (why != "") printf "      %s\n", why
}

function head(title, unit, bare) {
	section = title
	if (json) return
	print "\n" title
	print_line("", unit, bare ? "" : "of base", "target", "holds")
}

# The first of this boot. What is loaded is held against the base that was measured right after it: what a boot has been through (which
# slabs are full, which static keys are on) moves the base, too.
function base(load) { return first["base", load] }

function added(conf, load) { return cost[conf, load] - after[conf, load] }

function loaded(label, conf, load, target, limit, of_percent,   v, b, noise) {
	v = cost[conf, load]
	if (v == "") {
		if (note[conf] != "" || target != "") row(label, "", "", target, limit, of_percent, "", note[conf])
		return
	}
	b = after[conf, load]
	noise = most[load] - least[load]
	if (noise > b / 100 && v - b < noise && b - v < noise) {
		row(label, v - b, "", target, limit, of_percent, "", "", "in noise")
		return
	}
	row(label, v - b, 100 * (v - b) / b, target, limit, of_percent)
}

function peers(load) {
	loaded("nf_conntrack_acct", "conntrack", load)
	loaded("tcprtt (libbpf-tools)", "tcprtt", load)
	loaded("tcplife (libbpf-tools)", "tcplife", load)
	loaded("tcptop (libbpf-tools)", "tcptop", load)
	loaded("bpftrace, segments.bt", "bpftrace", load)
}

# Of a load: base, CoreMon, the floor, the peers.
function table(title, unit, load, target, limit, of_percent) {
	if (base(load) == "") return
	head(title, unit)
	row("nothing loaded", base(load), "", "", "", "", 1)
	if (!json) printf "      (between %s and %s in this boot)\n", comma(least[load]), comma(most[load])
	loaded("CoreMon", "coremon", load, target, limit, of_percent)
	if (load == "pingpong" || load == "conn") {
		if (cost["cold", load] == "") note["cold"] = "this module has no parameter hot"
		if (load == "pingpong") loaded("CoreMon, hot=0", "cold", load, "+20", 20)
		else if (cost["cold", load] != "") loaded("CoreMon, hot=0", "cold", load)
	}
	loaded("the floor: its hooks, empty", "floor", load)
	if (load == "pingpong" && cost["floor", load] > after["floor", load])
		row("CoreMon, of the floor", added("coremon", load) / added("floor", load), "", "x 3", 3, "", "x")
	peers(load)
}

# Nanoseconds a row more of a reading, between the sizes a and b.
function slope(what, a, b) {
	if (reading[what, a] == "" || reading[what, b] == "") return ""
	return (reading[what, b] - reading[what, a]) / (b - a)
}

function reads(   a, b, r, s, m) {
	a = 1000; b = 10000
	if (slope("bin", a, b) == "") return
	head("Reading, a connection, CPU of the process that reads", "instructions", 1)
	row("connections.bin, all fields", slope("bin", a, b), "", "2,500", 2500, "", 1)
	row("connections, " info["columns"] " columns of text", slope("text", a, b), "", "8,000", 8000, "", 1)
	row("ss -tinHO", slope("ss_tinHO", a, b), "", "", "", "", 1)
	row("ss -tnH", slope("ss_tnH", a, b), "", "", "", "", 1)
	row("/proc/net/tcp", slope("proc_net_tcp", a, b), "", "", "", "", 1)
	head("What changed: 1,000 active rows, one reading", "instructions", 1)
	row("among 1,000", reading["changed_1000", 1000], "", "", "", "", 1)
	row("among 10,000", reading["changed_1000", 10000], "", "", "", "", 1)
	row("among 100,000", reading["changed_1000", 100000], "", "", "", "", 1)
	if (reading["changed_1000", 100000] != "")
		row("100,000 against 1,000", reading["changed_1000", 100000] / reading["changed_1000", 1000], "", "x 1.2", 1.2, "", "x")
	row("none active, among 100,000", reading["changed_0", 100000], "", "", "", "", 1)
	head("Memory, and the report with 100,000 connections, 1,000 active", "", 1)
	m = slope("memory", a, b)
	row("bytes a connection, chain included", m == "" ? "" : m + 8, "", "384", 384, "", 1)
	r = reading["report_interval", 100000]
	row("coremon-report 5, an interval", r, r == "" ? "" : r / 5e9 * 100, "0.2 %", 0.2, 1, 1)
	if (!json) print "      (of 5 s of a processor of 10^9 instructions a second)"
}

function median(v, n,   i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] < v[j - 1]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

# Each turn with the module is held against the one without right before it.
function busy(cpus,   i, n, ratio, without, with) {
	n = turns["coremon", cpus]
	if (!n) return
	for (i = 1; i <= n; i++) {
		ratio[i] = rate["coremon", cpus, i] / rate["base", cpus, i]
		without[i] = rate["base", cpus, i]
		with[i] = rate["coremon", cpus, i]
	}
	head("64 busy connections, " cpus " processor" (cpus == 1 ? "" : "s"), "trips in 10^9", 1)
	row("nothing loaded", median(without, n), "", "", "", "", 1)
	row("CoreMon", median(with, n), "", "", "", "", 1)
	at_least = 1
	row("with it, of without" (n > 1 ? ", median of " n : ""), median(ratio, n), "", "x 0.97", 0.97, "", "x")
	at_least = 0
	if (json || cpus == 1) return
	printf "      (between x %.3f and x %.3f; what a cache line that they share would cost\n", ratio[1], ratio[n]
	print "      does not show in instructions: see kmod/table.h)"
}

function million(   n) {
	n = 1000000
	if (reading["bin", n] == "") return
	head("1,000,000 connections held at once", "", 1)
	row("connections.bin, a connection", reading["bin", n] / n, "", "2,500", 2500, "", 1)
	row("what changed: 1,000 active, a reading", reading["changed_1000", n], "", "", "", "", 1)
	row("coremon-report 5, an interval", reading["report_interval", n], reading["report_interval", n] / 5e9 * 100, "", "", "", 1)
	row("memory, bytes in all", reading["memory", n], "", "", "", "", 1)
	row("opened, both ends", info["opened_active"] + info["opened_passive"], "", "", "", "", 1)
	row("not tracked, or missed by a hook", info["refused_full"] + info["refused_nomem"] + info["hooks_missed"], "", "0", 0, "", 1)
}

$1 == "info" && $2 == "hits" { next }
$1 == "info" { v = $0; sub(/^info [^ ]+ ?/, "", v); info[$2] = v }
$1 == "note" { v = $0; sub(/^note [^ ]+ /, "", v); note[$2] = v }
$1 == "cost" {
	cost[$2, $3] = $4
	if ($2 == "base") {
		if (first[$2, $3] == "") { first[$2, $3] = least[$3] = most[$3] = $4 }
		if ($4 < least[$3]) least[$3] = $4
		if ($4 > most[$3]) most[$3] = $4
		for (c in waiting) { split(c, w, SUBSEP); if (w[2] == $3) { after[w[1], w[2]] = $4; delete waiting[c] } }
	} else
		waiting[$2, $3] = 1
}
$1 == "rate" { c = substr($3, 5); rate[$2, c, ++turns[$2, c]] = $4 }
$1 == "read" { reading[$4, $3] = $5 }

END {
	nt = split(info["tracepoints"], t, ",")
	nf = split(info["functions"], t, ",")
	nk = split(info["kprobes"], t, ",")
	if (json) {
		printf "{\n  \"kernel\": %s,\n  \"package\": %s,\n  \"module\": %s,\n  \"revision\": %s,\n", quoted(info["release"]), quoted(info["package"]),
			quoted(info["module"]), quoted(revision)
		printf "  \"tracepoints\": %s,\n  \"functions\": %s,\n  \"kprobes\": %s,\n  \"rows\": [\n", quoted(info["tracepoints"]), quoted(info["functions"]), quoted(info["kprobes"])
	} else {
		printf "CoreMon: what it costs\nLinux %s, Debian %s\nModule %s, sources %s\n", info["release"], info["package"], info["module"], revision
		printf "Hooks that serve: %d tracepoints, %d functions by ftrace, %d by kprobe\n", nt, nf, nk
		print "One processor, one boot; a nanosecond of the guest's clock is an instruction."
	}
	table("Ping-pong: 100 bytes there and back, loopback", "a round trip", "pingpong", "+500", 500)
	table("Bulk: writes of 64 KiB, loopback", "a MiB", "bulk", "0.5 %", 0.5, 1)
	table("Connect, a byte, close; both ends", "a connection", "conn", "+4,300", 4300)
	table("Bulk, 1 % of the segments lost (netem)", "a MiB", "lossy")
	reads()
	busy(1)
	busy(4)
	million()
	if (json) {
		printf "\n  ],\n  \"held\": %d,\n  \"missed\": %d,\n  \"not_measured\": %d\n}\n", held, missed, open_rows
		exit
	}
	printf "\nTargets: %d hold, %d do not, %d not measured\n", held, missed, open_rows
	print "\nWhat each collects"
	print "  CoreMon           of each connection all that docs/interface.md lists"
	print "  nf_conntrack_acct packets and bytes of each flow and direction"
	print "  tcprtt            one histogram of round-trip times of all connections"
	print "  tcplife           at the end of each: addresses, process, bytes, duration"
	print "  tcptop            bytes sent and received of each process and connection"
	print "  bpftrace          bytes, segments, congestion window of each connection"
	print "  ss -tinHO, -tnH   tcp_info of each; addresses and queues of each; from the"
	print "                    first to the last each time"
	print "  /proc/net/tcp     addresses, state, queues, timers, uid, inode of each"
}
