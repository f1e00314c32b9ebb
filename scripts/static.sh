#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What other people's tools find in the sources without running them, as KTAP: checkpatch and coccicheck in the module, cppcheck and
# clang-tidy in the reader. Each must also find what was planted for it in tests/selftest/static.
# Usage: static.sh [-a]     -a: with clang's analyzer, which takes minutes
set -u
. "$(dirname "$0")/common.sh"
cd "$TOP" || exit 1
planted=tests/selftest/static
out=$BUILD/static
all=
[ "${1:-}" != -a ] || all=1
kernel=$("$TOP/scripts/kernel-scripts.sh") || { echo "not ok 1 static: the kernel's scripts"; echo "1..1"; exit 1; }
mkdir -p "$out"

sources() { git ls-files "$@" 2>/dev/null | grep . || ls "$@" 2>/dev/null; }

# Ours are lines of up to 150 characters, and the strict checks, but for these:
# CAMELCASE: the kernel's own TCP_CA_Open and the like. MACRO_ARG_REUSE, BRACKET_SPACE: tables that macros make. CONSTANT_COMPARISON: takes a
# size in capitals for the variable. BIT_MACRO: 1 << n is also how many there are, and the uapi has no BIT().
# SPLIT_STRING, STRING_FRAGMENTS, MISSING_SPACE: a table of digits as a string of many lines; what is said is never split.
checkpatch() {
	perl "$kernel/checkpatch.pl" --no-tree --no-summary --terse --show-types --strict --max-line-length=150 \
		--ignore CAMELCASE,MACRO_ARG_REUSE,BRACKET_SPACE,CONSTANT_COMPARISON,BIT_MACRO,SPLIT_STRING,STRING_FRAGMENTS,MISSING_SPACE \
		-f "$@"
}

# All semantic patches that can report, two at a time, as the kernel's coccicheck runs them. Arguments: pattern of their names, files.
# (Not check_bq27xxx_data, which is of one driver's table; nor minmax, which would have min() wherever it can be had and takes a fifth of
# the time; nor those with a script in OCaml, for which there would have to be a compiler.)
coccicheck() {
	local names=$1
	shift
	find "$kernel/coccinelle" -name '*.cocci' | grep -E "$names" | grep -vE '/(check_bq27xxx_data|minmax)\.cocci$' | xargs grep -L 'script:ocaml' | sort |
		xargs -P 2 -I{} sh -c '
			cocci=$1
			shift
			# shellcheck disable=SC2046
			spatch --very-quiet -D report $(sed -n "s/.*Options: *//p" "$cocci") --cocci-file "$cocci" "$@" 2>/dev/null ||
				echo "$cocci: spatch cannot run it"' sh {} "$@"
}

cppcheck_reader() {
	cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem --template=gcc \
		-I userspace -I "$out" "$@" 2>&1
}

# The checks are those of .clang-tidy. Arguments: more of them, files.
tidy() {
	local checks=$1
	shift
	printf '%s\n' "$@" | xargs -P 2 -n 12 sh -c 'checks=$1 out=$2; shift 2
		clang-tidy --quiet --checks="$checks" "$@" -- -std=gnu11 -Iuserspace -I"$out" -DCOREMON_RELEASE=\"\" 2>/dev/null' sh "$checks" "$out"
}

n=0 bad=0
# Prints a result. Arguments: 1 where something is to be found, else 0; what holds; a command that prints what it finds.
expect() {
	local found wanted=$1 what=$2
	shift 2
	n=$((n + 1))
	found=$("$@")
	if [ "$([ -z "$found" ] && echo 0 || echo 1)" = "$wanted" ]; then
		echo "ok $n static: $what"
	else
		echo "not ok $n static: $what"
		echo "$found" | head -n 40 | sed 's/^/# /'
		bad=1
	fi
}

make -s -C userspace OUT="$out" "$out/filter_grammar.tab.h" >/dev/null || exit 1
module=$(sources 'kmod/*.c' 'kmod/*.h' kmod/compat/*.h 'kmod/uapi/*.h')
reader=$(sources 'userspace/*.c')
[ -n "$all" ] || quick='-clang-analyzer-*'

# shellcheck disable=SC2086
{
	expect 0 "checkpatch" checkpatch $module
	expect 1 "checkpatch finds what was planted" checkpatch $planted/module.c
	expect 0 "coccicheck" coccicheck . --dir kmod
	expect 1 "coccicheck finds what was planted" coccicheck zalloc-simple $planted/module.c
	expect 0 "cppcheck" cppcheck_reader $reader
	expect 1 "cppcheck finds what was planted" cppcheck_reader $planted/reader.c
	expect 0 "clang-tidy${all:+, with the analyzer}" tidy "${quick:-}" $reader
	expect 1 "clang-tidy finds what was planted" tidy "${quick:-}" $planted/reader.c
}
gcc -c -o "$out/object.o" $planted/object.c
expect 1 "symbols that are not ours are found" scripts/symbols.sh "$out/object.o"
echo "1..$n"
exit $bad
