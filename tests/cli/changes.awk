# SPDX-License-Identifier: GPL-2.0-only
# What `coremon-report --csv=connections` and `--csv=clients` must say of the readings described in `dir`, computed from the
# descriptions by the rules of kmod/uapi/coremon.h and coremon-report(8), by other means than the program's. Prints what differs.
# First argument: the connections, second: the clients.

# Take in the readings up to @tree: value[] as of the last telling, grown[] what it was more than at the one before.
function read_tree(tree,    file, line, n, words, i, pair, key, row, name) {
	file = dir "/" tree "/connections.txt"
	clock_before = clock
	getline line < (dir "/" tree "/clock")
	split(line, words, " ")
	clock = words[1]
	delete told; delete grown; delete opened; delete failed; delete ended; delete sent; delete received; delete retrans
	lines_wanted = 0
	while ((getline line < file) > 0) {
		if (line !~ /^row/)
			continue
		n = split(line, words, " ")
		delete row
		for (i = 2; i <= n; i++) {
			split(words[i], pair, "=")
			row[pair[1]] = pair[2]
		}
		if ("busy_us" in row)
			row["cwnd_limited_us"] = row["busy_us"] - row["rwnd_limited_us"] - row["sndbuf_limited_us"]
		if (row["kind"] != 3)
			take(row, tree)
	}
	close(file)
}

function take(row, tree,    key, name, born, more, who) {
	key = row["id"] " " row["birth_ns"]
	born = !((key, "id") in value) && row["birth_ns"] != "" && row["birth_ns"] >= clock_before && tree > 1
	if (row["birth_ns"] == "")
		delete row["birth_ns"]
	more = born || row["kind"] == 2
	for (name in row) {
		grown[row["id"], name] = born ? row[name] : ((key, name) in value) ? row[name] - value[key, name] : ""
		told[row["id"], name] = row[name]
		if (name ~ /^(bytes|segs|retrans|dsack|undo)|_entries$/ && grown[row["id"], name] > 0)
			more = 1
		value[key, name] = row[name]
	}
	if (row["state"] == 10) {
		listens[row["local"]] = 1
		more = row["recv_q"] > 0
	}
	if (more)
		lines_wanted++
	if (row["opened"] != 2 && !(row["opened"] == 4 && row["local"] ~ /:443$/))
		return
	who = row["remote"]
	sub(/:[0-9]+$/, "", who)
	gsub(/\[|\]|::ffff:/, "", who)
	open[who] += (row["kind"] == 1 && !counted[key]) - (row["kind"] == 2 && counted[key])
	counted[key] = row["kind"] == 1
	opened[who] += born
	ended[who] += row["kind"] == 2
	failed[who] += row["kind"] == 2 && row["cause"] > 2
	sent[who] += grown[row["id"], "bytes_sent"]
	received[who] += grown[row["id"], "bytes_received"]
	retrans[who] += grown[row["id"], "retrans"]
}

function differs(have, want,    d) {
	d = have - want
	return (have == "") != (want == "") || d > 1e-9 * want + 1e-9 || -d > 1e-9 * want + 1e-9
}

function complain(name, have, want) {
	print FILENAME " line " FNR ", " name ": " have ", awk has " want
}

# The line's own names to those of the record, and the record's unit.
function record_name(name) {
	unit = 1
	if (name ~ /^(open|disorder|cwr|recovery|loss)_us$/) {
		sub(/_us$/, "_ns", name)
		unit = 1000
	}
	return name
}

function next_tree() {
	if (lines != lines_wanted)
		print "reading " tree ": " lines " connections, awk has " lines_wanted
	read_tree(++tree)
	lines = 0
}

function check_connection(    i, name, elapsed, want) {
	elapsed = (clock - clock_before) / 1e9
	for (i = 4; i <= NF; i++) {
		name = column[i]
		if (name ~ /_per_s$/) {
			sub(/_per_s$/, "", name)
			name = record_name(name)
			want = grown[$3, name]
			if (want != "")
				want = want / unit / elapsed
		} else {
			name = record_name(name)
			if (!((($3, name) in told)) || name ~ /^(local|remote|state|ca_state|opened|cause|comm|netns|error)$/)
				continue
			want = told[$3, name] / unit
		}
		compared++
		if (differs($i, want))
			complain(column[i], $i, want)
	}
}

function check_client(    who, sum, all, active, elapsed, x) {
	elapsed = (clock - clock_before) / 1e9
	for (x in sent) {
		all += sent[x] + received[x]
		active += sent[x] + received[x] > 0
	}
	who = $3
	sum = sent[who] + received[who]
	if ($4 != open[who] + 0) complain(who " open", $4, open[who])
	if ($5 != opened[who] + 0) complain(who " opened", $5, opened[who])
	if ($6 != ended[who] + 0) complain(who " ended", $6, ended[who])
	if ($7 != failed[who] + 0) complain(who " failed", $7, failed[who])
	if (differs($8, sent[who] / elapsed)) complain(who " sent", $8, sent[who] / elapsed)
	if (differs($9, received[who] / elapsed)) complain(who " received", $9, received[who] / elapsed)
	if (differs($10, all ? sum / all : 0)) complain(who " share", $10, all ? sum / all : 0)
	if ($11 != retrans[who] + 0) complain(who " retrans", $11, retrans[who])
	if ($12 != (active > 1 && sum * active > 1.1 * all)) complain(who " above", $12, "")
	compared += 9
}

FNR == 1 {
	FS = ","
	$0 = $0
	file++
	for (i = 1; i <= NF; i++)
		column[i] = $i
	delete value; delete open; delete counted
	clock = tree = lines = lines_wanted = 0
	read_tree(++tree)
	lines = lines_wanted = time = 0
	next
}

$1 != time {
	time = $1
	if (file == 1)
		next_tree()
	else
		read_tree(++tree)
}

file == 1 { lines++; check_connection() }
file == 2 { check_client() }

END {
	if (compared < 500)
		print "only " compared + 0 " fields to compare"
}
