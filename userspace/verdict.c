// SPDX-License-Identifier: GPL-2.0-only
#include "verdict.h"

#include <stdarg.h>
#include <stdio.h>

#include "fmt.h"

/*
 * "Nearly all" recoveries undone. The kernel takes one back where it is sure that nothing was lost, by timestamps or where DSACKs told
 * of all that it sent again. Where packets are lost it takes back none; but a loss may fall together with a reordering.
 */
#define NEARLY_ALL 80
#define NEARLY_NONE 20

/*
 * Of what was sent again, the part that the peer had already (DSACK), from which on it was sent for nothing. Over links that only
 * reorder it was 65 to 100%, with 30 to 95% of the recoveries undone: of a strong reordering the kernel is seldom sure. Over links that only
 * lose, 1 to 25%, neither was ever more than a stray one (netem, 7.x).
 */
#define FOR_NOTHING 60

/*
 * A delay that makes the timer run out often lasts for two of its doublings: two timeouts, one of which is taken back.
 */
#define MOSTLY 50

/*
 * Timeouts for each 100 recoveries from which on they are what matters: a timeout stands for 200 ms of silence at least, where a
 * recovery costs a round trip. Below that they are the few that a recovery cannot repair (the last segments, one lost twice).
 */
#define TIMEOUTS_COUNT 5

/* Of fewer recoveries and timeouts one more or less turns the verdict round. */
#define FEW 5

static const struct {
	const char *name, *word;
} kinds[VERDICT_NR] = {
	[VERDICT_UNKNOWN] = { "unknown", "not known" },
	[VERDICT_NOTHING] = { "nothing", "nothing sent again" },
	[VERDICT_PROBES] = { "probes", "tail loss probes only: no congestion" },
	[VERDICT_HANDSHAKES] = { "handshakes", "handshakes not answered, open connections well" },
	[VERDICT_HARMLESS] = { "harmless_reordering", "reordering that cost nothing" },
	[VERDICT_ECN] = { "ecn", "congestion, told by ECN; nothing lost" },
	[VERDICT_REORDERING] = { "reordering", "reordering, not congestion" },
	[VERDICT_DELAY] = { "delay", "late, not lost: delays longer than the timer" },
	[VERDICT_HOST] = { "host_queue", "segments wait in this machine's own queues" },
	[VERDICT_MIXED] = { "mixed", "loss and reordering both" },
	[VERDICT_REPAIRED] = { "loss_repaired", "packets are lost, and repaired without a timeout" },
	[VERDICT_LOSS] = { "loss", "lost until a timer ran out: the network, or a peer gone" },
};

const char *verdict_name(enum verdict_kind kind)
{
	return kinds[kind].name;
}

const char *verdict_word(enum verdict_kind kind)
{
	return kinds[kind].word;
}

static bool known(const struct evidences *evidences, enum evidence which)
{
	return evidences->known >> which & 1;
}

static uint64_t nr(const struct evidences *evidences, enum evidence which)
{
	return known(evidences, which) ? evidences->nr[which] : 0;
}

/* @part is @percent or more of @whole. */
static bool is_share(uint64_t part, uint64_t whole, unsigned int percent)
{
	return (double)part * 100 >= (double)whole * percent;
}

/*
 * Timeouts but for those of handshakes. A handshake has a timer for each SYN or SYN-ACK that it sent again, and one more with which a
 * SYN-ACK is given up. Where it was sent again but once that doubles them, so no timeout is sure to be of data until there are more.
 */
static uint64_t timeouts_of_data(const struct evidences *evidences)
{
	uint64_t timeouts = nr(evidences, E_TIMEOUTS), handshakes = evidences->timeouts_of_data ? 0 : nr(evidences, E_HANDSHAKES);

	return timeouts && timeouts - 1 >= handshakes && timeouts - 1 - handshakes >= handshakes ? timeouts - handshakes : 0;
}

/* Neither Recovery nor Loss began in the interval. */
static enum verdict_kind without_reduction(const struct evidences *evidences)
{
	if (nr(evidences, E_SLOW_START))
		return VERDICT_LOSS;
	if (nr(evidences, E_FAST) || nr(evidences, E_PROBE_REPAIRS))
		return VERDICT_REPAIRED;
	if (nr(evidences, E_CE))
		return VERDICT_ECN;
	if (nr(evidences, E_HANDSHAKES))
		return VERDICT_HANDSHAKES;
	if (nr(evidences, E_RETRANS))
		return nr(evidences, E_PROBES) ? VERDICT_PROBES : VERDICT_UNKNOWN;
	if (nr(evidences, E_REORDERINGS))
		return VERDICT_HARMLESS;
	return VERDICT_NOTHING;
}

/* @percent or more of what was sent again had arrived before. */
static bool is_twice(const struct evidences *evidences, unsigned int percent)
{
	return nr(evidences, E_TWICE) && is_share(nr(evidences, E_TWICE), nr(evidences, E_RETRANS), percent);
}

static enum verdict_kind of_timeouts(const struct verdict *verdict, const struct evidences *evidences)
{
	/* Undone where the recoveries were not says that most was lost all the same. */
	bool undone = is_share(verdict->timeouts_undone, verdict->timeouts, MOSTLY) &&
		      is_share(verdict->recoveries_undone, verdict->recoveries, NEARLY_ALL);

	if (is_share(nr(evidences, E_HOST_QUEUE), verdict->timeouts, MOSTLY))
		return VERDICT_HOST;
	if (!undone && !is_twice(evidences, FOR_NOTHING))
		return VERDICT_LOSS;
	return verdict->recoveries > verdict->timeouts ? VERDICT_REORDERING : VERDICT_DELAY;
}

static enum verdict_kind of_recoveries(const struct verdict *verdict, const struct evidences *evidences)
{
	if (!known(evidences, E_RECOVERIES_UNDONE))
		return VERDICT_UNKNOWN;
	if (is_share(verdict->recoveries_undone, verdict->recoveries, NEARLY_ALL) || is_twice(evidences, FOR_NOTHING))
		return VERDICT_REORDERING;
	if (is_share(verdict->recoveries_undone, verdict->recoveries, NEARLY_NONE) || is_twice(evidences, NEARLY_NONE))
		return VERDICT_MIXED;
	return VERDICT_REPAIRED;
}

struct verdict verdict_of(const struct evidences *evidences)
{
	struct verdict verdict = {
		.recoveries = nr(evidences, E_RECOVERIES),
		.recoveries_undone = nr(evidences, E_RECOVERIES_UNDONE),
		.timeouts = timeouts_of_data(evidences),
		.timeouts_undone = nr(evidences, E_TIMEOUTS_UNDONE),
	};

	if (!known(evidences, E_RECOVERIES) || !known(evidences, E_TIMEOUTS) || !known(evidences, E_RETRANS))
		return verdict;
	if (verdict.timeouts && is_share(verdict.timeouts, verdict.recoveries, TIMEOUTS_COUNT))
		verdict.kind = of_timeouts(&verdict, evidences);
	else if (verdict.recoveries)
		verdict.kind = of_recoveries(&verdict, evidences);
	else
		verdict.kind = without_reduction(evidences);
	verdict.few = verdict.kind >= VERDICT_REORDERING && verdict.recoveries + verdict.timeouts < FEW;
	return verdict;
}

/** struct line - being written */
struct line {
	char *text;
	size_t len;
};

static void __attribute__((format(printf, 2, 3))) add(struct line *line, const char *fmt, ...)
{
	size_t room = VERDICT_LEN - line->len;
	va_list ap;
	int len;

	if (line->len && room > 2) {
		line->text[line->len++] = ',';
		line->text[line->len++] = ' ';
		room -= 2;
	}
	va_start(ap, fmt);
	len = vsnprintf(line->text + line->len, room, fmt, ap);
	va_end(ap);
	if (len > 0)
		line->len += (size_t)len < room ? (size_t)len : room - 1;
}

/** struct noun - what is counted, one and more of it */
struct noun {
	const char *one, *more;
};

static const char *noun(const struct noun *noun, uint64_t nr_of_it)
{
	return nr_of_it == 1 ? noun->one : noun->more;
}

static void add_undone(struct line *line, uint64_t all, uint64_t undone, bool undone_known, const struct noun *what)
{
	if (!all && !undone)
		return;
	if (undone > all)	/* of those that began before */
		add(line, "%llu %s, %llu undone", (unsigned long long)all, noun(what, all), (unsigned long long)undone);
	else if (undone_known)
		add(line, "%llu of %llu %s undone", (unsigned long long)undone, (unsigned long long)all, noun(what, all));
	else
		add(line, "%llu %s", (unsigned long long)all, noun(what, all));
}

char *verdict_figures(const struct verdict *verdict, const struct evidences *evidences, char buf[VERDICT_LEN])
{
	static const struct noun recoveries = { "recovery", "recoveries" }, timeouts = { "timeout", "timeouts" };
	static const struct {
		enum evidence which;
		struct noun noun;
	} others[] = {
		{ E_PROBES, { "probe", "probes" } },
		{ E_PROBE_REPAIRS, { "loss repaired by a probe", "losses repaired by a probe" } },
		{ E_HANDSHAKES, { "SYN or SYN-ACK sent again", "SYN or SYN-ACK sent again" } },
		{ E_HOST_QUEUE, { "still in a queue here", "still in a queue here" } },
		{ E_REORDERINGS, { "reordering", "reorderings" } },
		{ E_CE, { "segment marked by ECN", "segments marked by ECN" } },
		{ E_GIVEN_UP, { "connection given up", "connections given up" } },
	};
	uint64_t again = nr(evidences, E_RETRANS), out = nr(evidences, E_OUT);
	struct line line = { .text = buf };
	char share[FMT_LEN];

	buf[0] = '\0';
	add_undone(&line, verdict->recoveries, verdict->recoveries_undone, known(evidences, E_RECOVERIES_UNDONE), &recoveries);
	add_undone(&line, verdict->timeouts, verdict->timeouts_undone, known(evidences, E_TIMEOUTS_UNDONE), &timeouts);
	if (again && nr(evidences, E_TWICE))
		add(&line, "%llu of %llu sent again for nothing", (unsigned long long)nr(evidences, E_TWICE), (unsigned long long)again);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		uint64_t count = nr(evidences, others[i].which);

		if (count)
			add(&line, "%llu %s", (unsigned long long)count, noun(&others[i].noun, count));
	}
	if (again && out)
		add(&line, "%s%% of segments sent again", fmt_human(100 * (double)again / ((double)again + (double)out), share));
	return buf;
}
