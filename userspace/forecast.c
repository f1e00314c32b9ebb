// SPDX-License-Identifier: GPL-2.0-only
#include "forecast.h"

#include <math.h>
#include <stdlib.h>

#define Z95 1.959963985

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

static double median(const double *sorted, size_t nr)
{
	return nr % 2 ? sorted[nr / 2] : (sorted[nr / 2 - 1] + sorted[nr / 2]) / 2;
}

/* The variance of Kendall's S for @nr points, less what equal levels take from it. */
static double variance(const struct point *point, unsigned int nr)
{
	double n = nr, sum = n * (n - 1) * (2 * n + 5);
	double *level = malloc(nr * sizeof(*level));

	if (!level)
		return sum / 18;	/* the wider interval */
	for (unsigned int i = 0; i < nr; i++)
		level[i] = point[i].value;
	qsort(level, nr, sizeof(*level), by_value);
	for (unsigned int i = 0, end; i < nr; i = end) {
		double ties;

		for (end = i + 1; end < nr && !(level[end] > level[i]); end++)
			;
		ties = end - i;
		sum -= ties * (ties - 1) * (2 * ties + 5);
	}
	free(level);
	return sum / 18;
}

bool forecast_slope(const struct point *point, unsigned int nr, struct slope *slope)
{
	double *slopes, rank;
	size_t pairs = 0;

	if (nr < 3 || nr > FORECAST_MAX_POINTS)
		return false;
	slopes = malloc((size_t)nr * (nr - 1) / 2 * sizeof(*slopes));
	if (!slopes)
		return false;
	for (unsigned int i = 0; i < nr; i++) {
		for (unsigned int j = i + 1; j < nr; j++) {
			double time = point[j].s - point[i].s;

			if (time > 0)
				slopes[pairs++] = (point[j].value - point[i].value) / time;
		}
	}
	if (pairs) {
		qsort(slopes, pairs, sizeof(*slopes), by_value);
		slope->mid = median(slopes, pairs);
		rank = ((double)pairs - Z95 * sqrt(variance(point, nr))) / 2;
		if (rank < 0)
			rank = 0;
		slope->low = slopes[(size_t)rank];
		slope->high = slopes[pairs - 1 - (size_t)rank];
	}
	free(slopes);
	return pairs > 0;
}

/* How far a point is from the line at the median, typically. */
static double noise(const struct point *point, unsigned int nr, double slope)
{
	double rest[FORECAST_MAX_POINTS], middle;

	if (nr == 0)
		return 0;
	for (unsigned int i = 0; i < nr; i++)
		rest[i] = point[i].value - slope * (point[i].s - point[0].s);
	qsort(rest, nr, sizeof(rest[0]), by_value);
	middle = median(rest, nr);
	for (unsigned int i = 0; i < nr; i++)
		rest[i] = fabs(rest[i] - middle);
	qsort(rest, nr, sizeof(rest[0]), by_value);
	return median(rest, nr);
}

static bool is_real(const struct point *point, unsigned int nr, double limit, const struct slope *slope)
{
	double seen = point[nr - 1].s - point[0].s, moved = slope->mid * seen;
	struct slope half;

	if (slope->low <= 0 || moved < FORECAST_MOVE * limit || moved < 4 * noise(point, nr, slope->mid))
		return false;
	for (unsigned int second = 0; second < 2; second++) {
		if (!forecast_slope(point + (second ? nr / 2 : 0), second ? nr - nr / 2 : nr / 2, &half))
			return false;
		if (half.mid < FORECAST_STEADY * slope->mid)
			return false;
	}
	return true;
}

bool forecast(const struct point *point, unsigned int nr, double limit, double most_s, struct forecast *out)
{
	double left, reach;

	if (nr < FORECAST_MIN_POINTS || nr > FORECAST_MAX_POINTS || limit <= 0)
		return false;
	left = limit - point[nr - 1].value;
	if (left <= 0 || point[nr - 1].value < FORECAST_FLOOR * limit)
		return false;
	if (!forecast_slope(point, nr, &out->slope) || !is_real(point, nr, limit, &out->slope))
		return false;
	reach = FORECAST_REACH * (point[nr - 1].s - point[0].s);
	if (most_s > 0 && most_s < reach)
		reach = most_s;
	out->mid = left / out->slope.mid;
	out->soonest = left / out->slope.high;
	out->latest = left / out->slope.low;
	return out->mid <= reach;
}
