// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own lookup takes a reference on what it finds. To give back the last one means to free a socket and the packets it
 * holds, which is not for the place where a packet is dropped, possibly with interrupts off. So the chain is walked here, under
 * RCU alone: a socket's memory stays a socket's that long, though maybe another's, and what counts is a record in our table.
 */
#include "tuple.h"

#include <linux/in6.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "table.h"

#define CHAIN_MAX 256

/**
 * coremon_tuple_is() - Whether a socket has these ends.
 * @sk: a full socket, or memory that was one's
 * @addr: local: source of a packet; remote: its destination
 * @sent: the source is this end, else the destination is
 *
 * Context: under rcu_read_lock().
 * Return: whether.
 */
bool coremon_tuple_is(const struct sock *sk, const struct coremon_addr *addr, bool sent)
{
	const u8 *local = sent ? addr->local : addr->remote, *remote = sent ? addr->remote : addr->local;
	u16 local_port = sent ? addr->local_port : addr->remote_port, remote_port = sent ? addr->remote_port : addr->local_port;

	if (READ_ONCE(sk->sk_num) != local_port || ntohs(READ_ONCE(sk->sk_dport)) != remote_port)
		return false;
	if (addr->family == AF_INET6)
		return sk->sk_family == AF_INET6 && !memcmp(&sk->sk_v6_rcv_saddr, local, sizeof(struct in6_addr)) &&
		       !memcmp(&sk->sk_v6_daddr, remote, sizeof(struct in6_addr));
	/* A v4-mapped socket of IPv6 has them too. */
	return !memcmp(&sk->sk_rcv_saddr, local, sizeof(__be32)) && !memcmp(&sk->sk_daddr, remote, sizeof(__be32));
}

static u32 hash_of(struct net *net, const struct coremon_addr *addr, bool sent)
{
	const u8 *local = sent ? addr->local : addr->remote, *remote = sent ? addr->remote : addr->local;
	u16 local_port = sent ? addr->local_port : addr->remote_port;
	__be16 remote_port = htons(sent ? addr->remote_port : addr->local_port);

	if (addr->family == AF_INET6)
		return inet6_ehashfn(net, (const struct in6_addr *)local, local_port, (const struct in6_addr *)remote, remote_port);
	return inet_ehashfn(net, *(const __be32 *)local, local_port, *(const __be32 *)remote, remote_port);
}

/**
 * coremon_tuple_find() - The connection with these ends.
 * @net: its network namespace, which is not going
 * @addr: local: source of a packet; remote: its destination
 * @sent: the source is this end, else the destination is
 * @sk: out: its socket
 *
 * Of several sockets that differ by the device they are bound to, the first is taken.
 *
 * Context: under rcu_read_lock(), any but NMI. Looks at no more than CHAIN_MAX sockets.
 * Return: the record, valid until rcu_read_unlock(); NULL: there is none that is established and tracked.
 */
struct coremon_conn *coremon_tuple_find(struct net *net, const struct coremon_addr *addr, bool sent, const struct sock **sk)
{
	struct inet_hashinfo *hashinfo = net->ipv4.tcp_death_row.hashinfo;
	u32 hash = hash_of(net, addr, sent);
	struct inet_ehash_bucket *bucket = inet_ehash_bucket(hashinfo, hash);
	const struct hlist_nulls_node *node;
	struct sock *other;
	int budget = CHAIN_MAX;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "coremon: a socket without RCU");
again:
	sk_nulls_for_each_rcu(other, node, &bucket->chain) {
		if (!--budget)
			return NULL;
		if (other->sk_hash != hash || !sk_fullsock(other) || !net_eq(sock_net(other), net) || !coremon_tuple_is(other, addr, sent))
			continue;
		*sk = other;
		return coremon_table_find(other);
	}
	/* A socket that moved to another chain meanwhile took us with it. */
	if (get_nulls_value(node) != (hash & hashinfo->ehash_mask))
		goto again;
	return NULL;
}
