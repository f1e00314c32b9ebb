// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"

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

START_TEST(one_that_goes_and_one_that_comes)
{
	uint64_t old = make("/sys/fs/cgroup/old"), new;
	char place[PATH_MAX];

	cgroups_begin(&cgroups, &root);
	ck_assert_str_eq(cgroups_path(&cgroups, old), "/old");
	new = make("/sys/fs/cgroup/new");
	/* The tree was walked in this interval already. */
	ck_assert_ptr_null(cgroups_path(&cgroups, new));
	root_path(&root, "/sys/fs/cgroup/old/cgroup.procs", place, sizeof(place));
	unlink(place);
	root_path(&root, "/sys/fs/cgroup/old", place, sizeof(place));
	ck_assert_int_eq(rmdir(place), 0);
	cgroups_begin(&cgroups, &root);
	ck_assert_ptr_null(cgroups_path(&cgroups, old));
	ck_assert_str_eq(cgroups_path(&cgroups, new), "/new");
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
	tcase_add_test(tc, no_hierarchy);
	return tc;
}
