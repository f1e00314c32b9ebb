// SPDX-License-Identifier: GPL-2.0-only
/* A rule about clients: one that takes the server from the others. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

/*
 * A client that has most of all connections or bytes is no fault by itself: it may be a load balancer, or a backup. It is one
 * where the service suffers from what it takes, and where there are others to suffer.
 */
#define CLIENTS_MIN 3
#define TAKES_SHARE 0.5		/* of all, by one of three or more */
#define TAKES_OPEN 32		/* connections: fewer hold no server up */
#define QUEUE_LONG 0.5		/* an accept queue this full is of a server that does not keep up */

/* Return: the id of a finding that shows that the server lacks what connections take, or bytes; NULL: it does not. */
static const char *suffers(const struct findings *findings, bool of_bytes)
{
	static const char *const by_connections[] = { "accept-queue", "fd-process", "fd-system", "conntrack-full",
						     "conntrack-near-full", "syn-queue",
						      "tcp-memory", NULL };
	static const char *const by_bytes[] = { "link-full", "qdisc-drops", "cpu-backlog", NULL };

	for (const char *const *id = of_bytes ? by_bytes : by_connections; *id; id++) {
		if (findings_has(findings, *id))
			return *id;
	}
	return NULL;
}

static void taker(struct findings *findings, const struct view *view, const struct taker *client, const char *what, uint64_t has,
		  uint64_t all,
		  const char *because)
{
	const struct conns *conns = view->conns;
	uint64_t others = conns->clients > 1 ? (conns->open - client->open) / (conns->clients - 1) : 0;
	struct finding *finding = finding_add(findings, "one-client", SEVERITY_CRITICAL, SURE_LIKELY, WEIGHT_CAUSE + 5);
	char share[SHARE_LEN];

	finding_title(finding, "one client, %s, takes the server: %s of all %s", client->name,
		      share_text((double)has, (double)all, share), what);
	finding_effect(finding, "The other %" PRIu64 " clients wait or are refused.", conns->clients - 1);
	finding_note(finding, "its connections", "%" PRIu64 " of %" PRIu64 " open; the others have %" PRIu64 " each",
		     client->open, conns->open, others);
	finding_note(finding, "opened", "%" PRIu64 " of %" PRIu64 ", %.0f a second", client->opened, conns->opened,
		     view_rate(view, client->opened));
	finding_note(finding, "bytes", "%" PRIu64 " of %" PRIu64, client->bytes, conns->bytes);
	finding_note(finding, "the server suffers", "%s", because);
	finding_command(finding, "coremon-report --clients 5");
	finding_command(finding, "nft 'add table inet limit; add chain inet limit in { type filter hook input priority 0; }'");
	finding_command(finding, "nft add rule inet limit in %s saddr %s ct count over %" PRIu64 " reject with tcp reset",
			strchr(client->name, ':') ? "ip6" : "ip", client->name, others < 5 ? 10 : 2 * others);
	finding_advice(finding, "It limits that client to twice what the others have; nft delete table inet limit takes it away.");
}

void rule_client(struct findings *findings, const struct view *view)
{
	const struct conns *conns = view->conns;
	const char *because, *queue = NULL;
	const struct socket *listener;

	if (!conns || conns->clients < CLIENTS_MIN)
		return;
	if (listen_fullest(view, &listener) >= QUEUE_LONG)
		queue = "an accept queue is long";
	because = suffers(findings, false);
	because = because ? because : queue;
	if (because && conns->most_open.open >= TAKES_OPEN && (double)conns->most_open.open >= TAKES_SHARE * (double)conns->open) {
		taker(findings, view, &conns->most_open, "connections", conns->most_open.open, conns->open, because);
		return;
	}
	if (because && conns->most_opened.opened >= TAKES_OPEN && (double)conns->most_opened.opened >=
	    TAKES_SHARE * (double)conns->opened) {
		taker(findings, view, &conns->most_opened, "new connections", conns->most_opened.opened, conns->opened, because);
		return;
	}
	because = suffers(findings, true);
	if (because && conns->active >= CLIENTS_MIN && (double)conns->most_bytes.bytes >= TAKES_SHARE * (double)conns->bytes)
		taker(findings, view, &conns->most_bytes, "bytes", conns->most_bytes.bytes, conns->bytes, because);
}
