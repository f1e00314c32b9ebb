/* SPDX-License-Identifier: GPL-2.0-only */
/* coremon events: what happens to connections, as it happens. */
#ifndef COREMON_EVENTS_H
#define COREMON_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../kmod/uapi/coremon.h"
#include "event_cgroup.h"

/** struct events_style - how events are written */
struct events_style {
	bool json;
	bool micro;		/* times to the microsecond */
	unsigned int width;	/* of a line of text; 0: no limit */
	uint64_t offset_ns;	/* from CLOCK_MONOTONIC to CLOCK_REALTIME */
	struct event_cgroups *cgroups;	/* JSON */
};

#define EVENT_WHAT_LEN 320

/** event_name() - Return: the name of a kind of event, NULL for one this program does not know. */
const char *event_name(unsigned int kind);

/** event_what() - what happened, for people; only a drop has more than an event. Return: @buf. */
char *event_what(const struct coremon_event_drop *record, char buf[EVENT_WHAT_LEN]);

/** event_head() - the line of column names. */
void event_head(const struct events_style *style);

/** event_print() - write one event. Return: false where there was no memory. */
bool event_print(const struct coremon_event_drop *record, const struct events_style *style);

/** verb_events() - run it. Return: the exit code. */
int verb_events(int argc, char **argv);

#endif /* COREMON_EVENTS_H */
