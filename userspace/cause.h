/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the host's counters tell of packets that were lost, what each means, and which of the kernel's drop reasons say the
 * same: where the counter and its reasons differ, something is not explained.
 */
#ifndef COREMON_CAUSE_H
#define COREMON_CAUSE_H

#include <stdbool.h>

#include "counter.h"

/** struct explanation - the reasons of one or more counters, which are added up */
struct explanation {
	enum layer layer;
	const char *name;	/* what they are called together */
	const char *reasons;	/* REASON or REASON/PROTOCOL, blanks between */
	bool host;		/* the counters are of the host, not of a network namespace */
	bool loose;		/* related, but one does not count what the other does: no difference is made */
};

/** struct cause - a counter that tells of loss */
struct cause {
	enum layer layer;
	const char *name;
	const char *explained;	/* name of its explanation in this layer, or NULL: no reason says the same */
	const char *means;
};

extern const struct cause causes[];		/* layer by layer, those of an explanation side by side */
extern const unsigned int causes_nr;
extern const struct explanation explanations[];
extern const unsigned int explanations_nr;
#define EXPLANATIONS_MAX 64	/* there are no more */

/** cause_find() - Return: what is known of the counter, or NULL. */
const struct cause *cause_find(enum layer layer, const char *name);

/** cause_is_loss() - Return: true where the counter tells of loss: it is known, or its name says so. */
bool cause_is_loss(enum layer layer, const char *name);

/** explanation_find() - Return: the explanation of @cause, or NULL. */
const struct explanation *explanation_find(const struct cause *cause);

/** explanation_has() - Return: true where @object, REASON|PLACE|PROTOCOL, is one of its reasons. */
bool explanation_has(const struct explanation *explanation, const char *object);

#endif /* COREMON_CAUSE_H */
