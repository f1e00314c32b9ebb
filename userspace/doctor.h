/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * coremon doctor: what is wrong, from a few readings of everything.
 *
 * The readings are made into one view: the host's counters and sockets at the beginning and at the end, what connections did
 * between, summed up by remote network, and the levels of bounded things at many points. Each rule is a function of the view alone.
 * What a rule needs and the view does not know keeps the rule silent; the list of what was not looked at says so.
 *
 * Every threshold is a constant below or beside its rule, with its reason; coremon-doctor(8) lists them.
 */
#ifndef COREMON_DOCTOR_H
#define COREMON_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "counter.h"
#include "doctor_conn.h"
#include "doctor_trend.h"
#include "finding.h"
#include "socket.h"
#include "source.h"

/*
 * Losses: fewer than LOST_MIN in all readings are an accident; less than LOST_SHARE of the traffic is not felt. (A TCP path of 20 ms
 * with one packet in 1,000 lost still makes some 20 Mbit/s a connection; one in 10,000, which busy networks have, is no finding.)
 */
#define LOST_MIN 10
#define LOST_SHARE 0.001

/* What is at this part of its limit or more is near it, and at this part full: counters of the kernel are batched per CPU. */
#define NEAR_LIMIT 0.90
#define AT_LIMIT 0.99

/** struct view - what the rules see */
struct view {
	const struct counters *before, *now;
	const struct sockets *sockets_before, *sockets_now;	/* NULL: not read */
	const struct conns *conns;				/* NULL: not read */
	const struct trends *trends;				/* NULL: none */
	const struct module_stats *module_before, *module_now;	/* NULL: not read */
	uint64_t elapsed_ns;
};

/** typedef rule_fn - look at the view, and add what is found */
typedef void (*rule_fn)(struct findings *findings, const struct view *view);

/* doctor_link.c */
void rule_link_errors(struct findings *findings, const struct view *view);
void rule_ring_overrun(struct findings *findings, const struct view *view);
void rule_link_full(struct findings *findings, const struct view *view);
void rule_qdisc(struct findings *findings, const struct view *view);

/* doctor_host.c */
void rule_cpu_backlog(struct findings *findings, const struct view *view);
void rule_cpu_squeeze(struct findings *findings, const struct view *view);
void rule_conntrack(struct findings *findings, const struct view *view);
void rule_descriptors(struct findings *findings, const struct view *view);
void rule_reverse_path(struct findings *findings, const struct view *view);
void rule_checksum(struct findings *findings, const struct view *view);
void rule_tcp_memory(struct findings *findings, const struct view *view);
void rule_thinned(struct findings *findings, const struct view *view);

/* doctor_udp.c */
void rule_udp_buffer(struct findings *findings, const struct view *view);
void rule_udp_memory(struct findings *findings, const struct view *view);

/* doctor_listen.c */
void rule_accept_queue(struct findings *findings, const struct view *view);
void rule_syn_flood(struct findings *findings, const struct view *view);

/** listen_fullest() - how full the fullest accept queue was seen, 0 to 1 and above; *@listener is whose, NULL: there is none. */
double listen_fullest(const struct view *view, const struct socket **listener);

/* doctor_port.c */
void rule_ports(struct findings *findings, const struct view *view);
void rule_time_wait(struct findings *findings, const struct view *view);

/* doctor_path.c */
void rule_paths(struct findings *findings, const struct view *view);
void rule_reordering(struct findings *findings, const struct view *view);
void rule_black_hole(struct findings *findings, const struct view *view);

/** paths_lost() - segments that connections sent again for a loss, on all paths that lose so many that it is a finding; 0: none does. */
uint64_t paths_lost(const struct view *view);

/* doctor_silent.c */
void rule_silent(struct findings *findings, const struct view *view);

/* doctor_window.c */
void rule_slow_reader(struct findings *findings, const struct view *view);
void rule_peer_window(struct findings *findings, const struct view *view);
void rule_send_buffer(struct findings *findings, const struct view *view);

/* doctor_client.c */
void rule_client(struct findings *findings, const struct view *view);

/* doctor_trend.c */
void rule_forecast(struct findings *findings, const struct view *view);

/** diagnose() - run all rules and sort what they found. */
void diagnose(struct findings *findings, const struct view *view);

/* doctor_view.c */

/** struct grown - a count at the beginning and at the end */
struct grown {
	bool known;
	uint64_t before, after, by;
};

/** view_grown() - how much a count grew. */
struct grown view_grown(const struct view *view, enum layer layer, const char *object, const char *name);

/** view_evidence() - view_grown() as evidence, where it is known and @always or it grew. */
void view_evidence(struct finding *finding, const struct view *view, enum layer layer, const char *object, const char *name,
		   bool always);

/** view_reason() - how many packets the kernel dropped for @reason, by the module's count over all namespaces, as evidence where there were any. */
void view_reason(struct finding *finding, const struct view *view, const char *reason);

/** view_level() - a level at the end. Return: true where it is known. */
bool view_level(const struct view *view, enum layer layer, const char *object, const char *name, uint64_t *value);

/** view_objects() - Return: the first counter of the object of @layer that comes after @object (NULL: the first of all), or NULL. */
const struct counter *view_objects(const struct view *view, enum layer layer, const char *object);

/** view_rate() - Return: @count a second. */
double view_rate(const struct view *view, uint64_t count);

/** view_lost() - Return: true where @lost of @all are more than an accident and are felt. */
bool view_lost(uint64_t lost, uint64_t all);

/** process_text() - "nginx (pid 12)", "a process that is not known". Return: @buf. */
#define PROCESS_LEN 96
char *process_text(const char *comm, uint32_t pid, char buf[PROCESS_LEN]);

/** verb_doctor() - run it. Return: the exit code. */
int verb_doctor(int argc, char **argv);

#endif /* COREMON_DOCTOR_H */
