/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine that is made up, for the rules of the doctor: what is not said of it is not known. */
#ifndef COREMON_PATIENT_H
#define COREMON_PATIENT_H

#include "doctor.h"

/** struct patient - its two readings, over ten seconds, and what was found */
struct patient {
	struct counters before, now;
	struct sockets sockets_before, sockets_now;
	struct conns conns;
	struct trends trends;
	struct module_stats module_before, module_now;
	struct findings findings;
	struct view view;
};

extern struct patient patient;

void patient_setup(void);
void patient_teardown(void);

/* A count before and after; a level now. */
void count(enum layer layer, const char *object, const char *name, uint64_t before, uint64_t after);
void level(enum layer layer, const char *object, const char *name, uint64_t value);

/** module_says() - what the module counts of itself, before and now. */
void module_says(enum module_stat stat, uint64_t before, uint64_t now);

/** socket_now() - Return: a new socket of the last reading, and with @before of the first, with this cookie. */
struct socket *socket_now(bool udp, unsigned int state, const char *local, const char *remote, uint64_t cookie);

/** path_to() - Return: the path that @remote is in. */
struct path *path_to(const char *remote);

/** held_with() - Return: a connection that is looked at since the beginning. */
struct held *held_with(const char *local, const char *remote);

/** examine() - run one rule, with nothing found before. */
void examine(rule_fn rule);

/** found() - fail where not exactly these were found, in order: ids with a blank between, "" for none. */
void found(const char *ids);

/** says() - fail where no text of the first finding has @words in it. */
void says(const char *words);

#endif /* COREMON_PATIENT_H */
