/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints whose prototype or presence differs between kernels. Each macro here
 *   COREMON_DEFINE_<X>(probe)	defines a static probe with this kernel's prototype around a version-free handler,
 *   COREMON_CHECK_<X>(probe)	makes the compiler hold the probe against the tracepoint (registration by name does not),
 *   COREMON_SITE_<X>(probe)	is its row in the hook table, or nothing where this kernel's headers lack the tracepoint:
 *				a prototype that was not checked is never registered.
 * hooks.c is the only user; it defines COREMON_TRACEPOINT(name, probe).
 */
#ifndef _COREMON_COMPAT_TRACEPOINTS_H
#define _COREMON_COMPAT_TRACEPOINTS_H

#include <net/tcp.h>
#include <trace/events/skb.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>

/* v6.3 (6e6eda44b939). Handler: void (*)(struct sock *sk), for those of TCP and raw ones that say so. The socket is not locked. */
#ifdef HAVE_TP_SOCK_LENGTH
#define COREMON_DEFINE_SOCK_LENGTH(probe, handler)				\
	static notrace void probe(void *data, struct sock *sk, int ret, int flags) \
	{									\
		if (sk->sk_protocol == IPPROTO_TCP)				\
			handler(sk);						\
	}
#define COREMON_CHECK_SOCK_LENGTH(name, probe) check_trace_callback_type_##name(probe)
#define COREMON_SITE_SOCK_LENGTH(name, probe) COREMON_TRACEPOINT(name, probe),
#else
#define COREMON_DEFINE_SOCK_LENGTH(probe, handler)
#define COREMON_CHECK_SOCK_LENGTH(name, probe) do { } while (0)
#define COREMON_SITE_SOCK_LENGTH(name, probe)
#endif

/* v6.0 (15fcdf6ae116). Handler: void (*)(struct sock *sk, u8 ca_state), the old state still in the socket. */
#ifdef HAVE_TP_CONG_STATE_SET
#define COREMON_DEFINE_CONG_STATE_SET(probe, handler)				\
	static void probe(void *data, struct sock *sk, const u8 ca_state)	\
	{									\
		handler(sk, ca_state);						\
	}
#define COREMON_CHECK_CONG_STATE_SET(probe) check_trace_callback_type_tcp_cong_state_set(probe)
#define COREMON_SITE_CONG_STATE_SET(probe) COREMON_TRACEPOINT(tcp_cong_state_set, probe),
#else
#define COREMON_DEFINE_CONG_STATE_SET(probe, handler)
#define COREMON_CHECK_CONG_STATE_SET(probe) do { } while (0)
#define COREMON_SITE_CONG_STATE_SET(probe)
#endif

/* Handler: void (*)(const struct sock *sk, const struct sk_buff *skb, int err). Kernels without err tell of successes only. */
#ifdef HAVE_TP_RETRANSMIT_ERR
#define COREMON_DEFINE_RETRANSMIT_SKB(probe, handler)				\
	static void probe(void *data, const struct sock *sk,			\
			  const struct sk_buff *skb, int err)			\
	{									\
		handler(sk, skb, err);						\
	}
#else
#define COREMON_DEFINE_RETRANSMIT_SKB(probe, handler)				\
	static void probe(void *data, const struct sock *sk,			\
			  const struct sk_buff *skb)				\
	{									\
		handler(sk, skb, 0);						\
	}
#endif

/* Handler: void (*)(struct sock *sk, const struct sk_buff *skb), before the segment is processed. */
#ifdef HAVE_TP_PROBE_CONST_SKB
#define COREMON_DEFINE_TCP_PROBE(probe, handler)				\
	static notrace void probe(void *data, struct sock *sk, const struct sk_buff *skb) \
	{									\
		handler(sk, skb);						\
	}
#else
#define COREMON_DEFINE_TCP_PROBE(probe, handler)				\
	static notrace void probe(void *data, struct sock *sk, struct sk_buff *skb) \
	{									\
		handler(sk, skb);						\
	}
#endif

/*
 * Handler: void (*)(const struct sock *sk, const struct sk_buff *skb, u32 reason). Without a reason it is all ones. sk may be NULL
 * or no full socket; skb is NULL where the socket itself gives up.
 */
#ifdef HAVE_TP_SEND_RESET_REASON
#define COREMON_DEFINE_SEND_RESET(probe, handler)				\
	static void probe(void *data, const struct sock *sk,			\
			  const struct sk_buff *skb, const enum sk_rst_reason reason) \
	{									\
		handler(sk, skb, reason);					\
	}
#else
#define COREMON_DEFINE_SEND_RESET(probe, handler)				\
	static void probe(void *data, const struct sock *sk,			\
			  const struct sk_buff *skb)				\
	{									\
		handler(sk, skb, ~0U);						\
	}
#endif

/*
 * Handler: void (*)(const struct sk_buff *skb, const void *location, u32 reason, const struct sock *rx_sk), before anything of the packet
 * is given back. Without a reason it is all ones. rx_sk may be NULL, no full socket, or one whose last reference is just gone.
 */
#if defined(HAVE_TP_KFREE_SKB_REASON) || defined(HAVE_TP_KFREE_SKB_RX_SK) || defined(HAVE_TP_KFREE_SKB_CONST_RX_SK)
#define COREMON_DROPS_TELL_REASON true
#else
#define COREMON_DROPS_TELL_REASON false
#endif

#ifdef HAVE_TP_KFREE_SKB_CONST_RX_SK
#define COREMON_DEFINE_KFREE_SKB(probe, handler)				\
	static void probe(void *data, struct sk_buff *skb, void *location,	\
			  enum skb_drop_reason reason, const struct sock *rx_sk) \
	{									\
		handler(skb, location, reason, rx_sk);				\
	}
#elif defined(HAVE_TP_KFREE_SKB_RX_SK)
#define COREMON_DEFINE_KFREE_SKB(probe, handler)				\
	static void probe(void *data, struct sk_buff *skb, void *location,	\
			  enum skb_drop_reason reason, struct sock *rx_sk)	\
	{									\
		handler(skb, location, reason, rx_sk);				\
	}
#elif defined(HAVE_TP_KFREE_SKB_REASON)
#define COREMON_DEFINE_KFREE_SKB(probe, handler)				\
	static void probe(void *data, struct sk_buff *skb, void *location,	\
			  enum skb_drop_reason reason)				\
	{									\
		handler(skb, location, reason, NULL);				\
	}
#else
#define COREMON_DEFINE_KFREE_SKB(probe, handler)				\
	static void probe(void *data, struct sk_buff *skb, void *location)	\
	{									\
		handler(skb, location, ~0U, NULL);				\
	}
#endif

#endif /* _COREMON_COMPAT_TRACEPOINTS_H */
