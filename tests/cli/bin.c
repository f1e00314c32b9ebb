// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the binary files of /proc/coremon from text: bin <TEXT >FILE
 *
 * A line is a record: `row NAME=VALUE ...` or `event NAME=VALUE ...`. What is not named is not known, but for the padding;
 * local and remote are addr:port or [addr]:port, comm is a word. Besides the fields, `size=N` cuts the record or makes it
 * longer. `raw TEXT` writes the text itself.
 */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kmod/uapi/coremon.h"

struct field {
	const char *name;
	size_t offset, size;
};

#define F(type, member) { #member, offsetof(struct type, member), sizeof(((struct type *)NULL)->member) }
#define ROW(member) F(coremon_row, member)
#define EVENT(member) F(coremon_event, member)

static const struct field row_fields[] = {
	ROW(size), ROW(version), ROW(kind), ROW(netns), ROW(id), ROW(seq), ROW(state), ROW(ca_state), ROW(opened), ROW(cause),
	ROW(flags_in), ROW(flags_out), ROW(error), ROW(rcv_wnd), ROW(uid), ROW(tgid), ROW(comm), ROW(cgroup), ROW(birth_ns),
	ROW(end_ns), ROW(handshake_us), ROW(first_byte_us), ROW(bytes_sent), ROW(bytes_acked), ROW(bytes_received),
	ROW(bytes_retrans), ROW(segs_out), ROW(segs_in), ROW(data_segs_out), ROW(data_segs_in), ROW(retrans),
	ROW(retrans_timeout), ROW(retrans_fast), ROW(retrans_tail_loss_probe), ROW(retrans_syn), ROW(retrans_synack),
	ROW(retrans_other), ROW(srtt_us), ROW(min_rtt_us), ROW(cwnd), ROW(recovery_entries), ROW(loss_entries), ROW(dsack_dups),
	ROW(send_q), ROW(recv_q), ROW(send_q_max), ROW(recv_q_max), ROW(send_q_area), ROW(recv_q_area), ROW(rcv_ooopack),
	ROW(reord_seen), ROW(ssthresh), ROW(packets_out), ROW(snd_wnd), ROW(disorder_entries), ROW(cwr_entries), ROW(ca_changed_ns),
	ROW(undo_full), ROW(undo_partial), ROW(undo_dsack), ROW(undo_loss), ROW(busy_us), ROW(rwnd_limited_us),
	ROW(sndbuf_limited_us), ROW(zero_wnd_in), ROW(zero_wnd_out), ROW(zero_wnd_in_us), ROW(tx_calls), ROW(rx_calls),
	ROW(last_retrans_ns), ROW(tid), ROW(ofo_q), ROW(ofo_span_max), ROW(send_q_peak), ROW(recv_q_peak), ROW(drops), ROW(drops_other),
	{ "drop_reason_0", offsetof(struct coremon_row, drop_reason), 4 },
	{ "drop_reason_1", offsetof(struct coremon_row, drop_reason) + 4, 4 },
	{ "drop_count_0", offsetof(struct coremon_row, drop_count), 4 },
	{ "drop_count_1", offsetof(struct coremon_row, drop_count) + 4, 4 },
	{ "open_ns", offsetof(struct coremon_row, ca_ns), 8 },
	{ "disorder_ns", offsetof(struct coremon_row, ca_ns) + 8, 8 },
	{ "cwr_ns", offsetof(struct coremon_row, ca_ns) + 16, 8 },
	{ "recovery_ns", offsetof(struct coremon_row, ca_ns) + 24, 8 },
	{ "loss_ns", offsetof(struct coremon_row, ca_ns) + 32, 8 },
	{ NULL, 0, 0 },
};

static const struct field event_fields[] = {
	EVENT(size), EVENT(version), EVENT(kind), EVENT(netns), EVENT(seq), EVENT(time_ns), EVENT(id), EVENT(state),
	EVENT(ca_state), EVENT(tgid), EVENT(comm), EVENT(a), EVENT(b), EVENT(c), EVENT(d), EVENT(e),
	F(coremon_event_drop, dev), F(coremon_event_drop, place), { NULL, 0, 0 },
};

static void die(const char *what)
{
	fprintf(stderr, "bin: %s makes no sense\n", what);
	exit(1);
}

static void put_end(struct coremon_addr *addr, int local, char *value)
{
	char *colon = strrchr(value, ':');
	int family = *value == '[' ? AF_INET6 : AF_INET;

	if (!colon)
		die(value);
	*colon = '\0';
	if (family == AF_INET6)
		colon[-1] = '\0';
	addr->family = family;
	addr->__pad = 0;
	*(local ? &addr->local_port : &addr->remote_port) = atoi(colon + 1);
	memset(local ? addr->local : addr->remote, 0, 16);
	if (inet_pton(family, value + (family == AF_INET6), local ? addr->local : addr->remote) != 1)
		die(value);
}

static void put(char *record, const struct field *fields, size_t addr, char *name, char *value)
{
	unsigned long long number = strtoull(value, NULL, 0);

	if (!strcmp(name, "local") || !strcmp(name, "remote")) {
		put_end((struct coremon_addr *)(record + addr), *name == 'l', value);
		return;
	}
	for (; fields->name; fields++) {
		if (strcmp(fields->name, name))
			continue;
		if (!strcmp(name, "comm") || !strcmp(name, "dev") || !strcmp(name, "place"))
			strncpy(record + fields->offset, value, fields->size);
		else
			memcpy(record + fields->offset, &number, fields->size);
		return;
	}
	die(name);
}

static void make(int row, char *words)
{
	char record[65536];
	__u16 size = row ? sizeof(struct coremon_row) : sizeof(struct coremon_event);
	size_t addr = row ? offsetof(struct coremon_row, addr) : offsetof(struct coremon_event, addr);
	struct coremon_event *head = (struct coremon_event *)record;

	memset(record, 0xff, sizeof(record));
	head->size = size;
	head->version = COREMON_VERSION;
	head->kind = 1;
	head->netns = 4026531840u;
	if (row) {
		((struct coremon_row *)record)->seq = 0;
		memset(((struct coremon_row *)record)->comm, 0, COREMON_COMM_LEN);
	} else {
		memset(head->comm, 0, COREMON_COMM_LEN);
	}
	for (char *word = strtok(words, " \t\n"); word; word = strtok(NULL, " \t\n")) {
		char *equal = strchr(word, '=');

		if (!equal)
			die(word);
		*equal = '\0';
		put(record, row ? row_fields : event_fields, addr, word, equal + 1);
	}
	fwrite(record, 1, head->size, stdout);
}

int main(void)
{
	char line[4096];

	while (fgets(line, sizeof(line), stdin)) {
		if (!strncmp(line, "row ", 4))
			make(1, line + 4);
		else if (!strncmp(line, "event ", 6))
			make(0, line + 6);
		else if (!strncmp(line, "raw ", 4))
			fwrite(line + 4, 1, strcspn(line + 4, "\n"), stdout);
		else if (line[0] != '\n' && line[0] != '#')
			die(line);
	}
	return 0;
}
