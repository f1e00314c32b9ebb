// SPDX-License-Identifier: GPL-2.0-only
/* Readings of connections.bin: records of any size and content, and what becomes of them from one reading to the next. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "records.h"
#include "source.h"

#define PATH "/proc/coremon/connections.bin"
#define MOST 100

static struct root root;
static struct source source;
static struct reading reading;
static struct conn rows[MOST];
static unsigned int nr_rows;
static char file[1 << 20];
static size_t file_len;

static void setup(void)
{
	root = tree_new();
	memset(&source, 0, sizeof(source));
	nr_rows = 0;
	file_len = 0;
}

static void teardown(void)
{
	source_close(&source);
	tree_free(&root);
}

static bool keep(void *ctx, const struct conn *conn)
{
	(void)ctx;
	ck_assert_uint_lt(nr_rows, MOST);
	rows[nr_rows++] = *conn;
	return true;
}

static int read_all(void)
{
	struct stamp now = { .mono_ns = UINT64_C(100000000000) };

	nr_rows = 0;
	return changes_read(&source, &root, &now, keep, NULL, &reading);
}

/* A record of which only what a connection must have is known. */
static struct coremon_row make(uint64_t id)
{
	struct coremon_row row;

	memset(&row, 0xff, sizeof(row));
	row.size = sizeof(row);
	row.version = COREMON_VERSION;
	row.kind = COREMON_ROW_LIVE;
	row.seq = 0;
	row.id = id;
	memset(&row.addr, 0, sizeof(row.addr));
	row.addr.family = AF_INET;
	memset(row.comm, 0, sizeof(row.comm));
	return row;
}

static void append(const void *data, size_t len)
{
	ck_assert_uint_le(file_len + len, sizeof(file));
	memcpy(file + file_len, data, len);
	file_len += len;
}

static void append_row(uint64_t id)
{
	struct coremon_row row = make(id);

	append(&row, sizeof(row));
}

static int read_file(void)
{
	tree_put(&root, PATH, file, file_len);
	return read_all();
}

START_TEST(no_file)
{
	ck_assert_int_eq(read_all(), -ENOENT);
	ck_assert_ptr_null(source.changes);
}
END_TEST

START_TEST(a_record)
{
	struct coremon_row row = make(0x1f);

	row.netns = 5;
	row.state = 1;
	row.ca_state = 3;
	row.opened = COREMON_OPENED_PASSIVE;
	row.cause = 0;
	row.error = 0;
	row.flags_in = COREMON_FLAG_SYN | COREMON_FLAG_ACK;
	row.flags_out = 0;
	row.tgid = 812;
	strcpy(row.comm, "nginx");
	row.birth_ns = UINT64_C(98000000000);
	row.bytes_sent = 7;
	row.retrans_tail_loss_probe = 3;
	row.ca_ns[3] = 12345678;
	row.send_q_area = 2000000;
	row.last_retrans_ns = UINT64_C(99999000000);
	append(&row, sizeof(row));
	ck_assert_int_eq(read_file(), 0);
	ck_assert_uint_eq(nr_rows, 1);
	ck_assert_uint_eq(rows[0].num[C_ID], 0x1f);
	ck_assert_uint_eq(rows[0].num[C_NETNS], 5);
	ck_assert_str_eq(rows[0].state, "ESTABLISHED");
	ck_assert_str_eq(rows[0].ca_state, "Recovery");
	ck_assert_str_eq(rows[0].opened, "passive");
	ck_assert_str_eq(rows[0].flags_in, "SA");
	ck_assert_str_eq(rows[0].comm, "nginx");
	ck_assert_uint_eq(rows[0].num[C_PID], 812);
	ck_assert_uint_eq(rows[0].num[C_AGE_MS], 2000);
	ck_assert_uint_eq(rows[0].num[C_BYTES_SENT], 7);
	ck_assert_uint_eq(rows[0].num[C_RETRANS_TLP], 3);
	ck_assert_uint_eq(rows[0].num[C_RECOVERY_US], 12345);
	ck_assert_uint_eq(rows[0].num[C_SEND_Q_MEAN], 1000);
	ck_assert_uint_eq(rows[0].num[C_LAST_RETRANS_MS], 1);
	ck_assert(!rows[0].ended);
	ck_assert(!conn_known(&rows[0], C_CAUSE));
	ck_assert(!conn_known(&rows[0], C_ERROR));
	ck_assert(!conn_known(&rows[0], C_SEQ));
	ck_assert(!conn_known(&rows[0], C_BYTES_RECEIVED));
	ck_assert(!conn_known(&rows[0], C_FLAGS_OUT));
	ck_assert(!reading.changes);
	ck_assert(!reading.ends_known);
}
END_TEST

START_TEST(one_that_ended)
{
	struct coremon_row row = make(1);

	row.kind = COREMON_ROW_CLOSED;
	row.seq = 9;
	row.cause = COREMON_CAUSE_RST_SENT;
	row.error = 104;
	row.birth_ns = 1000000000;
	row.end_ns = 3000000000;
	append(&row, sizeof(row));
	ck_assert_int_eq(read_file(), 0);
	ck_assert(rows[0].ended);
	ck_assert_str_eq(rows[0].cause, "rst_sent");
	ck_assert_uint_eq(rows[0].num[C_ERROR], 104);
	ck_assert_uint_eq(rows[0].num[C_SEQ], 9);
	ck_assert_uint_eq(rows[0].num[C_AGE_MS], 2000);
}
END_TEST

/* Reading on gives what came since; what ended is told once, however often the file has it. */
START_TEST(reading_on)
{
	struct coremon_row row = make(1);
	int fd;

	append_row(1);
	ck_assert_int_eq(read_file(), 0);
	ck_assert(!reading.changes);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(reading.changes);
	ck_assert(reading.ends_known);
	ck_assert_uint_eq(nr_rows, 0);

	row.kind = COREMON_ROW_CLOSED;
	row.seq = 4;
	append(&row, sizeof(row));
	append(&row, sizeof(row));
	append_row(2);
	ck_assert_int_eq(read_file(), 0);
	fd = source.changes->fd;
	ck_assert_uint_eq(nr_rows, 2);
	ck_assert(rows[0].ended);
	ck_assert_uint_eq(rows[1].num[C_ID], 2);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_int_eq(source.changes->fd, fd);
	ck_assert_uint_eq(nr_rows, 0);
}
END_TEST

static void assert_there(enum conn_col col, uint64_t value, bool there)
{
	/* A field may be left out with others of its 8 bytes, but is never another number. */
	if (conn_known(&rows[0], col))
		ck_assert_uint_eq(rows[0].num[col], value);
	ck_assert(there || !conn_known(&rows[0], col));
}

/* Every size a record can say it has: never a value of what is not in it. */
START_TEST(any_size)
{
	struct coremon_row row = make(7);
	size_t size;

	row.bytes_sent = 5;
	row.loss_entries = 6;
	row.rx_calls = 8;
	for (size = 0; size <= sizeof(row) + 64; size++) {
		file_len = 0;
		row.size = (uint16_t)size;
		append(&row, sizeof(row));
		memset(file + file_len, 0, 64);
		file_len += 64;
		file_len = size > 4 && size < file_len ? size : file_len;
		source_close(&source);
		if (size < 4) {
			ck_assert_int_eq(read_file(), -EPROTO);
			continue;
		}
		ck_assert_int_eq(read_file(), 0);
		ck_assert_uint_le(nr_rows, 2);
		if (nr_rows == 0 || rows[0].num[C_ID] != 7)
			continue;
		ck_assert(size >= offsetof(struct coremon_row, addr.local_port));
		assert_there(C_BYTES_SENT, 5, size >= offsetof(struct coremon_row, bytes_acked));
		assert_there(C_LOSS_ENTRIES, 6, size >= offsetof(struct coremon_row, ca_ns));
		assert_there(C_RX_CALLS, 8, size >= offsetof(struct coremon_row, last_retrans_ns));
	}
}
END_TEST

START_TEST(cut_anywhere)
{
	append_row(1);
	append_row(2);
	append_row(3);
	for (size_t cut = 0; cut <= file_len; cut += 7) {
		source_close(&source);
		tree_put(&root, PATH, file, cut);
		ck_assert_int_eq(read_all(), 0);
		ck_assert_uint_eq(nr_rows, cut / sizeof(struct coremon_row));
	}
}
END_TEST

START_TEST(another_version)
{
	struct coremon_row row = make(1);

	row.version = COREMON_VERSION + 1;
	append(&row, sizeof(row));
	ck_assert_int_eq(read_file(), -EPROTO);
	ck_assert_uint_eq(nr_rows, 0);
	ck_assert_ptr_null(source.changes);
}
END_TEST

/* What is read before it stops making sense counts; the next reading is of all connections again. */
START_TEST(broken_in_the_middle)
{
	append_row(1);
	append("\1\0\1\1", 4);
	ck_assert_int_eq(read_file(), 0);
	ck_assert_uint_eq(nr_rows, 1);
	ck_assert(!reading.ends_known);
	ck_assert_ptr_null(source.changes);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(!reading.changes);
}
END_TEST

START_TEST(numbers_without_names)
{
	struct coremon_row row = make(1);

	row.state = 0;
	row.ca_state = 77;
	row.opened = 0;
	row.cause = 200;
	row.bytes_sent = UINT64_C(1) << 63;
	row.birth_ns = UINT64_MAX - 1;
	row.end_ns = 0;
	row.send_q_area = UINT64_MAX - 1;
	memset(row.comm, 'x', sizeof(row.comm));
	append(&row, sizeof(row));
	row = make(2);
	row.addr.family = 1;
	append(&row, sizeof(row));
	append_row(UINT64_MAX);
	row = make(3);
	row.kind = 77;
	append(&row, sizeof(row));
	ck_assert_int_eq(read_file(), 0);
	ck_assert_uint_eq(nr_rows, 1);
	ck_assert(!conn_known(&rows[0], C_STATE));
	ck_assert(!conn_known(&rows[0], C_CA_STATE));
	ck_assert(!conn_known(&rows[0], C_OPENED));
	ck_assert(!conn_known(&rows[0], C_CAUSE));
	ck_assert(!conn_known(&rows[0], C_BYTES_SENT));
	ck_assert(!conn_known(&rows[0], C_BIRTH_NS));
	ck_assert(!conn_known(&rows[0], C_SEND_Q_AREA));
	ck_assert(!conn_known(&rows[0], C_COMM));
}
END_TEST

/* Where connections ended untold, all are read again: known ones that are gone are found out. */
START_TEST(lost_ones)
{
	struct coremon_row row = make(0);

	append_row(1);
	ck_assert_int_eq(read_file(), 0);
	row.kind = COREMON_ROW_LOST;
	row.seq = 7;
	append(&row, sizeof(row));
	append_row(2);
	ck_assert_int_eq(read_file(), 0);
	ck_assert_uint_eq(reading.lost, 14);
	ck_assert(!reading.changes);
	ck_assert(reading.ends_known);
	/* On the old descriptor the second connection; on the new one the whole file. */
	ck_assert_uint_eq(nr_rows, 3);
}
END_TEST

TCase *changes_case(void)
{
	TCase *tc = tcase_create("changes");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, no_file);
	tcase_add_test(tc, a_record);
	tcase_add_test(tc, one_that_ended);
	tcase_add_test(tc, reading_on);
	tcase_add_test(tc, any_size);
	tcase_add_test(tc, cut_anywhere);
	tcase_add_test(tc, another_version);
	tcase_add_test(tc, broken_in_the_middle);
	tcase_add_test(tc, numbers_without_names);
	tcase_add_test(tc, lost_ones);
	return tc;
}
