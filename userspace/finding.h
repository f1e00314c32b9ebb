/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the doctor found: one thing that is wrong, the figures that show it, what it does to the service, what to do about it and how
 * sure that is. Rules make findings, the writers print them.
 *
 * Texts are made when the rule runs, so a finding keeps nothing of a reading. What there was no memory for is left out and
 * counted in @lost; no rule needs to look.
 */
#ifndef COREMON_FINDING_H
#define COREMON_FINDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* NOTE: worth knowing. WARNING: worse than it should be, or will fail soon. CRITICAL: the service is failing some of its users now. */
enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_CRITICAL };

/* CERTAIN: the kernel counted this very thing. LIKELY: the figures fit this and little else. POSSIBLE: they fit this among others. */
enum sure { SURE_POSSIBLE, SURE_LIKELY, SURE_CERTAIN };

/** struct evidence - one figure */
struct evidence {
	char *name;		/* of the counter or level */
	char *text;		/* what there is to say of it, or NULL */
	bool counted;		/* @before and @after are set: a count at the beginning and at the end */
	uint64_t before, after;
	double per_s;
};

/** struct advice - a command, exact, or what else to do */
struct advice {
	bool command;
	char *text;
};

#define FINDING_EVIDENCE 10u
#define FINDING_ADVICE 6u

/** struct finding - one */
struct finding {
	const char *id;			/* a constant: "udp-receive-buffer" */
	enum severity severity;
	enum sure sure;
	double weight;			/* among those of a severity the heavier comes first */
	char *title, *effect;
	struct evidence evidence[FINDING_EVIDENCE];
	struct advice advice[FINDING_ADVICE];
	unsigned int nr_evidence, nr_advice;
};

/** struct findings - all of them */
struct findings {
	struct finding *finding;
	unsigned int nr, room;
	unsigned int lost;		/* there was no memory for */
	struct finding spare;		/* what rules write to then */
};

/* Weights: a cause before what it causes, the machine's own limits before the network's. */
#define WEIGHT_CAUSE 40
#define WEIGHT_LIMIT 30
#define WEIGHT_LOSS 20
#define WEIGHT_SLOW 10
#define WEIGHT_FORECAST 0

/** finding_add() - a new finding. Return: where to write it; valid until the next call. */
struct finding *finding_add(struct findings *findings, const char *id, enum severity severity, enum sure sure, double weight);

/* What it is, what it does to the service: bytes that do not print become \ooo. */
void finding_title(struct finding *finding, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void finding_effect(struct finding *finding, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** finding_count() - evidence: the count @name at both ends of @elapsed_ns. */
void finding_count(struct finding *finding, const char *name, uint64_t before, uint64_t after, uint64_t elapsed_ns);

/** finding_note() - evidence in words and figures. */
void finding_note(struct finding *finding, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* What to do: a command to run, or words. */
void finding_command(struct finding *finding, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void finding_advice(struct finding *finding, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** findings_sort() - the worst first. */
void findings_sort(struct findings *findings);

/** findings_free() - free them all; @findings can be used again. */
void findings_free(struct findings *findings);

/** findings_has() - Return: the first finding with this id, or NULL. */
const struct finding *findings_has(const struct findings *findings, const char *id);

#define SHELL_WORD_LEN 96

/** shell_word() - @name as one word of a command: quoted where a shell would read something else in it. Return: @buf. */
char *shell_word(const char *name, char buf[SHELL_WORD_LEN]);

#define SHARE_LEN 16

/** share_text() - @part of @whole in percent: "3.2 %", "<0.01 %". Return: @buf. */
char *share_text(double part, double whole, char buf[SHARE_LEN]);

#define RATE_LEN 24

/** rate_text() - how many a second, for people: "0.36", "2.5", "1200". Return: @buf. */
char *rate_text(double per_s, char buf[RATE_LEN]);

#define SPAN_LEN 24

/** span_text() - a time for people: "45 s", "6 min", "3 h". Return: @buf. */
char *span_text(double seconds, char buf[SPAN_LEN]);

const char *severity_name(enum severity severity);
const char *sure_name(enum sure sure);

/** struct looked - what was looked at */
struct looked {
	uint64_t elapsed_ns;
	uint64_t real_ns;		/* the end, on the clock of the day */
	unsigned int intervals;
	const char *source;		/* of the connections */
	char *at[24], *not_at[24];	/* in words; of the second with the reason */
	unsigned int nr_at, nr_not_at;
};

/* Something was looked at; it was not. */
void looked_at(struct looked *looked, const char *what);
void not_looked_at(struct looked *looked, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void looked_free(struct looked *looked);

/** findings_text() - write all for people, in lines of at most @width. */
void findings_text(FILE *out, const struct findings *findings, const struct looked *looked, unsigned int width);

/** findings_json() - write all as one JSON object in a line. Return: false where there was no memory. */
bool findings_json(FILE *out, const struct findings *findings, const struct looked *looked);

#endif /* COREMON_FINDING_H */
