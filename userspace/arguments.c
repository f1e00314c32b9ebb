// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"

#include <ctype.h>

#include "lines.h"
#include "run.h"
#include "say.h"

bool arguments_interval(const char *text, uint64_t *ns)
{
	return run_duration(text, ns) && *ns >= ARGUMENTS_LEAST_NS;
}

static bool is_numeric(int argc, char **argv)
{
	return argc > 0 && isdigit((unsigned char)argv[0][0]);
}

int arguments_times(int argc, char **argv, uint64_t *interval_ns, uint64_t *count)
{
	if (!is_numeric(argc, argv))
		return 0;
	if (!arguments_interval(argv[0], interval_ns)) {
		say("'%s' is not an interval: seconds, 0.01 or more, or 90s, 10m, 2h", argv[0]);
		return -1;
	}
	if (!is_numeric(argc - 1, argv + 1))
		return 1;
	if (!parse_number(argv[1], count) || *count == 0) {
		say("'%s' is not a count of intervals", argv[1]);
		return -1;
	}
	if (is_numeric(argc - 2, argv + 2)) {
		say("'%s' is one argument too many: there is an interval and a count", argv[2]);
		return -1;
	}
	return 2;
}

/* How many words at the end are numbers that make no sense there, as the rest is a filter without them. */
static int misplaced(int argc, char **argv, const struct filter_extra *extra)
{
	char error[RUN_FILTER_ERROR_LEN];
	uint64_t ns;

	for (int nr = 1; nr <= 2 && nr < argc && run_duration(argv[argc - nr], &ns); nr++) {
		struct filter *filter = NULL;

		if (!run_filter_error(argc - nr, argv, extra, &filter, error))
			continue;
		filter_free(filter);
		return nr;
	}
	return 0;
}

bool arguments_filter(int argc, char **argv, const struct filter_extra *extra, struct filter **filter)
{
	char error[RUN_FILTER_ERROR_LEN];
	int nr;

	if (run_filter_error(argc, argv, extra, filter, error))
		return true;
	nr = misplaced(argc, argv, extra);
	if (nr)
		say("'%s': the interval and the count stand before the filter", argv[argc - nr]);
	else
		say("%s", error);
	return false;
}
