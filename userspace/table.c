// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define INDENT 6	/* of the further lines of a row */

static const char *text_at(const struct table *table, size_t at)
{
	return table->texts + at;
}

/* Return: where the text now is, 0 where there was no memory. */
static size_t __attribute__((format(printf, 2, 0))) keep(struct table *table, const char *fmt, va_list ap)
{
	va_list again;
	size_t at;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		len = 0;
	if (table->used + (size_t)len + 1 > table->size) {
		size_t size = (table->size ? table->size * 2 : 4096) + (size_t)len;
		char *texts = realloc(table->texts, size);

		if (!texts) {
			table->failed = true;
			return 0;
		}
		table->texts = texts;
		table->size = size;
	}
	at = table->used;
	vsnprintf(table->texts + at, (size_t)len + 1, fmt, ap);
	table->used += (size_t)len + 1;
	return at;
}

static size_t __attribute__((format(printf, 2, 3))) keep_text(struct table *table, const char *fmt, ...)
{
	va_list ap;
	size_t at;

	va_start(ap, fmt);
	at = keep(table, fmt, ap);
	va_end(ap);
	return at;
}

static struct table_row *new_row(struct table *table)
{
	struct table_row *row;

	if (table->failed)
		return NULL;
	if (table->nr == table->room) {
		unsigned int room = table->room ? table->room * 2 : 64;

		row = realloc(table->row, room * sizeof(*row));
		if (!row) {
			table->failed = true;
			return NULL;
		}
		table->row = row;
		table->room = room;
	}
	row = &table->row[table->nr++];
	memset(row, 0, sizeof(*row));
	return row;
}

void table_row(struct table *table, const char *key)
{
	struct table_row *row = new_row(table);

	if (row)
		row->key = keep_text(table, "%s", key);
}

void table_cell(struct table *table, const char *fmt, ...)
{
	struct table_row *row;
	va_list ap;

	if (table->failed || table->nr == 0)
		return;
	row = &table->row[table->nr - 1];
	if (row->cells == table->columns || row->cells == TABLE_COLUMNS)
		return;
	va_start(ap, fmt);
	row->cell[row->cells++] = keep(table, fmt, ap);
	va_end(ap);
}

void table_number(struct table *table, bool known, uint64_t value)
{
	if (known)
		table_cell(table, "%" PRIu64, value);
	else
		table_cell(table, "-");
}

void table_text(struct table *table, const char *fmt, ...)
{
	struct table_row *row = new_row(table);
	va_list ap;

	if (!row)
		return;
	row->text = true;
	row->cells = 1;
	va_start(ap, fmt);
	row->cell[0] = keep(table, fmt, ap);
	va_end(ap);
}

/** struct entry - a row by its key */
struct entry {
	const char *key;
	const struct table_row *row;
	bool met;
};

static int by_key(const void *p, const void *q)
{
	return strcmp(((const struct entry *)p)->key, ((const struct entry *)q)->key);
}

/* Rows that were gone then are no rows to compare with. Return: how many entries there are, in @list. */
static unsigned int sort_keys(const struct table *table, struct entry *list)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < table->nr; i++) {
		if (!table->row[i].text && table->row[i].change != TABLE_GONE)
			list[nr++] = (struct entry){ .key = text_at(table, table->row[i].key), .row = &table->row[i] };
	}
	qsort(list, nr, sizeof(*list), by_key);
	return nr;
}

static void compare_row(const struct table *now, struct table_row *row, const struct table *before, const struct table_row *old)
{
	for (unsigned int i = 0; i < row->cells; i++) {
		if (i >= old->cells || strcmp(text_at(now, row->cell[i]), text_at(before, old->cell[i])) != 0)
			row->changed |= UINT32_C(1) << i;
	}
}

static void add_gone(struct table *now, const struct table *before, const struct table_row *old)
{
	table_row(now, text_at(before, old->key));
	for (unsigned int i = 0; i < old->cells; i++)
		table_cell(now, "%s", text_at(before, old->cell[i]));
	if (!now->failed)
		now->row[now->nr - 1].change = TABLE_GONE;
}

static void turn(struct table_row *row, unsigned int from, unsigned int to)
{
	for (; from + 1 < to; from++, to--) {
		struct table_row swap = row[from];

		row[from] = row[to - 1];
		row[to - 1] = swap;
	}
}

/* Of @rows rows the last ones may be lines of text: what was added behind them is moved before them. */
static void texts_last(struct table *table, unsigned int rows)
{
	unsigned int texts = rows;

	while (texts > 0 && table->row[texts - 1].text)
		texts--;
	turn(table->row, texts, rows);
	turn(table->row, rows, table->nr);
	turn(table->row, texts, table->nr);
}

void table_compare(struct table *now, const struct table *before)
{
	struct entry *list = calloc(before->nr + 1, sizeof(*list));
	unsigned int nr, rows = now->nr;

	if (!list || now->failed || before->failed) {
		now->failed = true;
		free(list);
		return;
	}
	nr = sort_keys(before, list);
	for (unsigned int i = 0; i < rows; i++) {
		struct table_row *row = &now->row[i];
		struct entry wanted = { .key = text_at(now, row->key) }, *found;

		if (row->text)
			continue;
		found = nr ? bsearch(&wanted, list, nr, sizeof(*list), by_key) : NULL;
		if (!found) {
			row->change = TABLE_NEW;
			continue;
		}
		found->met = true;
		compare_row(now, row, before, found->row);
	}
	for (unsigned int i = 0; i < nr; i++) {
		if (!list[i].met)
			add_gone(now, before, list[i].row);
	}
	free(list);
	if (!now->failed)
		texts_last(now, rows);
}

/* ---- printing ---- */

/** struct layout - how wide the columns are and where rows are folded */
struct layout {
	unsigned int width[TABLE_COLUMNS];
	bool begins[TABLE_COLUMNS];	/* a line begins with this column */
	unsigned int gap;		/* between two columns */
	unsigned int margin;		/* for + and - */
	unsigned int line;		/* width of a line, 0: no limit */
	enum table_marks marks;
};

/* The last column, if it is text, needs no room in rows where it is empty: each row is folded before it, or not, for itself. */
static bool is_ragged(const struct table *table, unsigned int col)
{
	return col + 1 == table->columns && table->column[col].left;
}

static void measure(const struct table *table, struct layout *layout)
{
	for (unsigned int col = 0; col < table->columns; col++)
		layout->width[col] = (unsigned int)strlen(table->column[col].name);
	for (unsigned int i = 0; i < table->nr; i++) {
		const struct table_row *row = &table->row[i];

		for (unsigned int col = 0; !row->text && col < row->cells && !is_ragged(table, col); col++) {
			unsigned int len = (unsigned int)strlen(text_at(table, row->cell[col]));

			if (len > layout->width[col])
				layout->width[col] = len;
		}
	}
}

/* The width of the line that begins with column @from and ends before @to. */
static unsigned int line_width(const struct layout *layout, unsigned int from, unsigned int to)
{
	unsigned int width = layout->margin + (from ? INDENT : 0);

	for (unsigned int col = from; col < to; col++)
		width += layout->width[col] + (col > from ? layout->gap : 0);
	return width;
}

/* Fold where the columns allow it if that is enough; else, and between such places, wherever a line is full. */
static void fold(const struct table *table, struct layout *layout)
{
	unsigned int from = 0, width = layout->line;

	layout->gap = 2;
	if (!width || line_width(layout, 0, table->columns) <= width)
		return;
	layout->gap = 1;
	if (line_width(layout, 0, table->columns) <= width)
		return;
	for (unsigned int col = 1; col < table->columns; col++) {
		unsigned int end = col + 1;

		/* A line is folded at such a column if what follows, up to the next, does not fit any more. */
		while (table->column[col].fold && end < table->columns && !table->column[end].fold)
			end++;
		if (line_width(layout, from, end) > width && (table->column[col].fold || line_width(layout, from, col + 1) > width)) {
			layout->begins[col] = true;
			from = col;
		}
	}
}

/** struct cursor - where a line is; blanks are written only when something follows */
struct cursor {
	FILE *out;
	unsigned int at, blanks;
};

static void put_blanks(struct cursor *cursor)
{
	fprintf(cursor->out, "%*s", (int)cursor->blanks, "");
	cursor->at += cursor->blanks;
	cursor->blanks = 0;
}

static void put(struct cursor *cursor, const char *text, unsigned int len, bool inverse)
{
	if (len == 0)
		return;
	put_blanks(cursor);
	fprintf(cursor->out, inverse ? "\033[7m%.*s\033[27m" : "%.*s", (int)len, text);
	cursor->at += len;
}

static void new_line(struct cursor *cursor, unsigned int blanks)
{
	fputc('\n', cursor->out);
	cursor->at = 0;
	cursor->blanks = blanks;
}

/* Text that is folded at blanks; its further lines begin with @indent blanks. */
static void put_folded(struct cursor *cursor, const char *text, unsigned int line, unsigned int indent, bool inverse)
{
	while (line && cursor->at + cursor->blanks + strlen(text) > line) {
		unsigned int room = line > cursor->at + cursor->blanks ? line - cursor->at - cursor->blanks : 0, cut = room;

		while (cut > 0 && text[cut] != ' ')
			cut--;
		if (cut == 0)
			break;	/* one word that is too long */
		put(cursor, text, cut, inverse);
		text += cut + strspn(text + cut, " ");
		new_line(cursor, indent);
	}
	put(cursor, text, (unsigned int)strlen(text), inverse);
}

static void put_cell(const struct table *table, const struct layout *layout, struct cursor *cursor, unsigned int col, const char *text,
		     bool changed)
{
	unsigned int len = (unsigned int)strlen(text), pad = layout->width[col] > len ? layout->width[col] - len : 0;
	bool inverse = changed && layout->marks == TABLE_INVERSE, chars = changed && layout->marks == TABLE_CHARS;

	if (is_ragged(table, col)) {
		unsigned int indent = layout->margin + INDENT;

		if (layout->line && cursor->at + cursor->blanks + len > layout->line && cursor->at > indent)
			new_line(cursor, indent);
		put_folded(cursor, text, layout->line, indent, inverse);
		pad = 0;
	} else {
		cursor->blanks += table->column[col].left ? 0 : pad;
		put(cursor, text, len, inverse);
	}
	if (chars)
		put(cursor, "*", 1, false);
	cursor->blanks += table->column[col].left ? pad : 0;
}

/* @row: NULL for the names of the columns. */
static void put_row(const struct table *table, const struct table_row *row, const struct layout *layout, FILE *out)
{
	static const char signs[] = { ' ', '+', '-' };
	unsigned int cells = row ? row->cells : table->columns;
	struct cursor cursor = { .out = out };
	bool marked = false;

	if (layout->margin)
		put(&cursor, &signs[row ? row->change : TABLE_SAME], 1, false);
	for (unsigned int col = 0; col < cells; col++) {
		const char *text = row ? text_at(table, row->cell[col]) : table->column[col].name;
		bool changed = row && (row->changed >> col & 1 || (row->change == TABLE_NEW && layout->marks == TABLE_INVERSE));

		if (layout->begins[col] && (*text || !is_ragged(table, col)))
			new_line(&cursor, layout->margin + INDENT);
		else if (col)
			cursor.blanks += layout->gap - (marked ? 1 : 0);
		put_cell(table, layout, &cursor, col, text, changed);
		marked = changed && layout->marks == TABLE_CHARS;
	}
	fputc('\n', out);
}

/* A line of text; what follows its first line stands two further in. */
static void put_text(const char *text, FILE *out, unsigned int line)
{
	struct cursor cursor = { .out = out };

	cursor.blanks = (unsigned int)strspn(text, " ");
	put_folded(&cursor, text + cursor.blanks, line, cursor.blanks + 2, false);
	fputc('\n', out);
}

static bool has_names(const struct table *table)
{
	for (unsigned int col = 0; col < table->columns; col++) {
		if (table->column[col].name[0])
			return true;
	}
	return false;
}

void table_print(const struct table *table, FILE *out, unsigned int width, enum table_marks marks)
{
	struct layout layout = { .margin = marks == TABLE_PLAIN ? 0 : 1, .line = width, .marks = marks };
	bool named = !has_names(table);

	measure(table, &layout);
	fold(table, &layout);
	for (unsigned int i = 0; i < table->nr; i++) {
		const struct table_row *row = &table->row[i];

		if (!named && (!row->text || table->names_first)) {
			put_row(table, NULL, &layout, out);
			named = true;
		}
		if (row->text)
			put_text(text_at(table, row->cell[0]), out, width);
		else
			put_row(table, row, &layout, out);
	}
}

bool table_failed(const struct table *table)
{
	return table->failed;
}

void table_clear(struct table *table)
{
	free(table->row);
	free(table->texts);
	*table = (struct table){ .column = table->column, .columns = table->columns, .names_first = table->names_first };
}
