# SPDX-License-Identifier: GPL-2.0-only
# What brief.c made (first file), what brief -c or -f was told of it (second) and /proc/coremon/stats (third) are the same, to the
# connection and to the byte. Says in a line what was told. Usage: awk -v n=CONNECTIONS -f brief.awk MADE TOLD STATS
FNR == 1 { file++ }
file <= 2 { for (i = 1; i < NF; i += 2) v[file, $i] = $(i + 1) }
file == 3 { stat[$1] = $2 }
function same(what, a, b) { if (a != b) { print what ": " a ", not " b; bad = 1 } }
END {
	same("made", v[1, "connected"], n)
	same("active", v[2, "connected"], v[1, "connected"])
	same("passive", v[2, "accepted"], v[1, "accepted"])
	same("refused connects", v[2, "refused"], v[1, "refused"])
	same("bytes sent", v[2, "sent"], v[1, "sent"])
	same("bytes received", v[2, "received"], v[1, "received"])
	same("listeners", v[2, "listeners"], 1)
	same("opened_active", stat["opened_active"], v[1, "connected"] + v[1, "refused"])
	# Two segments that complete one handshake at once make two sockets of it; one of them is discarded.
	same("opened_passive", stat["opened_passive"] - stat["discarded"], v[1, "accepted"])
	same("ended", stat["ended"] - stat["discarded"], v[2, "records"])
	same("closed_held + closed_lost", stat["closed_held"] + stat["closed_lost"], v[2, "records"])
	same("refused for want of room or memory", stat["refused_full"] + stat["refused_nomem"], 0)
	if (v[2, "unseen"] > stat["hooks_missed"]) same("flags not seen", v[2, "unseen"], stat["hooks_missed"])
	printf "%d records (%.0f bytes sent, %.0f received, %d discarded, memory %d, hooks_missed %d, of which it shows %d)\n", v[2, "records"], v[2, "sent"],
		v[2, "received"], stat["discarded"], stat["memory_bytes"], stat["hooks_missed"], v[2, "unseen"]
	exit bad
}
