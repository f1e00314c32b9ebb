#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A namespace that gets the inode number of one that is gone does not get its connections to see, by no file that was opened before or
# after.
. ./tests/lib.sh

inode() { ip netns exec "$1" stat -Lc %i /proc/self/ns/net; }
begin() { ip netns add "$1"; ip -n "$1" link set lo up; }
ended() { ip netns exec "$1" cat $proc/closed | awk 'NR > 2' | wc -l; }

load
begin old
ip netns exec old tcpload churn -d 1 -g 100 >/dev/null
number=$(inode old)
[ "$(ended old)" -gt 2 ] || fail "no connection has ended"
# Nothing of it may hold it: connections in TIME_WAIT do not.
ip netns del old
for i in $(seq 50); do
	begin new$i
	[ "$(inode new$i)" != "$number" ] || { new=new$i; break; }
	sleep 0.2
done
[ -n "${new:-}" ] || fail "the number $number has not come again"
[ "$(ended $new)" = 0 ] || fail "$new sees what has ended in another: $(ip netns exec $new cat $proc/closed)"
ip netns exec $new tcpload churn -d 1 -g 100 >/dev/null
[ "$(ended $new)" -gt 2 ] || fail "it does not see its own"

# An open file holds its namespace: the number is not given to another.
ip netns exec $new sh -c "exec sleep 1000 <$proc/connections" & children="$children $!"
await sh -c "[ \$(stat -Lc %n /proc/$!/fd/0 >/dev/null && readlink /proc/$!/fd/0) = $proc/connections ]"
number=$(inode $new)
ip netns del $new
for i in $(seq 8); do
	begin more$i
	[ "$(inode more$i)" != "$number" ] || fail "the number of a namespace that is held is another's"
done
