# SPDX-License-Identifier: GPL-2.0-only
# Compares `ss -tinmOHea` (first file) with /proc/coremon/connections (second) field by field, joined by the cookie. Times that run on
# while data waits lie between what ss said before and what it said after (third file).
# Set min: fewer sockets than that in common is a failure; known: counters that this ss has, beside those that every one has.
# Every difference is printed.
BEGIN {
	state["ESTAB"] = "ESTABLISHED"; state["SYN-SENT"] = "SYN_SENT"; state["SYN-RECV"] = "SYN_RECV"
	state["FIN-WAIT-1"] = "FIN_WAIT1"; state["FIN-WAIT-2"] = "FIN_WAIT2"; state["CLOSE-WAIT"] = "CLOSE_WAIT"
	state["LAST-ACK"] = "LAST_ACK"; state["LISTEN"] = "LISTEN"; state["CLOSING"] = "CLOSING"
	# ss leaves a counter out that is 0.
	zero = "bytes_sent bytes_acked bytes_received bytes_retrans segs_out segs_in data_segs_out data_segs_in retrans packets_out"
	nzero = split(zero " " known, z)
	ns = 0
}
FNR == 1 { file++ }
# What of a line of ss is a time in whole ms, as limits in us. Arguments: id, the limits, what is added to them.
function times(id, limit, more, i, a) {
	split("busy rwnd_limited sndbuf_limited", a, " ")
	for (i in a) limit[id, a[i] "_us"] = more
	for (i = 6; i <= NF; i++)
		if (split($i, a, ":") == 2 && a[1] ~ /^(busy|rwnd_limited|sndbuf_limited)$/) limit[id, a[1] "_us"] = a[2] * 1000 + more
}
function id_of(i) {
	for (i = 6; i <= NF; i++) if ($i ~ /^sk:/) return substr($i, 4)
	return ""
}
# The kernel gives ss what waits in TIME-WAIT and handshakes nobody accepted as well: without skmem, they are no full sockets.
file == 1 && /skmem:/ {
	id = id_of()
	if (id == "") next
	ids[++ns] = id
	want[id, "state"] = ($1 in state) ? state[$1] : $1
	# What listens on IPv4 and IPv6 alike is *:* to ss.
	sub(/^\*:/, "[::]:", $4); sub(/^\*:/, "[::]:", $5)
	want[id, "recv_q"] = $2; want[id, "send_q"] = $3; want[id, "local"] = $4; want[id, "remote"] = $5
	if ($1 != "LISTEN") {
		connections++
		for (i = 1; i <= nzero; i++) want[id, z[i]] = 0
		times(id, low, 0)
		want[id, "uid"] = 0; want[id, "ssthresh"] = 2147483647; want[id, "srtt_us"] = "-"; want[id, "min_rtt_us"] = "-"
		for (i = 6; i <= NF; i++) {
			split($i, a, ":"); k = a[1]; v = a[2]
			if (k ~ /^(bytes_sent|bytes_acked|bytes_received|bytes_retrans|segs_out|segs_in|data_segs_out|data_segs_in|reord_seen|rcv_ooopack|dsack_dups|snd_wnd|rcv_wnd)$/) want[id, k] = v
			else if (k == "uid" || k == "cwnd" || k == "ssthresh") want[id, k] = v
			else if (k == "unacked") want[id, "packets_out"] = v
			else if (k == "retrans") { split(v, r, "/"); want[id, k] = r[2] }
			else if (k == "rtt") { split(v, r, "/"); want[id, "srtt_us"] = int(r[1] * 1000 + 0.5) }
			else if (k == "minrtt") want[id, "min_rtt_us"] = int(v * 1000 + 0.5)
		}
	}
	next
}
file == 2 && FNR == 2 { for (i = 1; i <= NF; i++) name[i] = $i; n = NF }
file == 2 && FNR > 2 { if ($1 in row) { print "twice in the table: " $1; bad++ } row[$1] = $0 }
file == 3 && /skmem:/ && $1 != "LISTEN" && id_of() != "" { times(id_of(), high, 999) }
END {
	for (s = 1; s <= ns; s++) {
		id = ids[s]
		if (!(id in row)) { print "not in the table: " id " " want[id, "state"] " " want[id, "local"] " " want[id, "remote"]; bad++; continue }
		common++
		split(row[id], have, " ")
		for (i = 1; i <= n; i++) {
			k = name[i]
			if ((id, k) in low) {
				timed++
				if (have[i] < low[id, k] || have[i] > high[id, k]) { print id ": " k " is " have[i] ", ss says " low[id, k] ".." high[id, k]; bad++ }
			}
			if (!((id, k) in want) || have[i] "" == want[id, k] "") continue
			# ss prints six digits of a time in ms.
			if (k ~ /_us$/ && have[i] >= 1000000 && have[i] - want[id, k] < 10000 && want[id, k] - have[i] < 10000) continue
			print id ": " k " is " have[i] ", ss says " want[id, k]; bad++
		}
	}
	if (common < min) { print "only " common + 0 " sockets in common, " min " expected"; bad++ }
	if (connections && !timed) { print "no times in common"; bad++ }
	exit bad > 0
}
