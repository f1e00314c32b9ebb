/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of a filter: what the grammar builds and filter.c walks. */
#ifndef COREMON_FILTER_TREE_H
#define COREMON_FILTER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "column.h"
#include "filter.h"

enum filter_op { OP_EQ, OP_NE, OP_LT, OP_GT, OP_LE, OP_GE };

enum filter_kind { F_AND, F_OR, F_NOT, F_NUMBER, F_TEXT, F_STATES, F_ADDRESS, F_PORT,
		   F_EXTRA_NUMBER, F_EXTRA_TEXT, F_EXTRA_FLAG };

#define WORD_MAX 255

/** struct word - a word of the filter, and where it stands */
struct word {
	char text[WORD_MAX + 1];
	int at;		/* first character, from 1 */
};

/** struct filter - a node of the tree */
struct filter {
	enum filter_kind kind;
	enum filter_op op;		/* leaves */
	enum conn_col col;		/* leaves but F_EXTRA_* */
	const struct filter_extra *extra;	/* F_EXTRA_* */
	int word;			/* F_EXTRA_*: its number */
	struct filter *left, *right;	/* F_AND, F_OR; F_NOT has only @left */
	uint64_t number;		/* F_NUMBER, F_EXTRA_NUMBER; F_STATES: bit per state; F_PORT and F_ADDRESS: the port */
	bool has_prefix, has_port;	/* F_ADDRESS */
	struct prefix prefix;		/* F_ADDRESS */
	char text[WORD_MAX + 1];	/* F_TEXT, F_EXTRA_TEXT */
};

/** struct filter_parser - what grammar and scanner share */
struct filter_parser {
	struct filter *result;
	char *error;		/* for the user; empty while all is well */
	size_t error_size;
	const struct filter_extra *extra;	/* or NULL */
	struct word token;	/* the word read last, for messages; empty at the end */
	struct word last;	/* the last one that was not blank */
	int next;		/* where the next word begins, from 1 */
};

/** filter_error() - keep the first error: what is wrong with @word. */
void filter_error(struct filter_parser *parser, const struct word *word, const char *what);

/** filter_node() - Return: a new inner node, or NULL (the error is set, @left and @right are freed). */
struct filter *filter_node(struct filter_parser *parser, enum filter_kind kind, struct filter *left, struct filter *right);

/** filter_check_field() - Return: true where @field is something to compare; else false, and the error is set. */
bool filter_check_field(struct filter_parser *parser, const struct word *field);

/** filter_leaf() - Return: the comparison "@field @op @value", or NULL where it makes no sense (the error is set). */
struct filter *filter_leaf(struct filter_parser *parser, const struct word *field, enum filter_op op, const struct word *value);

/** filter_is_flag() - Return: true where @word stands alone. */
bool filter_is_flag(const struct filter_parser *parser, const char *word);

/** filter_flag() - Return: the question whether the flag @word is set, or NULL (the error is set). */
struct filter *filter_flag(struct filter_parser *parser, const struct word *word);

/** filter_states() - Return: a bit per state that @name stands for, 0 for no such name. */
uint64_t filter_states(const char *name);

/** filter_state_bit() - Return: the bit of the kernel's state @name, 0 for one this program does not know. */
uint64_t filter_state_bit(const char *name);

#endif /* COREMON_FILTER_TREE_H */
