// SPDX-License-Identifier: GPL-2.0-only
/* The fields of a flow record: AWS's by their names and meanings, and those of our own, which begin with "coremon-". */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "fmt.h"
#include "row.h"
#include "run.h"
#include "say.h"

#define OWN "coremon-"
#define VALUE_LEN (4 * CGROUP_TEXT_LEN)	/* each byte can become \ooo */
#define NAME_LEN 64

/** struct value - what a field holds; neither: not known */
struct value {
	bool is_number, is_text;
	uint64_t number;
	char text[VALUE_LEN];
};

typedef void (*get_fn)(const struct flow_record *record, struct value *value);

/** struct aws_field - a field of flow logs; where @get is NULL there is nothing like it on this host */
struct aws_field {
	const char *name;
	unsigned int version;
	bool always;		/* NODATA and SKIPDATA have it too */
	get_fn get;
};

/** struct item - a field of a format, with the text before it */
struct item {
	char *before;
	int field;		/* index of aws_fields; row fields come after them; -1: no field */
};

/** struct flow_format - a format */
struct flow_format {
	struct item *items;
	size_t nr;
	unsigned int version;
};

const char flow_default_format[] =
	"${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} "
	"${start} ${end} ${action} ${log-status}";

static void set_number(struct value *value, bool known, uint64_t number)
{
	value->is_number = known;
	value->number = number;
}

static void set_text(struct value *value, const char *text)
{
	value->is_text = text;
	if (text)
		snprintf(value->text, sizeof(value->text), "%s", text);
}

static void set_address(struct value *value, const struct coremon_addr *addr, bool local)
{
	value->is_text = inet_ntop(addr->family, local ? addr->local : addr->remote, value->text, sizeof(value->text));
}

static void get_account(const struct flow_record *record, struct value *value)
{
	set_text(value, record->account);
}

static void get_interface(const struct flow_record *record, struct value *value)
{
	set_text(value, record->interface);
}

static void get_srcaddr(const struct flow_record *record, struct value *value)
{
	set_address(value, &record->flow->row.addr, record->egress);
}

static void get_dstaddr(const struct flow_record *record, struct value *value)
{
	set_address(value, &record->flow->row.addr, !record->egress);
}

static void get_pkt_srcaddr(const struct flow_record *record, struct value *value)
{
	if (record->flow->nat_known)
		set_address(value, &record->flow->nat, record->egress);
}

static void get_pkt_dstaddr(const struct flow_record *record, struct value *value)
{
	if (record->flow->nat_known)
		set_address(value, &record->flow->nat, !record->egress);
}

static void get_srcport(const struct flow_record *record, struct value *value)
{
	const struct coremon_addr *addr = &record->flow->row.addr;

	set_number(value, true, record->egress ? addr->local_port : addr->remote_port);
}

static void get_dstport(const struct flow_record *record, struct value *value)
{
	const struct coremon_addr *addr = &record->flow->row.addr;

	set_number(value, true, record->egress ? addr->remote_port : addr->local_port);
}

static void get_protocol(const struct flow_record *record, struct value *value)
{
	(void)record;
	set_number(value, true, IPPROTO_TCP);
}

static void get_packets(const struct flow_record *record, struct value *value)
{
	value->is_number = flow_packets(record->flow, record->egress, &value->number);
}

static void get_bytes(const struct flow_record *record, struct value *value)
{
	value->is_number = flow_bytes(record->flow, record->egress, &value->number);
}

static void get_start(const struct flow_record *record, struct value *value)
{
	set_number(value, true, record->start);
}

static void get_end(const struct flow_record *record, struct value *value)
{
	set_number(value, true, record->end);
}

static void get_action(const struct flow_record *record, struct value *value)
{
	set_text(value, flow_refused(record->flow) ? "REJECT" : "ACCEPT");
}

static void get_log_status(const struct flow_record *record, struct value *value)
{
	static const char *const names[] = { [FLOW_OK] = "OK", [FLOW_NODATA] = "NODATA", [FLOW_SKIPDATA] = "SKIPDATA" };

	set_text(value, names[record->status]);
}

static void get_tcp_flags(const struct flow_record *record, struct value *value)
{
	unsigned int flags;

	if (flow_tcp_flags(record->flow, record->egress, &flags))
		set_number(value, true, flags);
}

static void get_type(const struct flow_record *record, struct value *value)
{
	set_text(value, record->flow->row.addr.family == AF_INET6 ? "IPv6" : "IPv4");
}

static void get_direction(const struct flow_record *record, struct value *value)
{
	set_text(value, record->egress ? "egress" : "ingress");
}

static void get_skipped(const struct flow_record *record, struct value *value)
{
	set_number(value, record->status == FLOW_SKIPDATA && record->skipped, record->skipped);
}

static void get_seq(const struct flow_record *record, struct value *value)
{
	set_number(value, true, record->seq);
}

static void get_cgroup_path(const struct flow_record *record, struct value *value)
{
	if (record->flow->row.cgroup != COREMON_UNKNOWN)
		value->is_text = cgroups_text(record->cgroups, record->flow->row.cgroup, value->text);
}

static const struct aws_field aws_fields[] = {
	{ "version", 2, true, NULL },
	{ "account-id", 2, true, get_account },
	{ "interface-id", 2, true, get_interface },
	{ "srcaddr", 2, false, get_srcaddr },
	{ "dstaddr", 2, false, get_dstaddr },
	{ "srcport", 2, false, get_srcport },
	{ "dstport", 2, false, get_dstport },
	{ "protocol", 2, false, get_protocol },
	{ "packets", 2, false, get_packets },
	{ "bytes", 2, false, get_bytes },
	{ "start", 2, true, get_start },
	{ "end", 2, true, get_end },
	{ "action", 2, false, get_action },
	{ "log-status", 2, true, get_log_status },
	{ "vpc-id", 3, false, NULL },
	{ "subnet-id", 3, false, NULL },
	{ "instance-id", 3, false, NULL },
	{ "tcp-flags", 3, false, get_tcp_flags },
	{ "type", 3, false, get_type },
	{ "pkt-srcaddr", 3, false, get_pkt_srcaddr },
	{ "pkt-dstaddr", 3, false, get_pkt_dstaddr },
	{ "region", 4, false, NULL },
	{ "az-id", 4, false, NULL },
	{ "sublocation-type", 4, false, NULL },
	{ "sublocation-id", 4, false, NULL },
	{ "pkt-src-aws-service", 5, false, NULL },
	{ "pkt-dst-aws-service", 5, false, NULL },
	{ "flow-direction", 5, false, get_direction },
	{ "traffic-path", 5, false, NULL },
	{ "ecs-cluster-arn", 7, false, NULL },
	{ "ecs-cluster-name", 7, false, NULL },
	{ "ecs-container-instance-arn", 7, false, NULL },
	{ "ecs-container-instance-id", 7, false, NULL },
	{ "ecs-container-id", 7, false, NULL },
	{ "ecs-second-container-id", 7, false, NULL },
	{ "ecs-service-name", 7, false, NULL },
	{ "ecs-task-definition-arn", 7, false, NULL },
	{ "ecs-task-arn", 7, false, NULL },
	{ "ecs-task-id", 7, false, NULL },
	{ "reject-reason", 8, false, NULL },
	{ "resource-id", 9, false, NULL },
	{ "encryption-status", 10, false, NULL },
	/* Ours have no version. */
	{ OWN "seq", 0, true, get_seq },
	{ OWN "skipped", 0, true, get_skipped },
	{ OWN "cgroup-path", 0, false, get_cgroup_path },
};

#define AWS_NR ((int)(sizeof(aws_fields) / sizeof(aws_fields[0])))

/* The name of a row's field as one of ours. Return: @buf. */
static char *own_name(int nr, char buf[NAME_LEN])
{
	snprintf(buf, NAME_LEN, OWN "%s", row_fields[nr].name);
	for (char *at = buf; *at; at++) {
		if (*at == '_')
			*at = '-';
	}
	return buf;
}

static const char *field_name(int field, char buf[NAME_LEN])
{
	return field < AWS_NR ? aws_fields[field].name : own_name(field - AWS_NR, buf);
}

static int find_field(const char *name)
{
	char buf[NAME_LEN];

	for (int field = 0; field < AWS_NR + row_fields_nr; field++) {
		if (strcmp(field_name(field, buf), name) == 0)
			return field;
	}
	return -1;
}

/* A field of the row is told in the direction that it is about. */
static void get_own(const struct flow_record *record, int nr, struct value *value)
{
	const struct row_field *field = &row_fields[nr];
	uint64_t number;

	if (field->side == (record->egress ? ROW_IN : ROW_OUT))
		return;
	if (field->type == ROW_NAME || field->type == ROW_TEXT) {
		set_text(value, row_text(&record->flow->row, nr));
	} else if (flow_number(record->flow, nr, &number)) {
		if (field->type != ROW_HEX)
			set_number(value, true, number);
		else
			value->is_text = snprintf(value->text, sizeof(value->text), "%" PRIx64, number) > 0;
	}
}

static void get(const struct flow_format *format, const struct flow_record *record, int field, struct value *value)
{
	value->is_number = false;
	value->is_text = false;
	if (field >= AWS_NR) {
		if (record->status == FLOW_OK)
			get_own(record, field - AWS_NR, value);
		return;
	}
	if (field == 0)
		set_number(value, true, format->version);
	else if (aws_fields[field].get && (aws_fields[field].always || record->status == FLOW_OK))
		aws_fields[field].get(record, value);
}

/* ---- reading a format ---- */

void flow_format_free(struct flow_format *format)
{
	if (!format)
		return;
	for (size_t i = 0; i < format->nr; i++)
		free(format->items[i].before);
	free(format->items);
	free(format);
}

/* Return: false: no memory. */
static bool add_item(struct flow_format *format, const char *before, size_t len, int field)
{
	struct item *items = realloc(format->items, (format->nr + 1) * sizeof(*items));

	if (!items)
		return false;
	format->items = items;
	items[format->nr].field = field;
	items[format->nr].before = strndup(before, len);
	if (!items[format->nr].before)
		return false;
	format->nr++;
	if (field >= 0 && field < AWS_NR && aws_fields[field].version > format->version)
		format->version = aws_fields[field].version;
	return true;
}

static struct flow_format *new_format(void)
{
	struct flow_format *format = calloc(1, sizeof(*format));

	if (format)
		format->version = 2;
	return format;
}

/* Cut the next "${name}" off @text. Return: 1 with @field set, 0 where there is none, -1 after saying what is wrong. */
static int next_field(const char *text, const char **begin, const char **rest, int *field)
{
	char name[NAME_LEN];
	const char *end;

	*begin = strstr(text, "${");
	if (!*begin)
		return 0;
	end = strchr(*begin, '}');
	if (!end) {
		say("--format: '%.40s' has no end", *begin);
		return -1;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(end - *begin - 2), *begin + 2);
	*field = find_field(name);
	*rest = end + 1;
	if (*field >= 0)
		return 1;
	say("--format: '%s' is not a field (coremon-flows --help lists them)", name);
	return -1;
}

struct flow_format *flow_format_parse(const char *text)
{
	struct flow_format *format = new_format();
	const char *begin, *rest;
	int field, ret = 1;
	bool fits = format;

	while (fits && ret > 0) {
		ret = next_field(text, &begin, &rest, &field);
		if (ret > 0) {
			fits = add_item(format, text, (size_t)(begin - text), field);
			text = rest;
		}
	}
	if (fits && ret == 0 && format->nr == 0) {
		say("--format: there is no ${field} in it");
		ret = -1;
	}
	if (fits && ret == 0 && *text)
		fits = add_item(format, text, strlen(text), -1);
	if (!fits)
		say("out of memory");
	if (fits && ret == 0)
		return format;
	flow_format_free(format);
	return NULL;
}

struct flow_format *flow_format_all(void)
{
	struct flow_format *format = new_format();

	for (int field = 0; format && field < AWS_NR + row_fields_nr; field++) {
		if (field > 0 && field < AWS_NR && !aws_fields[field].get)
			continue;
		if (!add_item(format, "", 0, field)) {
			flow_format_free(format);
			format = NULL;
		}
	}
	return format;
}

bool flow_format_wants_nat(const struct flow_format *format)
{
	for (size_t i = 0; i < format->nr; i++) {
		int field = format->items[i].field;

		if (field >= 0 && field < AWS_NR &&
		    (aws_fields[field].get == get_pkt_srcaddr || aws_fields[field].get == get_pkt_dstaddr))
			return true;
	}
	return false;
}

/* ---- writing ---- */

/* Return: false: no memory. */
static bool append(char **buf, size_t *size, size_t *len, const char *text)
{
	size_t more = strlen(text);

	if (*len + more + 1 > *size) {
		size_t larger = (*len + more + 1) * 2;
		char *new = realloc(*buf, larger);

		if (!new)
			return false;
		*buf = new;
		*size = larger;
	}
	memcpy(*buf + *len, text, more + 1);
	*len += more;
	return true;
}

/* As a word: blanks, and what does not print, as \ooo, so that fields can be told apart. */
static void to_word(struct value *value)
{
	char name[VALUE_LEN];
	size_t len = 0;

	if (value->is_number) {
		snprintf(value->text, sizeof(value->text), "%" PRIu64, value->number);
		return;
	}
	if (!value->is_text) {
		strcpy(value->text, "-");
		return;
	}
	if (strcmp(value->text, "-") == 0) {
		strcpy(value->text, "\\055");
		return;
	}
	if (!value->text[strcspn(value->text, " \\")] && strcmp(fmt_path(value->text, name, sizeof(name)), value->text) == 0)
		return;
	fmt_path(value->text, name, sizeof(name));
	for (const char *at = name; *at && len + 5 < sizeof(value->text); at++) {
		if (*at == ' ')
			len += (size_t)sprintf(value->text + len, "\\040");
		else
			value->text[len++] = *at;
	}
	value->text[len] = '\0';
}

int flow_format_head(const struct flow_format *format)
{
	char buf[NAME_LEN];
	int len = 0;

	for (size_t i = 0; i < format->nr; i++) {
		const struct item *item = &format->items[i];

		len += printf("%s%s", item->before, item->field >= 0 ? field_name(item->field, buf) : "");
	}
	return len + printf("\n");
}

int flow_format_line(const struct flow_format *format, const struct flow_record *record, char **buf, size_t *size)
{
	struct value value;
	size_t len = 0;

	for (size_t i = 0; i < format->nr; i++) {
		const struct item *item = &format->items[i];

		if (!append(buf, size, &len, item->before))
			return -1;
		if (item->field < 0)
			continue;
		get(format, record, item->field, &value);
		to_word(&value);
		if (!append(buf, size, &len, value.text))
			return -1;
	}
	return append(buf, size, &len, "\n") ? (int)len : -1;
}

int flow_format_json(const struct flow_format *format, const struct flow_record *record, char **buf, size_t *size)
{
	json_t *object = json_object();
	char name[NAME_LEN];
	struct value value;
	size_t len = 0;
	char *text;
	bool fits;

	for (size_t i = 0; i < format->nr; i++) {
		const char *key;

		if (format->items[i].field < 0)
			continue;
		key = field_name(format->items[i].field, name);
		get(format, record, format->items[i].field, &value);
		if (value.is_number)
			run_json_number(object, key, true, value.number);
		else
			run_json_text(object, key, value.is_text ? value.text : NULL);
	}
	text = json_dumps(object, JSON_COMPACT);
	fits = text && append(buf, size, &len, text) && append(buf, size, &len, "\n");
	free(text);
	json_decref(object);
	return fits ? (int)len : -1;
}

void flow_format_list(void)
{
	char buf[NAME_LEN];
	int at = 0;

	for (int field = 0; field < AWS_NR + row_fields_nr; field++) {
		const char *name = field_name(field, buf);
		int len = (int)strlen(name);

		if (at == 0 || at + 1 + len > 79)
			at = printf("%s  %s", at ? "\n" : "", name) - (at != 0);
		else
			at += printf(" %s", name);
	}
	printf("\n");
}
