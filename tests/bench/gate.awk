# SPDX-License-Identifier: GPL-2.0-only
# Holds what gate.sh measured to `expected`, as KTAP. -v mode=gate|record, -v file=expected
#
# A line of expected:  PACKAGE WHAT BASE COST      the kernel package's version; instructions
# On the kernel of the record the cost is held to the recorded one + 5 %. On another, whose own code costs more or less, its ratio to the
# base of the same boot is held to the recorded ratio + 5 %; a line of that kernel is what to add to the file then.
# What costs next to nothing may cost 10 instructions more, the grain of the measurement.

$1 == "info" && $2 == "package" { package = $3 }
$1 == "cost" && $3 == "pingpong" { pingpong[$2] = $4 }
$1 == "read" { reading[$4, $3] = $5 }

function slope(what) { return (reading[what, 3000] - reading[what, 1000]) / 2000 }

function measured(what, b, c) {
	order[++n] = what
	base[what] = b
	cost[what] = c
}

function judge(what,   limit, how) {
	if (!(what in known_cost)) {
		printf "not ok %d cost: %s\n# nothing is recorded in %s: make bench-record\n", ++t, what, file
		return
	}
	if (known_package[what] == package) {
		limit = known_cost[what] * 1.05
		how = "recorded " known_cost[what]
	} else {
		limit = base[what] * known_cost[what] / known_base[what] * 1.05
		how = sprintf("recorded %s of %s on %s", known_cost[what], known_base[what], known_package[what])
	}
	if (limit < known_cost[what] + 10) limit = known_cost[what] + 10
	printf "%s %d cost: %s\n# %.0f instructions, base %.0f; %s, at most %.0f\n", cost[what] <= limit ? "ok" : "not ok", ++t, what,
		cost[what], base[what], how, limit
	if (cost[what] < limit / 1.05 * 0.95 && limit > 20)
		print "# it has become cheaper: record it (make bench-record), so that it stays so"
}

END {
	measured("pingpong", pingpong["base"], pingpong["coremon"] - pingpong["base"])
	measured("pingpong_hot=0", pingpong["base"], pingpong["cold"] - pingpong["base"])
	measured("read_binary", slope("proc_net_tcp"), slope("bin"))
	measured("read_text", slope("proc_net_tcp"), slope("text"))
	for (i = 1; i <= n; i++)
		if (base[order[i]] <= 0 || !("cold" in pingpong)) {
			printf "not ok 1 cost\n# nothing was measured of %s\n1..1\n", order[i]
			exit 1
		}
	# Others' lines are kept; of several kernels the last line is what another kernel is held to.
	while ((getline line <file) > 0) {
		split(line, f, " ")
		if (line ~ /^#/ || f[1] != package) keep = keep line "\n"
		if (line ~ /^#/ || f[1] == "" || known_package[f[2]] == package) continue
		known_package[f[2]] = f[1]; known_base[f[2]] = f[3]; known_cost[f[2]] = f[4]
	}
	close(file)
	if (mode == "record") {
		printf "%s", keep >file
		for (i = 1; i <= n; i++)
			printf "%s %s %.0f %.0f\n", package, order[i], base[order[i]], cost[order[i]] >file
		exit
	}
	for (i = 1; i <= n; i++) judge(order[i])
	printf "1..%d\n", t
}
