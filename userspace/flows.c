// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads what changed about once a second, so that no connection that ended falls out of the module's ring, and ends the
 * window of all connections every interval.
 */
#include "flows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_table.h"
#include "flow_where.h"
#include "lines.h"
#include "records.h"
#include "run.h"
#include "say.h"
#include "source.h"

#define CONNECTIONS "/proc/coremon/connections.bin"
#define NS_PER_S UINT64_C(1000000000)
#define MOST_PAUSE NS_PER_S
#define LEAST_TOLD (NS_PER_S / 10)	/* shorter rests of a run have no NODATA */
#define LEAST_PAUSE UINT64_C(5000000)
#define CLOSED_MAX "/sys/module/coremon/parameters/closed_max"
#define DEFAULT_CLOSED 4096	/* of the module */
#define MOST_ENDED 32768	/* connections that wait for the end of the interval */

/** struct counted - records, for an estimate */
struct counted {
	uint64_t records, bytes;
};

/** struct flows - a run */
struct flows {
	const struct flow_options *options;
	struct root root;
	struct records in;
	bool open;
	struct flow_table *table;
	struct where where;
	struct cgroups cgroups;
	struct stamp now;		/* when the last reading began */
	uint64_t offset_ns;		/* from the monotonic clock to the real one */
	uint64_t window_ns;		/* when this interval began */
	uint64_t pause_ns;		/* between two readings */
	uint64_t most_ended;		/* connections that may end in it: a quarter of the module's ring */
	uint64_t lost;			/* connections that ended untold in this interval */
	bool lost_more;			/* and more, nobody knows how many */
	uint64_t refused;		/* connections the module had no room for, when the interval began */
	bool refused_known;
	uint64_t seq;			/* records so far */
	bool moved;			/* there is something to tell of this interval */
	bool failed;			/* no memory */
	int write_error;		/* errno */
	struct counted ended, live;
	char *buf;
	size_t buf_size;
};

static uint64_t seconds(const struct flows *flows, uint64_t ns)
{
	return (ns + flows->offset_ns) / NS_PER_S;
}

static void no_memory(struct flows *flows)
{
	say("out of memory");
	flows->failed = true;
}

static bool write_record(struct flows *flows, struct flow_record *record, uint64_t start_ns, uint64_t end_ns)
{
	const struct flow_options *options = flows->options;
	bool last = record->flow && record->flow->row.kind == COREMON_ROW_CLOSED;
	struct counted *counted = last ? &flows->ended : &flows->live;
	int len;

	record->seq = ++flows->seq;
	record->account = options->account;
	record->cgroups = &flows->cgroups;
	record->end = seconds(flows, end_ns);
	record->start = seconds(flows, start_ns < end_ns ? start_ns : end_ns);
	len = (options->json ? flow_format_json : flow_format_line)(options->format, record, &flows->buf, &flows->buf_size);
	if (len < 0) {
		no_memory(flows);
		return false;
	}
	counted->records++;
	counted->bytes += (uint64_t)len;
	if (options->estimate || fwrite(flows->buf, 1, (size_t)len, stdout) == (size_t)len)
		return true;
	flows->write_error = errno;
	return false;
}

static bool emit(void *ctx, const struct flow *flow, bool egress, uint64_t end_ns)
{
	struct flow_record record = { .status = FLOW_OK, .flow = flow, .egress = egress };
	const struct flow_options *options = ((struct flows *)ctx)->options;
	struct flows *flows = ctx;

	record.interface = where_interface(&flows->where, flow->row.netns, &flow->row.addr);
	if (options->interface && (!record.interface || strcmp(record.interface, options->interface) != 0))
		return true;
	if (!flow_match(options->filter, flow))
		return true;
	flows->moved = true;
	return !flow_match(options->when, flow) || write_record(flows, &record, flow->since_ns, end_ns);
}

/* New connections that the module turned away since the interval began. */
static uint64_t newly_refused(struct flows *flows)
{
	uint64_t refused, before = flows->refused;
	bool was_known = flows->refused_known;
	struct module_stats stats;

	module_stats_read(&stats, &flows->root);
	flows->refused_known = stats.known >> M_REFUSED_FULL & 1 && stats.known >> M_REFUSED_NOMEM & 1;
	if (!flows->refused_known)
		return 0;
	refused = stats.val[M_REFUSED_FULL] + stats.val[M_REFUSED_NOMEM];
	flows->refused = refused;
	return was_known && refused > before ? refused - before : 0;
}

enum cut_at {
	CUT_EARLY,	/* too many connections wait */
	CUT_INTERVAL,
	CUT_END,	/* of the run: what is left, perhaps of a moment only */
};

/* The records of all connections born before @before_ns, and at the end of an interval what there is to say of it. */
static bool cut(struct flows *flows, uint64_t before_ns, enum cut_at at)
{
	struct flow_record record = { .status = FLOW_NODATA, .interface = flows->options->interface };
	uint64_t end_ns = flows->now.mono_ns;
	int ret;

	where_update(&flows->where);
	ret = flow_table_cut(flows->table, before_ns, end_ns, emit, flows);
	if (ret == -ENOMEM)
		no_memory(flows);
	if (ret < 0 || at == CUT_EARLY)
		return ret == 0;
	if (at == CUT_END && end_ns - flows->window_ns < LEAST_TOLD)
		flows->moved = true;
	record.skipped = flows->lost + newly_refused(flows);
	if (record.skipped || flows->lost_more)
		record.status = FLOW_SKIPDATA;
	if (flows->lost_more)
		record.skipped = 0;
	/* Where connections were lost nobody can say that there was nothing. */
	if ((record.status == FLOW_SKIPDATA || !flows->moved) && !write_record(flows, &record, flows->window_ns, end_ns))
		return false;
	flows->window_ns = end_ns;
	flows->moved = false;
	flows->lost = 0;
	flows->lost_more = false;
	return true;
}

static bool take_row(struct flows *flows, struct coremon_row *row)
{
	struct flow *flow = NULL;
	int ret;

	if (row->kind == COREMON_ROW_LOST) {
		/* A record that is cut says not how many. */
		if (row->seq > INT64_MAX || __builtin_add_overflow(flows->lost, row->seq, &flows->lost))
			flows->lost_more = true;
		return true;
	}
	where_plain(&row->addr);
	ret = flow_table_row(flows->table, row, &flow);
	if (ret < 0)
		no_memory(flows);
	/* Now, for it may be gone when the record is written. */
	if (ret > 0 && row->cgroup != COREMON_UNKNOWN)
		cgroups_path(&flows->cgroups, row->cgroup);
	if (ret > 0 && flow_format_wants_nat(flows->options->format))
		flow->nat_known = where_nat(&flows->where, row->netns, &row->addr, row->opened == COREMON_OPENED_PASSIVE, &flow->nat);
	return ret >= 0;
}

/* All records of a reading. Return: how many, or a negative errno. */
static int read_rows(struct records *in, struct flows *flows, bool (*take)(struct flows *, struct coremon_row *))
{
	struct coremon_row row;
	int ret, nr = 0;

	while ((ret = records_next(in, &row, sizeof(row))) != 0) {
		if (ret == -EINTR)
			continue;
		if (ret < 0)
			return ret;
		if (!take(flows, &row))
			return -ENOMEM;
		nr++;
	}
	return nr;
}

static bool see_row(struct flows *flows, struct coremon_row *row)
{
	flow_table_seen(flows->table, row);
	return true;
}

/*
 * Some connections ended untold, and would stay in the table for ever. Those that are not in a full reading, and are not
 * told of as ended afterwards either, are these.
 */
static int find_lost(struct flows *flows)
{
	struct records all;
	int ret;

	if (root_moved(&flows->root))
		return 0;
	ret = records_open(&all, &flows->root, CONNECTIONS);
	if (ret < 0)
		return ret;
	flow_table_doubt(flows->table);
	ret = read_rows(&all, flows, see_row);
	records_close(&all);
	if (ret >= 0)
		ret = read_rows(&flows->in, flows, take_row);
	if (ret >= 0)
		flow_table_drop_doubted(flows->table);
	return ret;
}

/* The next reading of a captured tree is in the next one. */
static int open_rows(struct flows *flows)
{
	int ret;

	if (flows->open && !flows->root.numbered)
		return 0;
	if (flows->open)
		records_close(&flows->in);
	ret = records_open(&flows->in, &flows->root, CONNECTIONS);
	flows->open = ret == 0;
	return ret;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Read what changed. Return: false after saying why that cannot be. */
static bool read_changes(struct flows *flows)
{
	uint64_t lost = flows->lost, ended = flow_table_ended(flows->table);
	int ret;

	cgroups_begin(&flows->cgroups, &flows->root);
	ret = open_rows(flows);
	if (ret >= 0)
		ret = read_rows(&flows->in, flows, take_row);
	if (ret >= 0 && (flows->lost != lost || flows->lost_more))
		ret = find_lost(flows);
	if (ret < 0 && !flows->failed && ret != -EPROTO)
		run_no_module(&flows->root, CONNECTIONS, ret);
	ended = flow_table_ended(flows->table) - ended + flows->lost - lost;
	if (ended > flows->most_ended)
		flows->pause_ns /= least(ended / flows->most_ended, MOST_PAUSE) + 1;
	else
		flows->pause_ns *= 2;
	if (flows->pause_ns > MOST_PAUSE)
		flows->pause_ns = MOST_PAUSE;
	if (flows->pause_ns < LEAST_PAUSE)
		flows->pause_ns = LEAST_PAUSE;
	return ret >= 0;
}

/* Wait for the next reading. Return: false when the run is over. */
static bool next_reading(struct flows *flows, uint64_t cut_ns, uint64_t end_ns)
{
	uint64_t now_ns;
	bool goes_on;

	if (flows->root.numbered)
		return root_next(&flows->root) && root_clock(&flows->root, &flows->now) == 0 && flows->now.mono_ns <= end_ns;
	root_clock(&flows->root, &flows->now);
	now_ns = flows->now.mono_ns;
	goes_on = now_ns < end_ns && !run_stopped();
	if (goes_on && now_ns < cut_ns)
		goes_on = run_wait(-1, least(flows->pause_ns, least(cut_ns, end_ns) - now_ns)) != RUN_END;
	root_clock(&flows->root, &flows->now);
	return goes_on;
}

/* End the windows of what was there at the last reading: after one more, both ends of every such connection have been told of. */
static bool settle_and_cut(struct flows *flows, enum cut_at at)
{
	uint64_t settled_ns = flows->now.mono_ns;

	if (!flows->root.numbered) {
		root_clock(&flows->root, &flows->now);
		if (!read_changes(flows))
			return false;
	}
	return cut(flows, settled_ns, at);
}

/* Return: false where it failed, or nobody reads the records any more. */
static bool follow(struct flows *flows)
{
	const struct flow_options *options = flows->options;
	uint64_t cut_ns = flows->now.mono_ns + options->interval_ns, end_ns = RUN_FOR_EVER;
	int flushed;

	if (options->for_ns != RUN_FOR_EVER)
		end_ns = flows->now.mono_ns + options->for_ns;
	while (next_reading(flows, cut_ns, end_ns)) {
		if (!read_changes(flows))
			return false;
		if (options->estimate)
			continue;
		if (flows->now.mono_ns >= cut_ns) {
			if (!settle_and_cut(flows, CUT_INTERVAL))
				return false;
			while (cut_ns <= flows->now.mono_ns)
				cut_ns += options->interval_ns;
		} else if (flow_table_ended(flows->table) > MOST_ENDED && !settle_and_cut(flows, CUT_EARLY)) {
			return false;
		}
		flushed = run_flush();
		if (flushed < 0)
			return false;
		/* After a signal there is still the last word; nobody is there to hear it where the reader is gone. */
		if (flushed == 0 && !run_stopped())
			return true;
	}
	/* The last word of every connection, also of those that are as young as this reading. */
	if (!flows->root.numbered && !read_changes(flows))
		return false;
	return cut(flows, COREMON_UNKNOWN, CUT_END);
}

static void print_estimate(const struct flows *flows)
{
	double measured = (double)flows->options->for_ns / 1e9;
	double ended = 3600 / measured, live = 3600e9 / (double)flows->options->interval_ns;
	double records = (double)flows->ended.records * ended + (double)flows->live.records * live;
	double bytes = (double)flows->ended.bytes * ended + (double)flows->live.bytes * live;

	printf("measured %.1f s: %llu records of connections that ended, %llu of others\n", measured,
	       (unsigned long long)flows->ended.records, (unsigned long long)flows->live.records);
	printf("expected in an hour, with an interval of %.1f s: %.0f records, %.0f bytes\n",
	       (double)flows->options->interval_ns / 1e9, records, bytes);
}

static uint64_t closed_max(const struct root *root)
{
	uint64_t value = DEFAULT_CLOSED;
	struct lines in;
	char *line;

	if (lines_open(&in, root, CLOSED_MAX) < 0)
		return value;
	line = lines_next(&in);
	if (line)
		parse_number(line, &value);
	lines_close(&in);
	return value;
}

static bool run(struct flows *flows)
{
	root_init(&flows->root);
	if (!root_next(&flows->root) || root_clock(&flows->root, &flows->now) < 0) {
		say("%s: no clock", flows->root.base);
		return false;
	}
	flows->offset_ns = flows->now.real_ns - flows->now.mono_ns;
	flows->window_ns = flows->now.mono_ns;
	flows->pause_ns = MOST_PAUSE;
	flows->most_ended = closed_max(&flows->root) / 4 + 1;
	where_init(&flows->where, &flows->root);
	where_update(&flows->where);
	flows->table = flow_table_new(flows->now.mono_ns);
	if (!flows->table) {
		no_memory(flows);
		return false;
	}
	if (!read_changes(flows))
		return false;
	newly_refused(flows);
	if (flows->options->header && !flows->options->json && !flows->options->estimate)
		flow_format_head(flows->options->format);
	if (!follow(flows))
		return false;
	if (flows->options->estimate)
		print_estimate(flows);
	return true;
}

int verb_flows(int argc, char **argv)
{
	struct flow_options options;
	struct flows flows = { .options = &options };
	enum flow_options_result result;
	bool good;

	result = flow_options_parse(&options, argc, argv);
	if (result != FLOW_OPTIONS_RUN) {
		flow_options_free(&options);
		return result == FLOW_OPTIONS_BAD ? 2 : run_flush() < 0;
	}
	run_signals();
	setvbuf(stdout, NULL, _IOFBF, 65536);	/* follow() writes it out after every reading */
	good = run(&flows);
	if (flows.open)
		records_close(&flows.in);
	flow_table_free(flows.table);
	where_free(&flows.where);
	cgroups_free(&flows.cgroups);
	free(flows.buf);
	flow_options_free(&options);
	if (!flows.write_error)
		return !good || run_flush() < 0;	/* where it failed to write it has said so */
	if (flows.write_error != EPIPE)
		say("writing: %s", strerror(flows.write_error));
	return flows.write_error != EPIPE;
}
