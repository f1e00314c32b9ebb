// SPDX-License-Identifier: GPL-2.0-only
/* What "field op value" means: one function for each kind of field. */
#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "filter_tree.h"
#include "lines.h"
#include "row.h"

/* The kernel's states have the numbers from 1 to this; the bits of filter_states() are 1 << number - 1. */
#define NR_STATES 12
#define BIT_OF(number) (UINT64_C(1) << ((number) - 1))
#define ALL_STATES (BIT_OF(NR_STATES + 1) - 1)
#define SYN_SENT BIT_OF(2)
#define SYN_RECV (BIT_OF(3) | BIT_OF(12))
#define TIME_WAIT BIT_OF(6)
#define CLOSED BIT_OF(7)
#define LISTEN BIT_OF(10)

/* The names of ss that are not the kernel's, without dashes. */
static const struct {
	const char *name;
	uint64_t states;
} state_groups[] = {
	{ "all", ALL_STATES },
	{ "connected", ALL_STATES & ~(CLOSED | LISTEN) },
	{ "synchronized", ALL_STATES & ~(CLOSED | LISTEN | SYN_SENT) },
	{ "bucket", SYN_RECV | TIME_WAIT },
	{ "big", ALL_STATES & ~(SYN_RECV | TIME_WAIT) },
	{ "closed", CLOSED },
	{ "listening", LISTEN },
};

/* Lower case, without "-" and "_", so that fin-wait-1 and FIN_WAIT1 are the same. */
static void plain(const char *name, char *out, size_t size)
{
	size_t len = 0;

	for (; *name && len + 1 < size; name++) {
		if (*name != '-' && *name != '_')
			out[len++] = (char)tolower((unsigned char)*name);
	}
	out[len] = '\0';
}

uint64_t filter_states(const char *name)
{
	char wanted[WORD_MAX + 1], known[32];

	plain(name, wanted, sizeof(wanted));
	for (unsigned int state = 1; state <= NR_STATES; state++) {
		plain(name_state(state), known, sizeof(known));
		if (strcmp(wanted, known) == 0)
			return BIT_OF(state);
	}
	for (size_t i = 0; i < sizeof(state_groups) / sizeof(state_groups[0]); i++) {
		if (strcmp(wanted, state_groups[i].name) == 0)
			return state_groups[i].states;
	}
	return 0;
}

uint64_t filter_state_bit(const char *name)
{
	for (unsigned int state = 1; state <= NR_STATES; state++) {
		if (strcmp(name, name_state(state)) == 0)
			return BIT_OF(state);
	}
	return 0;
}

/* Return: false after an error where @op is no test for equality. */
static bool only_equal(struct filter_parser *parser, const struct word *field, enum filter_op op)
{
	if (op == OP_EQ || op == OP_NE)
		return true;
	filter_error(parser, field, "can only be = or !=");
	return false;
}

/* A number, with k, M or G behind it for thousands, millions, thousands of millions. */
static bool number_with_unit(const char *text, uint64_t *number)
{
	static const struct {
		char letter;
		uint64_t factor;
	} units[] = { { 'k', 1000 }, { 'K', 1000 }, { 'M', 1000000 }, { 'G', 1000000000 } };
	char digits[WORD_MAX + 1];
	size_t len = strlen(text);

	snprintf(digits, sizeof(digits), "%s", text);
	for (size_t i = 0; len > 1 && i < sizeof(units) / sizeof(units[0]); i++) {
		if (digits[len - 1] != units[i].letter)
			continue;
		digits[len - 1] = '\0';
		return parse_number(digits, number) && !__builtin_mul_overflow(*number, units[i].factor, number);
	}
	return parse_number(digits, number);
}

static bool number_leaf(struct filter_parser *parser, struct filter *leaf, const struct word *value)
{
	char *end;

	if (leaf->kind == F_NUMBER && conn_columns[leaf->col].type == COL_HEX) {
		leaf->number = strtoull(value->text, &end, 16);
		if (isxdigit((unsigned char)value->text[0]) && !*end)
			return true;
		filter_error(parser, value, "is not a hexadecimal number");
		return false;
	}
	if (number_with_unit(value->text, &leaf->number))
		return true;
	filter_error(parser, value, "is not a number");
	return false;
}

/* ":443", "443", ":https". */
static bool parse_port(const char *text, uint64_t *port)
{
	const struct servent *service;

	if (*text == ':')
		text++;
	if (isdigit((unsigned char)*text))
		return parse_number(text, port) && *port <= UINT16_MAX;
	service = *text ? getservbyname(text, "tcp") : NULL;
	if (service)
		*port = ntohs((uint16_t)service->s_port);
	return service;
}

static bool port_leaf(struct filter_parser *parser, struct filter *leaf, const struct word *value)
{
	if (parse_port(value->text, &leaf->number))
		return true;
	filter_error(parser, value, "is not a port");
	return false;
}

/* Cut "[addr]/bits:port", "addr/bits:port", "addr" into its parts; what is not there is NULL. Return: false for none of these. */
static bool cut_address(char *text, char **addr, char **bits, char **port)
{
	char *rest;

	*addr = text;
	*bits = NULL;
	*port = NULL;
	if (*text == '[') {
		(*addr)++;
		rest = strchr(text, ']');
		if (!rest)
			return false;
		*rest++ = '\0';
	} else {
		/* An IPv6 address without brackets has no port behind it. */
		rest = text + strcspn(text, "/:");
		if (*rest == ':' && strchr(rest + 1, ':'))
			rest = text + strcspn(text, "/");
	}
	if (*rest == '/') {
		*rest++ = '\0';
		*bits = rest;
		rest += strcspn(rest, ":");
	}
	if (*rest == ':') {
		*rest++ = '\0';
		*port = rest;
		return true;
	}
	return *rest == '\0';
}

static bool parse_prefix(struct prefix *prefix, const char *addr, const char *bits)
{
	uint64_t n;

	prefix->v6 = strchr(addr, ':');
	if (inet_pton(prefix->v6 ? AF_INET6 : AF_INET, addr, prefix->addr) != 1)
		return false;
	prefix->bits = prefix->v6 ? 128 : 32;
	if (!bits)
		return true;
	if (!parse_number(bits, &n) || n > prefix->bits)
		return false;
	prefix->bits = (unsigned int)n;
	return true;
}

static bool address_leaf(struct filter_parser *parser, struct filter *leaf, const struct word *value)
{
	char text[WORD_MAX + 1];
	char *addr, *bits, *port;

	strcpy(text, value->text);
	if (!cut_address(text, &addr, &bits, &port))
		goto bad;
	if (port && strcmp(port, "*") != 0) {
		leaf->has_port = true;
		if (!parse_port(port, &leaf->number))
			goto bad;
	}
	/* ":443" and "*:443" are any address. */
	if (strcmp(addr, "*") == 0 || (!*addr && port && !bits))
		return true;
	leaf->has_prefix = true;
	if (parse_prefix(&leaf->prefix, addr, bits))
		return true;
bad:
	filter_error(parser, value, "is not an address[/bits][:port]");
	return false;
}

static bool state_leaf(struct filter_parser *parser, struct filter *leaf, const struct word *value)
{
	leaf->number = filter_states(value->text);
	if (leaf->number)
		return true;
	filter_error(parser, value, "is not a TCP state");
	return false;
}

/* What fields are that are not columns, or not under that name. */
static const struct {
	const char *name;
	enum conn_col col;
	enum filter_kind kind;
	bool negated;
} fields[] = {
	{ "state", C_STATE, F_STATES, false },	  { "exclude", C_STATE, F_STATES, true },
	{ "src", C_LOCAL, F_ADDRESS, false },	  { "dst", C_REMOTE, F_ADDRESS, false },
	{ "local", C_LOCAL, F_ADDRESS, false },	  { "remote", C_REMOTE, F_ADDRESS, false },
	{ "sport", C_LOCAL, F_PORT, false },	  { "dport", C_REMOTE, F_PORT, false },
};

/* Find @field among the words of the verb itself. */
static bool find_extra(struct filter *leaf, const struct filter_extra *extra, const char *field)
{
	static const enum filter_kind kinds[] = {
		[EXTRA_NUMBER] = F_EXTRA_NUMBER, [EXTRA_TEXT] = F_EXTRA_TEXT, [EXTRA_FLAG] = F_EXTRA_FLAG,
	};
	enum filter_extra_type type = EXTRA_NUMBER;

	leaf->word = extra ? extra->find(field, &type) : -1;
	if (leaf->word < 0)
		return false;
	leaf->extra = extra;
	leaf->kind = kinds[type];
	return true;
}

/* Find what @field compares. Return: false where there is no such field. */
static bool find_field(struct filter *leaf, const struct filter_extra *extra, const char *field)
{
	int col;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(field, fields[i].name) != 0)
			continue;
		leaf->col = fields[i].col;
		leaf->kind = fields[i].kind;
		if (fields[i].negated)
			leaf->op = leaf->op == OP_EQ ? OP_NE : OP_EQ;
		return true;
	}
	if (find_extra(leaf, extra, field))
		return true;
	col = conn_column(field, (unsigned int)strlen(field));
	if (col < 0 || (extra && extra->has_column && !extra->has_column((enum conn_col)col)))
		return false;
	leaf->col = (enum conn_col)col;
	leaf->kind = conn_columns[col].type == COL_TEXT ? F_TEXT : F_NUMBER;
	return true;
}

static bool set_value(struct filter_parser *parser, struct filter *leaf, const struct word *value)
{
	switch (leaf->kind) {
	case F_STATES:
		return state_leaf(parser, leaf, value);
	case F_ADDRESS:
		return address_leaf(parser, leaf, value);
	case F_PORT:
		return port_leaf(parser, leaf, value);
	case F_TEXT:
	case F_EXTRA_TEXT:
		strcpy(leaf->text, value->text);
		return true;
	default:
		return number_leaf(parser, leaf, value);
	}
}

bool filter_check_field(struct filter_parser *parser, const struct word *field)
{
	struct filter leaf;
	char what[64];

	if (find_field(&leaf, parser->extra, field->text))
		return true;
	snprintf(what, sizeof(what), "is not a column (%s --help lists them)", parser->extra ? parser->extra->help : "coremon-report");
	filter_error(parser, field, what);
	return false;
}

bool filter_is_flag(const struct filter_parser *parser, const char *word)
{
	struct filter leaf;

	return find_extra(&leaf, parser->extra, word) && leaf.kind == F_EXTRA_FLAG;
}

struct filter *filter_flag(struct filter_parser *parser, const struct word *word)
{
	struct filter *leaf = filter_node(parser, F_NUMBER, NULL, NULL);

	if (leaf)
		find_extra(leaf, parser->extra, word->text);
	return leaf;
}

struct filter *filter_leaf(struct filter_parser *parser, const struct word *field, enum filter_op op, const struct word *value)
{
	struct filter *leaf = filter_node(parser, F_NUMBER, NULL, NULL);

	if (!leaf)
		return NULL;
	leaf->op = op;
	find_field(leaf, parser->extra, field->text);
	if ((leaf->kind == F_NUMBER || leaf->kind == F_EXTRA_NUMBER || leaf->kind == F_PORT || only_equal(parser, field, op)) &&
		 set_value(parser, leaf, value))
		return leaf;
	filter_free(leaf);
	return NULL;
}
