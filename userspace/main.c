// SPDX-License-Identifier: GPL-2.0-only
/*
 * coremon - one program, a verb for each thing it does. Called by a name that ends in "coremon-VERB" it is that verb, so
 * coremon-report is a link to it.
 */
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "drops.h"
#include "events.h"
#include "flows.h"
#include "privilege.h"
#include "report.h"
#include "say.h"
#include "sockets.h"

/** struct verb - one thing the program does */
struct verb {
	const char *name;
	const char *alone;	/* the name of the program that does only this */
	const char *help;
	int (*run)(int argc, char **argv);
	uint64_t privileges;	/* what it has a use for */
};

#define OF_THE_HOST (PRIVILEGE_NETLINK | PRIVILEGE_PROCESSES | PRIVILEGE_FILES)

static const struct verb verbs[] = {
	{ "report", "coremon-report", "what the network and each connection did, every interval", verb_report, OF_THE_HOST },
	{ "events", "coremon-events", "what happens to connections, as it happens", verb_events, 0 },
	{ "flows", "coremon-flows", "flow records of every connection, as AWS has them", verb_flows, PRIVILEGE_NETLINK },
	{ "doctor", "coremon-doctor", "what is wrong, how it shows, and what to do about it", verb_doctor, OF_THE_HOST },
	{ "drops", "coremon-drops", "where packets are lost, from the wire to the program", verb_drops, OF_THE_HOST },
	{ "sockets", "coremon-sockets", "the sockets, who holds them, their queues, buffers and drops", verb_sockets, OF_THE_HOST },
};

#define NR_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void usage(FILE *out)
{
	fputs("Usage: coremon VERB [arguments]\n\n", out);
	for (size_t i = 0; i < NR_VERBS; i++)
		fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].help);
	fputs("\ncoremon VERB --help tells of each, coremon --version the version.\n", out);
}

static int run(const struct verb *verb, int argc, char **argv)
{
	int ret;

	say_name(verb->alone);
	argv[0] = (char *)verb->alone;
	ret = privilege_keep(verb->privileges);
	if (ret < 0)
		say("privileges that are not needed were kept: %s", strerror(-ret));
	return verb->run(argc, argv);
}

int main(int argc, char **argv)
{
	const char *name = argc > 0 && argv[0] ? argv[0] : "coremon";
	const char *slash = strrchr(name, '/');

	if (slash)
		name = slash + 1;
	for (size_t i = 0; i < NR_VERBS; i++) {
		if (strcmp(name, verbs[i].alone) == 0)
			return run(&verbs[i], argc, argv);
	}
	if (argc < 2) {
		usage(stderr);
		return 2;
	}
	for (size_t i = 0; i < NR_VERBS; i++) {
		if (strcmp(argv[1], verbs[i].name) == 0)
			return run(&verbs[i], argc - 1, argv + 1);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("coremon " COREMON_RELEASE);
		return 0;
	}
	say("no verb '%s'; coremon --help lists them", argv[1]);
	return 2;
}
