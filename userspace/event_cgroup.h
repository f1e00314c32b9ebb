/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup of an event's connection, which the event does not tell: it is looked up in connections.bin, which is read on when
 * an event is of a connection that was not there. What has ended is kept until the next reading: by then its events are told.
 */
#ifndef COREMON_EVENT_CGROUP_H
#define COREMON_EVENT_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "../kmod/uapi/coremon.h"
#include "cgroup.h"
#include "root.h"

struct event_cgroups;

/** event_cgroups_new() - Return: a table of nothing, or NULL. @root must stay valid. */
struct event_cgroups *event_cgroups_new(const struct root *root);

/** event_cgroups_free() - free it; NULL is fine. */
void event_cgroups_free(struct event_cgroups *table);

/**
 * event_cgroup() - the cgroup of the event's connection.
 * @path: its path, or its number where it has none
 *
 * Return: its id; COREMON_UNKNOWN, and @path is not set, where it is not known.
 */
uint64_t event_cgroup(struct event_cgroups *table, const struct coremon_event *event, char path[CGROUP_TEXT_LEN]);

#endif /* COREMON_EVENT_CGROUP_H */
