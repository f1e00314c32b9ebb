// SPDX-License-Identifier: GPL-2.0-only
/* Runs all test cases and prints TAP. */
#define _XOPEN_SOURCE 700
#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct root tree_new(void)
{
	char *dir = strdup("/tmp/coremon-unit-XXXXXX");
	struct root root = { .base = dir };

	ck_assert_ptr_nonnull(dir);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	return root;
}

void tree_put(const struct root *root, const char *path, const void *data, size_t len)
{
	char place[PATH_MAX];
	FILE *file;

	ck_assert_int_eq(root_path(root, path, place, sizeof(place)), 0);
	for (char *slash = strchr(place + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(place, 0700);
		*slash = '/';
	}
	file = fopen(place, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, len, file), len);
	fclose(file);
}

void tree_text(const struct root *root, const char *path, const char *text)
{
	tree_put(root, path, text, strlen(text));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void tree_free(struct root *root)
{
	nftw(root->base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free((char *)root->base);
	root->base = "";
}

int main(void)
{
	TCase *(*const cases[])(void) = { lines_case,  column_case, host_case, rate_case, track_case,  rank_case,
					  filter_case, fmt_case,    diag_case, module_case, options_case,
					  changes_case, clients_case, cgroup_case, flow_case, counter_case, counter_netlink_case, netfilter_case,
					  ledger_case,
					  socket_case, sockets_case, table_case, verdict_case, trouble_case,
					  forecast_case, doctor_case, doctor_tcp_case };
	Suite *suite = suite_create("reader");
	SRunner *runner;
	int null, failed;

	/* Sanitizers on a busy machine take their time; libcheck gives a test 4 s. */
	setenv("CK_DEFAULT_TIMEOUT", "120", 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		suite_add_tcase(suite, cases[i]());
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");

	/* What the program says of hostile files is not what is tested here. */
	null = open("/dev/null", O_WRONLY);
	dup2(null, STDERR_FILENO);
	close(null);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
