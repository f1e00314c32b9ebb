/* SPDX-License-Identifier: GPL-2.0-only */
/* The grammar of filters; see filter.h. */
%define api.pure full
%define api.prefix {filter_yy}
%define parse.error verbose
%param { void *scanner }
%parse-param { struct filter_parser *parser }

%code requires {
#include "filter_tree.h"
}

%code {
int filter_yylex(FILTER_YYSTYPE *value, void *scanner);
static void filter_yyerror(void *scanner, struct filter_parser *parser, const char *message);
}

%union {
	struct word word;
	enum filter_op op;
	struct filter *filter;
}

%token <word> WORD "word" FLAG "flag"
%token <op> OP "comparison"
%token AND "and" OR "or" NOT "not" BAD "bad character"
%type <filter> or and not
%type <word> field value
%destructor { filter_free($$); } <filter>

%%

start:
	or { parser->result = $1; }
;

or:
	and
|	or OR and { $$ = filter_node(parser, F_OR, $1, $3); if (!$$) YYABORT; }
;

and:
	not
|	and AND not { $$ = filter_node(parser, F_AND, $1, $3); if (!$$) YYABORT; }
|	and not { $$ = filter_node(parser, F_AND, $1, $2); if (!$$) YYABORT; }
;

not:
	NOT not { $$ = filter_node(parser, F_NOT, $2, NULL); if (!$$) YYABORT; }
|	'(' or ')' { $$ = $2; }
|	FLAG { $$ = filter_flag(parser, &$1); if (!$$) YYABORT; }
|	field OP value { $$ = filter_leaf(parser, &$1, $2, &$3); if (!$$) YYABORT; }
|	field value { $$ = filter_leaf(parser, &$1, OP_EQ, &$2); if (!$$) YYABORT; }
;

/* Checked as soon as it is read, so that a wrong name is what the user is told of, whatever follows it. */
field:
	WORD { if (!filter_check_field(parser, &$1)) YYABORT; $$ = $1; }
;

/* Behind a comparison a flag's name is a word as any other. */
value:
	WORD
|	FLAG
;

%%

static void filter_yyerror(void *scanner, struct filter_parser *parser, const char *message)
{
	(void)scanner;
	(void)message;
	if (parser->token.text[0])
		filter_error(parser, &parser->token, "is not expected here");
	else if (parser->last.text[0])
		filter_error(parser, &parser->last, "needs something after it");
	else
		filter_error(parser, NULL, "it is empty");
}
