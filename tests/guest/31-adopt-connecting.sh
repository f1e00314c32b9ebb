#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A connect() that was under way when the module was loaded: neither its age nor its handshake are known.
. ./tests/lib.sh

for ns in a b; do ip netns add $ns; done
ip link add e0 netns a type veth peer name e0 netns b
for at in 'a 1' 'b 2'; do
	ip -n "${at% *}" addr add 10.8.0.${at#* }/24 dev e0
	ip -n "${at% *}" link set e0 up
done
# Nobody answers until the other end has this address.
ip -n b addr del 10.8.0.2/24 dev e0
ip -n a neigh add 10.8.0.2 lladdr "$(ip -n b -br link show e0 | awk '{ print $3 }')" dev e0
ip -n b addr add 10.8.0.3/24 dev e0
mkfifo "$T/in"
ip netns exec b tcpload listen -a 0.0.0.0 -p 7100 -n 0 -P "$T/ready" <"$T/in" >/dev/null & children="$children $!"
exec 3>"$T/in"
await test -e "$T/ready"
ip netns exec a bash -c 'exec 5<>/dev/tcp/10.8.0.2/7100; sleep 100' >/dev/null 2>&1 & children="$children $!"
await sh -c "ip netns exec a ss -tnH state syn-sent | grep -q 7100"
load
ip -n b addr add 10.8.0.2/24 dev e0
established() { [ "$(columns $proc/connections remote state | grep -c '10.8.0.2:7100 ESTABLISHED')" = 1 ]; }
await established
row=$(columns $proc/connections remote opened age_ms handshake_us | grep 10.8.0.2:7100)
[ "$row" = "10.8.0.2:7100 adopted - -" ] || fail "$row"
