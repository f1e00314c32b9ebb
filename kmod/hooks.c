// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place that names kernel symbols. A logical hook lists its candidates in order of preference; the first that this
 * kernel has serves it. Most TCP tracepoints are not exported, so they are found by name at run time, and check_types()
 * holds each probe against the prototype in the kernel's headers, which registration by name does not.
 */
#include "hooks.h"

#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/tcp.h>

#include "congestion.h"
#include "drops.h"
#include "event.h"
#include "function.h"
#include "meter.h"
#include "thin.h"
#include "track.h"

#define SITES_MAX 2

/*
 * Armed in this order and disarmed in the other: whoever is born while the hook of births is there is told of when its socket goes.
 */
enum hook_id {
	HOOK_DESTROY,
	HOOK_STATE,
	HOOK_SEGMENT,
	HOOK_SEGMENT_OTHER,
	HOOK_ACCEPT,
	HOOK_SEND,
	HOOK_SEND_PAGE,
	HOOK_RECV,
	HOOK_SPLICE_READ,
	HOOK_RETRANSMIT,
	HOOK_CA_STATE,
	HOOK_CA_RECOVERY,
	HOOK_CA_LOSS,
	HOOK_CA_CWR,
	HOOK_UNDO,
	HOOK_RST_RECEIVED,
	HOOK_RST_SENT,
	HOOK_SYNACK,
	HOOK_DELACK,
	HOOK_PROBE,
	HOOK_DROP,
	HOOKS
};

/*
 * Those of an established connection's calls and segments. Alone they may thin out: whatever tells of a birth, an end, a loss or a change of
 * state does not.
 */
static const bool hot_hooks[HOOKS] = {
	[HOOK_SEGMENT] = true,
	[HOOK_SEND] = true,
	[HOOK_SEND_PAGE] = true,
	[HOOK_RECV] = true,
	[HOOK_SPLICE_READ] = true,
};

static bool hot = true;
module_param(hot, bool, 0444);
MODULE_PARM_DESC(hot, "0: no hooks at the calls and segments of established connections, whose cost goes to almost nothing, and - for what they tell (default 1)");

static char *disable_hook = "";
module_param(disable_hook, charp, 0444);
MODULE_PARM_DESC(disable_hook, "Kernel symbols to treat as absent, or ftrace, or kprobes, comma between them (to test the fallbacks)");

/* ---- probes of tracepoints: prototype and metering; what they do is in track.c ---- */

COREMON_METERED(tp_state, (void *data, const struct sock *sk, const int old, const int new), (data, sk, old, new),
		HOOK_STATE, coremon_track_state(sk, old, new))
COREMON_METERED(tp_destroy, (void *data, struct sock *sk), (data, sk),
		HOOK_DESTROY, coremon_track_destroy(sk))
COREMON_METERED_HOT(on_segment, (struct sock *sk, const struct sk_buff *skb), (sk, skb),
		    HOOK_SEGMENT, coremon_thin_segment(sk, skb), coremon_track_established(sk, skb))
COREMON_METERED_HOT(on_send, (struct sock *sk), (sk),
		    HOOK_SEND, coremon_thin_call(sk), coremon_track_send(sk))
COREMON_METERED_HOT(on_recv, (struct sock *sk), (sk),
		    HOOK_RECV, coremon_thin_call(sk), coremon_track_recv(sk))
COREMON_METERED(on_retransmit, (const struct sock *sk, const struct sk_buff *skb, int err), (sk, skb, err),
		HOOK_RETRANSMIT, coremon_congestion_retransmit(sk, skb, err))
COREMON_METERED(on_ca_state, (struct sock *sk, u8 ca_state), (sk, ca_state),
		HOOK_CA_STATE, coremon_congestion_told(sk, ca_state))
COREMON_METERED(on_rst_sent, (const struct sock *sk, const struct sk_buff *skb, u32 reason), (sk, skb, reason),
		HOOK_RST_SENT, coremon_track_rst_sent(sk, skb, reason))
COREMON_METERED(tp_rst_received, (void *data, struct sock *sk), (data, sk),
		HOOK_RST_RECEIVED, coremon_track_rst_received(sk))

static void on_synack(const struct sock *sk, const struct request_sock *req)
{
	if (static_branch_unlikely(&coremon_events_wanted))
		coremon_event_write_synack(sk, req);
}

COREMON_METERED(tp_synack, (void *data, const struct sock *sk, const struct request_sock *req), (data, sk, req),
		HOOK_SYNACK, on_synack(sk, req))
COREMON_METERED(on_drop, (const struct sk_buff *skb, const void *location, u32 reason, const struct sock *rx_sk), (skb, location, reason, rx_sk),
		HOOK_DROP, coremon_drops_packet(skb, location, reason, rx_sk))

/* Prototypes that differ between kernels. */
#define COREMON_TRACEPOINT(sym, probe) { .symbol = #sym, .tp_probe = probe }
#include "compat/ftrace.h"
#include "compat/tracepoints.h"

COREMON_DEFINE_TCP_PROBE(tp_segment, on_segment)
COREMON_DEFINE_SOCK_LENGTH(tp_send, on_send)
COREMON_DEFINE_SOCK_LENGTH(tp_recv, on_recv)
COREMON_DEFINE_RETRANSMIT_SKB(tp_retransmit, on_retransmit)
COREMON_DEFINE_CONG_STATE_SET(tp_ca_state, on_ca_state)
COREMON_DEFINE_SEND_RESET(tp_rst_sent, on_rst_sent)
COREMON_DEFINE_KFREE_SKB(tp_drop, on_drop)

static void __maybe_unused check_types(void)
{
	check_trace_callback_type_inet_sock_set_state(tp_state);
	check_trace_callback_type_tcp_destroy_sock(tp_destroy);
	check_trace_callback_type_tcp_probe(tp_segment);
	check_trace_callback_type_tcp_retransmit_skb(tp_retransmit);
	COREMON_CHECK_SOCK_LENGTH(sock_send_length, tp_send);
	COREMON_CHECK_SOCK_LENGTH(sock_recv_length, tp_recv);
	COREMON_CHECK_CONG_STATE_SET(tp_ca_state);
	check_trace_callback_type_tcp_receive_reset(tp_rst_received);
	check_trace_callback_type_tcp_send_reset(tp_rst_sent);
	check_trace_callback_type_tcp_retransmit_synack(tp_synack);
	check_trace_callback_type_kfree_skb(tp_drop);
}

/* ---- handlers of functions, at their entry, with their first arguments ---- */

COREMON_METERED(fn_segment_other, (void *sk, void *skb), (sk, skb),
		HOOK_SEGMENT_OTHER, coremon_track_segment(sk, skb))
COREMON_METERED_HOT(fn_send, (void *sk, void *msg), (sk, msg),
		    HOOK_SEND, coremon_thin_call(sk), coremon_track_send(sk))
COREMON_METERED_HOT(fn_send_page, (void *sk, void *page), (sk, page),
		    HOOK_SEND_PAGE, coremon_thin_call(sk), coremon_track_send(sk))
COREMON_METERED_HOT(fn_recv, (void *sk, void *msg), (sk, msg),
		    HOOK_RECV, coremon_thin_call(sk), coremon_track_recv(sk))
COREMON_METERED_HOT(fn_splice_read, (void *sock, void *pos), (sock, pos),
		    HOOK_SPLICE_READ, coremon_thin_call(((const struct socket *)sock)->sk), coremon_track_recv(((const struct socket *)sock)->sk))
COREMON_METERED(fn_accept, (void *sk, void *sock), (sk, sock),
		HOOK_ACCEPT, coremon_track_accept(sk))
COREMON_METERED(fn_ca_recovery, (void *sk, void *ece_ack), (sk, ece_ack),
		HOOK_CA_RECOVERY, coremon_congestion_state(sk, TCP_CA_Recovery))
COREMON_METERED(fn_ca_loss, (void *sk, void *unused), (sk, unused),
		HOOK_CA_LOSS, coremon_congestion_state(sk, TCP_CA_Loss))

static void on_cwr(struct sock *sk)
{
	/* tcp_enter_cwr() leaves a state above alone. */
	if (inet_csk(sk)->icsk_ca_state < TCP_CA_CWR)
		coremon_congestion_state(sk, TCP_CA_CWR);
}

COREMON_METERED(fn_ca_cwr, (void *sk, void *unused), (sk, unused),
		HOOK_CA_CWR, on_cwr(sk))
COREMON_METERED(fn_undo, (void *sk, void *unused), (sk, unused),
		HOOK_UNDO, coremon_congestion_undo(sk))
COREMON_METERED(fn_delack, (void *sk, void *unused), (sk, unused),
		HOOK_DELACK, coremon_track_timer(sk))
COREMON_METERED(fn_probe, (void *sk, void *mib), (sk, mib),
		HOOK_PROBE, coremon_track_timer(sk))

/* Of the first two a program calls one at every turn; by the third each connection passes several times. */
COREMON_DEFINE_ENTRY_OPS(send_ops, fn_send);
COREMON_DEFINE_ENTRY_OPS(recv_ops, fn_recv);
COREMON_DEFINE_ENTRY_OPS(segment_other_ops, fn_segment_other);

/* ---- the table ---- */

struct site {
	const char *symbol;
	void *tp_probe;				/* a tracepoint's probe, or */
	coremon_function_handler handler;	/* a function's handler, and */
	struct ftrace_ops *own;			/* its own way there, or NULL */
	struct tracepoint *tp;			/* found at load */
};

#define FUNCTION(sym, fn) { .symbol = #sym, .handler = fn }
#define OWN_FUNCTION(sym, fn, ops) { .symbol = #sym, .handler = fn, .own = COREMON_ENTRY_OPS(ops) }
/* No enum hook_id: hook 0 has candidates and stands in for nothing. */
#define ALWAYS 0

struct hook {
	const char *name;
	bool required;
	enum hook_id unless;		/* not armed where this hook serves */
	struct site sites[SITES_MAX];
	struct site *serving;
	struct coremon_function function;
};

static struct hook hooks[HOOKS] = {
	[HOOK_STATE] = {
		.name = "state", .required = true,
		.sites = { COREMON_TRACEPOINT(inet_sock_set_state, tp_state) },
	},
	[HOOK_DESTROY] = {
		.name = "destroy", .required = true,
		.sites = { COREMON_TRACEPOINT(tcp_destroy_sock, tp_destroy) },
	},
	/* Segments of established connections; those of the other states pass by segment_other. */
	[HOOK_SEGMENT] = {
		.name = "segment",
		.sites = { COREMON_TRACEPOINT(tcp_probe, tp_segment) },
	},
	[HOOK_SEGMENT_OTHER] = {
		.name = "segment_other",
		.sites = { OWN_FUNCTION(tcp_rcv_state_process, fn_segment_other, segment_other_ops) },
	},
	[HOOK_SEND] = {
		.name = "send",
		.sites = { COREMON_SITE_SOCK_LENGTH(sock_send_length, tp_send) OWN_FUNCTION(tcp_sendmsg, fn_send, send_ops) },
	},
	/* sendfile and splice before v6.5; later they end in sendmsg. */
	[HOOK_SEND_PAGE] = {
		.name = "send_page",
		.sites = { FUNCTION(tcp_sendpage, fn_send_page) },
	},
	[HOOK_RECV] = {
		.name = "recv",
		.sites = { COREMON_SITE_SOCK_LENGTH(sock_recv_length, tp_recv) OWN_FUNCTION(tcp_recvmsg, fn_recv, recv_ops) },
	},
	[HOOK_SPLICE_READ] = {
		.name = "splice_read",
		.sites = { FUNCTION(tcp_splice_read, fn_splice_read) },
	},
	/* Called for the new socket by accept(), in the process that accepts. */
	[HOOK_ACCEPT] = {
		.name = "accept",
		.sites = { FUNCTION(security_sock_graft, fn_accept) },
	},
	[HOOK_RETRANSMIT] = {
		.name = "retransmit",
		.sites = { COREMON_TRACEPOINT(tcp_retransmit_skb, tp_retransmit) },
	},
	[HOOK_CA_STATE] = {
		.name = "ca_state",
		.sites = { COREMON_SITE_CONG_STATE_SET(tp_ca_state) },
	},
	[HOOK_CA_RECOVERY] = {
		.name = "ca_recovery", .unless = HOOK_CA_STATE,
		.sites = { FUNCTION(tcp_enter_recovery, fn_ca_recovery) },
	},
	[HOOK_CA_LOSS] = {
		.name = "ca_loss", .unless = HOOK_CA_STATE,
		.sites = { FUNCTION(tcp_enter_loss, fn_ca_loss) },
	},
	[HOOK_CA_CWR] = {
		.name = "ca_cwr", .unless = HOOK_CA_STATE,
		.sites = { FUNCTION(tcp_enter_cwr, fn_ca_cwr) },
	},
	/* What most congestion controls have as undo_cwnd, called at no other time. */
	[HOOK_UNDO] = {
		.name = "undo",
		.sites = { FUNCTION(tcp_reno_undo_cwnd, fn_undo) },
	},
	[HOOK_RST_RECEIVED] = {
		.name = "rst_received",
		.sites = { COREMON_TRACEPOINT(tcp_receive_reset, tp_rst_received) },
	},
	[HOOK_RST_SENT] = {
		.name = "rst_sent",
		.sites = { COREMON_TRACEPOINT(tcp_send_reset, tp_rst_sent) },
	},
	[HOOK_SYNACK] = {
		.name = "synack_retrans",
		.sites = { COREMON_TRACEPOINT(tcp_retransmit_synack, tp_synack) },
	},
	/* Segments that timers send, which no other hook sees: for readers of changes. */
	[HOOK_DELACK] = {
		.name = "delack",
		.sites = { FUNCTION(tcp_delack_timer_handler, fn_delack) },
	},
	[HOOK_PROBE] = {
		.name = "probe",
		.sites = { FUNCTION(tcp_write_wakeup, fn_probe) },
	},
	[HOOK_DROP] = {
		.name = "drop",
		.sites = { COREMON_TRACEPOINT(kfree_skb, tp_drop) },
	},
};

bool coremon_hooks_columns[COREMON_COLUMNS] __read_mostly;

static bool disabled(const char *symbol)
{
	size_t len = strlen(symbol);
	const char *p = disable_hook;

	while ((p = strstr(p, symbol))) {
		if ((p == disable_hook || p[-1] == ',') && (p[len] == ',' || !p[len]))
			return true;
		p += len;
	}
	return false;
}

static bool switched_off(enum hook_id id)
{
	return !hot && hot_hooks[id];
}

static void find_tracepoint(struct tracepoint *tp, void *priv)
{
	int i, j;

	for (i = 0; i < HOOKS; i++)
		for (j = 0; j < SITES_MAX; j++)
			if (hooks[i].sites[j].tp_probe && !strcmp(tp->name, hooks[i].sites[j].symbol))
				hooks[i].sites[j].tp = tp;
}

/* The functions of the table, in its order, which is about how often they are called. */
static struct coremon_function *functions[HOOKS];
static int nr_functions;

/* A function's site, if this kernel has the function and nothing before it serves. */
static struct site *function_site(struct hook *hook)
{
	int i;

	for (i = 0; i < SITES_MAX && hook->sites[i].symbol; i++)
		if (hook->sites[i].handler && !disabled(hook->sites[i].symbol))
			return &hook->sites[i];
	return NULL;
}

/* The first tracepoint of a hook that this kernel has. Returns 0 also where there is none. */
static int arm_tracepoint(struct hook *hook)
{
	int i, ret;

	for (i = 0; i < SITES_MAX && hook->sites[i].symbol; i++) {
		struct site *site = &hook->sites[i];

		if (!site->tp || disabled(site->symbol))
			continue;
		ret = tracepoint_probe_register(site->tp, site->tp_probe, NULL);
		if (ret == -ENOMEM)
			return ret;
		if (!ret) {
			hook->serving = site;
			return 0;
		}
	}
	return 0;
}

/* Functions serve where no tracepoint does. */
static void arm_functions(void)
{
	unsigned int ways = (disabled("ftrace") ? 0 : COREMON_WAY_FTRACE) | (disabled("kprobes") ? 0 : COREMON_WAY_KPROBES);
	int i;

	nr_functions = 0;
	for (i = 0; i < HOOKS; i++) {
		struct hook *hook = &hooks[i];
		struct site *site = function_site(hook);

		if (hook->serving || !site || switched_off(i) || (hook->unless != ALWAYS && hooks[hook->unless].serving))
			continue;
		hook->function = (struct coremon_function){ .symbol = site->symbol, .handler = site->handler, .own = site->own };
		functions[nr_functions++] = &hook->function;
	}
	BUILD_BUG_ON(HOOKS > COREMON_FUNCTIONS_MAX);
	coremon_functions_arm(functions, nr_functions, ways);
	for (i = 0; i < HOOKS; i++)
		if (hooks[i].function.kind)
			hooks[i].serving = function_site(&hooks[i]);
}

/* Every segment that a socket processes is told of. */
static bool segments(void)
{
	return hooks[HOOK_SEGMENT].serving && hooks[HOOK_SEGMENT_OTHER].serving;
}

static bool serves(enum coremon_hook_column column)
{
	switch (column) {
	case COREMON_COLUMN_TX_CALLS:
		return hooks[HOOK_SEND].serving;
	case COREMON_COLUMN_RX_CALLS:
		return hooks[HOOK_RECV].serving;
	case COREMON_COLUMN_ULP_CALLS:
		return hooks[HOOK_SEND].serving && hooks[HOOK_SEND].serving->tp_probe &&
		       hooks[HOOK_RECV].serving && hooks[HOOK_RECV].serving->tp_probe;
	case COREMON_COLUMN_QUEUES:
		return segments();
	case COREMON_COLUMN_FLAGS_OUT:
		return hooks[HOOK_RST_SENT].serving;
	case COREMON_COLUMN_RST_CAUSE:
		return hooks[HOOK_SEGMENT_OTHER].serving;
	case COREMON_COLUMN_CHANGES:
		return segments() && hooks[HOOK_SEND].serving && hooks[HOOK_RECV].serving && hooks[HOOK_RETRANSMIT].serving &&
		       hooks[HOOK_DELACK].serving && hooks[HOOK_PROBE].serving;
	case COREMON_COLUMN_RETRANS:
		return hooks[HOOK_RETRANSMIT].serving;
	case COREMON_COLUMN_CA_TOLD:
		return hooks[HOOK_CA_STATE].serving;
	case COREMON_COLUMN_CA:
		return hooks[HOOK_CA_STATE].serving || hooks[HOOK_SEGMENT].serving;
	case COREMON_COLUMN_UNDO:
		return hooks[HOOK_UNDO].serving;
	case COREMON_COLUMN_DROPS:
		/* Whose a packet is that TCP itself drops, only the segment's hook knows on most kernels. */
		return hooks[HOOK_DROP].serving && segments();
	case COREMON_COLUMN_DROP_REASONS:
		return COREMON_DROPS_TELL_REASON && hooks[HOOK_DROP].serving;
	case COREMON_COLUMNS:
		break;
	}
	return false;
}

static void note_columns(void)
{
	int i;

	for (i = 0; i < COREMON_COLUMNS; i++)
		coremon_hooks_columns[i] = serves(i);
}

/**
 * coremon_hooks_arm() - Arm every hook that this kernel has.
 *
 * Context: process; sleeps.
 * Return: 0; otherwise nothing is armed: -ENOENT for a required hook that this kernel does not have, -ENOMEM.
 */
int coremon_hooks_arm(void)
{
	int i, ret;

	BUILD_BUG_ON(HOOKS > COREMON_METER_HOOKS);
	ret = coremon_meter_init(hot_hooks, HOOKS);
	if (ret) {
		pr_err("not loaded: no memory to meter the hooks\n");
		return ret;
	}
	for_each_kernel_tracepoint(find_tracepoint, NULL);
	for (i = 0; i < HOOKS; i++) {
		ret = switched_off(i) ? 0 : arm_tracepoint(&hooks[i]);
		if (ret)
			goto err;
	}
	arm_functions();
	note_columns();
	for (i = 0; i < HOOKS; i++) {
		ret = hooks[i].required && !hooks[i].serving ? -ENOENT : 0;
		if (ret)
			goto err;
	}
	return 0;

err:
	pr_err("not loaded: this kernel gives no hook '%s' (%s: error %d)\n", hooks[i].name, hooks[i].sites[0].symbol, ret);
	coremon_hooks_disarm();
	return ret;
}

/**
 * coremon_hooks_disarm() - Take every hook away, and wait until no handler runs.
 *
 * Context: process; sleeps. May be called when only some are armed.
 */
void coremon_hooks_disarm(void)
{
	int i;

	for (i = HOOKS - 1; i >= 0; i--) {
		struct site *site = hooks[i].serving;

		if (site && site->tp_probe)
			tracepoint_probe_unregister(site->tp, site->tp_probe, NULL);
		hooks[i].serving = NULL;
	}
	coremon_functions_disarm(functions, nr_functions);
	nr_functions = 0;
	tracepoint_synchronize_unregister();
	coremon_meter_exit();
}

/* Why nothing serves a hook, in a word. */
static const char *why_not(enum hook_id id)
{
	const struct hook *hook = &hooks[id];
	bool absent = false, tracepoint = false;
	int i;

	if (switched_off(id))
		return "hot=0";
	if (hook->unless != ALWAYS && hooks[hook->unless].serving)
		return "not-needed";
	if (hook->function.error == -EOPNOTSUPP)
		return "no-ftrace-no-kprobes";
	if (hook->function.error && hook->function.error != -ENOENT)
		return "refused";
	for (i = 0; i < SITES_MAX && hook->sites[i].symbol; i++) {
		absent |= !disabled(hook->sites[i].symbol);
		tracepoint |= hook->sites[i].tp && !disabled(hook->sites[i].symbol);
	}
	if (tracepoint)
		return "refused";
	return absent || !i ? "no-symbol" : "disabled";
}

/**
 * coremon_hooks_info() - Tell of the i-th logical hook.
 * @i: from 0
 * @info: filled in; of its cost what the last coremon_meter_account() knew
 *
 * Context: process.
 * Return: false past the last.
 */
bool coremon_hooks_info(unsigned int i, struct coremon_hook_info *info)
{
	const struct site *site;

	if (i >= HOOKS)
		return false;
	site = hooks[i].serving;
	*info = (struct coremon_hook_info){ .name = hooks[i].name, .required = hooks[i].required, .off = switched_off(i) };
	if (!site) {
		info->why = why_not(i);
		return true;
	}
	info->kind = site->tp_probe ? "tracepoint" : hooks[i].function.kind;
	info->symbol = site->symbol;
	coremon_meter_read(i, &info->meter);
	if (!site->tp_probe)
		info->missed = READ_ONCE(hooks[i].function.kp.nmissed);
	return true;
}
