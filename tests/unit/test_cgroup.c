// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "event_cgroup.h"

static struct root root;
static struct cgroups cgroups;

static void setup(void)
{
	root = tree_new();
	cgroups = (struct cgroups){ NULL };
}

static void teardown(void)
{
	cgroups_free(&cgroups);
	tree_free(&root);
}

/* Make a cgroup. Return: its id. */
static uint64_t make(const char *path)
{
	char place[PATH_MAX];
	struct stat st;

	/* A file in it makes the directories. */
	snprintf(place, sizeof(place), "%s/cgroup.procs", path);
	tree_text(&root, place, "");
	ck_assert_int_eq(root_path(&root, path, place, sizeof(place)), 0);
	ck_assert_int_eq(stat(place, &st), 0);
	return st.st_ino;
}

START_TEST(paths)
{
	uint64_t top = make("/sys/fs/cgroup"), slice = make("/sys/fs/cgroup/system.slice"),
		 unit = make("/sys/fs/cgroup/system.slice/ssh.service");

	cgroups_begin(&cgroups, &root);
	ck_assert_str_eq(cgroups_path(&cgroups, unit), "/system.slice/ssh.service");
	ck_assert_str_eq(cgroups_path(&cgroups, slice), "/system.slice");
	ck_assert_str_eq(cgroups_path(&cgroups, top), "/");
	ck_assert_ptr_null(cgroups_path(&cgroups, unit + 1000000));
}
END_TEST

START_TEST(the_hybrid_hierarchy)
{
	uint64_t unit;

	make("/sys/fs/cgroup/cpu/x");
	unit = make("/sys/fs/cgroup/unified/x");
	cgroups_begin(&cgroups, &root);
	ck_assert_str_eq(cgroups_path(&cgroups, unit), "/x");
}
END_TEST

static void remove_cgroup(const char *path)
{
	char file[PATH_MAX], place[PATH_MAX];

	snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	root_path(&root, file, place, sizeof(place));
	unlink(place);
	root_path(&root, path, place, sizeof(place));
	ck_assert_int_eq(rmdir(place), 0);
}

START_TEST(one_that_goes_and_one_that_comes)
{
	uint64_t old = make("/sys/fs/cgroup/old"), new;
	char text[CGROUP_TEXT_LEN];

	cgroups_begin(&cgroups, &root);
	ck_assert_str_eq(cgroups_path(&cgroups, old), "/old");
	new = make("/sys/fs/cgroup/new");
	/* The tree was walked in this interval already. */
	ck_assert_ptr_null(cgroups_path(&cgroups, new));
	remove_cgroup("/sys/fs/cgroup/old");
	cgroups_begin(&cgroups, &root);
	ck_assert_str_eq(cgroups_path(&cgroups, new), "/new");
	/* What was seen once is known for good. */
	ck_assert_str_eq(cgroups_path(&cgroups, old), "/old");
	ck_assert_str_eq(cgroups_text(&cgroups, old, text), "/old");
	ck_assert_str_eq(cgroups_text(&cgroups, UINT64_C(1) << 40, text), "1099511627776");
}
END_TEST

START_TEST(a_path_too_long)
{
	char path[CGROUP_TEXT_LEN + 32] = "/sys/fs/cgroup", text[CGROUP_TEXT_LEN], number[24];
	uint64_t fits, longer;

	while (strlen(path) < strlen("/sys/fs/cgroup") + 500)
		strcat(path, "/123456789");
	strcat(path, "/12345678901");
	fits = make(path);
	strcat(path, "2");
	longer = make(path);
	cgroups_begin(&cgroups, &root);
	ck_assert_uint_eq(strlen(cgroups_text(&cgroups, fits, text)), CGROUP_TEXT_LEN - 1);
	snprintf(number, sizeof(number), "%" PRIu64, longer);
	ck_assert_str_eq(cgroups_text(&cgroups, longer, text), number);
}
END_TEST

/* The file of connections: @nr rows of the ids from @first on, each in cgroup @cgroup. */
static void put_rows(uint8_t kind, uint64_t first, unsigned int nr, uint64_t cgroup, const char *mode)
{
	struct coremon_row row;
	char place[PATH_MAX];
	FILE *file;

	tree_text(&root, "/proc/coremon/here", "");
	root_path(&root, "/proc/coremon/connections.bin", place, sizeof(place));
	file = fopen(place, mode);
	ck_assert_ptr_nonnull(file);
	for (unsigned int i = 0; i < nr; i++) {
		memset(&row, 0, sizeof(row));
		row.size = sizeof(row);
		row.version = COREMON_VERSION;
		row.kind = kind;
		row.id = first + i;
		row.seq = kind == COREMON_ROW_LIVE ? 0 : i + 1;
		row.cgroup = cgroup;
		fwrite(&row, sizeof(row), 1, file);
	}
	fclose(file);
}

static struct event_cgroups *table;

/* Return: what is known of the cgroup of an event at @time_ns. */
static const char *of_event(uint64_t id, uint64_t time_ns)
{
	struct coremon_event event = { .id = id, .time_ns = time_ns };
	static char path[CGROUP_TEXT_LEN];

	return event_cgroup(table, &event, path) == COREMON_UNKNOWN ? "-" : path;
}

START_TEST(events_have_cgroups)
{
	uint64_t one = make("/sys/fs/cgroup/one");

	put_rows(COREMON_ROW_LIVE, 1, 2, one, "w");
	put_rows(COREMON_ROW_CLOSED, 2, 1, one, "a");
	put_rows(COREMON_ROW_LIVE, 3, 1, COREMON_UNKNOWN, "a");
	table = event_cgroups_new(&root);
	ck_assert_ptr_nonnull(table);
	ck_assert_str_eq(of_event(2, 1), "/one");
	ck_assert_str_eq(of_event(3, 1), "-");
	ck_assert_str_eq(of_event(9, 1), "-");
	ck_assert_str_eq(of_event(COREMON_UNKNOWN, UINT64_MAX), "-");
	/* Younger than the reading: it is read on, and what had ended is forgotten. */
	put_rows(COREMON_ROW_LIVE, 4, 1, 1234567, "a");
	remove_cgroup("/sys/fs/cgroup/one");
	ck_assert_str_eq(of_event(4, UINT64_MAX), "1234567");
	ck_assert_str_eq(of_event(1, 1), "/one");
	ck_assert_str_eq(of_event(2, 1), "-");
	/* Some ended untold: all is read anew. */
	put_rows(COREMON_ROW_LOST, 0, 1, 0, "a");
	ck_assert_str_eq(of_event(9, UINT64_MAX), "-");
	ck_assert_str_eq(of_event(2, 1), "/one");
	event_cgroups_free(table);
}
END_TEST

START_TEST(events_without_connections)
{
	table = event_cgroups_new(&root);
	ck_assert_str_eq(of_event(1, 1), "-");
	event_cgroups_free(table);
	put_rows(COREMON_ROW_LIVE, 1, 1, 5, "w");
	tree_text(&root, "/proc/coremon/connections.bin", "no records at all");
	table = event_cgroups_new(&root);
	ck_assert_str_eq(of_event(1, 1), "-");
	ck_assert_str_eq(of_event(1, UINT64_MAX), "-");
	event_cgroups_free(table);
	event_cgroups_free(NULL);
}
END_TEST

START_TEST(no_hierarchy)
{
	cgroups_begin(&cgroups, &root);
	ck_assert_ptr_null(cgroups_path(&cgroups, 1));
}
END_TEST

TCase *cgroup_case(void)
{
	TCase *tc = tcase_create("cgroup");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, paths);
	tcase_add_test(tc, the_hybrid_hierarchy);
	tcase_add_test(tc, one_that_goes_and_one_that_comes);
	tcase_add_test(tc, a_path_too_long);
	tcase_add_test(tc, events_have_cgroups);
	tcase_add_test(tc, events_without_connections);
	tcase_add_test(tc, no_hierarchy);
	return tc;
}
