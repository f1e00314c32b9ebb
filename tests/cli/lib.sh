# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by run.sh, streams.sh, ledger.sh and doctor.sh with their arguments, [--update] MADE LABEL=PROGRAM...: sets here, update, made; the pairs stay
# in `pairs`. What a test finds wrong goes to $tmp/why, a line each; result tells of it.
set -u
export LC_ALL=C TZ=UTC
unset COLUMNS LINES COREMON_ROOT POSIXLY_CORRECT
here=$(cd "$(dirname "$0")" && pwd)
update=
[ "$1" != --update ] || { update=1; shift; }
made=$1
shift
pairs=("$@")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0
: >"$tmp/why"

# result NAME: ok when $tmp/why is empty
result() {
	n=$((n + 1))
	if [ -s "$tmp/why" ]; then
		failed=$((failed + 1))
		echo "not ok $n - $label: $1"
		sed 's/^/# /' "$tmp/why" | head -60
	else
		echo "ok $n - $label: $1"
	fi
	: >"$tmp/why"
}

# The last line, and the exit status.
finish() {
	echo "1..$n"
	[ "$failed" = 0 ]
}

trim() {
	local s=$1
	s=${s#"${s%%[![:blank:]]*}"}
	printf '%s' "${s%"${s##*[![:blank:]]}"}"
}

# under ROOT PROGRAM ARGUMENTS...: into $tmp/out and $tmp/err; sets rc
under() {
	local root=$1
	shift
	COREMON_ROOT=$root timeout -k 5 60 "$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
}

# check_stdout WANTED: the name of a golden file, - for nothing, * for anything
check_stdout() {
	case $1 in
	'*') ;;
	-) [ ! -s "$tmp/out" ] || head -3 "$tmp/out" | sed 's/^/stdout: /' ;;
	*)
		[ -z "$update" ] || cp "$tmp/out" "$here/golden/$1"
		diff -u "$here/golden/$1" "$tmp/out"
		;;
	esac
}

# table FILE: its cases, `name | root | arguments | exit code | stdout | stderr`. run ROOT ARGUMENTS... runs one, check_stderr WANTED
# ARGUMENTS... judges what it said; both are the caller's. A | in arguments and expressions stands as ||.
table() {
	local line name root args rc_wanted stdout stderr
	while IFS= read -r line; do
		case $line in '' | '#'*) continue ;; esac
		line=${line//'||'/$'\001'}
		IFS='|' read -r name root args rc_wanted stdout stderr <<<"$line"
		args=${args//$'\001'/'||'}
		eval "set -- $args"
		unset COLUMNS
		case ${1:-} in COLUMNS=*) export COLUMNS=${1#COLUMNS=}; shift ;; esac
		run "$(trim "$root")" "$@"
		unset COLUMNS
		{
			[ "$rc" = "$(trim "$rc_wanted")" ] || echo "exit code $rc, wanted $(trim "$rc_wanted")"
			check_stderr "$(trim "$stderr")" "$@"
			check_stdout "$(trim "$stdout")"
		} >"$tmp/why" 2>&1
		result "$(trim "$name")"
	done <"$1"
}
