# SPDX-License-Identifier: GPL-2.0-only
# What `coremon-report --csv=connections` must say of the numbered trees in `dir`, computed from /proc/coremon/connections
# by the rules of docs/interface.md and coremon-report(8), by other means than the program's. Prints what differs.

function load(tree,    file, line, words, i, n, id) {
	file = dir "/" tree "/proc/coremon/connections"
	getline line < file
	getline line < file
	n = split(line, names, " ")
	while ((getline line < file) > 0) {
		split(line, words, " ")
		id = "0x" words[1]
		there[tree, id] = 1
		for (i = 1; i <= n; i++)
			cell[tree, id, names[i]] = words[i] == "-" ? "" : words[i]
	}
	close(file)
	getline line < (dir "/" tree "/clock")
	split(line, words, " ")
	clock[tree] = words[1] / 1e9
	loaded[tree] = 1
}

# Bytes cannot wrap: where they went back it is another connection.
function another(tree, id,    k) {
	if (!((tree - 1, id) in there))
		return 1
	for (k in bytes)
		if (cell[tree, id, bytes[k]] + 0 < cell[tree - 1, id, bytes[k]] + 0)
			return 1
	return 0
}

function rate(tree, id, name,    elapsed, age, now, before) {
	elapsed = clock[tree] - clock[tree - 1]
	now = cell[tree, id, name]
	if (now == "")
		return ""
	if (another(tree, id)) {
		age = cell[tree, id, "age_ms"]
		return age != "" && age / 1000 < elapsed ? now / elapsed : ""
	}
	before = cell[tree - 1, id, name]
	return before == "" || now + 0 < before + 0 ? "" : (now - before) / elapsed
}

BEGIN {
	FS = ","
	split("bytes_sent bytes_acked bytes_received", bytes, " ")
	tree = 1
	load(1)
}

NR == 1 {
	for (i = 1; i <= NF; i++)
		column[i] = $i
	next
}

{
	if ($1 != time) {
		time = $1
		load(++tree)
	}
	id = $3
	if (!((tree, id) in there))
		print "line " NR ": no such connection: " id
	for (i = 3; i <= NF; i++) {
		name = column[i]
		if (sub(/_per_s$/, "", name)) {
			want = rate(tree, id, name)
			difference = $i - want
			bad = ($i == "") != (want == "") || difference > 1e-9 * want || -difference > 1e-9 * want
		} else {
			want = name == "id" ? id : cell[tree, id, name]
			gsub(/\\040/, " ", want)
			bad = $i != want
		}
		if (bad)
			print "line " NR ", " column[i] ": " $i ", awk has " want
		compared++
	}
}

END {
	if (compared < 100)
		print "only " compared + 0 " fields to compare"
}
