# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by what runs in the guest of a measurement, in /stage. Results are lines on standard output, beginning with a word:
#   info NAME VALUE...               cost CONFIGURATION LOAD MEDIAN DECILE1 DECILE9        (instructions an operation)
#   rate CONFIGURATION LOAD MEDIAN DECILE1 DECILE9        (operations a second)
#   note CONFIGURATION TEXT...       read CONFIGURATION ROWS NAME NANOSECONDS              (load.c, read.c)
set -eu
proc=/proc/coremon

# Ports of the conn load wait a minute in TIME_WAIT; no processor time is spent on waiting for them.
sysctl -qw net.ipv4.ip_local_port_range="1024 65535"

say_kernel() {
	echo "info release $(uname -r)"
	echo "info package $(sed -n 's/.* Debian \([^ ]*\) .*/\1/p' /proc/version)"
	echo "info module $(modinfo -F version ./coremon.ko) $(modinfo -F srcversion ./coremon.ko)"
}

# The first run of a boot is slower by some hundred instructions a round trip than all later ones.
# Until it has its seed the kernel makes each random number anew, at thousands of instructions for a connection or a packet of netem.
warm_up() {
	head -c 1 /dev/random >/dev/null
	./load pingpong -n 20 -r 100 >/dev/null; ./load bulk -n 8 -r 1 >/dev/null; ./load conn -n 100 -r 2 >/dev/null; sleep 61
}

# Repeats of the ping-pong and of the bulk are shorter than a tick, for an exact figure. What connections leave behind is cleared away at ticks,
# and must be in the figure, so those of the others are long. Arguments: configuration, loads.
cost() {
	_c=$1; shift
	for _l; do
		case $_l in
		pingpong) echo "cost $_c pingpong $(./load pingpong)" ;;
		bulk) echo "cost $_c bulk $(./load bulk -n 1 -r 80 -w 8)" ;;
		conn) echo "cost $_c conn $(./load conn -n 200 -r 7 -w 1)"; sleep 61 ;;
		lossy)
			# One segment a packet, else a whole burst is one packet to netem.
			ip link set lo mtu 1500 gso_max_segs 1
			tc qdisc add dev lo root netem delay 1ms loss 1% limit 10000
			echo "cost $_c lossy $(./load bulk -n 4 -r 5 -w 1)"
			tc qdisc del dev lo root
			ip link set lo mtu 65536 gso_max_segs 65535 ;;
		esac
	done
}

# The symbols of a kind that serve hooks, commas between. The module is loaded. Argument: tracepoint, ftrace, kprobe.
serving() { awk -v k="$1" '$2 == k { printf "%s%s", n++ ? "," : "", $3 }' $proc/hooks; }
