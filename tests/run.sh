#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the tests on the host and in guests, all of them whatever fails, two guests at a time and beside them one job of the
# host, and ends with the one line `N passed, N failed, N skipped`. Each job's KTAP is in build/check/JOB.ktap, the logs of what it ran in build/.
# Usage: run.sh [lint|static|unit|cli|fuzz|build|guest|secure|dkms|selftest|cost|long|debug|debug-core...]      (default: all but long and debug, debug-core)
# KERNELS='6.1 6.12' takes only these
set -u
. "$(dirname "$0")/../scripts/common.sh"
. "$TOP/tests/harness.sh"
out=$BUILD/check
export CHECK_START=${CHECK_START:-$START}
first=$(kernel_lines | head -n 1)

# Signs a stage's module with the key that a firmware has enrolled; in the stage's secure/ are one that is not signed, and one that is
# with a key that nobody has enrolled, made as the README says. Arguments: line, stage, folder for the firmware.
sign_modules() {
	local root release sign
	"$TOP/scripts/secure-boot.sh" "$3" || return
	root=$(suite_root "$(kernel_suite "$1")")
	release=$(kernel_release "$root" "$1") || return
	sign=/lib/modules/$release/build/scripts/sign-file
	mkdir "$2/secure"
	cp "$2/coremon.ko" "$2/secure/unsigned.ko"
	cp "$2/coremon.ko" "$2/secure/stranger.ko"
	cp "$2/coremon.ko" "$3/"
	quietly "$BUILD/log/stranger.log" openssl req -new -x509 -newkey rsa:2048 -nodes -days 36500 -outform DER -subj /CN=coremon/ -keyout "$3/stranger.key" -out "$3/stranger.der" &&
		cp "$2/secure/stranger.ko" "$3/" &&
		in_root "$root" "$3" "$sign sha256 key.pem cert.der coremon.ko && $sign sha256 stranger.key stranger.der stranger.ko" &&
		mv "$3/coremon.ko" "$2/coremon.ko" && mv "$3/stranger.ko" "$2/secure/stranger.ko"
}

# What a job is: prints KTAP; its complaints are kept beside it.
job() {
	case $1 in
	suite-*) # a root folder made ahead, while others test
		"$TOP/scripts/suite.sh" "${1#suite-}" >/dev/null && echo "ok - root of ${1#suite-}" || echo "not ok - root of ${1#suite-}" ;;
	unit | cli | fuzz)
		if [ -e "$TOP/tests/$1/Makefile" ]; then
			make -s --no-print-directory -C "$TOP/tests/$1" check || echo "# make check: exit status $?"
		else
			echo "not ok - tests/$1 is missing"
		fi ;;
	build-*)
		line=${1#build-}
		s=; [ "$line" != "$first" ] || s=-s
		if "$TOP/scripts/build.sh" $s "$line" 2>&1; then
			echo "ok - build for $line"
		else
			echo "not ok - build for $line"
			return
		fi
		if globals=$("$TOP/scripts/symbols.sh" "$BUILD/$line/stage/coremon.ko" 2>&1) && [ -z "$globals" ]; then
			echo "ok - symbols for $line"
		else
			echo "not ok - symbols for $line"
			echo "$globals" | sed 's/^/# /'
		fi ;;
	guest-*)
		line=${1#guest-}
		job "build-$line"
		[ -e "$BUILD/$line/stage/.stamp" ] || { echo "not ok - guest $line"; return; }
		[ "$(machine_of "$line")" != amd64 ] || "$TOP/tests/install.sh" "$line"
		# A test that would take minutes does all of it on the first kernel alone: see `thorough` in tests/guest.
		if [ "$line" = "$first" ]; then job dkms; cp "$BUILD"/dkms/{dkms,update}.tar "$BUILD/$line/stage/"; : >"$BUILD/$line/stage/thorough"; fi
		guest_tests "$line" "$BUILD/$line/stage" 2400 ;;
	secure-*) # booted by a firmware with Secure Boot on, the module signed with a key that it has enrolled
		line=${1#secure-}
		job "build-$line"
		[ -e "$BUILD/$line/stage/.stamp" ] || { echo "not ok - guest $line"; return; }
		stage=$BUILD/$line/stage-secure
		rm -rf "$stage"
		cp -a "$BUILD/$line/stage" "$stage" || return
		rm -f "$stage/thorough"
		sign_modules "$line" "$stage" "$BUILD/$line/firmware" >&2 || { echo "not ok - firmware and signed modules for $line"; return; }
		guest_tests -f "$BUILD/$line/firmware" "$line" "$stage" 900 tests/secure/10-enrolled.sh tests/{20-transfer-v4,150-drops}.sh ;;
	long-*) # what takes too long for every day
		line=${1#long-*-}
		job "build-$line"
		[ -e "$BUILD/$line/stage/.stamp" ] || { echo "not ok - guest $line"; return; }
		# The two halves run at once, each in a stage of its own.
		stage=$BUILD/$line/stage-${1%-"$line"}
		rm -rf "$stage"
		cp -a "$BUILD/$line/stage" "$stage"
		# At full size on the first kernel alone: see tests/guest/long/long.sh.
		if [ "$line" = "$first" ]; then echo "${LONG_PART:-1}"; else echo "${LONG_PART:-20}"; fi >"$stage/long"
		case $1 in
		long-life-*) tests="tests/152-drops-junk.sh $(cd "$TOP/tests/guest" && printf 'tests/%s ' long/[1-5]*.sh)" ;;
		*) tests=$(cd "$TOP/tests/guest" && printf 'tests/%s ' long/[6-9]*.sh) ;;
		esac
		guest_tests -m 2560 "$line" "$stage" 7200 $tests
		echo "# kernel: $(sed -n 's/.*Linux version .* \(Debian [0-9][^ ]*\).*/\1/p' "$stage/dmesg")"
		echo "# part: $(cat "$stage/long")"
		for f in "$stage"/log/*; do sed -n "s/^figure: /# figure: ${f##*/} /p" "$f"; done ;;
	own-* | core-*) # on a kernel of our own, full of checks: everything, or what is most likely to find something
		line=${1#*-}
		if [ "${1%%-*}" = core ] && [ ! -e "$("$TOP/scripts/debug-kernel.sh" -w "$line")" ]; then
			echo "ok - $line kernel # SKIP it has not been built (make check-debug does, in half an hour)"
			return
		fi
		job "build-$line"
		[ -e "$BUILD/$line/stage/.stamp" ] || { echo "not ok - guest $line"; return; }
		tests=$(cd "$TOP/tests/guest" && ls [0-9]*.sh debug/[0-9]*.sh)
		[ "${1%%-*}" = own ] || tests=$(cd "$TOP/tests/guest" && grep -l '^# debug: core' $tests)
		# What says `# kernel: LINE` is for that one of them alone, and for LINE-OTHER, the same checks in another source.
		others=$(kernel_rows | awk -v l="$line" -v own="${line%%-*}" '$4 ~ /^source:/ && $1 != l && $1 != own { print $1 }' | xargs | tr ' ' '|')
		tests=$(cd "$TOP/tests/guest" && grep -LE "^# (stock|kernel: ($others))$" $tests)
		guest_tests "$line" "$BUILD/$line/stage" 10800 $(cd "$TOP/tests/guest" && grep -L '^# boot:' $tests | sed 's|^|tests/|')
		# A test that wants the kernel booted with certain words has a guest of its own.
		for t in $(cd "$TOP/tests/guest" && grep -l '^# boot:' $tests); do
			guest_tests -a "$(sed -n 's/^# boot: //p' "$TOP/tests/guest/$t")" "$line" "$BUILD/$line/stage" 1200 "tests/$t"
		done
		[ "${1%%-*}" = core ] || "$TOP/tests/selftest/run.sh" "$line" ;;
	lint) "$TOP/scripts/lint.sh" ;;
	static) "$TOP/scripts/static.sh" ;;
	dkms) "$TOP/tests/dkms.sh" "$first" ;;
	selftest) "$TOP/tests/selftest/run.sh" "$first" ;;
	cost) # in instructions, so whatever else this machine does
		"$TOP/tests/bench/test.sh"
		"$TOP/tests/bench/run.sh" gate || echo "not ok - costs held to tests/bench/expected" ;;
	esac
}

# Runs one job, keeps its KTAP and tells how it went in a line; what failed follows.
if [ "${1:-}" = --job ]; then
	mkdir -p "$out"
	job "$2" >"$out/$2.part" 2>"$out/$2.err" || true
	grep -av '^coremon: root of' "$out/$2.err" | sed 's/^/# /' >>"$out/$2.part"
	mv "$out/$2.part" "$out/$2.ktap"
	read -r p f s <<<"$(tally "$out/$2.ktap")"
	printf '[%4d s] %-14s %s passed, %s failed, %s skipped (%s s)\n' "$(($(date +%s) - CHECK_START))" "$2" "$p" "$f" "$s" "$(elapsed)"
	sed -n '/^# AGAIN: /,/^\(ok\|not ok\)/{/^ok/d;/^not ok/d;s/^/         /p}' "$out/$2.ktap"
	[ "$f" = 0 ] || awk '/^not ok/ { on = 1 } /^ok/ { on = 0 } /^not ok/ || on || !/^(ok|1\.\.|#.*took|KTAP|TAP)/ { print "         " $0 }' "$out/$2.ktap" | head -n 80
	exit 0
fi

[ "$(id -u)" = 0 ] || die "make check needs root (chroots, and guests on their folders)"
"$TOP/scripts/install-deps.sh" || exit 1

kernels=${KERNELS:-$(kernel_lines)}
for l in $kernels; do kernel_suite "$l" >/dev/null || exit 1; done
# (CI sets CHECK_DEBUG: where a kernel of our own has been built, the core of the tests runs on it as well.)
[ $# -gt 0 ] || set -- lint unit cli fuzz static guest secure selftest cost ${CHECK_DEBUG:+debug-built}
jobs=
case " $* " in *' build '* | *' guest '* | *' long '*)
	for l in $(echo "$kernels" | xargs -n1 | tac); do
		s=$(kernel_suite "$l")
		host_is "$s" || [ -e "$CACHE/suites/$s.stamp" ] || case " $jobs " in *" suite-$s "*) ;; *) jobs="$jobs suite-$s" ;; esac
	done ;;
esac
for j; do
	case $j in
	build | guest) for l in $kernels; do jobs="$jobs $j-$l"; done ;;
	secure) # (a firmware of x86, and kernels that firmware is made for)
		for l in ${KERNELS:-$first}; do [ "$(machine_of "$l")" != amd64 ] || kernel_source "$l" >/dev/null || jobs="$jobs secure-$l"; done ;;
	long) for l in $kernels; do jobs="$jobs long-life-$l long-flood-$l"; done ;;
	lint | static | unit | cli | fuzz | selftest | cost) jobs="$jobs $j" ;;
	debug) jobs="$jobs own-debug own-kcsan own-debug-6.12" ;;
	debug-core) jobs="$jobs core-debug core-kcsan core-debug-6.12" ;;
	debug-built) for l in debug kcsan debug-6.12; do [ ! -e "$("$TOP/scripts/debug-kernel.sh" -w "$l" 2>/dev/null)" ] || jobs="$jobs core-$l"; done ;;
	dkms) jobs="$jobs dkms" ;; # the guest of the first kernel runs it as well, and loads what it installed
	*) die "no such tests: $j" ;;
	esac
done

rm -rf "$out"
mkdir -p "$out"
# Guests sleep much of their time.
in_guest='^(guest|secure|long|own|core)-|^(selftest|cost)$'
# shellcheck disable=SC2086
printf '%s\n' $jobs | grep -vE "$in_guest" | xargs -r -I{} "$0" --job {} &
# shellcheck disable=SC2086
printf '%s\n' $jobs | grep -E "$in_guest" | xargs -r -P 2 -I{} "$0" --job {}
wait

passed=0 failed=0 skipped=0
for j in $jobs; do
	case $j in suite-*) grep -q '^not ok' "$out/$j.ktap" || continue ;; esac
	if [ -e "$out/$j.ktap" ]; then read -r p f s <<<"$(tally "$out/$j.ktap")"; else p=0 f=1 s=0; fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
