// SPDX-License-Identifier: GPL-2.0-only
/* Filters: reading one, asking one, freeing one. What a comparison means is in filter_leaf.c. */
#include "filter.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_tree.h"
#include "filter_grammar.tab.h"

/* The scanner flex makes, which brings no header of its own that every flex agrees on. */
typedef struct yy_buffer_state *YY_BUFFER_STATE;
int filter_yylex_init_extra(struct filter_parser *parser, void **scanner);
YY_BUFFER_STATE filter_yy_scan_string(const char *text, void *scanner);
int filter_yylex_destroy(void *scanner);

#define MAX_TEXT 65536		/* longer than any command line a person writes */

enum verdict { NO, YES, UNKNOWN };

void filter_error(struct filter_parser *parser, const struct word *word, const char *what)
{
	if (parser->error[0])
		return;
	if (word)
		snprintf(parser->error, parser->error_size, "filter, character %d: '%.40s' %s", word->at, word->text, what);
	else
		snprintf(parser->error, parser->error_size, "filter: %s", what);
}

struct filter *filter_node(struct filter_parser *parser, enum filter_kind kind, struct filter *left, struct filter *right)
{
	struct filter *node = calloc(1, sizeof(*node));

	if (!node) {
		filter_free(left);
		filter_free(right);
		filter_error(parser, NULL, "out of memory");
		return NULL;
	}
	node->kind = kind;
	node->left = left;
	node->right = right;
	return node;
}

struct filter *filter_parse(const char *text, char *error, size_t size)
{
	return filter_parse_extra(text, NULL, error, size);
}

struct filter *filter_parse_extra(const char *text, const struct filter_extra *extra, char *error, size_t size)
{
	struct filter_parser parser = { .error = error, .error_size = size, .extra = extra, .next = 1 };
	void *scanner;
	int failed;

	error[0] = '\0';
	if (strlen(text) > MAX_TEXT) {
		filter_error(&parser, NULL, "too long");
		return NULL;
	}
	if (filter_yylex_init_extra(&parser, &scanner) != 0) {
		filter_error(&parser, NULL, "out of memory");
		return NULL;
	}
	if (filter_yy_scan_string(text, scanner))
		failed = filter_yyparse(scanner, &parser);
	else
		failed = 2;
	filter_yylex_destroy(scanner);
	if (failed) {
		filter_free(parser.result);
		filter_error(&parser, NULL, failed == 2 ? "too long" : "makes no sense");
		return NULL;
	}
	return parser.result;
}

void filter_free(struct filter *filter)
{
	while (filter) {
		struct filter *left = filter->left;

		filter_free(filter->right);
		free(filter);
		filter = left;
	}
}

static enum verdict compare(enum filter_op op, uint64_t a, uint64_t b)
{
	switch (op) {
	case OP_EQ:
		return a == b ? YES : NO;
	case OP_NE:
		return a != b ? YES : NO;
	case OP_LT:
		return a < b ? YES : NO;
	case OP_GT:
		return a > b ? YES : NO;
	case OP_LE:
		return a <= b ? YES : NO;
	default:
		return a >= b ? YES : NO;
	}
}

static bool address_matches(const struct filter *leaf, const struct endpoint *ep)
{
	if (leaf->has_prefix && !prefix_match(&leaf->prefix, ep))
		return false;
	return !leaf->has_port || leaf->number == ep->port;
}

static enum verdict ask_extra(const struct filter *leaf, const void *ctx)
{
	const char *text;
	uint64_t number;

	if (leaf->kind == F_EXTRA_TEXT) {
		text = leaf->extra->text(ctx, leaf->word);
		if (!text)
			return UNKNOWN;
		return (fnmatch(leaf->text, text, FNM_NOESCAPE) == 0) == (leaf->op == OP_EQ) ? YES : NO;
	}
	if (!leaf->extra->number(ctx, leaf->word, &number))
		return UNKNOWN;
	if (leaf->kind == F_EXTRA_FLAG)
		return number ? YES : NO;
	return compare(leaf->op, number, leaf->number);
}

static enum verdict ask_leaf(const struct filter *leaf, const struct conn *conn, const void *ctx)
{
	bool equal;

	if (leaf->extra)
		return ask_extra(leaf, ctx);
	if (!conn_known(conn, leaf->col))
		return UNKNOWN;
	switch (leaf->kind) {
	case F_NUMBER:
		return compare(leaf->op, conn->num[leaf->col], leaf->number);
	case F_PORT:
		return compare(leaf->op, conn_endpoint(conn, leaf->col)->port, leaf->number);
	case F_ADDRESS:
		equal = address_matches(leaf, conn_endpoint(conn, leaf->col));
		break;
	case F_STATES:
		equal = leaf->number & filter_state_bit(conn->ended ? "CLOSE" : conn->state);
		break;
	default:
		equal = fnmatch(leaf->text, conn_text(conn, leaf->col), FNM_NOESCAPE) == 0;
		break;
	}
	return equal == (leaf->op == OP_EQ) ? YES : NO;
}

static enum verdict ask(const struct filter *filter, const struct conn *conn, const void *ctx)
{
	enum verdict left, right;

	switch (filter->kind) {
	case F_NOT:
		left = ask(filter->left, conn, ctx);
		return left == UNKNOWN ? UNKNOWN : left == YES ? NO : YES;
	case F_AND:
		left = ask(filter->left, conn, ctx);
		if (left == NO)
			return NO;
		right = ask(filter->right, conn, ctx);
		return right == YES ? left : right;
	case F_OR:
		left = ask(filter->left, conn, ctx);
		if (left == YES)
			return YES;
		right = ask(filter->right, conn, ctx);
		return right == NO ? left : right;
	default:
		return ask_leaf(filter, conn, ctx);
	}
}

const char *filter_unknown(const struct filter *filter, const uint64_t known[CONN_KNOWN])
{
	const char *name;

	if (!filter || filter->extra)
		return NULL;
	if (filter->kind != F_AND && filter->kind != F_OR && filter->kind != F_NOT)
		return known[filter->col / 64] >> filter->col % 64 & 1 ? NULL : conn_columns[filter->col].name;
	name = filter_unknown(filter->left, known);
	return name ? name : filter_unknown(filter->right, known);
}

bool filter_match(const struct filter *filter, const struct conn *conn)
{
	return filter_match_extra(filter, conn, NULL);
}

bool filter_match_extra(const struct filter *filter, const struct conn *conn, const void *ctx)
{
	return !filter || ask(filter, conn, ctx) == YES;
}
