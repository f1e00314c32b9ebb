# SPDX-License-Identifier: GPL-2.0-only
# What `coremon-report --csv` must say of the numbered trees in `dir`, computed from the files by other means than its own:
# reads the report, prints each field that differs. Written from the documents of the files, not from the program.

function number_of(file, name,    line, value, parts) {
	value = ""
	while ((getline line < file) > 0) {
		split(line, parts, /[ \t]+/)
		if (parts[1] == name)
			value = parts[2]
	}
	close(file)
	return value
}

function snmp(file, group, name,    line, names, values, i, value, n) {
	value = ""
	while ((getline line < file) > 0) {
		n = split(line, names, " ")
		getline line < file
		split(line, values, " ")
		for (i = 2; i <= n; i++)
			if (names[1] == group ":" && names[i] == name)
				value = values[i]
	}
	close(file)
	return value
}

# All interfaces but lo: columns rx bytes packets errs drop are words 2 3 4 5, tx 10 11 12 13.
function net(file, word,    line, words, sum, name) {
	sum = 0
	while ((getline line < file) > 0) {
		if (line !~ /:/)
			continue
		sub(/:/, " ", line)
		split(line, words, " ")
		if (words[1] != "lo")
			sum += words[word]
	}
	close(file)
	return sum
}

# vda is the only disk of the two captures.
function disk(file, word,    line, words, sum) {
	sum = 0
	while ((getline line < file) > 0) {
		split(line, words, " ")
		if (words[3] == "vda")
			sum += words[word]
	}
	close(file)
	return sum
}

function now(tree, column,    p) {
	p = dir "/" tree "/proc/"
	if (column == "ctxt")
		return number_of(p "stat", "ctxt")
	if (column ~ /^p(gpg|swp)/)
		return number_of(p "vmstat", column)
	if (column ~ /^Tcp/)
		return snmp(p "net/snmp", "Tcp", substr(column, 4))
	if (column ~ /^Udp6/)
		return number_of(p "net/snmp6", column)
	if (column ~ /^Udp/)
		return snmp(p "net/snmp", "Udp", substr(column, 4))
	if (column in net_word)
		return net(p "net/dev", net_word[column])
	if (column in disk_word)
		return disk(p "diskstats", disk_word[column])
	print "no rule for column " column
	return ""
}

function seconds(tree,    line, parts) {
	getline line < (dir "/" tree "/clock")
	close(dir "/" tree "/clock")
	split(line, parts, " ")
	return parts[1] / 1e9
}

BEGIN {
	FS = ","
	split("rx_bytes rx_packets rx_errors rx_dropped tx_bytes tx_packets tx_errors tx_dropped", names, " ")
	split("2 3 4 5 10 11 12 13", words, " ")
	for (i in names)
		net_word["net_" names[i]] = words[i]
	disk_word["disk_rd_ios"] = 4
	disk_word["disk_rd_sectors"] = 6
	disk_word["disk_wr_ios"] = 8
	disk_word["disk_wr_sectors"] = 10
}

NR == 1 {
	for (i = 1; i <= NF; i++)
		column[i] = $i
	columns = NF
	next
}

{
	tree = NR
	elapsed = seconds(tree) - seconds(tree - 1)
	if (NF != columns)
		print "line " NR ": " NF " fields, " columns " names"
	for (i = 3; i <= NF; i++) {
		name = column[i]
		if (sub(/_per_s$/, "", name))
			want = (now(tree, name) - now(tree - 1, name)) / elapsed
		else
			want = now(tree, name)
		difference = $i - want
		if ($i == "" || difference > 1e-6 * want + 1e-9 || -difference > 1e-6 * want + 1e-9)
			print "line " NR ", " column[i] ": " $i ", awk has " want
		compared++
	}
}

END {
	if (compared < 80)
		print "only " compared + 0 " fields to compare"
}
