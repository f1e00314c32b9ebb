#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# time: 180
# Each parameter with values of all sorts, at the load and while loaded: what makes no sense is refused with one line in the kernel's log
# (or an error of write()) and changes nothing, what makes sense is the value then. The module works all the while.
. ./tests/lib.sh

p=/sys/module/coremon/parameters
long=$(printf '%04000d' 0 | tr 0 x)

# What a parameter takes: a number from one to another, an id (hexadecimal, 64 bits), kinds of events, a text.
bounds() {
	case $1 in
	max_conns) echo number 0 262144 ;;	# and more at the load, but the table has its size from there
	closed_max) echo number 1 1048576 ;;
	drop_rows) echo number 16 32768 ;;
	drop_stacks) echo number 0 4096 ;;
	cpu_budget) echo number 0 1000 ;;
	event_port | watch_port) echo number 0 65535 ;;
	proc_gid) echo number 0 4294967294 ;;
	event_id | watch_id) echo id ;;
	event_kinds) echo kinds ;;
	disable_hook) echo text ;;
	hot | prealloc) echo bool ;;		# the kernel's own, which looks at the first letter
	*) fail "nothing is known of the parameter $1: add it here" ;;
	esac
}

# Values, a line each, as printf has them: empty, negative, too large for 31, 32, 64 bits and for any number, text, two numbers, a
# fraction, octal and hexadecimal, with a newline, a NUL, a byte that is no text. Good ones among them.
values='
-1
-0
0
1
16
300
65535
65536
2147483648
4294967295
4294967296
18446744073709551615
18446744073709551616
99999999999999999999999999999999
ffffffffffffffff
many
all
ca,drop
ca,,drop
state,x
1 2
1.5
0x
0x20
%%s%%n
7\\n
7\\n8
7\\0008
\\377
LONG'

# Return: true where @3 is a value of the bounds @2 for the parameter @1; $text is then what it reads as.
good() {
	v=$3
	case $v in *'\n') v=${v%??} ;; *'\000'*) v=${v%%\\000*} ;; esac
	text=$v
	case $2 in
	text) return 0 ;;
	kinds)
		case $v in '') text=all ;; all | ca,drop) ;; *) return 1 ;; esac ;;
	id)
		case $v in *[!0-9a-f]* | '') [ "$v" = 0x20 ] || return 1; v=20; text=20 ;; esac
		[ ${#v} -le 16 ] ;;
	*)
		# shellcheck disable=SC2086
		set -- $2
		[ "$v" != 0x20 ] || text=32
		case $text in *[!0-9]* | '') return 1 ;; esac
		[ ${#text} -le 10 ] && [ "$text" -ge "$2" ] && [ "$text" -le "$3" ] ;;
	esac
}
raw() { case $1 in LONG) printf %s "$long" ;; *) printf -- "$1" ;; esac; }

said() { dmesg | tail -n +$((seen + 1)) | grep 'coremon: ' || true; }
mark() { seen=$(dmesg | wc -l); }

# At the load a value that is refused has a load of its own: on the first kernel every fourth, on the others every fortieth, as no kernel reads
# them in its own way. Those that are taken come together, the first of each parameter, then the second.
part=40
[ ! -e thorough ] || part=4
names=$(modinfo -p /stage/coremon.ko | sed 's/:.*//' | sort)
[ "$(echo "$names" | wc -l)" -ge 11 ] || fail "modinfo tells of few parameters: $names"
load	# the first load of all says more
unload
mark
n=0 loads=0
for name in $names; do
	what=$(bounds "$name") || fail "$what"
	[ "$what" != bool ] || continue
	taken=0
	IFS='
'
	for v in '' $values; do
		unset IFS
		# An argument ends with a blank, a newline or a NUL.
		case $v in *' '* | *'\n'* | *'\000'*) continue ;; esac
		if good "$name" "$what" "$v" && [ ${#v} -lt 1000 ]; then
			# What would take hundreds of MB is not for this guest.
			[ "$name" != disable_hook ] || case $v in *[!a-z]*) ;; *) continue ;; esac
			taken=$((taken + 1))
			[ $taken -gt 2 ] || printf '%s\n' "$name=$(raw "$v")" >>"$T/load$taken"
			continue
		fi
		n=$((n + 1))
		[ $((n % part)) = 0 ] || continue
		loads=$((loads + 1))
		load "$name=$(raw "$v")" 2>/dev/null && fail "loaded with $name='$v'"
		[ ! -e $proc ] || fail "$proc after a load that was refused, with $name='$v'"
		said >"$T/said"
		[ "$(wc -l <"$T/said")" = 1 ] || { cat "$T/said"; fail "not one line in dmesg for $name='$v'"; }
		mark
	done
	unset IFS
done
echo "$n values to be refused at the load, $loads tried"
for k in 1 2; do
	IFS='
'
	# shellcheck disable=SC2046
	set -- $(cat "$T/load$k")
	unset IFS
	load "$@" || fail "not loaded with $*"
	for arg; do
		good "${arg%%=*}" "$(bounds "${arg%%=*}")" "${arg#*=}" || fail "taken: $arg"
		[ "$(cat "$p/${arg%%=*}")" = "$text" ] || fail "$arg at the load is $(cat "$p/${arg%%=*}")"
	done
	cat $proc/connections $proc/closed $proc/stats $proc/hooks $proc/drops >/dev/null
	unload
	echo "loaded with $# parameters"
done

# While loaded.
load
n=0
for name in $(find $p -perm -200 -type f -exec basename {} \; | sort); do
	what=$(bounds "$name")
	IFS='
'
	for v in '' $values; do
		unset IFS
		n=$((n + 1))
		before=$(cat "$p/$name")
		# (A write of nothing is no write.)
		if [ -z "$v" ]; then w='\n'; else w=$v; fi
		if raw "$w" 2>/dev/null >"$p/$name"; then
			good "$name" "$what" "$v" || fail "$name takes '$v'"
			[ "$(cat "$p/$name")" = "$text" ] || fail "$name after '$v' is $(cat "$p/$name"), not $text"
		else
			! good "$name" "$what" "$v" || fail "$name refuses '$v'"
			[ "$(cat "$p/$name")" = "$before" ] || fail "$name was $before, and is $(cat "$p/$name") after it refused '$v'"
		fi
	done
	unset IFS
done
[ $n -gt 150 ] || fail "only $n values were written"
echo "$n values written"

# It works as ever.
for name in max_conns=262144 drop_stacks=0 event_port=0 event_id=0 watch_port=0 watch_id=0 event_kinds=all; do echo "${name#*=}" >"$p/${name%%=*}"; done
hold some hold -n 2 -u 1000
[ "$(columns $proc/connections state | grep -c ESTABLISHED)" = 4 ] || fail "the connections are not there"
stats_add_up
release some
unload
